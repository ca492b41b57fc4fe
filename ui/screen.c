/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The terminal; see screen.h. The only file that includes <curses.h>. Owns curses' state and the
 * terminal's modes; decides nothing about what is shown.
 *
 * `shown` is what the terminal shows: rows that differ from it are handed to curses, which sends
 * the cells that differ. A row goes as a whole, so that no half of a wide character is ever sent
 * alone.
 */
#define NCURSES_WIDECHAR 1
#define key_name curses_key_name	/* keys.h has one too */
#include <curses.h>
#undef key_name
#include <term.h>

#include "ui/screen.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "ui/crash.h"

enum {
	ESC_DELAY_MS = 25,
	DOUBLE_CLICK_MS = 400,
	SEQUENCE_MAX = 32,	/* characters of an unknown escape sequence that are swallowed */
	PALETTE_FULL = 256,
};

struct screen {
	SCREEN *curses;
	WINDOW *input;			/* a pad: reading from it never paints */
	bool ascii, colour;
	attr_t attr[STYLES];		/* the theme, for this terminal; its pair is style + 1 */
	struct grid shown;
	bool shown_valid;
	bool cursor_on;
	uint64_t click_ns;		/* the last click, to know a double one; 0 = none */
	int click_x, click_y;
};

/* ---- signals: curses puts in handlers of its own, which would act in the middle of a paint */

static const int curses_signals[] = { SIGINT, SIGTERM, SIGTSTP, SIGWINCH };

enum { CURSES_SIGNALS = sizeof(curses_signals) / sizeof(curses_signals[0]) };

struct handlers {
	struct sigaction of[CURSES_SIGNALS];
};

static void handlers_save(struct handlers *h)
{
	for (int i = 0; i < CURSES_SIGNALS; i++)
		sigaction(curses_signals[i], NULL, &h->of[i]);
}

static void handlers_restore(const struct handlers *h)
{
	for (int i = 0; i < CURSES_SIGNALS; i++)
		sigaction(curses_signals[i], &h->of[i], NULL);
}

/* ---- opening and closing */

static int refuse_term(struct errmsg *err, const char *term, const char *why)
{
	if (!term || !*term)
		errmsg_set(err, "cannot open the screen: TERM is not set; set it, or use -o table");
	else
		errmsg_set(err, "cannot open the screen: TERM is \"%.64s\", %s; "
			   "set it, or use -o table", term, why);
	return -EINVAL;
}

/* Before newterm(), which cannot say what it misses. */
static int check_term(struct errmsg *err)
{
	const char *term = getenv("TERM"), *cup;
	int found = 0;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		errmsg_set(err, "cannot open the screen: standard %s is no terminal; use -o table",
			   isatty(STDIN_FILENO) ? "output" : "input");
		return -ENOTTY;
	}
	if (!term || !*term)
		return refuse_term(err, term, "");
	if (setupterm(term, STDOUT_FILENO, &found) != OK)
		return refuse_term(err, term, found < 0 ? "and there is no terminfo database"
							: "which terminfo does not know");
	cup = tigetstr("cup");
	found = cup && cup != (char *)-1;
	del_curterm(cur_term);
	return found ? 0 : refuse_term(err, term, "which cannot place the cursor");
}

/* What must be sent to leave, should there be no time to ask curses. */
static void arm_crash(void)
{
	static const char *const names[] = { "cnorm", "sgr0", "op", "rmkx", "rmcup" };
	static const char mouse_off[] = "\033[?1006l\033[?1000l";
	const char *text;

	for (size_t i = 0; has_mouse() && mouse_off[i]; i++)
		crash_append(mouse_off[i]);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		text = tigetstr(names[i]);
		if (text && text != (char *)-1)
			tputs(text, 1, crash_append);
	}
	crash_arm();
}

static void set_modes(struct screen *s)
{
	cbreak();
	noecho();
	nonl();
	intrflush(stdscr, FALSE);
	if (!getenv("ESCDELAY"))
		set_escdelay(ESC_DELAY_MS);
	typeahead(-1);		/* else doupdate() looks for input, and flushes, at every line */
	keypad(s->input, TRUE);
	nodelay(s->input, TRUE);
	mouseinterval(0);	/* else curses waits for a second click */
	mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
	curs_set(0);
	s->cursor_on = false;
}

/* May be called once only; the colours themselves come with the theme. */
static bool want_colour(void)
{
	const char *no = getenv("NO_COLOR");

	if ((no && *no) || !has_colors())
		return false;
	return start_color() == OK && COLOR_PAIRS > STYLES;
}

