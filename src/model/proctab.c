/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes and holders: two slabs. A holder is on two chains, that of its inode (index) and that
 * of its process (doubly linked, so that a process with 10,000 descriptors closes one in constant
 * time).
 */
#include "model/proctab.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/xalloc.h"
#include "model/index.h"
#include "model/slab.h"

enum { PROCS_MAX = 1 << 20, HOLDS_MAX = 1 << 22 };

struct pslot {
	struct proc proc;
	uint32_t holds;		/* head of its holders */
	uint32_t hold_count;
};

struct hold {
	uint32_t inode;
	uint32_t proc;		/* slot */
	int32_t fd;
	bool has_flags, nonblock, cloexec;
	uint32_t next, prev;	/* of the same process */
};

struct proctab {
	struct slab procs, holds;
	struct index by_pid, by_inode;
	uint64_t seed;
};

static struct pslot *pslot_at(const struct proctab *t, uint32_t slot)
{
	return slab_at(&t->procs, slot);
}

static struct hold *hold_at(const struct proctab *t, uint32_t slot)
{
	return slab_at(&t->holds, slot);
}

struct proctab *proctab_new(uint64_t hash_seed)
{
	struct proctab *t = xcalloc(1, sizeof(*t));

	t->seed = hash_seed;
	slab_init(&t->procs, sizeof(struct pslot), PROCS_MAX);
	slab_init(&t->holds, sizeof(struct hold), HOLDS_MAX);
	index_init(&t->by_pid);
	index_init(&t->by_inode);
	return t;
}

void proctab_free(struct proctab *t)
{
	if (!t)
		return;
	slab_fini(&t->procs);
	slab_fini(&t->holds);
	index_fini(&t->by_pid);
	index_fini(&t->by_inode);
	free(t);
}

/* The living process of that pid. Ended ones are out of the index. */
static uint32_t find_pid(const struct proctab *t, uint32_t pid)
{
	uint32_t slot = index_first(&t->by_pid, hash_u64(pid, t->seed));

	while (slot != MODEL_NONE && pslot_at(t, slot)->proc.rec.pid != pid)
		slot = index_next(&t->by_pid, slot);
	return slot;
}

/* A slot with room in its index; MODEL_NONE: the cap is reached, or memory is short. */
static uint32_t take_indexed(struct slab *s, struct index *x)
{
	uint32_t slot = slab_take(s);

	if (slot == MODEL_NONE || index_reach(x, slot))
		return slot;
	slab_put(s, slot);
	return MODEL_NONE;
}

static void free_if_unnamed(struct proctab *t, uint32_t slot)
{
	struct pslot *p = pslot_at(t, slot);

	if (!p->proc.exited || p->proc.refs || p->hold_count)
		return;
	p->proc.used = false;
	slab_put(&t->procs, slot);
}

static void end_process(struct proctab *t, uint32_t slot)
{
	struct pslot *p = pslot_at(t, slot);

	index_remove(&t->by_pid, slot, hash_u64(p->proc.rec.pid, t->seed));
	p->proc.exited = true;
	free_if_unnamed(t, slot);
}

void proctab_apply_proc(struct proctab *t, const struct procrec *rec)
{
	uint32_t slot = find_pid(t, rec->pid);
	struct pslot *p;

	if (slot != MODEL_NONE) {
		pslot_at(t, slot)->proc.rec = *rec;
		return;
	}
	slot = take_indexed(&t->procs, &t->by_pid);
	if (slot == MODEL_NONE)
		return;
	p = pslot_at(t, slot);
	*p = (struct pslot){ .proc = { .rec = *rec, .used = true }, .holds = MODEL_NONE };
	index_insert(&t->by_pid, slot, hash_u64(rec->pid, t->seed));
}

static void remove_hold(struct proctab *t, uint32_t slot)
{
	struct hold *h = hold_at(t, slot);
	struct pslot *p = pslot_at(t, h->proc);

	index_remove(&t->by_inode, slot, hash_u64(h->inode, t->seed));
	if (h->prev != MODEL_NONE)
		hold_at(t, h->prev)->next = h->next;
	else
		p->holds = h->next;
	if (h->next != MODEL_NONE)
		hold_at(t, h->next)->prev = h->prev;
	p->hold_count--;
	slab_put(&t->holds, slot);
}

void proctab_apply_gone(struct proctab *t, const struct procrec *rec,
			void (*each)(void *ctx, uint32_t inode), void *ctx)
{
	uint32_t slot = find_pid(t, rec->pid);

	if (slot == MODEL_NONE || pslot_at(t, slot)->proc.rec.start_ticks != rec->start_ticks)
		return;
	proctab_ref(t, slot);	/* `each` may drop the last socket that names it */
	while (pslot_at(t, slot)->holds != MODEL_NONE) {
		uint32_t inode = hold_at(t, pslot_at(t, slot)->holds)->inode;

		remove_hold(t, pslot_at(t, slot)->holds);
		each(ctx, inode);
	}
	end_process(t, slot);
	proctab_unref(t, slot);
}

