/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Screens as documentation: keys and the synthetic host in, literal text out. Every file cases/NAME.txt is a
 * test: lines "# word: value" that say how to get there, "---", and the screen that is expected.
 *
 *	# args: port 443	more arguments of the command line; --demo is always there
 *	# size: 80x24
 *	# ticks: 3		intervals that pass before the first key (1)
 *	# keys: / u d p Enter	names as in the help; TICK lets an interval pass, CLICK:x,y and DOUBLE:x,y
 *				are the mouse, SIZE:WxH resizes
 *	# file: yes		a capture file in the place of the synthetic host (captures.c)
 *	# ascii: yes		a terminal without UTF-8
 *	# notice: TEXT		what a capture without the right to capture says
 *	# notice-too: TEXT	what the sockets' source has to say beside
 *	# dropped: 1204		so many packets were dropped by the kernel
 *	# evicted: 1204		so many flows were given up, the table being full
 *	# netns: NAME		there is a second network namespace, with two sockets
 *
 * UPDATE_SCREENS=1 writes what is painted into the files: look at each with git diff before believing it.
 */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "base/clock.h"
#include "ui/view.h"

#include "captures.h"
#include "stage.h"

enum { CASES_MAX = 256, OTHERS = 5 };	/* tests that are no cases */

static char *read_all(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *text = NULL;
	size_t len = 0;
	ssize_t got;

	assert_non_null(f);
	got = getdelim(&text, &len, '\0', f);
	fclose(f);
	return got < 0 ? strdup("") : text;
}

/* The value of "# word: value" at line; NULL: the line is another. */
static bool directive(const char *line, const char *word, char *out, size_t size)
{
	size_t len = strlen(word), end;

	if (strncmp(line, "# ", 2) != 0 || strncmp(line + 2, word, len) != 0 ||
	    line[2 + len] != ':')
		return false;
	line += 3 + len;
	line += strspn(line, " \t");
	end = strcspn(line, "\n");
	assert_true(end < size);
	memcpy(out, line, end);
	out[end] = '\0';
	return true;
}

static void read_line(struct screencase *c, const char *line)
{
	char value[32];

	directive(line, "args", c->args, sizeof(c->args));
	directive(line, "keys", c->keys, sizeof(c->keys));
	directive(line, "notice", c->notice, sizeof(c->notice));
	directive(line, "notice-too", c->notice_too, sizeof(c->notice_too));
	directive(line, "netns", c->netns, sizeof(c->netns));
	if (directive(line, "size", value, sizeof(value)))
		assert_int_equal(sscanf(value, "%dx%d", &c->width, &c->height), 2);
	if (directive(line, "ticks", value, sizeof(value)))
		c->ticks = (unsigned)strtoul(value, NULL, 10);
	if (directive(line, "dropped", value, sizeof(value)))
		c->dropped = (unsigned)strtoul(value, NULL, 10);
	if (directive(line, "evicted", value, sizeof(value)))
		c->evicted = (unsigned)strtoul(value, NULL, 10);
	if (directive(line, "ascii", value, sizeof(value)))
		c->ascii = strcmp(value, "yes") == 0;
	if (directive(line, "file", value, sizeof(value)))
		c->file = strcmp(value, "yes") == 0;
}

static void read_case(struct screencase *c)
{
	const char *line;

	c->width = 80;
	c->height = 24;
	c->ticks = 1;
	c->text = read_all(c->path);
	for (line = c->text; strncmp(line, "---\n", 4) != 0; line = strchr(line, '\n') + 1) {
		assert_non_null(strchr(line, '\n'));
		read_line(c, line);
	}
	c->expected = line + 4;
}

static void print_screen(const char *title, const char *text)
{
	size_t len;

	print_message("# %s\n", title);
	for (; *text; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		print_message("# |%.*s\n", (int)len, text);
	}
}

static void update(const struct screencase *c, const struct buf *screen)
{
	FILE *f = fopen(c->path, "wb");

	assert_non_null(f);
	fwrite(c->text, 1, (size_t)(c->expected - c->text), f);
	fwrite(screen->data, 1, screen->len, f);
	assert_int_equal(fclose(f), 0);
}

