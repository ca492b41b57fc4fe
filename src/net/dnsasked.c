/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The questions that were seen: see dnsasked.h. Direct-mapped: whoever floods it makes answers go
 * unread, and nothing else. A question stays after its answer, which may be seen at several places.
 *
 * The flow's key has both ends and their ports and is the same for both directions; the name is in
 * it, too, because the server that is asked for one name could else answer for another.
 */
#include "net/dnsasked.h"

enum {
	HEADER_BYTES = 12,
	FLAG_ANSWER = 0x80,	/* of the third byte */
	NAME_BYTES = 32,	/* as much of a name as every snaplen has room for */
	CASE_BIT = 0x20,	/* an answer's name may be in another case */
};

/* What a question and its answer have in common. No padding: it is hashed as bytes. */
struct exchange {
	uint64_t flow;
	uint8_t id[2];
	uint8_t name[NAME_BYTES];	/* from the first label's length on, the rest 0 */
	uint8_t rest[6];
};

_Static_assert(sizeof(struct exchange) == 48, "hashed as bytes: no padding");

void dnsasked_init(struct dnsasked *a, uint64_t hash_seed)
{
	*a = (struct dnsasked){ .seed = hash_seed };
}

/* Label by label; bit 0x20 of a length (33 or more) is lost, which does no harm. */
static void put_name(struct exchange *e, const uint8_t *name, uint32_t len)
{
	for (uint32_t i = 0; i < len && i < NAME_BYTES && name[i]; i++)
		e->name[i] = name[i] | CASE_BIT;
}

/* 0: cut off, or of the other kind. */
static uint64_t hash_of(const struct dnsasked *a, const struct pktmeta *m, bool is_answer)
{
	const uint8_t *at = m->payload;
	struct exchange e = { .flow = flowkey_hash(&m->key, a->seed) };

	if (m->payload_captured < HEADER_BYTES || !(at[2] & FLAG_ANSWER) == is_answer)
		return 0;
	memcpy(e.id, at, sizeof(e.id));
	put_name(&e, at + HEADER_BYTES, m->payload_captured - HEADER_BYTES);
	return hash_bytes(&e, sizeof(e), a->seed);
}

/* Its place is in the lower half of the hash, what is kept is the upper one: never 0. */
static uint32_t kept_of(uint64_t hash)
{
	return (uint32_t)(hash >> 32) | 1;
}

void dnsasked_note(struct dnsasked *a, const struct pktmeta *m)
{
	uint64_t hash = hash_of(a, m, false);

	if (hash)
		a->slot[hash % DNSASKED_SLOTS] = kept_of(hash);
}

bool dnsasked_has(const struct dnsasked *a, const struct pktmeta *m)
{
	uint64_t hash = hash_of(a, m, true);

	return hash && a->slot[hash % DNSASKED_SLOTS] == kept_of(hash);
}