static int take_terminal(struct screen *s, struct errmsg *err)
{
	struct handlers handlers;

	use_env(FALSE);		/* the window's size, not what LINES and COLUMNS were once */
	use_tioctl(TRUE);
	handlers_save(&handlers);
	s->curses = newterm(NULL, stdout, stdin);
	handlers_restore(&handlers);
	if (!s->curses)
		return refuse_term(err, getenv("TERM"), "which curses does not take");
	s->input = newpad(1, 1);
	if (!s->input || grid_init(&s->shown, COLS, LINES, s->ascii) < 0) {
		errmsg_set(err, "cannot open the screen: out of memory");
		return -ENOMEM;
	}
	set_modes(s);
	endwin();	/* until it was ended once, curses flushes at every motion of the cursor */
	s->colour = want_colour();
	screen_set_theme(s, theme_at(0));
	arm_crash();
	return 0;
}

static void give_terminal(struct screen *s)
{
	if (s->input)
		delwin(s->input);
	if (s->curses) {
		endwin();
		delscreen(s->curses);
	}
	grid_fini(&s->shown);
	free(s);
}

int screen_open(struct screen **out, struct errmsg *err)
{
	struct screen *s;
	int rc = check_term(err);

	if (rc < 0)
		return rc;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	setlocale(LC_CTYPE, "");	/* numbers stay as C has them */
	s->ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	crash_note_modes();
	rc = take_terminal(s, err);
	if (rc < 0) {
		give_terminal(s);
		return rc;
	}
	*out = s;
	return 0;
}

void screen_close(struct screen *s)
{
	if (!s)
		return;
	give_terminal(s);
	crash_disarm();
}

void screen_size(const struct screen *s, int *width, int *height)
{
	(void)s;
	*width = COLS;
	*height = LINES;
}

bool screen_is_ascii(const struct screen *s)
{
	return s->ascii;
}

/* ---- looks */

static const struct {
	uint8_t grid;
	attr_t curses;
} attr_bits[] = {
	{ GRID_REVERSE, A_REVERSE },
	{ GRID_BOLD, A_BOLD },
	{ GRID_DIM, A_DIM },
	{ GRID_UNDERLINE, A_UNDERLINE },
};

static attr_t to_curses_attr(uint8_t bits)
{
	attr_t attr = A_NORMAL;

	for (size_t i = 0; i < sizeof(attr_bits) / sizeof(attr_bits[0]); i++)
		if (bits & attr_bits[i].grid)
			attr |= attr_bits[i].curses;
	return attr;
}

/* `own`: the terminal can go back to its own colours. */
static void set_pair(int pair, int fg, int bg, bool own)
{
	if (!own && fg < 0)
		fg = COLOR_WHITE;
	if (!own && bg < 0)
		bg = COLOR_BLACK;
	init_pair((short)pair, (short)fg, (short)bg);
}

/* With eight colours a background is shown as reverse video, and a grey as faint. */
static attr_t look_attr(const struct look *l, int pair, bool own)
{
	attr_t attr = to_curses_attr(l->attr);

	if (COLORS >= PALETTE_FULL) {
		set_pair(pair, l->fg, l->bg, own);
		return attr;
	}
	set_pair(pair, l->fg8, COLOR_DEFAULT, own);
	if (l->bg != COLOR_DEFAULT)
		return attr | A_REVERSE;
	return l->fg != COLOR_DEFAULT && l->fg8 == COLOR_DEFAULT ? attr | A_DIM : attr;
}

void screen_set_theme(struct screen *s, const struct theme *t)
{
	bool own = s->colour && use_default_colors() == OK;

	if (!s->colour)
		t = theme_mono();
	for (int i = 0; i < STYLES; i++)
		s->attr[i] = s->colour ? look_attr(&t->look[i], i + 1, own)
				       : to_curses_attr(t->look[i].attr);
	s->shown_valid = false;
}

/* ---- showing */

/* The cell as curses wants it. Where they differ on its width, the character is not sent. */
static void to_cchar(const struct screen *s, const struct cell *c, int width, cchar_t *out)
{
	wchar_t text[CCHARW_MAX + 1] = { 0 };
	size_t len = strnlen(c->text, sizeof(c->text)), at = 0, count = 0;
	unsigned style = c->style < STYLES ? c->style : STYLE_NORMAL;
	uint32_t cp;

	while (at < len && count < 2) {
		at += utf8_decode(c->text + at, len - at, &cp);
		if (wcwidth((wchar_t)cp) == (count ? 0 : width))
			text[count++] = (wchar_t)cp;
		else if (count == 0)
			text[count++] = s->ascii ? L'?' : (wchar_t)UTF8_BAD;
	}
	setcchar(out, text, s->attr[style] | to_curses_attr(c->attr),
		 (short)(s->colour ? style + 1 : 0), NULL);
}

