/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pcapfloor FILE: the least a program does that reads a capture with libpcap: counts packets and touches
 * each.
 */
#include <pcap/pcap.h>
#include <stdio.h>

struct count {
	unsigned long long packets, bytes, sum;
};

static void add(unsigned char *ctx, const struct pcap_pkthdr *h, const unsigned char *packet)
{
	struct count *n = (struct count *)ctx;

	n->packets++;
	n->bytes += h->len;
	if (h->caplen > 23)
		n->sum += packet[23];
}

int main(int argc, char **argv)
{
	struct count n = { 0 };
	char why[PCAP_ERRBUF_SIZE];
	pcap_t *p = argc == 2 ? pcap_open_offline(argv[1], why) : NULL;

	if (!p || pcap_loop(p, -1, add, (unsigned char *)&n)) {
		fprintf(stderr, "usage: pcapfloor FILE\n");
		return 2;
	}
	pcap_close(p);
	printf("%llu packets %llu bytes (%llu)\n", n.packets, n.bytes, n.sum);
	return 0;
}
