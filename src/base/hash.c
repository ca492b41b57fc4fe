/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The seed of the hashes. The hashing itself is inline in the header.
 */
#include "base/hash.h"

#include <sys/random.h>

#include "base/clock.h"

uint64_t hash_random_seed(void)
{
	uint64_t seed;

	/*
	 * Up to 256 bytes come whole or not at all (getrandom(2)); early in the boot, not at all.
	 */
	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) == (ssize_t)sizeof(seed))
		return seed;
	return hash_u64(clock_wall_ns(), clock_mono_ns());
}