static void test_case(void **state)
{
	const struct screencase *c = *state;
	struct stage s;
	struct buf screen;

	stage_init(&s, c);
	stage_press_all(&s, c->keys);
	buf_init(&screen);
	grid_dump(&s.grid, &screen);
	stage_fini(&s);
	if (getenv("UPDATE_SCREENS")) {
		update(c, &screen);
	} else if (strcmp(screen.data, c->expected) != 0) {
		print_screen("expected:", c->expected);
		print_screen("painted:", screen.data);
		fail_msg("%s: another screen than expected", c->name);
	}
	buf_fini(&screen);
}

/* Whatever the size and the key, nothing breaks; what it looks like is the other tests' business. */
static void test_every_size_and_every_key_is_survived(void **state)
{
	static const char *const words[] = {
		"/",	"p",	 "=",	  "Enter", "Esc",   "s",     "Down",  "Enter", "a",
		"Down", "Enter", "Right", "Down",  "Enter", "j",     "k",     "PgDn",  "End",
		"Esc",	"?",	 "End",	  "Esc",   "c",	    "Space", "Esc",   "x",     "Esc",
		"f",	"G",	 "TICK",  "Left",  "r",	    "S",     "<",     ">",     "t",
		"u",	"l",	 "e",	  "w",	   "b",	    "n",     "Space", "@",     "X",
		"Esc",	"x",	 "K",	  "n",	   "K",	    "y",     "2",     "/",     "c",
		"l",	"Enter", "j",	  "End",   "Enter", "j",     "K",     "Esc",   "Esc",
		"Esc",	"3",	 "j",	  "End",   "TICK",  "PgUp",  "b",     "Enter", "Esc",
		"3",	"?",	 "Esc",	  "Esc",   "Tab",   "n",     "r",
	};
	const struct screencase c = { .width = 1, .height = 1, .ticks = 1 };
	struct stage s;
	int w, h;
	size_t i;

	(void)state;
	stage_init(&s, &c);
	for (w = 1; w < 230; w += w < 12 ? 1 : w < 40 ? 3 : 17) {
		for (h = 1; h < 60; h += h < 8 ? 1 : 17) {
			assert_int_equal(grid_resize(&s.grid, w, h), 0);
			for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
				stage_press(&s, words[i]);
		}
	}
	stage_fini(&s);
}

static long size_of(const char *path)
{
	FILE *f = fopen(path, "rb");
	long size;

	assert_non_null(f);
	fseek(f, 0, SEEK_END);
	size = ftell(f);
	fclose(f);
	return size;
}

static void export_to(struct stage *s, const char *path)
{
	stage_press_all(s, "x C-u");
	stage_type(s, "csv ");
	stage_type(s, path);
	stage_press(s, "Enter");
}

static void test_export_writes_the_rows_and_asks_before_it_replaces(void **state)
{
	const struct screencase c = {
		.width = 120, .height = 24, .ticks = 3, .args = "process postgres"
	};
	char folder[] = "/tmp/sockmon-screens-XXXXXX", path[64];
	struct stage s;
	long all, five;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/rows.csv", folder);
	stage_init(&s, &c);
	export_to(&s, path);
	assert_true(stage_says(&s, "5 rows written to"));
	five = size_of(path);
	stage_press(&s, "Esc");			/* no filter: more rows */
	export_to(&s, path);
	assert_true(stage_says(&s, "exists. Replace it? y/n"));
	stage_press_all(&s, "n Esc");
	assert_int_equal(size_of(path), five);
	export_to(&s, path);
	stage_press(&s, "y");
	assert_true(stage_says(&s, " rows written to"));
	assert_false(stage_says(&s, " 5 rows written to"));
	all = size_of(path);
	assert_true(all > five);
	export_to(&s, "/nonexistent/rows.csv");
	assert_true(stage_says(&s, "/nonexistent"));
	assert_false(stage_says(&s, "written to"));
	stage_fini(&s);
	assert_int_equal(remove(path), 0);
	assert_int_equal(remove(folder), 0);
}

