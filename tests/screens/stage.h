/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stage for the screens: an app, its UI, a screen, and keys. See stage.c. */
#ifndef SOCKMON_TESTS_SCREENS_STAGE_H
#define SOCKMON_TESTS_SCREENS_STAGE_H

#include "app.h"
#include "ui/ui.h"

/* What a file of cases/ says. */
struct screencase {
	char path[512];
	char name[128];
	char *text;			/* the whole file; owned */
	const char *expected;		/* in text, behind the "---" line */
	char args[256], keys[1024], notice[400], notice_too[400], netns[64];
	int width, height;
	unsigned ticks, dropped, evicted;
	bool ascii, file;
};

/* An app with the arguments of a case, its UI, and a screen. */
struct stage {
	struct options opt;
	struct app *app;
	struct ui *ui;
	struct grid grid;
	uint64_t now_ns;
	char args[256], path[64];
};

/* For a stage of zeros, which has no screen yet. path: as long as the stage. */
void stage_open_file(struct stage *s, const char *path, const char *args);
/* An interval passes, a round with it. */
void stage_tick(struct stage *s);
/* As run.c does: again while something waits. */
void stage_paint(struct stage *s);
/* A test may play a source that the synthetic host has not. */
void stage_give(struct stage *s, struct event *e);
void stage_init(struct stage *s, const struct screencase *c);
void stage_fini(struct stage *s);
/* A key by its name, or one of the words of run_screens.c; then the screen is painted. */
void stage_press(struct stage *s, const char *word);
void stage_press_all(struct stage *s, const char *keys);
/* Letter by letter, without a look at the screen in between. */
void stage_type(struct stage *s, const char *text);
/* Is the text on the screen? */
bool stage_says(struct stage *s, const char *text);

#endif
