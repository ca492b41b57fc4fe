/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A row as a JSON object. Which keys, in which order and in which objects is decided once a
 * snapshot, in the plan; a row then is little more than copies and digits. Private to export/.
 *
 * A column whose value is unknown is left out, unless it was asked for by name: then it is null.
 */
#ifndef SOCKMON_EXPORT_JSON_ROW_H
#define SOCKMON_EXPORT_JSON_ROW_H

#include "export/snapshot.h"

struct jsonfield;
struct jsonrun;

struct jsonplan {
	struct jsonfield *fields;	/* owned, as are the runs */
	struct jsonrun *runs;
	unsigned field_count, run_count;
	bool asked;			/* columns were named: unknown is null */
	struct buf leads;
	struct holderlist holders;
};

int jsonplan_init(struct jsonplan *p, const struct snapshot *s);	/* 0 or -ENOMEM */
void jsonplan_fini(struct jsonplan *p);

void jsonplan_add_row(struct jsonplan *p, struct buf *b, const struct row *r);

#endif