static uint32_t find_hold(const struct proctab *t, uint32_t inode, uint32_t proc, int32_t fd)
{
	uint32_t slot = index_first(&t->by_inode, hash_u64(inode, t->seed));

	for (; slot != MODEL_NONE; slot = index_next(&t->by_inode, slot)) {
		const struct hold *h = hold_at(t, slot);

		if (h->inode == inode && h->proc == proc && h->fd == fd)
			break;
	}
	return slot;
}

static void put_flags(struct hold *h, const struct holderrec *rec)
{
	if (!rec->has_flags)
		return;		/* not looked at this time: what was known stays */
	h->has_flags = true;
	h->nonblock = rec->nonblock;
	h->cloexec = rec->cloexec;
}

bool proctab_apply_holder(struct proctab *t, const struct holderrec *rec)
{
	uint32_t proc = find_pid(t, rec->pid);
	uint32_t slot = proc == MODEL_NONE ? MODEL_NONE : find_hold(t, rec->inode, proc, rec->fd);
	struct pslot *p;

	if (!rec->held) {
		if (slot == MODEL_NONE)
			return false;
		remove_hold(t, slot);
		return true;
	}
	if (slot != MODEL_NONE)
		put_flags(hold_at(t, slot), rec);
	if (proc == MODEL_NONE || slot != MODEL_NONE)
		return false;
	slot = take_indexed(&t->holds, &t->by_inode);
	if (slot == MODEL_NONE)
		return false;
	p = pslot_at(t, proc);
	*hold_at(t, slot) = (struct hold){ .inode = rec->inode, .proc = proc, .fd = rec->fd,
					   .next = p->holds, .prev = MODEL_NONE };
	put_flags(hold_at(t, slot), rec);
	if (p->holds != MODEL_NONE)
		hold_at(t, p->holds)->prev = slot;
	p->holds = slot;
	p->hold_count++;
	index_insert(&t->by_inode, slot, hash_u64(rec->inode, t->seed));
	return true;
}

const struct proc *proctab_at(const struct proctab *t, uint32_t slot)
{
	return slot == MODEL_NONE ? NULL : &pslot_at(t, slot)->proc;
}

const struct proc *proctab_by_pid(const struct proctab *t, uint32_t pid)
{
	return proctab_at(t, find_pid(t, pid));
}

static bool holder_before(const struct holder *x, const struct holder *y)
{
	return x->pid != y->pid ? x->pid < y->pid : x->fd < y->fd;
}

uint32_t proctab_first_holder(const struct proctab *t, uint32_t inode, int32_t *fd, uint32_t *count)
{
	uint32_t slot = index_first(&t->by_inode, hash_u64(inode, t->seed)), best = MODEL_NONE;
	struct holder first = { 0 };

	*count = 0;
	for (; slot != MODEL_NONE; slot = index_next(&t->by_inode, slot)) {
		const struct hold *h = hold_at(t, slot);
		struct holder this = { .pid = pslot_at(t, h->proc)->proc.rec.pid, .fd = h->fd };

		if (h->inode != inode)
			continue;
		++*count;
		if (best == MODEL_NONE || holder_before(&this, &first)) {
			best = h->proc;
			first = this;
		}
	}
	*fd = best == MODEL_NONE ? -1 : first.fd;
	return best;
}

/* Keeps the first `max` of them in order; returns the new count. */
static unsigned put_holder(struct holder *out, unsigned n, unsigned max, const struct holder *h)
{
	unsigned at = n;

	while (at > 0 && holder_before(h, &out[at - 1]))
		at--;
	if (at == max)
		return n;
	if (n == max)
		n--;
	memmove(&out[at + 1], &out[at], (n - at) * sizeof(*out));
	out[at] = *h;
	return n + 1;
}

unsigned proctab_holders(const struct proctab *t, uint32_t inode, struct holder *out, unsigned max)
{
	uint32_t slot = index_first(&t->by_inode, hash_u64(inode, t->seed));
	unsigned n = 0;

	for (; slot != MODEL_NONE; slot = index_next(&t->by_inode, slot)) {
		const struct hold *h = hold_at(t, slot);
		struct holder this = { pslot_at(t, h->proc)->proc.rec.pid, h->fd, h->has_flags,
				       h->nonblock, h->cloexec };

		if (h->inode == inode)
			n = put_holder(out, n, max, &this);
	}
	return n;
}

void proctab_ref(struct proctab *t, uint32_t slot)
{
	if (slot != MODEL_NONE)
		pslot_at(t, slot)->proc.refs++;
}

void proctab_unref(struct proctab *t, uint32_t slot)
{
	if (slot == MODEL_NONE)
		return;
	pslot_at(t, slot)->proc.refs--;
	free_if_unnamed(t, slot);
}
