/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The capture source: packets to flows. Live, a thread owns packet source and flow table,
 * allocates nothing and takes no lock per packet, and publishes the flows that changed through
 * a mailbox of two pre-allocated batches. A file is read by the same code inline, in step(),
 * without a thread.
 *
 * The thread is told to stop by a flag and an eventfd, then joined. All signals are blocked in it.
 */
#ifndef SOCKMON_SOURCE_CAPTURE_H
#define SOCKMON_SOURCE_CAPTURE_H

#include "source/netns.h"
#include "source/pktsrc.h"
#include "source/source.h"

struct capture_options {
	struct pktsrc_options pktsrc;
	const char *file;		/* NULL = live */
	uint32_t max_flows;		/* 0 = default (1 Mi) */
	bool publish_at_end_only;	/* file, batch: flows are sent once, at the end */
	bool hold;			/* file, batch: flows are not sent at all but by capture_next_slice() */
	const struct netns_place *where;	/* live: NULL = here */
};

/* Opens at once (rights!), starts the thread. Strings are copied. */
int capture_new(struct source **out, const struct capture_options *opt, struct errmsg *err);

/* A file's bytes read and size (0 = unknown), for a progress bar. */
void capture_progress(const struct source *s, uint64_t *at, uint64_t *size);

/*
 * Reads no further: what was read is sent, as if the file ended here (with its trouble:
 * interrupted).
 */
bool capture_cut(struct source *s);	/* false: it has ended already, or is no file */

/*
 * A file that was opened with `hold`, and read: sends the next few hundred of its flows, in the
 * order of their ids in the table, and takes those back that it sent before. false: there were none left, and
 * the last ones are taken back. Their ids and generations are of the slice, not of the table.
 */
bool capture_next_slice(struct source *s, const struct sink *out);

/* Did the file end early? Returns the sentence, or NULL. Borrowed from the source. */
const char *capture_trouble(const struct source *s);

/*
 * Captures in one more namespace from now on, by the same thread into the same flow table;
 * flows are told apart by the key's netns. Interfaces and filter are those of the options.
 * Opens in the background: what is wrong there is told by a notice, but where none of the
 * interfaces exists nothing is said. -errno with the sentence: not even begun.
 */
int capture_add_netns(struct source *s, const struct netns_place *where, struct errmsg *err);
void capture_drop_netns(struct source *s, uint16_t index);	/* it is gone; what was counted stays until it expires */

#endif
