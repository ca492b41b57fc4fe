/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The user interface without a terminal: keys in, grid out. Owns the query, the selection and the
 * views' state; reads the model through the app, never a source. Main thread only.
 */
#ifndef SOCKMON_UI_UI_H
#define SOCKMON_UI_UI_H

#include "app.h"
#include "ui/grid.h"
#include "ui/keys.h"

struct ui;

struct ui *ui_new(struct app *app);
void ui_free(struct ui *u);

/* Handles one key. */
void ui_key(struct ui *u, const struct key *k);

/*
 * What time it is (monotonic), for what is done while the model's time is that of a file, and for
 * what was put off until the user stops typing: that is done now, if it is due. Optional; before
 * keys and paint.
 */
void ui_tell_time(struct ui *u, uint64_t mono_ns);
uint64_t ui_due_ns(const struct ui *u);	/* when something of that is due; UINT64_MAX: nothing is */

/* Paints the whole screen for the model as it is now. */
void ui_paint(struct ui *u, struct grid *g);

bool ui_wants_quit(const struct ui *u);
bool ui_take_repaint(struct ui *u);	/* C-l was pressed; clears it */
bool ui_take_suspend(struct ui *u);	/* C-z was pressed; clears it */
bool ui_dirty(const struct ui *u);	/* the user did something since the last paint */
bool ui_behind(const struct ui *u);	/* the model moved on since the last paint */

#endif
