/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The filter of the capture ring: see ringfilter.h. Talks to libpcap's compiler, not to the kernel.
 */
#include "source/ringfilter.h"

#include <assert.h>
#include <errno.h>
#include <net/if.h>	/* before the kernel's own */
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "net/dns.h"
#include "net/links.h"

enum {
	PROLOGUE_MAX = 16 + RINGFILTER_INTERFACES_MAX,
	/* Where the parts of the epilogue begin, and its length. */
	AT_OTHERS = 0,
	AT_ETHERNET = 7,
	AT_IPV4 = 13,
	AT_IPV6 = 23,
	AT_PORT = 28,
	AT_SHORT = 31,
	AT_LONG = 32,
	EPILOGUE = 33,
	DNS_BYTES = 1514,	/* kept of what may be an answer: a whole frame */
};

#define LOAD_EXTENSION(what) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + (what)))
#define LOAD_HALF(at) BPF_STMT(BPF_LD | BPF_H | BPF_IND, at)	/* x + at */
#define LOAD_BYTE(at) BPF_STMT(BPF_LD | BPF_B | BPF_IND, at)
#define CALCULATE(op, k) BPF_STMT(BPF_ALU | (op) | BPF_K, k)
#define JUMP_EQUAL(k, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, yes, no)
#define JUMP(n) BPF_STMT(BPF_JMP | BPF_JA, n)
#define RETURN(k) BPF_STMT(BPF_RET | BPF_K, k)

bool ringfilter_is_ethernet(unsigned hatype)
{
	return hatype == ARPHRD_ETHER || hatype == ARPHRD_LOOPBACK;
}

/* ---- interfaces */

static void say_unknown(const char *name, struct errmsg *err)
{
	struct if_nameindex *all = if_nameindex();
	char list[256] = "";
	size_t len = 0;

	for (const struct if_nameindex *i = all; i && i->if_index && len < sizeof(list); i++)
		len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%s", len ? ", " : "",
					i->if_name);
	errmsg_set(err, "no interface '%s'; there are: any, %s", name, list);
	if (all)
		if_freenameindex(all);
}

static int add_interface(struct ringfilter *f, const char *name, struct errmsg *err)
{
	uint32_t ifindex = if_nametoindex(name);

	if (!ifindex) {
		say_unknown(name, err);
		return -ENODEV;
	}
	for (unsigned i = 0; i < f->interface_count; i++)
		if (f->interfaces[i] == ifindex)
			return 0;
	if (f->interface_count == RINGFILTER_INTERFACES_MAX) {
		errmsg_set(err, "more than %d interfaces: use 'any'", RINGFILTER_INTERFACES_MAX);
		return -E2BIG;
	}
	f->interfaces[f->interface_count++] = ifindex;
	return 0;
}

static int parse_interfaces(struct ringfilter *f, const char *text, struct errmsg *err)
{
	bool any = !text;
	int r = 0;

	while (text && !r) {
		size_t len = strcspn(text, ",");
		char name[IF_NAMESIZE + 1];

		/* One byte more than a name may have, so that a longer one stays unknown. */
		snprintf(name, sizeof(name), "%.*s", (int)(len < IF_NAMESIZE ? len : IF_NAMESIZE),
			 text);
		if (strcmp(name, "any") == 0)
			any = true;
		else
			r = add_interface(f, name, err);
		text = text[len] ? text + len + 1 : NULL;
	}
	if (any)
		f->interface_count = 0;
	return r;
}

/* ---- the program */

static void append(struct ringfilter *f, struct sock_filter insn)
{
	f->insns[f->count++] = insn;
}

/*
 * Passes on to what follows or returns 0. Packets without an Ethernet header skip the user's
 * filter, of so many instructions, or get nothing.
 */
