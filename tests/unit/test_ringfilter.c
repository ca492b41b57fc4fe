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
#include <pcap/pcap.h>
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

/* A UDP packet, whose payload is zeros. */
struct sample {
	uint8_t frame[1600];
	uint32_t len;
};

static void make_sample(struct sample *s, unsigned version, bool ethernet, uint16_t sport)
{
	uint8_t *ip = s->frame + (ethernet ? 14 : 0), *udp;

	*s = (struct sample){ .len = 700 };
	if (ethernet) {
		s->frame[12] = version == 4 ? 0x08 : 0x86;
		s->frame[13] = version == 4 ? 0x00 : 0xdd;
	}
	ip[0] = version == 4 ? 0x46 : 0x60;	/* with an option */
	ip[version == 4 ? 9 : 6] = 17;
	udp = ip + (version == 4 ? 24 : 40);
	udp[0] = (uint8_t)(sport >> 8);
	udp[1] = (uint8_t)sport;
}

/*
 * What the program keeps, behind the part that asks the kernel: that ends with a jump over a return
 * of 0. Packets without Ethernet leave it by a jump of their own. Run by libpcap's interpreter.
 */
static unsigned kept_of(const struct ringfilter *f, const struct sample *s, bool ethernet)
{
	struct bpf_insn insns[512];
	unsigned at = 0;

	assert_true(f->count <= 512);
	for (unsigned i = 0; i < f->count; i++)
		insns[i] = (struct bpf_insn){ f->insns[i].code, f->insns[i].jt, f->insns[i].jf,
					      f->insns[i].k };
	while (insns[at].code != (BPF_JMP | BPF_JA) || (ethernet && insns[at].k != 1))
		at++;
	return bpf_filter(insns + at, s->frame, s->len, s->len);
}

static void test_ringfilter_keeps_all_of_what_comes_from_a_dns_port(void **state)
{
	static const char *const filters[] = { NULL, "udp or tcp", "ip or ip6" };
	struct ringfilter f;
	struct sample s;

	(void)state;
	for (size_t i = 0; i < sizeof(filters) / sizeof(*filters); i++) {
		assert_int_equal(ringfilter_init(&f, NULL, filters[i], SNAPLEN, NULL), 0);
		for (unsigned link = 0; link < 2; link++) {
			for (unsigned version = 4; version <= 6; version += 2) {
				make_sample(&s, version, link, 53);
				assert_int_equal(kept_of(&f, &s, link), 1514);
				make_sample(&s, version, link, 5353);
				assert_int_equal(kept_of(&f, &s, link), 1514);
				make_sample(&s, version, link, 54);
				assert_int_equal(kept_of(&f, &s, link), SNAPLEN);
			}
		}
		ringfilter_fini(&f);
	}
}

static void test_ringfilter_keeps_no_more_than_the_snaplen_of_others(void **state)
{
	struct ringfilter f;
	struct sample s;

	(void)state;
	assert_int_equal(ringfilter_init(&f, NULL, NULL, SNAPLEN, NULL), 0);
	make_sample(&s, 4, true, 53);
	s.frame[14 + 9] = 6;		/* TCP */
	assert_int_equal(kept_of(&f, &s, true), SNAPLEN);
	make_sample(&s, 4, true, 53);
	s.frame[14 + 7] = 100;		/* a later fragment */
	assert_int_equal(kept_of(&f, &s, true), SNAPLEN);
	make_sample(&s, 6, true, 53);
	s.frame[14 + 6] = 0;		/* an extension header */
	assert_int_equal(kept_of(&f, &s, true), SNAPLEN);
	make_sample(&s, 4, true, 53);
	s.frame[12] = 0x81;		/* another tag */
	assert_int_equal(kept_of(&f, &s, true), SNAPLEN);
	make_sample(&s, 4, false, 53);
	s.frame[0] = 0x16;		/* no IP at once */
	assert_int_equal(kept_of(&f, &s, false), SNAPLEN);
	ringfilter_fini(&f);
}

/* The kernel drops a packet where a load leads out of it. */
static void test_ringfilter_drops_no_packet_for_being_short(void **state)
{
	struct ringfilter f;

	(void)state;
	assert_int_equal(ringfilter_init(&f, NULL, NULL, SNAPLEN, NULL), 0);
	for (unsigned link = 0; link < 2; link++) {
		for (unsigned version = 4; version <= 6; version += 2) {
			struct sample s;

			make_sample(&s, version, link, 53);
			s.frame[link ? 14 : 0] |= 0x0f;
			for (s.len = 1; s.len < sizeof(s.frame); s.len++)
				assert_true(kept_of(&f, &s, link) >= SNAPLEN);
		}
	}
	ringfilter_fini(&f);
}

static void test_ringfilter_with_a_large_snaplen_keeps_as_much_of_all(void **state)
{
	struct ringfilter f;
	struct sample s;

	(void)state;
	assert_int_equal(ringfilter_init(&f, NULL, "udp", 262144, NULL), 0);
	make_sample(&s, 4, true, 53);
	assert_int_equal(kept_of(&f, &s, true), 262144);
	s.frame[14 + 9] = 6;
	assert_int_equal(kept_of(&f, &s, true), 0);
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
		cmocka_unit_test(test_ringfilter_keeps_all_of_what_comes_from_a_dns_port),
		cmocka_unit_test(test_ringfilter_keeps_no_more_than_the_snaplen_of_others),
		cmocka_unit_test(test_ringfilter_drops_no_packet_for_being_short),
		cmocka_unit_test(test_ringfilter_with_a_large_snaplen_keeps_as_much_of_all),
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
