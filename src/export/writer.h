/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes to a descriptor in a thread of its own: while the kernel copies what is there, the next
 * rows are made. A hundred megabytes of them take as long to copy as to make.
 *
 * Two buffers change hands, as in base/mailbox.h, and who comes too early waits for the other.
 * Signals are let in where the write waits and nowhere else: a pipe that nobody reads is given up
 * as buf_write() does.
 */
#ifndef SOCKMON_EXPORT_WRITER_H
#define SOCKMON_EXPORT_WRITER_H

#include <signal.h>

#include "base/buf.h"

enum { WRITER_BYTES = 256 * 1024 };	/* to gather before each writer_flush(): waking a thread costs too */

struct writer;

/*
 * write_mask: the signals that stay blocked while it writes; the caller's are all blocked until
 * writer_finish(). 0, -ENOMEM, or -errno where there can be no thread.
 */
int writer_start(struct writer **out, int fd, const sigset_t *write_mask);

/* For struct snapshot, ctx = struct writer: takes what is in *b. Its errors are of what it took before. */
int writer_flush(void *ctx, struct buf *b);

/* Waits until all is written, ends the thread, frees it. 0 or the first error. */
int writer_finish(struct writer *w);

#endif