static void append_prologue(struct ringfilter *f, bool wants_others, unsigned user_len)
{
	const struct sock_filter skip_user = JUMP(4 + user_len + AT_OTHERS), drop = RETURN(0);
	unsigned n = f->interface_count;

	/* A socket that is bound to one interface needs no test. */
	if (n > 1) {
		append(f, (struct sock_filter)LOAD_EXTENSION(SKF_AD_IFINDEX));
		for (unsigned i = 0; i < n; i++)
			append(f, (struct sock_filter)JUMP_EQUAL(f->interfaces[i],
								 (uint8_t)(n - i), 0));
		append(f, (struct sock_filter)RETURN(0));
	}
	append(f, (struct sock_filter)LOAD_EXTENSION(SKF_AD_HATYPE));
	append(f, (struct sock_filter)JUMP_EQUAL(ARPHRD_ETHER, 7, 0));
	append(f, (struct sock_filter)JUMP_EQUAL(ARPHRD_NETLINK, 5, 0));
	append(f, (struct sock_filter)JUMP_EQUAL(ARPHRD_LOOPBACK, 1, 0));
	append(f, wants_others ? skip_user : drop);
	/* Every loopback packet comes twice, sent and received: one observation point is enough. */
	append(f, (struct sock_filter)LOAD_EXTENSION(SKF_AD_PKTTYPE));
	append(f, (struct sock_filter)JUMP_EQUAL(PACKET_OUTGOING, 1, 0));
	append(f, (struct sock_filter)JUMP(1));
	append(f, drop);
}

/*
 * libpcap's program follows the prologue; it returns what it would keep: the epilogue says how much
 * we do.
 */
static void append_user(struct ringfilter *f, const struct bpf_program *user)
{
	for (unsigned i = 0; i < user->bf_len; i++) {
		const struct bpf_insn *in = &user->bf_insns[i];
		struct sock_filter insn = { in->code, in->jt, in->jf, in->k };

		if (insn.code == (BPF_RET | BPF_K) && insn.k)
			insn = (struct sock_filter)JUMP(user->bf_len - i - 1 + AT_ETHERNET);
		append(f, insn);
	}
}

/* From the instruction before the next to a part of the epilogue that begins at `base`. */
#define TO(part) ((uint8_t)(base + (part) - f->count - 1))

/*
 * How much of a packet is kept: more of what comes from a DNS port, whose names are wanted. Only
 * packets that are longer than snaplen are looked at: so all that is loaded is there, and no
 * load's failure can drop a packet (the kernel returns 0 then). x is where IP begins: of links
 * without Ethernet as a rule at once; where it is not, the version tells.
 */
static void append_epilogue(struct ringfilter *f, uint32_t snaplen)
{
	unsigned base = f->count;

	append(f, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0));
	append(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, snaplen, 0, TO(AT_SHORT)));
	append(f, (struct sock_filter)BPF_STMT(BPF_LDX | BPF_IMM, 0));
	append(f, (struct sock_filter)LOAD_BYTE(0));
	append(f, (struct sock_filter)CALCULATE(BPF_AND, 0xf0));
	append(f, (struct sock_filter)JUMP_EQUAL(0x40, TO(AT_IPV4), 0));
	append(f, (struct sock_filter)JUMP_EQUAL(0x60, TO(AT_IPV6), TO(AT_SHORT)));

	append(f, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0));
	append(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, snaplen, 0, TO(AT_SHORT)));
	append(f, (struct sock_filter)BPF_STMT(BPF_LDX | BPF_IMM, ETH_HLEN));
	append(f, (struct sock_filter)BPF_STMT(BPF_LD | BPF_H | BPF_ABS, ETH_HLEN - 2));
	append(f, (struct sock_filter)JUMP_EQUAL(ETH_P_IP, TO(AT_IPV4), 0));
	append(f, (struct sock_filter)JUMP_EQUAL(ETH_P_IPV6, TO(AT_IPV6), TO(AT_SHORT)));

	append(f, (struct sock_filter)LOAD_HALF(6));	/* later fragments have no ports */
	append(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, TO(AT_SHORT), 0));
	append(f, (struct sock_filter)LOAD_BYTE(9));
	append(f, (struct sock_filter)JUMP_EQUAL(IPPROTO_UDP, 0, TO(AT_SHORT)));
	append(f, (struct sock_filter)LOAD_BYTE(0));
	append(f, (struct sock_filter)CALCULATE(BPF_AND, 0x0f));
	append(f, (struct sock_filter)CALCULATE(BPF_LSH, 2));
	append(f, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0));
	append(f, (struct sock_filter)BPF_STMT(BPF_MISC | BPF_TAX, 0));
	append(f, (struct sock_filter)JUMP(TO(AT_PORT)));

	append(f, (struct sock_filter)LOAD_BYTE(6));
	append(f, (struct sock_filter)JUMP_EQUAL(IPPROTO_UDP, 0, TO(AT_SHORT)));
	append(f, (struct sock_filter)BPF_STMT(BPF_MISC | BPF_TXA, 0));
	append(f, (struct sock_filter)CALCULATE(BPF_ADD, 40));
	append(f, (struct sock_filter)BPF_STMT(BPF_MISC | BPF_TAX, 0));

	append(f, (struct sock_filter)LOAD_HALF(0));
	append(f, (struct sock_filter)JUMP_EQUAL(DNS_PORT, TO(AT_LONG), 0));
	append(f, (struct sock_filter)JUMP_EQUAL(DNS_MDNS_PORT, TO(AT_LONG), TO(AT_SHORT)));
	append(f, (struct sock_filter)RETURN(snaplen));
	append(f, (struct sock_filter)RETURN(snaplen < DNS_BYTES ? DNS_BYTES : snaplen));
	assert(f->count == base + EPILOGUE);
}

