/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interfaces and addresses of this host. Written by the model only.
 */
#ifndef SOCKMON_MODEL_IFTAB_H
#define SOCKMON_MODEL_IFTAB_H

#include "model/model.h"

struct iftab;

struct iftab *iftab_new(void);
void iftab_free(struct iftab *t);
void iftab_apply_iface(struct iftab *t, const struct ifacerec *rec, uint64_t now_ns);
bool iftab_apply_addr(struct iftab *t, const struct addrrec *rec);	/* true: the set of addresses changed */

const struct iface *iftab_find(const struct iftab *t, uint32_t ifindex);
const struct iface *iftab_at(const struct iftab *t, unsigned i);

bool iftab_knows_addresses(const struct iftab *t);
bool iftab_is_local(const struct iftab *t, const struct addr *a);	/* 127/8 and ::1 always are */
bool iftab_is_broadcast(const struct iftab *t, const struct addr *a);	/* of a connected IPv4 network */

#endif