static void open_many(struct stage *s, const char *path)
{
	captures_write_many(path);
	memset(s, 0, sizeof(*s));
	stage_open_file(s, path, "");
	assert_int_equal(grid_init(&s->grid, 120, 24, false), 0);
}

static void test_reading_a_file_is_shown_and_esc_keeps_what_was_read(void **state)
{
	char folder[] = "/tmp/sockmon-screens-XXXXXX", path[64];
	struct stage s;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/big.pcap", folder);
	open_many(&s, path);
	app_refresh(s.app);
	app_step(s.app, NSEC_PER_SEC);
	ui_tell_time(s.ui, 5 * NSEC_PER_SEC);
	stage_paint(&s);
	assert_true(stage_says(&s, "reading big.pcap"));
	assert_true(stage_says(&s, " of 18.0 MB"));
	assert_false(stage_says(&s, " left"));		/* too early to tell */
	ui_tell_time(s.ui, 8 * NSEC_PER_SEC);
	stage_press(&s, "2");
	assert_true(stage_says(&s, " left"));
	assert_true(stage_says(&s, "Esc stops and keeps what was read"));
	stage_press_all(&s, "1 / u");
	assert_false(stage_says(&s, "Esc stops"));	/* here it leaves the prompt */
	stage_press(&s, "Esc");
	stage_press(&s, "Esc");
	assert_true(stage_says(&s, "listing 0 of 64 flows") || stage_says(&s, "listing 64 of 64 flows"));
	assert_false(stage_says(&s, "Esc stops"));
	while (!app_file_done(s.app))
		app_step(s.app, NSEC_PER_SEC);
	stage_paint(&s);
	assert_false(stage_says(&s, "reading big.pcap"));
	assert_true(stage_says(&s, "big.pcap was not read to its end"));
	assert_true(stage_says(&s, "10.0.0.2:53"));
	assert_non_null(app_trouble(s.app));
	stage_fini(&s);
	assert_int_equal(remove(path), 0);
	assert_int_equal(remove(folder), 0);
}

static void test_typing_does_not_wait_for_a_slow_query(void **state)
{
	const struct screencase c = { .width = 120, .height = 24, .ticks = 1 };
	struct rows *rows;
	struct stage s;

	(void)state;
	stage_init(&s, &c);
	rows = &s.ui->rows;
	ui_tell_time(s.ui, NSEC_PER_SEC);
	stage_press(&s, "/");
	rows->result.total = 1000000;
	rows->cost_ns = NSEC_PER_SEC;
	stage_type(&s, "port 443");
	assert_true(stage_says(&s, "/ port 443"));
	assert_string_equal(rows->text, "");
	assert_int_equal(ui_due_ns(s.ui), NSEC_PER_SEC + 150 * NSEC_PER_MSEC);
	ui_tell_time(s.ui, NSEC_PER_SEC + 149 * NSEC_PER_MSEC);
	assert_string_equal(rows->text, "");
	ui_tell_time(s.ui, NSEC_PER_SEC + 150 * NSEC_PER_MSEC);
	assert_string_equal(rows->text, "port 443");
	assert_int_equal(ui_due_ns(s.ui), UINT64_MAX);
	stage_type(&s, "3");
	rows->result.total = 1000000;
	rows->cost_ns = NSEC_PER_SEC;
	stage_type(&s, "3");
	stage_press(&s, "Enter");		/* at once */
	assert_string_equal(rows->text, "port 44333");
	assert_int_equal(ui_due_ns(s.ui), UINT64_MAX);
	stage_fini(&s);
}

