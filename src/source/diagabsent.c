/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why there is no row of some kind of socket: this kernel has none, or it has no way of telling.
 * Makes one sentence of it and keeps nothing.
 */
#include "source/diagabsent.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "source/families.h"

/* Titles of kinds, and the modules that would help. */
struct absences {
	struct buf none;	/* "SCTP and no DCCP" */
	struct buf unlisted;	/* "raw, vsock" */
	struct buf modules;	/* "raw_diag vsock_diag" */
};

static bool kernel_has(const struct family *f)
{
	int fd = socket(f->family, f->kind->type | SOCK_CLOEXEC, f->kind->protocol);

	if (fd >= 0) {
		close(fd);
		return true;
	}
	/* Any other error (no right, switched off) is about sockets that there may be. */
	return errno != EPROTONOSUPPORT && errno != EAFNOSUPPORT && errno != ESOCKTNOSUPPORT;
}

static void add_word(struct buf *list, const char *separator, const char *word)
{
	if (!word)
		return;
	if (list->len)
		buf_adds(list, separator);
	buf_adds(list, word);
}

static void gather(uint32_t missing, bool text_only, struct absences *a)
{
	const char *last = "";
	const struct family *f;

	for (unsigned i = 0; (f = family_at(i)); i++) {
		if (!(f->protos & missing) || strcmp(f->kind->title, last) == 0)
			continue;
		last = f->kind->title;
		if (!kernel_has(f)) {
			add_word(&a->none, " and no ", last);
			continue;
		}
		add_word(&a->unlisted, ", ", last);
		if (!text_only)
			add_word(&a->modules, " ", f->kind->module);
	}
}

static void write_sentence(const struct absences *a, bool text_only, struct buf *out)
{
	if (a->none.len)
		buf_addf(out, "This kernel has no %s", a->none.data);
	if (!a->unlisted.len)
		return;
	buf_adds(out, out->len ? "; " : "");
	if (text_only)
		buf_addf(out,
			 "%s sockets of this network namespace are not known: "
			 "to enter it needs CAP_SYS_ADMIN",
			 a->unlisted.data);
	else
		buf_addf(out, "%s sockets cannot be listed: this kernel has no sock_diag for them",
			 a->unlisted.data);
	if (a->modules.len)
		buf_addf(out, " (try, as root: modprobe -a %s)", a->modules.data);
}

void diagabsent_format(uint32_t missing, bool text_only, char out[static EVENT_TEXT_MAX])
{
	struct absences a;
	struct buf text;

	buf_init(&a.none);
	buf_init(&a.unlisted);
	buf_init(&a.modules);
	buf_init(&text);
	gather(missing, text_only, &a);
	write_sentence(&a, text_only, &text);
	snprintf(out, EVENT_TEXT_MAX, "%s", text.data ? text.data : "");
	buf_fini(&a.none);
	buf_fini(&a.unlisted);
	buf_fini(&a.modules);
	buf_fini(&text);
}
