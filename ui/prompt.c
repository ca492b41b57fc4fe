/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line to type into; see prompt.h. Moves by code points: a combining mark is a step too. */
#include "ui/prompt.h"

#include <string.h>

#include "base/utf8.h"

static size_t previous(const struct prompt *p, size_t at)
{
	size_t start = at > 4 ? at - 4 : 0, step;
	uint32_t cp;

	/* The longest character that ends here; a byte that is none is a step by itself. */
	for (; start + 1 < at; start++) {
		step = utf8_decode(p->text + start, at - start, &cp);
		if (start + step == at)
			return start;
	}
	return at > 0 ? at - 1 : 0;
}

static size_t next(const struct prompt *p, size_t at)
{
	uint32_t cp;

	return at < p->len ? at + utf8_decode(p->text + at, p->len - at, &cp) : at;
}

/* Removes text[from..to); the cursor stands at from. */
static void cut(struct prompt *p, size_t from, size_t to)
{
	memmove(p->text + from, p->text + to, p->len - to + 1);
	p->len -= to - from;
	p->cur = from;
}

static void insert(struct prompt *p, uint32_t cp)
{
	char bytes[4];
	size_t count = utf8_encode(cp, bytes);

	if (p->len + count >= sizeof(p->text))
		return;
	memmove(p->text + p->cur + count, p->text + p->cur, p->len - p->cur + 1);
	memcpy(p->text + p->cur, bytes, count);
	p->len += count;
	p->cur += count;
}

/* The whole line becomes text, cut where it does not fit. */
static void replace(struct prompt *p, const char *text)
{
	size_t all = strlen(text), len = 0, step;
	uint32_t cp;

	while (len < all) {
		step = utf8_decode(text + len, all - len, &cp);
		if (len + step >= sizeof(p->text))
			break;
		len += step;
	}
	memmove(p->text, text, len);
	p->text[len] = '\0';
	p->len = p->cur = len;
}

void prompt_start(struct prompt *p, const char *text)
{
	replace(p, text);
	p->recall = 0;
}

static void remember(struct prompt *p)
{
	if (p->len == 0 || (p->past_count > 0 && strcmp(p->past[0], p->text) == 0))
		return;
	memmove(p->past[1], p->past[0], sizeof(p->past) - sizeof(p->past[0]));
	memcpy(p->past[0], p->text, sizeof(p->past[0]));
	if (p->past_count < PROMPT_PAST)
		p->past_count++;
}

static void do_older(struct prompt *p)
{
	if (p->recall >= p->past_count)
		return;
	if (p->recall == 0)
		memcpy(p->draft, p->text, sizeof(p->draft));
	replace(p, p->past[p->recall++]);
}

static void do_newer(struct prompt *p)
{
	if (p->recall == 0)
		return;
	p->recall--;
	replace(p, p->recall > 0 ? p->past[p->recall - 1] : p->draft);
}

static void do_left(struct prompt *p)
{
	p->cur = previous(p, p->cur);
}

static void do_right(struct prompt *p)
{
	p->cur = next(p, p->cur);
}

static void do_home(struct prompt *p)
{
	p->cur = 0;
}

static void do_end(struct prompt *p)
{
	p->cur = p->len;
}

static void do_backspace(struct prompt *p)
{
	cut(p, previous(p, p->cur), p->cur);
}

static void do_delete(struct prompt *p)
{
	cut(p, p->cur, next(p, p->cur));
}

static void do_cut_before(struct prompt *p)
{
	cut(p, 0, p->cur);
}

static void do_cut_behind(struct prompt *p)
{
	cut(p, p->cur, p->len);
}

static void do_cut_word(struct prompt *p)
{
	size_t from = p->cur;

	while (from > 0 && p->text[from - 1] == ' ')
		from--;
	while (from > 0 && p->text[from - 1] != ' ')
		from--;
	cut(p, from, p->cur);
}

static const struct {
	uint32_t code;
	void (*edit)(struct prompt *p);
} edits[] = {
	{ KEY_LEFT_, do_left },
	{ KEY_RIGHT_, do_right },
	{ KEY_HOME_, do_home },
	{ KEY_END_, do_end },
	{ KEY_UP_, do_older },
	{ KEY_DOWN_, do_newer },
	{ KEY_BACKSPACE_, do_backspace },
	{ KEY_DELETE_, do_delete },
	{ KEY_CTRL_('a'), do_home },
	{ KEY_CTRL_('b'), do_left },
	{ KEY_CTRL_('d'), do_delete },
	{ KEY_CTRL_('e'), do_end },
	{ KEY_CTRL_('f'), do_right },
	{ KEY_CTRL_('h'), do_backspace },
	{ KEY_CTRL_('k'), do_cut_behind },
	{ KEY_CTRL_('n'), do_newer },
	{ KEY_CTRL_('p'), do_older },
	{ KEY_CTRL_('u'), do_cut_before },
	{ KEY_CTRL_('w'), do_cut_word },
};

enum prompt_result prompt_key(struct prompt *p, const struct key *k)
{
	if (k->code == KEY_ENTER_) {
		remember(p);
		return PROMPT_ACCEPTED;
	}
	if (k->code == KEY_ESC_ || k->code == KEY_CTRL_('g'))
		return PROMPT_CANCELLED;
	for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		if (edits[i].code == k->code) {
			edits[i].edit(p);
			return PROMPT_EDITING;
		}
	}
	if (k->code <= 0x10ffff && !utf8_is_control(k->code))
		insert(p, k->code);
	return PROMPT_EDITING;
}

void prompt_paint(const struct prompt *p, struct grid *g, int x, int y, int w, enum style st)
{
	size_t from = 0;
	int before;

	if (w <= 0 || x < 0 || x >= g->width || y < 0 || y >= g->height)
		return;
	if (w > g->width - x)
		w = g->width - x;
	while (from < p->cur && grid_cells(g, p->text + from, p->cur - from) >= w)
		from = next(p, from);
	before = grid_cells(g, p->text + from, p->cur - from);
	grid_fill(g, x, y, w, 1, st, ' ');
	grid_bytes(g, x, y, w, st, p->text + from, p->len - from);
	g->cursor_x = x + before;
	g->cursor_y = y;
}
