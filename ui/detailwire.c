/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the packets say of one connection, in words and in two columns. Which end is which: "this
 * end" is the row's local one; what it sent stands under "sent". What was not seen is left out.
 */
#include "ui/detailwire.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/human.h"
#include "net/flowtrack.h"
#include "net/tunnels.h"
#include "ui/detailcards.h"
#include "ui/text.h"

enum { VALUE_TEXT = 64, SENTENCE = 256 };

enum { RX, TX, WAYS };		/* received, sent: by the local end */

static const char *end_word(const struct row *r, unsigned end)
{
	return end == r->local ? "this end" : "the peer";
}

/* The end that sent what this way brings. */
static unsigned sender(const struct row *r, unsigned way)
{
	return (way == TX ? r->local : !r->local) & 1;
}

static const struct endreport *report_of(const struct row *r, unsigned way)
{
	return &r->flow->rec.report.end[sender(r, way)];
}

static bool is_tcp(const struct row *r)
{
	return r->flow->rec.key.proto == 6;
}

static bool is_cut_off(const struct row *r)
{
	return r->flow->rec.wire_state == WS_RESET || r->flow->rec.wire_state == WS_REFUSED;
}

static bool column_text(const struct row *r, const char *name, char *out, size_t size)
{
	const struct column *c = column_find(name);
	struct value v;

	if (!c || !column_get(c, r, &v))
		return false;
	value_format(c, &v, TEXT_SHORT, false, out, size);
	return out[0] != '\0';
}

static void add_column(struct cardside *s, const struct row *r, const char *name, const char *label)
{
	char text[VALUE_TEXT];

	if (column_text(r, name, text, sizeof(text)))
		cardside_pair(s, label, text, STYLE_NORMAL);
}

static void add_opener(struct cardside *s, const struct row *r)
{
	const struct flowrec *f = &r->flow->rec;

	if (f->opener_certain)
		cardside_pair(s, "opened by", end_word(r, f->opener), STYLE_NORMAL);
	else if (is_tcp(r))
		cardside_pair(s, "opened", "before the capture", STYLE_DIM);
}

static void add_closer(struct cardside *s, const struct row *r)
{
	const struct flowrec *f = &r->flow->rec;
	unsigned end;

	if (f->closer < 2)
		cardside_pair(s, "closed by", end_word(r, f->closer), STYLE_NORMAL);
	for (end = 0; end < 2; end++) {
		if (f->wire_state != WS_ESTABLISHED && (f->rst_from >> end & 1))
			cardside_pair(s, f->wire_state == WS_REFUSED ? "refused by" : "reset by",
				      end_word(r, end), STYLE_TROUBLE);
	}
}

static bool sent_syn_again(const struct row *r, unsigned end)
{
	return r->flow->rec.report.end[end].bits & END_SYN_RESENT;
}

/* "SYN 0   SYN+ACK +191us   ACK +0.9ms": since the first SYN. */
static void add_handshake(struct cardside *s, const struct row *r)
{
	const struct flowreport *p = &r->flow->rec.report;
	char synack[16], ack[16], text[2 * VALUE_TEXT];
	unsigned opener = r->flow->rec.opener & 1;
	int len;

	if (!p->known || !p->synack_us)
		return;
	human_us(synack, sizeof(synack), p->synack_us);
	len = snprintf(text, sizeof(text), "SYN %s   SYN+ACK +%s%s",
		       sent_syn_again(r, opener) ? "sent again" : "0", synack,
		       sent_syn_again(r, !opener) ? ", sent again" : "");
	if (p->ack_us) {
		human_us(ack, sizeof(ack), p->ack_us);
		snprintf(text + len, sizeof(text) - (size_t)len, "   ACK +%s", ack);
	}
	cardside_field(s, "handshake", text, STYLE_NORMAL);
}

