/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The namespaces that nsscan knows: see nstab.h. */
#include "source/nstab.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

void nstab_init(struct nstab *t, uint64_t own_inode, uint64_t own_procnet)
{
	*t = (struct nstab){ .next = 1 };
	t->at[0] = (struct nsentry){ .inode = own_inode, .procnet = own_procnet, .fd = -1,
				     .used = true };
}

void nstab_fini(struct nstab *t)
{
	for (unsigned i = 1; i < NETNS_MAX; i++)
		if (t->at[i].used && t->at[i].fd >= 0)
			close(t->at[i].fd);
}

void nstab_begin_pass(struct nstab *t)
{
	t->pass++;
	t->full = false;
	for (unsigned i = 0; i < NETNS_MAX; i++) {
		t->at[i].lowest = 0;
		t->at[i].pid_met = false;
		t->at[i].ip_name[0] = '\0';
	}
}

static bool is_same(const struct nsentry *e, uint64_t inode, uint64_t procnet)
{
	if (inode && e->inode)
		return inode == e->inode;
	return procnet && procnet == e->procnet;
}

struct nsentry *nstab_find(struct nstab *t, uint64_t inode, uint64_t procnet)
{
	for (unsigned i = 0; i < NETNS_MAX; i++)
		if (t->at[i].used && is_same(&t->at[i], inode, procnet))
			return &t->at[i];
	return NULL;
}

/*
 * Flows and sockets of one that went are forgotten only with time: its index comes again after
 * all others.
 */
static struct nsentry *find_free(struct nstab *t)
{
	for (unsigned i = 0; i < NETNS_MAX - 1; i++) {
		struct nsentry *e = &t->at[1 + (t->next - 1 + i) % (NETNS_MAX - 1)];

		if (!e->used && !e->gone)
			return e;
	}
	return NULL;
}

struct nsentry *nstab_add(struct nstab *t, uint64_t inode, uint64_t procnet)
{
	struct nsentry *e = find_free(t);

	if (!e) {
		t->full = true;
		return NULL;
	}
	*e = (struct nsentry){ .inode = inode, .procnet = procnet, .fd = -1, .pass = t->pass,
			       .used = true };
	t->next = nstab_index(t, e) + 1u;
	return e;
}

void nstab_note_pid(struct nstab *t, struct nsentry *e, uint32_t pid)
{
	e->pass = t->pass;
	if (!e->lowest || pid < e->lowest)
		e->lowest = pid;
	e->pid_met |= pid == e->pid;
}

/* Of several names the first in order, whatever the order of the directory. */
void nstab_note_name(struct nstab *t, struct nsentry *e, const char *name)
{
	e->pass = t->pass;
	if (!e->ip_name[0] || strncmp(name, e->ip_name, NSNAME_MAX - 1) < 0)
		snprintf(e->ip_name, sizeof(e->ip_name), "%s", name);
}

void nstab_drop(struct nstab *t, struct nsentry *e)
{
	if (e == &t->at[0])
		return;
	if (e->fd >= 0)
		close(e->fd);
	*e = (struct nsentry){ .fd = -1, .gone = e->taken };
}

uint16_t nstab_index(const struct nstab *t, const struct nsentry *e)
{
	return (uint16_t)(e - t->at);
}
