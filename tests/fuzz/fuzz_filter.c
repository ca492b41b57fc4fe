/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_filter: any text as a filter. What is taken is matched against rows with and without their
 * parts; what is refused has a sentence, and a spot inside the text whose caret line can be drawn.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "query/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void match_rows(const struct filter *f)
{
	struct sk sk = {
		.rec = { .family = AF_INET, .state = ST_ESTABLISHED, .lport = 443, .rport = 40112 }
	};
	struct flow flow = { .rec = { .wire_state = WS_RESET } };
	struct proc proc = {
		.rec = { .pid = 880, .comm = "nginx", .cmdline = "nginx: worker process" }
	};
	struct row r = { .m = model_new(1, 1, 1) };

	sk.rec.tcpinfo_len = sizeof(sk.rec.tcpinfo);
	sk.rec.has = UINT16_MAX;
	for (unsigned parts = 0; parts < 8; parts++) {
		r.sk = parts & 1 ? &sk : NULL;
		r.flow = parts & 2 ? &flow : NULL;
		r.proc = parts & 4 ? &proc : NULL;
		filter_match(f, &r);
	}
	model_free((struct model *)r.m);
}

static void check_error(const struct filter_error *err, const char *text)
{
	struct buf out;

	if (!err->msg.text[0] || err->at > strlen(text) || err->len > strlen(text) - err->at)
		abort();
	buf_init(&out);
	filter_error_caret(err, text, &out);
	buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct filter_error err = { .at = 0 };
	struct filter *f = NULL;
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	if (filter_parse(&f, text, &err))
		check_error(&err, text);
	else
		match_rows(f);
	filter_free(f);
	free(text);
	return 0;
}