/* "12, the last: port-unreachable" */
static void add_icmp(struct cardside *s, const struct row *r)
{
	char word[VALUE_TEXT], text[SENTENCE];
	unsigned errors = r->flow->rec.report.icmp_errors;

	if (!column_text(r, "icmp_error", word, sizeof(word)))
		return;
	snprintf(text, sizeof(text), errors == 1 ? "%u: %s" : "%u, the last: %s", errors, word);
	cardside_field(s, "ICMP errors", text, STYLE_TROUBLE);
}

void detailwire_story(struct cardside *s, const struct row *r)
{
	char text[VALUE_TEXT];

	cardside_title(s, "state on the wire");
	if (column_text(r, "wire_state", text, sizeof(text)))
		cardside_pair(s, "state", text, is_cut_off(r) ? STYLE_TROUBLE : STYLE_NORMAL);
	add_opener(s, r);
	add_closer(s, r);
	add_column(s, r, "iface", "seen on");
	add_column(s, r, "vlan", "vlan");
	add_column(s, r, "tunnel", "tunnel");
	add_handshake(s, r);
	if (r->flow->rec.report.history[0])
		cardside_field(s, "history", r->flow->rec.report.history, STYLE_NORMAL);
	add_icmp(s, r);
}

static void add_names_line(struct cardside *s)
{
	cardside_title(s, "traffic");
	cardside_two(s, "", "received", STYLE_DIM, "sent", STYLE_DIM);
}

/* A line of two columns of the table of columns; false: neither is known. */
static bool add_columns(struct cardside *s, const struct row *r, const char *label, const char *rx,
			const char *tx, bool bits)
{
	const struct column *const cols[WAYS] = { [RX] = column_find(rx), [TX] = column_find(tx) };
	char text[WAYS][VALUE_TEXT] = { "", "" };
	enum style st[WAYS] = { STYLE_DIM, STYLE_DIM };
	struct value v;
	bool known = false;
	unsigned way;

	for (way = 0; way < WAYS; way++) {
		if (!cols[way] || !column_get(cols[way], r, &v))
			continue;
		detail_format(cols[way], &v, bits, text[way], sizeof(text[way]));
		st[way] = cols[way]->type == VT_UINT && !v.u64 ? STYLE_DIM : STYLE_NORMAL;
		known = true;
	}
	if (known)
		cardside_two(s, label, text[RX], st[RX], text[TX], st[TX]);
	return known;
}

/* A count of each end; not shown where both are 0, unless `always`. */
static void add_counts(struct cardside *s, const char *label, uint64_t rx, uint64_t tx, bool always)
{
	char text[WAYS][VALUE_TEXT];

	if (!rx && !tx && !always)
		return;
	human_thousands(text[RX], VALUE_TEXT, rx);
	human_thousands(text[TX], VALUE_TEXT, tx);
	cardside_two(s, label, text[RX], rx ? STYLE_TROUBLE : STYLE_DIM, text[TX],
		     tx ? STYLE_TROUBLE : STYLE_DIM);
}

static void add_times(struct cardside *s, const char *label, uint32_t rx_us, uint32_t tx_us)
{
	char text[WAYS][VALUE_TEXT] = { "-", "-" };

	if (!rx_us && !tx_us)
		return;
	if (rx_us)
		human_us(text[RX], VALUE_TEXT, rx_us);
	if (tx_us)
		human_us(text[TX], VALUE_TEXT, tx_us);
	cardside_two(s, label, text[RX], rx_us ? STYLE_NORMAL : STYLE_DIM, text[TX],
		     tx_us ? STYLE_NORMAL : STYLE_DIM);
}

/* "asked, 12 CE": offered in its SYN, and so many of its packets met congestion. */
static enum style put_ecn(char out[static VALUE_TEXT], const struct endreport *e)
{
	int len = snprintf(out, VALUE_TEXT, "%s", e->bits & END_ECN_ASKED ? "asked" : "no");

	if (e->ce)
		len += snprintf(out + len, VALUE_TEXT - (size_t)len, ", %u CE", e->ce);
	if (e->bits & END_ECE)
		snprintf(out + len, VALUE_TEXT - (size_t)len, ", echo");
	return e->ce ? STYLE_TROUBLE : e->bits & END_ECN_ASKED ? STYLE_NORMAL : STYLE_DIM;
}

