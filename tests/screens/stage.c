/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stage for the screens: the app with a synthetic host or a capture file behind it, its UI, and
 * keys that are pressed, one after the other. Reads no clock: an interval passes when told to.
 */
#include "stage.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "base/clock.h"

#include "captures.h"

enum { ARGS_MAX = 24 };

/* file: NULL, or the capture file that is read in the synthetic host's place. */
static void parse_args(struct stage *s, const char *file, const char *args)
{
	char name[] = "sockmon", demo[] = "--demo", read[] = "-r";
	char *argv[ARGS_MAX] = { name, file ? read : demo, NULL }, *word, *rest = s->args;
	struct errmsg err = { "" };
	int argc = 2;

	if (file)	/* which the options borrow */
		argv[argc++] = (char *)(uintptr_t)file;
	snprintf(s->args, sizeof(s->args), "%s", args);
	while ((word = strsep(&rest, " "))) {
		if (*word && argc < ARGS_MAX - 1)
			argv[argc++] = word;
	}
	if (options_parse(&s->opt, argc, argv, &err))
		fail_msg("%s", err.text);
}

static void open_app(struct stage *s)
{
	struct errmsg err = { "" };

	if (app_new(&s->app, &s->opt, &err))
		fail_msg("%s", err.text);
	s->ui = ui_new(s->app);
}

/* path: as long as the stage. */
void stage_open_file(struct stage *s, const char *path, const char *args)
{
	parse_args(s, path, args);
	open_app(s);
}

void stage_tick(struct stage *s)
{
	s->now_ns += NSEC_PER_SEC;
	app_refresh(s->app);
	do {
		app_step(s->app, s->now_ns);
	} while (!app_paused(s->app) && !app_round_done(s->app));
}

/* As run.c does: again while something waits. */
void stage_paint(struct stage *s)
{
	unsigned i;

	for (i = 0; i < 3 && (i == 0 || ui_dirty(s->ui)); i++)
		ui_paint(s->ui, &s->grid);
	assert_false(ui_dirty(s->ui));
}

/* The UI gets the model as const; a test may play a source that the synthetic host has not. */
void stage_give(struct stage *s, struct event *e)
{
	e->time_ns = model_time_ns(app_model(s->app));
	model_apply((struct model *)(uintptr_t)app_model(s->app), e);
}

static void give_notice(struct stage *s, enum noticesource source, const char *text)
{
	struct event e = { .kind = EV_NOTICE };

	e.notice.source = (uint8_t)source;
	snprintf(e.notice.text, sizeof(e.notice.text), "%.300s", text);
	stage_give(s, &e);
}

static void give_losses(struct stage *s, unsigned dropped, unsigned evicted)
{
	struct event e = { .kind = EV_CAPTURE };

	e.capture = *model_capture(app_model(s->app));
	e.capture.dropped = dropped;
	e.capture.totals.evicted_flows = evicted;
	stage_give(s, &e);
}

static void give_netns(struct stage *s, const char *name)
{
	struct event e = { .kind = EV_NETNS };

	e.netns = (struct netnsrec){ .index = 1, .inode = 4026532281 };
	snprintf(e.netns.name, sizeof(e.netns.name), "%.60s", name);
	stage_give(s, &e);
	e = (struct event){ .kind = EV_SOCKET };
	e.sock = (struct sockrec){
		.cookie = 0x700001,
		.netns = 1,
		.proto = SP_TCP,
		.family = AF_INET,
		.state = ST_LISTEN,
		.lport = 6379,
		.send_q = 511,
		.has = HAS_COOKIE | HAS_QUEUES,
		.dump = dump_index(1, 0),
		.dump_gen = 1,
		.inode = 70001,
	};
	addr_parse("0.0.0.0", &e.sock.laddr);
	addr_parse("0.0.0.0", &e.sock.raddr);
	stage_give(s, &e);
	e.sock.cookie++;
	e.sock.inode++;
	e.sock.state = ST_ESTABLISHED;
	e.sock.send_q = 0;
	e.sock.rport = 42110;
	addr_parse("127.0.0.1", &e.sock.laddr);
	addr_parse("127.0.0.1", &e.sock.raddr);
	stage_give(s, &e);
}

/* The file is gone as soon as it was opened: nothing is left behind, whatever fails. */
static void open_mixed(struct stage *s, const char *args)
{
	char folder[] = "/tmp/sockmon-screens-XXXXXX";

	assert_non_null(mkdtemp(folder));
	snprintf(s->path, sizeof(s->path), "%s/mixed.pcap", folder);
	captures_write_mixed(s->path);
	stage_open_file(s, s->path, args);
	assert_int_equal(remove(s->path), 0);
	assert_int_equal(remove(folder), 0);
}

void stage_init(struct stage *s, const struct screencase *c)
{
	unsigned i;

	memset(s, 0, sizeof(*s));
	if (c->file) {
		open_mixed(s, c->args);
	} else {
		parse_args(s, NULL, c->args);
		open_app(s);
	}
	assert_int_equal(grid_init(&s->grid, c->width, c->height, c->ascii), 0);
	for (i = 0; i < c->ticks; i++) {	/* each is seen, as on a screen that was open all the time */
		stage_tick(s);
		stage_paint(s);
	}
	if (c->notice[0])
		give_notice(s, NOTICE_CAPTURE, c->notice);
	if (c->notice_too[0])
		give_notice(s, NOTICE_SOCKETS, c->notice_too);
	if (c->netns[0])
		give_netns(s, c->netns);
	if (c->dropped || c->evicted)
		give_losses(s, c->dropped, c->evicted);
	stage_paint(s);
}

void stage_fini(struct stage *s)
{
	ui_free(s->ui);
	app_free(s->app);
	grid_fini(&s->grid);
	options_fini(&s->opt);
}

static bool press_mouse(struct stage *s, const char *word)
{
	struct key k = { .code = KEY_MOUSE_ };
	int x, y;

	if (sscanf(word, "CLICK:%d,%d", &x, &y) == 2)
		k.mouse = MOUSE_CLICK;
	else if (sscanf(word, "DOUBLE:%d,%d", &x, &y) == 2)
		k.mouse = MOUSE_DOUBLE;
	else
		return false;
	k.x = (int16_t)x;
	k.y = (int16_t)y;
	ui_key(s->ui, &k);
	return true;
}

void stage_press(struct stage *s, const char *word)
{
	struct key k = { .code = key_from_name(word, strlen(word)) };
	int w, h;

	if (strcmp(word, "TICK") == 0) {
		stage_tick(s);
	} else if (sscanf(word, "SIZE:%dx%d", &w, &h) == 2) {
		assert_int_equal(grid_resize(&s->grid, w, h), 0);
	} else if (!press_mouse(s, word)) {
		if (!k.code)
			fail_msg("no such key: %s", word);
		ui_key(s->ui, &k);
	}
	stage_paint(s);
}

void stage_press_all(struct stage *s, const char *keys)
{
	char copy[1024], *rest = copy, *word;

	snprintf(copy, sizeof(copy), "%s", keys);
	while ((word = strsep(&rest, " "))) {
		if (*word)
			stage_press(s, word);
	}
}

void stage_type(struct stage *s, const char *text)
{
	for (; *text; text++) {
		struct key k = { .code = (unsigned char)*text };

		ui_key(s->ui, &k);
	}
	stage_paint(s);
}

bool stage_says(struct stage *s, const char *text)
{
	struct buf screen;
	bool found;

	buf_init(&screen);
	grid_dump(&s->grid, &screen);
	found = strstr(screen.data, text) != NULL;
	buf_fini(&screen);
	return found;
}
