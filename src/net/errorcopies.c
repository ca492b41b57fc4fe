/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies of ICMP errors: see errorcopies.h. */
#include "net/errorcopies.h"

#include "base/clock.h"

/* From one interface of a host to the next, and however the rings are read. */
#define COPY_NS (10 * NSEC_PER_MSEC)

static bool is_near(uint64_t x_ns, uint64_t y_ns)
{
	return (x_ns > y_ns ? x_ns - y_ns : y_ns - x_ns) <= COPY_NS;
}

static bool says_the_same(const struct errorseen *s, uint64_t hash, const struct pktmeta *error)
{
	return s->time_ns && s->hash == hash && s->type == error->icmp_type &&
	       s->code == error->icmp_code;
}

static bool is_elsewhere(const struct errorseen *s, const struct pktmeta *error)
{
	return s->ifindex != error->ifindex || s->way != error->way;
}

bool errorcopies_is_copy(struct errorcopies *c, uint64_t hash, const struct pktmeta *error)
{
	struct errorseen *s = &c->seen[hash & ((1u << ERRORCOPIES_BITS) - 1)];

	if (says_the_same(s, hash, error) && is_elsewhere(s, error) &&
	    is_near(s->time_ns, error->time_ns))
		return true;
	*s = (struct errorseen){
		.hash = hash,
		.time_ns = error->time_ns,
		.ifindex = error->ifindex,
		.way = error->way,
		.type = error->icmp_type,
		.code = error->icmp_code,
	};
	return false;
}