/* A connection that ended, of which the wire says later that it was reset. */
static void give_closed(struct stage *s, struct event *flow)
{
	struct event e = { .kind = EV_SOCKET };

	e.sock = (struct sockrec){
		.cookie = 0x700009,
		.proto = SP_TCP,
		.family = AF_INET,
		.state = ST_ESTABLISHED,
		.lport = 61999,
		.rport = 4999,
		.has = HAS_COOKIE | HAS_QUEUES,
		.dump = dump_index(2, 0),
		.dump_gen = 1,
		.inode = 70009,
	};
	addr_parse("10.0.0.2", &e.sock.laddr);
	addr_parse("10.9.9.9", &e.sock.raddr);
	stage_give(s, &e);
	*flow = (struct event){ .kind = EV_FLOW };
	flowkey_make(&flow->flow.rec.key, 6, &e.sock.laddr, e.sock.lport, &e.sock.raddr,
		     e.sock.rport);
	flow->flow.rec.id = 0x7009;
	flow->flow.rec.gen = 1;
	flow->flow.rec.wire_state = WS_ESTABLISHED;
	flow->flow.rec.first_ns = flow->flow.rec.last_ns = model_time_ns(app_model(s->app));
	stage_give(s, flow);
	e.kind = EV_SOCKET_GONE;
	e.sock.state = ST_CLOSE;
	e.sock.inode = 0;
	stage_give(s, &e);
}

static void test_search_of_the_events_finds_what_is_corrected_later(void **state)
{
	const struct screencase c = { .width = 120, .height = 24, .ticks = 1 };
	struct stage s;
	struct event flow;

	(void)state;
	stage_init(&s, &c);
	give_closed(&s, &flow);
	stage_press_all(&s, "2 /");
	stage_type(&s, "61999 reset");
	stage_press_all(&s, "Enter TICK TICK TICK TICK TICK TICK TICK");
	assert_true(stage_says(&s, "none of the"));
	flow.flow.rec.wire_state = WS_RESET;
	stage_give(&s, &flow);
	stage_paint(&s);
	assert_true(stage_says(&s, "10.9.9.9:4999"));
	stage_fini(&s);
}

static int by_name(const void *x, const void *y)
{
	const struct screencase *a = x, *b = y;

	return strcmp(a->name, b->name);
}

static size_t find_cases(struct screencase *cases)
{
	const char *top = getenv("top_srcdir");
	char folder[256];
	struct dirent *entry;
	size_t count = 0;
	DIR *dir;

	snprintf(folder, sizeof(folder), "%s/tests/screens/cases", top ? top : ".");
	dir = opendir(folder);
	while (dir && (entry = readdir(dir)) && count < CASES_MAX) {
		struct screencase *c = &cases[count];
		char *dot = strrchr(entry->d_name, '.');

		if (!dot || strcmp(dot, ".txt") != 0)
			continue;
		snprintf(c->path, sizeof(c->path), "%s/%s", folder, entry->d_name);
		snprintf(c->name, sizeof(c->name), "%.*s", (int)(dot - entry->d_name),
			 entry->d_name);
		count++;
	}
	if (dir)
		closedir(dir);
	qsort(cases, count, sizeof(*cases), by_name);
	return count;
}

int main(void)
{
	struct screencase *cases = calloc(CASES_MAX, sizeof(*cases));
	struct CMUnitTest tests[CASES_MAX + OTHERS] = {
		cmocka_unit_test(test_every_size_and_every_key_is_survived),
		cmocka_unit_test(test_export_writes_the_rows_and_asks_before_it_replaces),
		cmocka_unit_test(test_reading_a_file_is_shown_and_esc_keeps_what_was_read),
		cmocka_unit_test(test_typing_does_not_wait_for_a_slow_query),
		cmocka_unit_test(test_search_of_the_events_finds_what_is_corrected_later),
	};
	size_t count, i;
	int failed;

	if (!cases)
		return 1;
	count = find_cases(cases);
	if (!count) {
		fprintf(stderr, "no screen under tests/screens/cases: is top_srcdir set?\n");
		return 1;
	}
	for (i = 0; i < count; i++) {
		read_case(&cases[i]);
		tests[i + OTHERS] =
			(struct CMUnitTest){ cases[i].name, test_case, NULL, NULL, &cases[i] };
	}
	failed = _cmocka_run_group_tests("screens", tests, count + OTHERS, NULL, NULL);
	for (i = 0; i < count; i++)
		free(cases[i].text);
	free(cases);
	return failed;
}
