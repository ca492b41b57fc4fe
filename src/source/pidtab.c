/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of processes by pid. Owns the entries, whose addresses stay when it grows; knows no
 * /proc.
 */
#include "source/pidtab.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/xalloc.h"

enum { FIRST_SLOTS = 1024 };

void pidtab_init(struct pidtab *t)
{
	t->slots = xcalloc(FIRST_SLOTS, sizeof(struct pident *));
	t->mask = FIRST_SLOTS - 1;
	t->count = 0;
	t->seed = hash_random_seed();
}

static void free_entry(struct pident *who)
{
	sockfds_fini(&who->fds);
	free(who);
}

void pidtab_fini(struct pidtab *t)
{
	for (size_t i = 0; t->slots && i <= t->mask; i++) {
		if (t->slots[i])
			free_entry(t->slots[i]);
	}
	free(t->slots);
	t->slots = NULL;
}

/* Where that pid is, or the free slot where it belongs. */
static struct pident **slot_of(const struct pidtab *t, uint32_t pid)
{
	size_t i = hash_u64(pid, t->seed) & t->mask;

	while (t->slots[i] && t->slots[i]->pid != pid)
		i = (i + 1) & t->mask;
	return &t->slots[i];
}

struct pident *pidtab_find(const struct pidtab *t, uint32_t pid)
{
	return *slot_of(t, pid);
}

struct pident *pidtab_next(const struct pidtab *t, size_t *at)
{
	while (*at <= t->mask) {
		struct pident *who = t->slots[(*at)++];

		if (who)
			return who;
	}
	return NULL;
}

static bool grow(struct pidtab *t)
{
	struct pidtab bigger = { .mask = 2 * t->mask + 1, .count = t->count, .seed = t->seed };

	bigger.slots = calloc(bigger.mask + 1, sizeof(struct pident *));
	if (!bigger.slots)
		return false;
	for (size_t i = 0; i <= t->mask; i++) {
		if (t->slots[i])
			*slot_of(&bigger, t->slots[i]->pid) = t->slots[i];
	}
	free(t->slots);
	*t = bigger;
	return true;
}

struct pident *pidtab_get(struct pidtab *t, uint32_t pid)
{
	struct pident **slot = slot_of(t, pid);

	if (*slot)
		return *slot;
	if (2 * t->count > t->mask) {
		if (!grow(t))
			return NULL;
		slot = slot_of(t, pid);
	}
	*slot = calloc(1, sizeof(**slot));
	if (!*slot)
		return NULL;
	(*slot)->pid = pid;
	t->count++;
	return *slot;
}

/* Closes the gap at i: an entry behind it that could not have its own slot moves up. */
static void remove_slot(struct pidtab *t, size_t i)
{
	size_t next = i;

	t->count--;
	for (;;) {
		size_t home;

		t->slots[i] = NULL;
		do {
			next = (next + 1) & t->mask;
			if (!t->slots[next])
				return;
			home = hash_u64(t->slots[next]->pid, t->seed) & t->mask;
		} while (((next - home) & t->mask) < ((next - i) & t->mask));
		t->slots[i] = t->slots[next];
		i = next;
	}
}

void pidtab_sweep(struct pidtab *t, uint32_t pass,
		  void (*gone)(void *ctx, const struct pident *who), void *ctx)
{
	for (size_t i = 0; i <= t->mask;) {
		struct pident *who = t->slots[i];

		if (!who || who->pass == pass || who->in_look) {
			i++;
			continue;
		}
		gone(ctx, who);
		/* Another may have moved to slot i: it is looked at next. */
		remove_slot(t, i);
		free_entry(who);
	}
}
