/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interfaces and addresses of this host, by network namespace: each has a "lo" with index 1,
 * and the same address may be in several. Written by the model only.
 */
#ifndef SOCKMON_MODEL_IFTAB_H
#define SOCKMON_MODEL_IFTAB_H

#include "model/model.h"

/*
 * What the kernel counted is compared with what was captured when its packets have left the ring.
 * They have where a packet of that much later has; where there is none, once the capture has told
 * all up to that much later: the ring keeps a packet for 50 ms, or somewhat more on a busy machine.
 */
enum { TOLD_ORDER_MS = 5, TOLD_LATE_MS = 200 };

struct iftab;

struct iftab *iftab_new(void);
void iftab_free(struct iftab *t);
void iftab_apply_iface(struct iftab *t, const struct ifacerec *rec, uint64_t now_ns);
void iftab_apply_count(struct iftab *t, const struct ifcountrec *rec);
void iftab_put_bases(struct iftab *t, uint64_t since_ns);	/* iface.base, where a reading is so young */
/*
 * An interval ended: compares statistics and capture, which has told all up to told_ns; `dropped`:
 * it had no room for some, of whichever interface.
 */
void iftab_tick(struct iftab *t, uint64_t told_ns, bool dropped);
bool iftab_apply_addr(struct iftab *t, const struct addrrec *rec);	/* true: the set of addresses changed */

/* The namespace is gone, and all that was in it. True: the set of addresses changed. */
bool iftab_drop_netns(struct iftab *t, uint16_t netns);

const struct iface *iftab_find(const struct iftab *t, uint16_t netns, uint32_t ifindex);
const struct iface *iftab_at(const struct iftab *t, unsigned i);	/* by namespace, then index */
const struct addrrec *iftab_addr_at(const struct iftab *t, unsigned i);	/* by address */

bool iftab_knows_addresses(const struct iftab *t, uint16_t netns);
/* 127/8 and ::1 always are. */
bool iftab_is_local(const struct iftab *t, uint16_t netns, const struct addr *a);
/* An address of this host, but in another namespace. 127/8 and ::1 never are. */
bool iftab_is_elsewhere(const struct iftab *t, uint16_t netns, const struct addr *a);
/* Of an IPv4 network that is connected in that namespace. */
bool iftab_is_broadcast(const struct iftab *t, uint16_t netns, const struct addr *a);

#endif
