/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file that is complete or absent. What is written goes to a nameless (or temporarily named)
 * file in the same folder; commit syncs it and renames it over the target. Until then, and after
 * an abort, a full disk or a kill, the old content stands byte for byte.
 *
 * Only a regular file is replaced. A symlink stays a link: its target is replaced. A FIFO, a
 * device and /dev/stdout are written in place. A folder, and an existing file without write
 * permission, is refused. The mode and, where allowed, the owner of an existing file are kept;
 * other hard links to it keep the old content.
 *
 * SIGPIPE and SIGXFSZ are the caller's: ignored, they come back as -EPIPE and -EFBIG from write(2).
 */
#ifndef SOCKMON_EXPORT_OUTFILE_H
#define SOCKMON_EXPORT_OUTFILE_H

#include "base/errmsg.h"

struct outfile;

/* 0; or -errno with the sentence, and nothing was changed. A FIFO that nobody reads is -ENXIO. */
int outfile_open(struct outfile **out, const char *path, struct errmsg *err);

int outfile_fd(
	const struct outfile *f); /* borrowed until commit or abort; the caller checks its writes */

/* Makes it the file; frees f in any case. 0; or -errno with the sentence: the old file stands. */
int outfile_commit(struct outfile *f, struct errmsg *err);

void outfile_abort(struct outfile *f); /* leaves no trace; NULL is fine */

/* The sentence for a write to f that failed with -errno; returns that. */
int outfile_error(const struct outfile *f, int error, struct errmsg *err);

#endif
