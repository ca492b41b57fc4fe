/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets of flow ids: see flowset.h. */
#include "net/flowset.h"

#include <assert.h>
#include <errno.h>

#include "net/reserve.h"

enum { WORD_BITS = 64 };

static size_t words_bytes(uint32_t limit)
{
	return ((size_t)limit + WORD_BITS - 1) / WORD_BITS * sizeof(uint64_t);
}

int flowset_init(struct flowset *s, uint32_t limit)
{
	uint64_t *words = reserve_new(words_bytes(limit));

	if (!words)
		return -ENOMEM;
	*s = (struct flowset){ .words = words, .limit = limit };
	return 0;
}

void flowset_fini(struct flowset *s)
{
	reserve_free(s->words, words_bytes(s->limit));
	s->words = NULL;
}

static uint64_t bit_of(uint32_t id)
{
	return 1ull << id % WORD_BITS;
}

void flowset_add(struct flowset *s, uint32_t id)
{
	uint32_t word = id / WORD_BITS;

	if (word >= s->used)
		s->used = word + 1;
	s->count += !(s->words[word] & bit_of(id));
	s->words[word] |= bit_of(id);
}

void flowset_remove(struct flowset *s, uint32_t id)
{
	uint64_t *word = &s->words[id / WORD_BITS];

	s->count -= !!(*word & bit_of(id));
	*word &= ~bit_of(id);
}

uint32_t flowset_take(struct flowset *s)
{
	uint32_t word = s->at / WORD_BITS;
	uint64_t bits = s->words[word] & ~0ull << s->at % WORD_BITS;
	uint32_t id;

	assert(s->count);
	while (!bits) {
		word = word + 1 < s->used ? word + 1 : 0;
		bits = s->words[word];
	}
	id = word * WORD_BITS + (uint32_t)__builtin_ctzll(bits);
	s->words[word] ^= bit_of(id);
	s->count--;
	s->at = id + 1 < s->limit ? id + 1 : 0;
	return id;
}
