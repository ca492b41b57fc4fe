/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The numbers of a group's line, the same in every format. To add one: a row in groupfields.c.
 * Private to export/.
 */
#ifndef SOCKMON_EXPORT_GROUPFIELDS_H
#define SOCKMON_EXPORT_GROUPFIELDS_H

#include "export/snapshot.h"

struct groupfield {
	const char *key;   /* in JSON and CSV */
	const char *title; /* in -o table */
	bool of_capture;   /* comes from packets: unknown where none are looked at */
	bool (*get)(const struct group *g, uint64_t *out); /* false: unknown */
};

const struct groupfield *groupfield_at(unsigned i); /* NULL past the end */

/* false: unknown in this snapshot. */
bool groupfield_get(const struct groupfield *f, const struct snapshot *s, const struct group *g,
		    uint64_t *out);

#endif