static void add_ecn(struct cardside *s, const struct endreport *rx, const struct endreport *tx)
{
	char text[WAYS][VALUE_TEXT];
	enum style st[WAYS];

	if (!((rx->bits | tx->bits) & (END_ECN_ASKED | END_ECE)) && !rx->ce && !tx->ce)
		return;
	st[RX] = put_ecn(text[RX], rx);
	st[TX] = put_ecn(text[TX], tx);
	cardside_two(s, "ECN", text[RX], st[RX], text[TX], st[TX]);
}

/* "1,460 << 7": what it offered in its SYN. */
static void put_offer(char out[static VALUE_TEXT], const struct endreport *e)
{
	if (!e->mss)
		snprintf(out, VALUE_TEXT, "-");
	else if (e->wscale == WSCALE_NONE)
		snprintf(out, VALUE_TEXT, "%u, none", e->mss);
	else
		snprintf(out, VALUE_TEXT, "%u, 2^%u", e->mss, e->wscale);
}

static void add_offers(struct cardside *s, const struct endreport *rx, const struct endreport *tx)
{
	char text[WAYS][VALUE_TEXT];

	if (!rx->mss && !tx->mss)
		return;
	put_offer(text[RX], rx);
	put_offer(text[TX], tx);
	cardside_two(s, "mss, scale", text[RX], rx->mss ? STYLE_NORMAL : STYLE_DIM, text[TX],
		     tx->mss ? STYLE_NORMAL : STYLE_DIM);
}

static void add_report(struct cardside *s, const struct row *r)
{
	const struct endreport *rx = report_of(r, RX), *tx = report_of(r, TX);

	if (!r->flow->rec.report.known)
		return;
	if (!tunnel_name(&r->flow->rec.key)) {
		add_times(s, is_tcp(r) ? "wire: acked in" : "answered in", rx->rtt_us, tx->rtt_us);
		add_times(s, is_tcp(r) ? "wire: at best" : "at best", rx->rtt_min_us,
			  tx->rtt_min_us);
	}
	if (!is_tcp(r))
		return;
	add_counts(s, "sent again", rx->retrans, tx->retrans, true);
	add_counts(s, "out of order", rx->ooo, tx->ooo, true);
	add_counts(s, "duplicate ACKs", rx->dupacks, tx->dupacks, false);
	add_counts(s, "window closed", rx->zero_windows, tx->zero_windows, false);
	add_offers(s, rx, tx);
	add_ecn(s, rx, tx);
	if ((rx->bits | tx->bits) & END_FLOW_GAPS)
		cardside_text(s, STYLE_TROUBLE,
			      "Something was acknowledged that the capture never saw.");
}

void detailwire_ways(struct cardside *s, const struct row *r, bool bits)
{
	static const struct {
		const char *label, *rx, *tx;
	} lines[] = {
		{ "rate", "rx_rate", "tx_rate" },	 { "bytes", "rx_bytes", "tx_bytes" },
		{ "payload", "rx_payload", "tx_payload" }, { "packets", "rx_packets", "tx_packets" },
		{ "segments", "rx_segs", "tx_segs" },	 { "flags", "rx_flags", "tx_flags" },
	};
	unsigned i;

	add_names_line(s);
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		add_columns(s, r, lines[i].label, lines[i].rx, lines[i].tx, bits);
	add_report(s, r);
}

/* Cut, not rounded: what is not all does not read 100. */
static enum style put_percent(char out[static VALUE_TEXT], uint64_t kernel, uint64_t missing)
{
	uint64_t seen = missing < kernel ? kernel - missing : 0;
	unsigned hundredths;

	if (!missing) {
		snprintf(out, VALUE_TEXT, kernel ? "100.00 %%" : "-");
		return kernel ? STYLE_GOOD : STYLE_DIM;
	}
	hundredths = kernel ? (unsigned)((double)seen / (double)kernel * 10000) : 0;
	snprintf(out, VALUE_TEXT, "%u.%02u %%", hundredths / 100, hundredths % 100);
	return STYLE_TROUBLE;
}