static void show_row(const struct screen *s, const struct cell *row, int y, int width)
{
	static const struct cell blank = { .text = " " };
	cchar_t out;

	for (int x = 0; x < width; x++) {
		bool wide = x + 1 < width && row[x + 1].text[0] == '\0';

		to_cchar(s, &row[x], wide ? 2 : 1, &out);
		/* ERR at the last cell says only that the cursor has nowhere to go. */
		mvadd_wch(y, x, &out);
		if (!wide)
			continue;
		if (getcurx(stdscr) == x + 1) {		/* what was sent for it is narrow */
			to_cchar(s, &blank, 1, &out);
			mvadd_wch(y, x + 1, &out);
		}
		x++;
	}
}

static void show_cursor(struct screen *s, const struct grid *g)
{
	bool on = g->cursor_x >= 0 && g->cursor_x < COLS && g->cursor_y >= 0 && g->cursor_y < LINES;

	if (on != s->cursor_on)
		curs_set(on ? 1 : 0);
	s->cursor_on = on;
	if (on)
		move(g->cursor_y, g->cursor_x);
	else
		move(0, 0);
}

/* Makes room to remember g; then nothing is known to be shown. */
static void shown_prepare(struct screen *s, const struct grid *g)
{
	if (s->shown_valid && s->shown.width == g->width && s->shown.height == g->height)
		return;
	s->shown_valid = grid_resize(&s->shown, g->width, g->height) == 0;
	for (int i = 0; s->shown_valid && i < g->width * g->height; i++)
		s->shown.cells[i].style = STYLES;	/* no cell is like that */
	erase();
}

void screen_show(struct screen *s, const struct grid *g)
{
	int width = g->width < COLS ? g->width : COLS;
	int height = g->height < LINES ? g->height : LINES;
	size_t stride = (size_t)g->width * sizeof(struct cell);

	shown_prepare(s, g);
	for (int y = 0; y < height; y++) {
		const struct cell *row = &g->cells[y * g->width];
		struct cell *old = &s->shown.cells[y * g->width];

		if (s->shown_valid && memcmp(row, old, stride) == 0)
			continue;
		show_row(s, row, y, width);
		if (s->shown_valid)
			memcpy(old, row, stride);
	}
	show_cursor(s, g);
	wnoutrefresh(stdscr);
	doupdate();
}

void screen_repaint(struct screen *s)
{
	reset_prog_mode();
	clearok(curscr, TRUE);
	s->shown_valid = false;
}

void screen_resized(struct screen *s)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
		resizeterm(size.ws_row, size.ws_col);
	clearok(curscr, TRUE);
	s->shown_valid = false;
}

/* ---- keys */

static const struct {
	wint_t curses;
	uint32_t code;
} function_keys[] = {
	{ KEY_ENTER, KEY_ENTER_ },   { KEY_BTAB, KEY_BACKTAB_ }, { KEY_BACKSPACE, KEY_BACKSPACE_ },
	{ KEY_DC, KEY_DELETE_ },     { KEY_UP, KEY_UP_ },	 { KEY_DOWN, KEY_DOWN_ },
	{ KEY_LEFT, KEY_LEFT_ },     { KEY_RIGHT, KEY_RIGHT_ },	 { KEY_PPAGE, KEY_PGUP_ },
	{ KEY_NPAGE, KEY_PGDN_ },    { KEY_HOME, KEY_HOME_ },	 { KEY_FIND, KEY_HOME_ },
	{ KEY_A1, KEY_HOME_ },	     { KEY_END, KEY_END_ },	 { KEY_SELECT, KEY_END_ },
	{ KEY_C1, KEY_END_ },	     { KEY_A3, KEY_PGUP_ },	 { KEY_C3, KEY_PGDN_ },
	{ KEY_IC, KEY_INSERT_ },
};

static const struct {
	wint_t typed;
	uint32_t code;
} typed_keys[] = {
	{ '\r', KEY_ENTER_ }, { '\n', KEY_ENTER_ },	  { '\t', KEY_TAB_ },
	{ 0x08, KEY_BACKSPACE_ }, { 0x7f, KEY_BACKSPACE_ },
};

static const struct {
	mmask_t state;
	uint8_t kind;
} mouse_kinds[] = {
	{ BUTTON1_PRESSED, MOUSE_CLICK },
	{ BUTTON4_PRESSED, MOUSE_WHEEL_UP },
	{ BUTTON5_PRESSED, MOUSE_WHEEL_DOWN },
};

/* A second click on the same cell soon after the first is a double one; a third begins anew. */
static void note_click(struct screen *s, struct key *k)
{
	uint64_t now_ns = clock_mono_ns();

	if (s->click_ns && now_ns - s->click_ns < DOUBLE_CLICK_MS * NSEC_PER_MSEC &&
	    s->click_x == k->x && s->click_y == k->y) {
		k->mouse = MOUSE_DOUBLE;
		s->click_ns = 0;
		return;
	}
	s->click_ns = now_ns;
	s->click_x = k->x;
	s->click_y = k->y;
}

