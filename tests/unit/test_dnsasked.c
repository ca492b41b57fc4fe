/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net/dnsasked.c: an answer is known by its question: both ends, the id and the name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <stdlib.h>

#include "net/dnsasked.h"

enum { SEED = 7, MESSAGE = 12 + 13 + 4 };

static const uint8_t message[MESSAGE] =
	"\x12\x34\x01\0\0\1\0\0\0\0\0\0\1a\5examp\1o\1r\0\0\1\0\1";

/* A datagram between host 1's `port` and host 2's 53. The bytes are borrowed. */
static struct pktmeta datagram(const uint8_t *bytes, uint16_t port, bool is_answer)
{
	struct addr client = addr_from_v4((const uint8_t[]){ 10, 0, 0, 1 });
	struct addr server = addr_from_v4((const uint8_t[]){ 10, 0, 0, 2 });
	struct pktmeta m = { .kind = PKT_FLOW, .payload = bytes, .payload_captured = MESSAGE };
	unsigned from = flowkey_make(&m.key, IPPROTO_UDP, &client, port, &server, 53);

	m.from = (uint8_t)(is_answer ? !from : from);
	return m;
}

static void answer_to(const uint8_t *question, uint8_t out[static MESSAGE])
{
	memcpy(out, question, MESSAGE);
	out[2] |= 0x80;
}

static void test_dnsasked_answer_needs_its_question(void **state)
{
	struct pktmeta question = datagram(message, 4000, false), answer;
	uint8_t bytes[MESSAGE];
	struct dnsasked a;

	(void)state;
	answer_to(message, bytes);
	answer = datagram(bytes, 4000, true);
	dnsasked_init(&a, SEED);
	assert_false(dnsasked_has(&a, &answer));
	dnsasked_note(&a, &answer);		/* no question */
	assert_false(dnsasked_has(&a, &answer));
	dnsasked_note(&a, &question);
	assert_true(dnsasked_has(&a, &answer));
	assert_true(dnsasked_has(&a, &answer));	/* seen at another place */
	assert_false(dnsasked_has(&a, &question));
	answer.key.netns = 1;
	assert_false(dnsasked_has(&a, &answer));
	answer = datagram(bytes, 4001, true);
	assert_false(dnsasked_has(&a, &answer));
}

static void test_dnsasked_another_id_or_name_is_another_question(void **state)
{
	static const unsigned same[] = { 2, 3, 7 };	/* flags, count of answers */
	struct pktmeta question = datagram(message, 4000, false), answer;
	uint8_t bytes[MESSAGE];
	struct dnsasked a;

	(void)state;
	answer_to(message, bytes);
	answer = datagram(bytes, 4000, true);
	dnsasked_init(&a, SEED);
	dnsasked_note(&a, &question);
	for (unsigned i = 0; i < 2; i++) {
		bytes[i] ^= 1;
		assert_false(dnsasked_has(&a, &answer));
		bytes[i] ^= 1;
	}
	for (unsigned i = 12; i < 12 + 12; i++) {
		bytes[i] ^= 1;
		assert_false(dnsasked_has(&a, &answer));
		bytes[i] ^= 1;
	}
	for (unsigned i = 0; i < sizeof(same) / sizeof(*same); i++)
		bytes[same[i]] |= 1;
	bytes[13] = 'A';
	assert_true(dnsasked_has(&a, &answer));
}

/* Of both as much is looked at as the shortest snaplen keeps. */
static void test_dnsasked_cut_messages_are_read_as_far_as_they_go(void **state)
{
	(void)state;
	for (uint32_t len = 0; len <= MESSAGE; len++) {
		uint8_t *exact = malloc(len ? len : 1), bytes[MESSAGE];
		struct pktmeta question = datagram(exact, 4000, false), answer;
		struct dnsasked a;

		assert_non_null(exact);
		memcpy(exact, message, len);
		question.payload_captured = len;
		answer_to(message, bytes);
		answer = datagram(bytes, 4000, true);
		dnsasked_init(&a, SEED);
		dnsasked_note(&a, &question);
		assert_int_equal(dnsasked_has(&a, &answer), len >= 12 + 12);
		free(exact);
	}
}

/* The last ones asked for are mostly there, however many came before. */
static void test_dnsasked_forgets_the_oldest(void **state)
{
	unsigned known = 0;
	struct dnsasked a;

	(void)state;
	dnsasked_init(&a, SEED);
	for (unsigned i = 0; i < 60000; i++) {
		struct pktmeta question = datagram(message, (uint16_t)i, false);

		dnsasked_note(&a, &question);
	}
	for (unsigned i = 0; i < 60000; i++) {
		uint8_t bytes[MESSAGE];
		struct pktmeta answer = datagram(bytes, (uint16_t)i, true);

		answer_to(message, bytes);
		known += dnsasked_has(&a, &answer);
		if (i >= 59990)
			assert_true(dnsasked_has(&a, &answer));
	}
	assert_in_range(known, DNSASKED_SLOTS / 2, DNSASKED_SLOTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dnsasked_answer_needs_its_question),
		cmocka_unit_test(test_dnsasked_another_id_or_name_is_another_question),
		cmocka_unit_test(test_dnsasked_cut_messages_are_read_as_far_as_they_go),
		cmocka_unit_test(test_dnsasked_forgets_the_oldest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
