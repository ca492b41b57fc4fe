/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source/ringfilter.c: the program is one that the kernel takes (which any socket may ask it), and
 * what is left for user space judges packets without an Ethernet header. That it drops the right
 * packets is tests/live's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/links.h"
#include "source/ringfilter.h"

enum { SNAPLEN = 160 };

static const uint8_t udp_to_port_53[] = {
	0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0x03, 0xe8, 0, 53, 0, 8, 0, 0,
};

static struct pktraw raw_packet(uint16_t linktype)
{
	return (struct pktraw){
		.data = udp_to_port_53,
		.caplen = sizeof(udp_to_port_53),
		.wirelen = sizeof(udp_to_port_53),
		.linktype = linktype,
	};
}

static void assert_kernel_takes(const struct ringfilter *f)
{
	struct sock_fprog prog = ringfilter_program(f);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)), 0);
	close(fd);
}

static void test_ringfilter_kernel_takes_every_program(void **state)
{
	static const char *const filters[] = { NULL, "", "tcp", "udp port 53 or icmp6", "not port 22",
					       "ether host 2:0:0:0:0:1", "pppoes and ip6", "len > 100" };

	(void)state;
	for (size_t i = 0; i < sizeof(filters) / sizeof(*filters); i++) {
		struct ringfilter f;

		assert_int_equal(ringfilter_init(&f, "any", filters[i], SNAPLEN, NULL), 0);
		assert_int_equal(f.interface_count, 0);
		assert_kernel_takes(&f);
		ringfilter_fini(&f);
	}
}

/* Every accepting return gives the snaplen, whatever libpcap would keep. */
static void test_ringfilter_keeps_no_more_than_the_snaplen(void **state)
{
	struct ringfilter f;
	unsigned accepts = 0;

	(void)state;
	assert_int_equal(ringfilter_init(&f, NULL, "tcp or udp", SNAPLEN, NULL), 0);
	for (unsigned i = 0; i < f.count; i++) {
		if (f.insns[i].code != (BPF_RET | BPF_K) || !f.insns[i].k)
			continue;
		assert_int_equal(f.insns[i].k, SNAPLEN);
		accepts++;
	}
	assert_true(accepts >= 2);
	ringfilter_fini(&f);
}

static void test_ringfilter_judges_bare_ip_in_user_space(void **state)
{
	struct pktraw bare = raw_packet(LINK_RAW_ETHERTYPE), ethernet = raw_packet(LINK_ETHERNET);
	struct ringfilter f;

	(void)state;
	assert_int_equal(ringfilter_init(&f, NULL, "udp port 53", SNAPLEN, NULL), 0);
	assert_true(ringfilter_passes(&f, &bare));
	assert_true(ringfilter_passes(&f, &ethernet));
	bare.caplen = 10;
	assert_false(ringfilter_passes(&f, &bare));
	ringfilter_fini(&f);
	assert_int_equal(ringfilter_init(&f, NULL, "udp port 54", SNAPLEN, NULL), 0);
	bare = raw_packet(LINK_RAW_ETHERTYPE);
	assert_false(ringfilter_passes(&f, &bare));
	/* The kernel has judged this one. */
	assert_true(ringfilter_passes(&f, &ethernet));
	ringfilter_fini(&f);
}

static void test_ringfilter_that_needs_ethernet_matches_nothing_else(void **state)
{
	struct pktraw bare = raw_packet(LINK_RAW_ETHERTYPE);
	struct ringfilter f;

	(void)state;
	assert_int_equal(ringfilter_init(&f, NULL, "ether host 2:0:0:0:0:1", SNAPLEN, NULL), 0);
	assert_null(f.raw);
	assert_false(ringfilter_passes(&f, &bare));
	ringfilter_fini(&f);
}

static void test_ringfilter_without_a_filter_passes_everything(void **state)
{
	struct pktraw bare = raw_packet(LINK_RAW_ETHERTYPE);
	struct ringfilter f;

	(void)state;
	assert_int_equal(ringfilter_init(&f, NULL, NULL, SNAPLEN, NULL), 0);
	assert_true(ringfilter_passes(&f, &bare));
	ringfilter_fini(&f);
}

static void test_ringfilter_list_of_interfaces(void **state)
{
	struct ringfilter f;

	(void)state;
	if (!if_nametoindex("lo"))
		skip();
	assert_int_equal(ringfilter_init(&f, "lo,lo", NULL, SNAPLEN, NULL), 0);
	assert_int_equal(f.interface_count, 1);
	assert_int_equal(f.interfaces[0], if_nametoindex("lo"));
	assert_kernel_takes(&f);
	ringfilter_fini(&f);
	assert_int_equal(ringfilter_init(&f, "lo,any", NULL, SNAPLEN, NULL), 0);
	assert_int_equal(f.interface_count, 0);
	ringfilter_fini(&f);
}

static void test_ringfilter_unknown_interface_is_named(void **state)
{
	static const char *const lists[] = { "nosuchif", "any,nosuchif", "nosuchif-and-a-name-too-long" };
	struct ringfilter f;

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		struct errmsg err = { "" };

		assert_int_equal(ringfilter_init(&f, lists[i], NULL, SNAPLEN, &err), -ENODEV);
		assert_non_null(strstr(err.text, "no interface 'nosuchif"));
		assert_non_null(strstr(err.text, "there are: any"));
	}
	assert_int_equal(ringfilter_init(&f, "", NULL, SNAPLEN, NULL), -ENODEV);
}

/* The kernel has taken the tag off: such a filter would match nothing, and nobody would know why. */
static void test_ringfilter_vlan_is_refused_and_not_silent(void **state)
{
	static const char *const filters[] = { "vlan", "vlan 5", "tcp and (vlan)", "not vlan 7&&ip" };

	(void)state;
	for (size_t i = 0; i < sizeof(filters) / sizeof(*filters); i++) {
		struct errmsg err = { "" };
		struct ringfilter f;

		assert_int_equal(ringfilter_init(&f, NULL, filters[i], SNAPLEN, &err), -EINVAL);
		assert_non_null(strstr(err.text, "-f vlan is not supported"));
	}
}

static void test_ringfilter_bad_filter_is_one_sentence(void **state)
{
	struct errmsg err = { "" };
	struct ringfilter f;

	(void)state;
	assert_int_equal(ringfilter_init(&f, NULL, "port port", SNAPLEN, &err), -EINVAL);
	assert_non_null(strstr(err.text, "'port port'"));
	assert_non_null(strstr(err.text, "pcap-filter(7)"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ringfilter_kernel_takes_every_program),
		cmocka_unit_test(test_ringfilter_keeps_no_more_than_the_snaplen),
		cmocka_unit_test(test_ringfilter_judges_bare_ip_in_user_space),
		cmocka_unit_test(test_ringfilter_that_needs_ethernet_matches_nothing_else),
		cmocka_unit_test(test_ringfilter_without_a_filter_passes_everything),
		cmocka_unit_test(test_ringfilter_list_of_interfaces),
		cmocka_unit_test(test_ringfilter_unknown_interface_is_named),
		cmocka_unit_test(test_ringfilter_vlan_is_refused_and_not_silent),
		cmocka_unit_test(test_ringfilter_bad_filter_is_one_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