static bool take_mouse(struct screen *s, struct key *k)
{
	MEVENT event;

	if (getmouse(&event) != OK)
		return false;
	if (event.x < 0 || event.x >= COLS || event.y < 0 || event.y >= LINES)
		return false;
	for (size_t i = 0; i < sizeof(mouse_kinds) / sizeof(mouse_kinds[0]); i++) {
		if (!(event.bstate & mouse_kinds[i].state))
			continue;
		k->code = KEY_MOUSE_;
		k->x = (int16_t)event.x;
		k->y = (int16_t)event.y;
		k->mouse = mouse_kinds[i].kind;
		if (k->mouse == MOUSE_CLICK)
			note_click(s, k);
		return true;
	}
	return false;
}

/* false: a key that has no meaning here. */
static bool take_function_key(struct screen *s, wint_t c, struct key *k)
{
	if (c == KEY_MOUSE)
		return take_mouse(s, k);
	if (c > KEY_F(0) && c <= KEY_F(12)) {
		k->code = KEY_F0_ + (uint32_t)(c - KEY_F(0));
		return true;
	}
	for (size_t i = 0; i < sizeof(function_keys) / sizeof(function_keys[0]); i++) {
		if (function_keys[i].curses == c) {
			k->code = function_keys[i].code;
			return true;
		}
	}
	return false;
}

/* What ends a cursor key's sequence, where a terminal sends others than terminfo says. */
static const struct {
	wint_t last;
	uint32_t code;
} sequence_keys[] = {
	{ 'A', KEY_UP_ },   { 'B', KEY_DOWN_ }, { 'C', KEY_RIGHT_ },
	{ 'D', KEY_LEFT_ }, { 'H', KEY_HOME_ }, { 'F', KEY_END_ },
};

/*
 * What follows an ESC that began no key that curses knows: the key it may still be, 0 for a
 * sequence that is swallowed (or its parts would act as keys), KEY_ESC_ where none follows.
 */
static uint32_t take_sequence(struct screen *s)
{
	wint_t c;

	if (wget_wch(s->input, &c) != OK)
		return KEY_ESC_;
	if (c != '[' && c != 'O') {
		unget_wch((wchar_t)c);
		return KEY_ESC_;
	}
	for (int i = 0; i < SEQUENCE_MAX && wget_wch(s->input, &c) == OK; i++)
		if (c >= 0x40 && c <= 0x7e)
			break;
	for (size_t i = 0; i < sizeof(sequence_keys) / sizeof(sequence_keys[0]); i++)
		if (sequence_keys[i].last == c)
			return sequence_keys[i].code;
	return 0;
}

static bool take_typed(struct screen *s, wint_t c, struct key *k)
{
	k->code = c == 0x1b ? take_sequence(s) : (uint32_t)c;
	for (size_t i = 0; i < sizeof(typed_keys) / sizeof(typed_keys[0]); i++)
		if (typed_keys[i].typed == c)
			k->code = typed_keys[i].code;
	return k->code != 0;
}

/* Hung up, or at its end: readable, and nothing in it. */
static bool is_gone(void)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	int waiting = 0;

	if (poll(&in, 1, 0) <= 0)
		return false;
	if (in.revents & (POLLHUP | POLLERR | POLLNVAL))
		return true;
	return ioctl(STDIN_FILENO, FIONREAD, &waiting) < 0 || waiting == 0;
}

bool screen_key(struct screen *s, struct key *k, bool *gone)
{
	struct key found = { 0 };
	wint_t c;
	int rc;

	*gone = is_gone();
	while (!*gone) {
		errno = 0;
		rc = wget_wch(s->input, &c);
		if (rc == ERR) {
			*gone = errno == EIO;	/* in the background with nobody to continue us */
			return false;
		}
		if (rc == KEY_CODE_YES ? take_function_key(s, c, &found)
				       : take_typed(s, c, &found)) {
			*k = found;
			return true;
		}
	}
	return false;
}

/* ---- C-z */

void screen_suspend(struct screen *s)
{
	struct sigaction stop = { .sa_handler = SIG_DFL }, ours;
	sigset_t set, mask;

	endwin();
	sigaction(SIGTSTP, &stop, &ours);
	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	raise(SIGTSTP);		/* pending; the rest of the group has its own from the terminal */
	sigprocmask(SIG_UNBLOCK, &set, &mask);	/* here we stand still until SIGCONT */
	sigprocmask(SIG_SETMASK, &mask, NULL);
	sigaction(SIGTSTP, &ours, NULL);
	reset_prog_mode();
	screen_resized(s);	/* nobody told us while we were not in the foreground */
}
