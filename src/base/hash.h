/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Seeded hashing (xxHash, header only). The seed comes from getrandom(2), so that a stranger who
 * chooses ports cannot choose buckets.
 */
#ifndef SOCKMON_BASE_HASH_H
#define SOCKMON_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t hash_random_seed(void);	/* getrandom; the clock where that is refused */

static inline uint64_t hash_bytes(const void *data, size_t len, uint64_t seed)
{
	return XXH3_64bits_withSeed(data, len, seed);
}

/* For integer keys: one multiply and fold (the finaliser of MurmurHash3). */
static inline uint64_t hash_u64(uint64_t key, uint64_t seed)
{
	key ^= seed;
	key ^= key >> 33;
	key *= 0xff51afd7ed558ccdull;
	key ^= key >> 33;
	key *= 0xc4ceb9fe1a85ec53ull;
	return key ^ key >> 33;
}

#endif
