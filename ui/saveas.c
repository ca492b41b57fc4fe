/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The export prompt ("json sockmon-20261121-221403.json") and the question before a file is
 * replaced. What is written, and that it is whole or absent, is app_export()'s.
 */
#include "ui/saveas.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/human.h"

/* Format and file of the prompt's text; false: it is not that, and the reader was told. */
struct target {
	const struct format *format;
	const char *path;
};

static void add_names(char *out, size_t size)
{
	const struct format *f;
	size_t len = 0;
	unsigned i;

	out[0] = '\0';
	for (i = 0; (f = format_at(i)) && len < size; i++)
		len += (size_t)snprintf(out + len, size - len, "%s%s", i ? ", " : "", f->name);
}

/* A file name alone says its format by its suffix. */
static bool read_suffix(const char *text, struct target *t)
{
	const char *dot = strrchr(text, '.');
	const struct format *f;
	unsigned i;

	for (i = 0; dot && !strchr(text, ' ') && (f = format_at(i)); i++) {
		if (strcmp(f->suffix, dot + 1) == 0) {
			*t = (struct target){ f, text };
			return true;
		}
	}
	return false;
}

static bool read_target(struct ui *u, struct target *t)
{
	const char *text = u->export_prompt.text, *blank = strchr(text, ' ');
	char name[16], all[96];
	size_t len = blank ? (size_t)(blank - text) : strlen(text);

	if (read_suffix(text, t))
		return true;

	snprintf(name, sizeof(name), "%.*s", len < sizeof(name) ? (int)len : (int)sizeof(name) - 1,
		 text);
	t->format = len < sizeof(name) ? format_find(name) : NULL;
	if (!t->format) {
		add_names(all, sizeof(all));
		ui_say(u, STYLE_ERROR, "no such format: %s. Write one of %s, then a file name",
		       name, all);
		return false;
	}
	t->path = blank ? blank + strspn(blank, " ") : "";
	if (!*t->path)
		ui_say(u, STYLE_ERROR, "no file is named: write %s, a blank and a file name", name);
	return *t->path;
}

static void write_file(struct ui *u, const struct target *t)
{
	struct errmsg err = { "" };
	uint32_t rows = 0;
	uint64_t bytes = 0;
	char size[16];
	int ret = app_export(u->app, &u->rows.query, t->format, t->path, NULL, 0, &rows, &bytes,
			     &err);

	u->dialog = NULL;
	if (ret) {
		ui_say(u, STYLE_ERROR, "%s", err.text[0] ? err.text : strerror(-ret));
		return;
	}
	human_bytes(size, sizeof(size), bytes);
	ui_say(u, STYLE_GOOD, "%u row%s written to %s (%s)", rows, rows == 1 ? "" : "s", t->path,
	       size);
}

static void export_key(struct ui *u, const struct key *k)
{
	enum prompt_result result = prompt_key(&u->export_prompt, k);
	struct target t;

	if (result == PROMPT_CANCELLED)
		u->dialog = NULL;
	if (result != PROMPT_ACCEPTED || !read_target(u, &t))
		return;
	if (access(t.path, F_OK) == 0)
		u->dialog = &dialog_overwrite;
	else
		write_file(u, &t);
}

static int export_height(const struct ui *u, int width)
{
	(void)u;
	(void)width;
	return 2;
}

static void export_paint(struct ui *u, struct grid *g, int y)
{
	int x = 1 + grid_text(g, 1, y, g->width - 1, STYLE_TITLE, "export ");
	char all[96];

	add_names(all, sizeof(all));
	prompt_paint(&u->export_prompt, g, x, y, g->width - x - 1, STYLE_NORMAL);
	if (u->said[0])
		grid_ellipsis(g, 1, y + 1, g->width - 2, u->said_style, u->said);
	else
		grid_printf(g, 1, y + 1, g->width - 2, STYLE_DIM,
			    "Enter write  Esc back   formats: %s", all);
}

const struct dialog dialog_export = { export_key, export_height, export_paint };

static void overwrite_key(struct ui *u, const struct key *k)
{
	struct target t;

	if (k->code == KEY_MOUSE_)
		return;
	if ((k->code == 'y' || k->code == 'Y') && read_target(u, &t)) {
		write_file(u, &t);
		return;
	}
	u->dialog = &dialog_export;	/* any other key is no: another name can be given */
}

static int overwrite_height(const struct ui *u, int width)
{
	(void)u;
	(void)width;
	return 1;
}

static void overwrite_paint(struct ui *u, struct grid *g, int y)
{
	struct target t;

	if (read_target(u, &t))
		grid_printf(g, 1, y, g->width - 2, STYLE_TROUBLE, "%s exists. Replace it? y/n",
			    t.path);
}

const struct dialog dialog_overwrite = { overwrite_key, overwrite_height, overwrite_paint };

/* The default name is of the moment that is shown, not of the clock on the wall. */
void saveas_open(struct ui *u)
{
	const struct format *f = u->rows.opt->format ? u->rows.opt->format : format_find("json");
	char when[32], text[64];

	if (!f)
		f = format_at(0);
	clock_format_rfc3339(model_time_ns(ui_model(u)), when);		/* "2026-11-21T22:14:03.…" */
	snprintf(text, sizeof(text), "%s sockmon-%.4s%.2s%.2s-%.2s%.2s%.2s.%s", f->name, when,
		 when + 5, when + 8, when + 11, when + 14, when + 17, f->suffix);
	prompt_start(&u->export_prompt, text);
	u->dialog = &dialog_export;
}
