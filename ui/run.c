/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The interactive run; see run.h. Owns the terminal, the UI and the one grid that every frame is
 * painted into; decides when something happens, never what: keys go to ui.c, sources belong to the
 * app.
 */
#include "ui/run.h"

#include <errno.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/signals.h"
#include "ui/screen.h"
#include "ui/ui.h"

enum {
	FRAME_MS = 50,		/* what the user did is shown at once */
	NEWS_FRAME_MS = 250,	/* what the model learned can wait: nobody reads faster */
	ROUND_FRAME_MS = 1000,	/* in the middle of a round it is half of the picture */
	IDLE_MS = 1000,
	KEYS_PER_TURN = 256,	/* a paste or a stuck key does not keep the sources waiting */
};

struct run {
	struct app *app;
	struct screen *screen;
	struct ui *ui;
	struct grid grid;
	uint64_t painted_ns;
	uint64_t round_ns;		/* when the last round began */
	bool stale;			/* the grid or the terminal changed */
	bool keys_left;
	bool over;
};

static void fit(struct run *r)
{
	int width, height;

	screen_resized(r->screen);
	screen_size(r->screen, &width, &height);
	grid_resize(&r->grid, width, height);	/* without memory the old one is shown, cut */
	r->stale = true;
}

static void repaint(struct run *r)
{
	screen_repaint(r->screen);
	r->stale = true;
}

static void suspend(struct run *r)
{
	screen_suspend(r->screen);
	fit(r);
}

static void take_signals(struct run *r)
{
	unsigned bits = signals_take();

	if (bits & (SIGNAL_QUIT | SIGNAL_HANGUP)) {
		r->over = true;
		return;
	}
	if (bits & SIGNAL_STOP)
		suspend(r);
	if (bits & SIGNAL_CONT)		/* also after a SIGSTOP, of which nobody told us */
		repaint(r);
	if (bits & (SIGNAL_RESIZE | SIGNAL_CONT))
		fit(r);
}

static void take_keys(struct run *r)
{
	struct key k;
	bool gone = false;
	int n;

	for (n = 0; n < KEYS_PER_TURN && !r->over; n++) {
		if (!screen_key(r->screen, &k, &gone))
			break;
		ui_key(r->ui, &k);
		r->over = ui_wants_quit(r->ui);
	}
	r->keys_left = n == KEYS_PER_TURN;
	r->over = r->over || gone;
	if (!r->over && ui_take_suspend(r->ui))
		suspend(r);
	if (!r->over && ui_take_repaint(r->ui))
		repaint(r);
}

/* How long after the last frame the next one is due; UINT64_MAX: nothing changed. */
static uint64_t frame_ns(const struct run *r)
{
	if (r->stale || ui_dirty(r->ui))
		return FRAME_MS * NSEC_PER_MSEC;
	if (!ui_behind(r->ui))
		return UINT64_MAX;
	return (app_round_done(r->app) ? NEWS_FRAME_MS : ROUND_FRAME_MS) * NSEC_PER_MSEC;
}

static void paint(struct run *r)
{
	ui_paint(r->ui, &r->grid);
	screen_show(r->screen, &r->grid);
	r->painted_ns = clock_mono_ns();
	r->stale = false;
}

/* A round that is still going on is not overtaken. */
static bool round_is_due(const struct run *r, uint64_t now_ns)
{
	return !app_paused(r->app) && app_round_done(r->app) &&
	       now_ns - r->round_ns >= app_interval_ns(r->app);
}

/* Milliseconds, rounded up, until `wait_ns` after since_ns. */
static int left_ms(uint64_t now_ns, uint64_t since_ns, uint64_t wait_ns)
{
	uint64_t left_ns = now_ns - since_ns < wait_ns ? wait_ns - (now_ns - since_ns) : 0;

	if (left_ns / NSEC_PER_MSEC >= IDLE_MS)
		return IDLE_MS;
	return (int)((left_ns + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC);
}

static int wait_ms(const struct run *r)
{
	uint64_t now_ns = clock_mono_ns();
	int wait = IDLE_MS, left;

	if (r->keys_left)
		return 0;
	if (!app_paused(r->app) && app_round_done(r->app))
		wait = left_ms(now_ns, r->round_ns, app_interval_ns(r->app));
	left = left_ms(now_ns, r->painted_ns, frame_ns(r));
	wait = left < wait ? left : wait;
	if (ui_due_ns(r->ui) == UINT64_MAX)
		return wait;
	left = ui_due_ns(r->ui) > now_ns ? left_ms(now_ns, now_ns, ui_due_ns(r->ui) - now_ns) : 0;
	return left < wait ? left : wait;
}

static void turn(struct run *r, const sigset_t *wait_mask)
{
	bool ready = app_turn(r->app, wait_ms(r), STDIN_FILENO, wait_mask);
	uint64_t now_ns;

	ui_tell_time(r->ui, clock_mono_ns());
	take_signals(r);
	if (!r->over && (ready || r->keys_left))
		take_keys(r);
	if (r->over)
		return;
	now_ns = clock_mono_ns();
	if (round_is_due(r, now_ns)) {
		app_refresh(r->app);
		r->round_ns = now_ns;
	}
	if (now_ns - r->painted_ns >= frame_ns(r))
		paint(r);
}

static int start(struct run *r, struct errmsg *err)
{
	int width, height, rc = screen_open(&r->screen, err);

	if (rc < 0)
		return rc;
	screen_size(r->screen, &width, &height);
	rc = grid_init(&r->grid, width, height, screen_is_ascii(r->screen));
	r->ui = rc == 0 ? ui_new(r->app) : NULL;
	if (r->ui)
		return 0;
	errmsg_set(err, "cannot open the screen: out of memory");
	return -ENOMEM;
}

int ui_run(struct app *app, const sigset_t *wait_mask, struct errmsg *err)
{
	struct run r = { .app = app, .stale = true };
	int rc = start(&r, err);

	if (rc == 0) {
		app_refresh(app);
		r.round_ns = clock_mono_ns();
	}
	while (rc == 0 && !r.over)
		turn(&r, wait_mask);
	ui_free(r.ui);
	grid_fini(&r.grid);
	screen_close(r.screen);
	return rc;
}
