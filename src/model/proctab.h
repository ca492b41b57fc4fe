/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes and which socket inodes their descriptors refer to. Written by the model only.
 *
 * A process is (pid, start time). A slot stays while something names it: a descriptor (holder) or a
 * socket that had it (refs), so that a closed connection keeps its process after that has ended.
 */
#ifndef SOCKMON_MODEL_PROCTAB_H
#define SOCKMON_MODEL_PROCTAB_H

#include "model/model.h"

struct proctab;

struct proctab *proctab_new(uint64_t hash_seed);
void proctab_free(struct proctab *t);

/* A former process of that pid (another start) must have been told gone. */
void proctab_apply_proc(struct proctab *t, const struct procrec *rec);

/* The process ended: its holders go. `each` is told every inode that lost a holder. */
void proctab_apply_gone(struct proctab *t, const struct procrec *rec,
			void (*each)(void *ctx, uint32_t inode), void *ctx);

/* One descriptor; returns true when the set of holders of rec->inode changed. */
bool proctab_apply_holder(struct proctab *t, const struct holderrec *rec);

const struct proc *proctab_at(const struct proctab *t, uint32_t slot);	/* NULL for MODEL_NONE */
const struct proc *proctab_by_pid(const struct proctab *t, uint32_t pid);	/* living; NULL */

/*
 * The first holder of an inode (lowest pid, then fd): its process slot, *fd and *count;
 * MODEL_NONE.
 */
uint32_t proctab_first_holder(const struct proctab *t, uint32_t inode, int32_t *fd, uint32_t *count);

/* All holders, lowest pid first; returns how many were written. */
unsigned proctab_holders(const struct proctab *t, uint32_t inode, struct holder *out, unsigned max);

void proctab_ref(struct proctab *t, uint32_t slot);	/* MODEL_NONE is fine */
void proctab_unref(struct proctab *t, uint32_t slot);

#endif