/* A word of it; "my-vlan" and "vlan.example.org" are names. */
static bool has_word(const char *filter, const char *word)
{
	static const char in_words[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "0123456789_-.";
	size_t len;

	for (; *filter; filter += len ? len : 1) {
		len = strspn(filter, in_words);
		if (len == strlen(word) && memcmp(filter, word, len) == 0)
			return true;
	}
	return false;
}

/*
 * The kernel takes a frame's tag off before a packet socket's filter sees it. libpcap knows how
 * to ask for it, but only where it compiles for a live Ethernet device, which "any" is not.
 */
static int refuse_vlan(const char *filter, struct errmsg *err)
{
	if (!has_word(filter, "vlan"))
		return 0;
	errmsg_set(err, "-f vlan is not supported live: the kernel takes tags off before the "
			"capture filter; filter rows instead, as in: sockmon 'vlan = 5'");
	return -EINVAL;
}

static int compile(struct bpf_program *out, int dlt, const char *filter, struct errmsg *err)
{
	pcap_t *dead = pcap_open_dead(dlt, UINT16_MAX);
	int r = 0;

	if (!dead)
		return -ENOMEM;
	if (pcap_compile(dead, out, filter, 1, PCAP_NETMASK_UNKNOWN) < 0) {
		errmsg_set(err, "capture filter '%s': %s; see pcap-filter(7)", filter,
			   pcap_geterr(dead));
		r = -EINVAL;
	}
	pcap_close(dead);
	return r;
}

static int build_user(struct ringfilter *f, const char *filter, uint32_t snaplen,
		      struct errmsg *err)
{
	struct bpf_program ethernet;
	int r = refuse_vlan(filter, err);

	if (!r)
		r = compile(&ethernet, DLT_EN10MB, filter, err);
	if (r)
		return r;
	f->has_user_filter = true;
	f->raw = xcalloc(1, sizeof(*f->raw));
	if (compile(f->raw, DLT_RAW, filter, NULL)) {
		/* 'ether host' and the like: nothing on a link without Ethernet can match. */
		free(f->raw);
		f->raw = NULL;
	}
	f->insns = xcalloc(PROLOGUE_MAX + ethernet.bf_len + EPILOGUE, sizeof(*f->insns));
	append_prologue(f, f->raw, ethernet.bf_len);
	append_user(f, &ethernet);
	append_epilogue(f, snaplen);
	pcap_freecode(&ethernet);
	return 0;
}

int ringfilter_init(struct ringfilter *f, const char *interfaces, const char *filter,
		    uint32_t snaplen, struct errmsg *err)
{
	int r;

	*f = (struct ringfilter){ 0 };
	r = parse_interfaces(f, interfaces, err);
	if (r)
		return r;
	if (filter && *filter)
		return build_user(f, filter, snaplen, err);
	f->insns = xcalloc(PROLOGUE_MAX + 1 + EPILOGUE, sizeof(*f->insns));
	append_prologue(f, true, 1);
	append(f, (struct sock_filter)JUMP(AT_ETHERNET));
	append_epilogue(f, snaplen);
	return 0;
}

void ringfilter_fini(struct ringfilter *f)
{
	if (f->raw) {
		pcap_freecode(f->raw);
		free(f->raw);
	}
	free(f->insns);
	*f = (struct ringfilter){ 0 };
}

struct sock_fprog ringfilter_program(const struct ringfilter *f)
{
	return (struct sock_fprog){ .len = (unsigned short)f->count, .filter = f->insns };
}

bool ringfilter_passes(const struct ringfilter *f, const struct pktraw *raw)
{
	struct pcap_pkthdr h = { .caplen = raw->caplen, .len = raw->wirelen };

	if (!f->has_user_filter || raw->linktype == LINK_ETHERNET)
		return true;
	return f->raw && pcap_offline_filter(f->raw, &h, raw->data);
}