static void add_missing(struct cardside *s, const struct coverage *c)
{
	const char *why = wirereason_sentence((enum wirereason)c->reason);
	char count[32], text[SENTENCE];

	human_thousands(count, sizeof(count), c->missing[RX] + c->missing[TX]);
	snprintf(text, sizeof(text), "%s bytes of payload were not captured. %s", count,
		 why ? why : "");
	cardside_text(s, STYLE_TROUBLE, text);
}

static void add_surplus(struct cardside *s, const struct coverage *c)
{
	char count[32], text[SENTENCE];

	human_thousands(count, sizeof(count), c->surplus[RX] + c->surplus[TX]);
	snprintf(text, sizeof(text),
		 "%s bytes were captured beyond what the kernel counts: received twice, not "
		 "accepted, or lost behind the tap.", count);
	cardside_text(s, STYLE_DIM, text);
}

void detailwire_proof(struct cardside *s, const struct row *r)
{
	char text[WAYS][VALUE_TEXT];
	enum style st[WAYS];
	struct coverage c;
	unsigned way;

	if (!r->sk || !model_coverage(r->m, r->sk, &c))
		return;
	/* Of one moment; what is counted above goes on. */
	cardside_title(s, c.whole ? "payload at the last dump, since it began"
				  : "payload at the last dump, since both were looked at");
	for (way = 0; way < WAYS; way++)
		human_thousands(text[way], VALUE_TEXT, c.kernel[way]);
	cardside_two(s, "kernel counted", text[RX], STYLE_NORMAL, text[TX], STYLE_NORMAL);
	for (way = 0; way < WAYS; way++)
		human_thousands(text[way], VALUE_TEXT, c.missing[way] < c.kernel[way] ?
				c.kernel[way] - c.missing[way] : 0);
	cardside_two(s, "of that seen", text[RX], STYLE_NORMAL, text[TX], STYLE_NORMAL);
	for (way = 0; way < WAYS; way++)
		st[way] = put_percent(text[way], c.kernel[way], c.missing[way]);
	cardside_two(s, "seen", text[RX], st[RX], text[TX], st[TX]);
	if (c.missing[RX] || c.missing[TX])
		add_missing(s, &c);
	if (c.surplus[RX] || c.surplus[TX])
		add_surplus(s, &c);
}

static void add_name(struct cardside *s, const struct row *r, const char *label, uint16_t netns,
		     const struct addr *a)
{
	static const char *const origins[] = {
		[NAME_DNS] = "learned from DNS",
		[NAME_FILE] = "from the capture file",
		[NAME_RESOLVER] = "by the resolver",
	};
	enum nameorigin origin = NAME_NONE;
	const char *name = model_addr_name(r->m, netns, a, &origin);
	char text[EVENT_PATH_MAX + 32];

	if (!name || !name[0])
		return;
	if (origin > NAME_NONE && origin < sizeof(origins) / sizeof(origins[0]))
		snprintf(text, sizeof(text), "%.*s (%s)", EVENT_PATH_MAX, name, origins[origin]);
	else
		snprintf(text, sizeof(text), "%.*s", EVENT_PATH_MAX, name);
	cardside_field(s, label, text, STYLE_NORMAL);
}

void detailwire_names(struct cardside *s, const struct row *r)
{
	const struct flowkey *k = r->flow ? &r->flow->rec.key : NULL;

	if (r->sk && r->sk->rec.proto < SP_UNIX_STREAM) {
		add_name(s, r, "this end", r->sk->rec.netns, &r->sk->rec.laddr);
		add_name(s, r, "the peer", r->sk->rec.netns, &r->sk->rec.raddr);
	} else if (k) {
		add_name(s, r, "this end", k->netns, &k->addr[r->local & 1]);
		add_name(s, r, "the peer", k->netns, &k->addr[!r->local]);
	}
}
