/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The header of a JSON snapshot: whose data it is, of when, how complete. What is unknown is null:
 * the capture where packets are not looked at, the sockets where a file is read.
 */
#include "export/json_write.h"

#include <string.h>

#include "base/clock.h"

static void add_text_or_null(struct buf *b, const char *text)
{
	if (text && text[0])
		json_add_text(b, text);
	else
		buf_adds(b, "null");
}

static void add_time(struct buf *b, uint64_t time_ns)
{
	char text[32];

	if (time_ns)
		clock_format_rfc3339(time_ns, text);
	add_text_or_null(b, time_ns ? text : NULL);
}

/* Seconds to the millisecond, without trailing zeros: 1, 0.1, 1.003. */
static void add_seconds(struct buf *b, uint64_t ns)
{
	char fraction[3];
	uint64_t ms = ns / NSEC_PER_MSEC + (ns % NSEC_PER_MSEC >= NSEC_PER_MSEC / 2);
	uint64_t rest;
	size_t digits = sizeof(fraction);

	buf_addu(b, ms / 1000);
	rest = ms % 1000;
	if (rest == 0)
		return;
	for (size_t i = sizeof(fraction); i-- > 0; rest /= 10)
		fraction[i] = (char)('0' + rest % 10);
	while (fraction[digits - 1] == '0')
		digits--;
	buf_addc(b, '.');
	buf_add(b, fraction, digits);
}

/* A live capture names its interfaces in a comma list; a file's name may have commas of its own. */
static void add_interfaces(struct buf *b, const struct capturerec *cap)
{
	const char *at = cap->interfaces;
	char separator = '[';

	while (*at) {
		size_t len = cap->live ? strcspn(at, ",") : strlen(at);

		buf_addc(b, separator);
		json_add_string(b, at, len);
		separator = ',';
		at += len;
		at += *at == ',';
	}
	buf_adds(b, separator == '[' ? "[]" : "]");
}

static void add_number(struct buf *b, const char *lead, uint64_t n)
{
	buf_adds(b, lead);
	buf_addu(b, n);
}

static void add_bool(struct buf *b, const char *lead, bool is)
{
	buf_adds(b, lead);
	buf_adds(b, is ? "true" : "false");
}

/* Percent with two decimals, of hundredths. */
static void add_percent(struct buf *b, const char *lead, uint64_t hundredths)
{
	add_number(b, lead, hundredths / 100);
	buf_addc(b, '.');
	buf_addc(b, (char)('0' + hundredths % 100 / 10));
	buf_addc(b, (char)('0' + hundredths % 10));
}

/*
 * Each packet is in one of the sums:
 * packets = live + repeat + expired + evicted + not_ip + undecodable; bytes likewise.
 */
static void add_totals(struct buf *b, const struct flowtotals *t)
{
	add_number(b, ",\"packets\":", t->packets);
	add_number(b, ",\"bytes\":", t->bytes);
	add_number(b, ",\"not_ip\":", t->not_ip);
	add_number(b, ",\"not_ip_bytes\":", t->not_ip_bytes);
	add_number(b, ",\"undecodable\":", t->undecodable);
	add_number(b, ",\"undecodable_bytes\":", t->undecodable_bytes);
	add_number(b, ",\"evicted_flows\":", t->evicted_flows);
	add_number(b, ",\"evicted_packets\":", t->evicted_packets);
	add_number(b, ",\"evicted_bytes\":", t->evicted_bytes);
	add_number(b, ",\"expired_flows\":", t->expired_flows);
	add_number(b, ",\"expired_packets\":", t->expired_packets);
	add_number(b, ",\"expired_bytes\":", t->expired_bytes);
	add_number(b, ",\"repeat_packets\":", t->repeats);
	add_number(b, ",\"repeat_bytes\":", t->repeat_bytes);
	add_number(b, ",\"fragments\":", t->fragments);
	add_number(b, ",\"lone_fragments\":", t->lone_fragments);
	add_number(b, ",\"flows\":", t->live_flows);
	add_number(b, ",\"flow_limit\":", t->flow_limit);
}

/* What the live flows add up to; not known before all of them were told once. */
static void add_live(struct buf *b, const struct capturebalance *balance)
{
	if (!balance) {
		buf_adds(b, ",\"live_packets\":null,\"live_bytes\":null");
		return;
	}
	add_number(b, ",\"live_packets\":", balance->packets);
	add_number(b, ",\"live_bytes\":", balance->bytes);
}

/* Of what TCP sockets carried since the capture began, as the kernel counted it. */
static void add_seen(struct buf *b, const struct model *m)
{
	const struct model_totals *t = model_totals(m);
	int seen = model_seen(m);

	add_number(b, ",\"covered_bytes\":", t->covered_kernel);
	add_number(b, ",\"missing_bytes\":", t->covered_missing);
	if (seen < 0)
		buf_adds(b, ",\"seen\":null");
	else
		add_percent(b, ",\"seen\":", (uint64_t)seen);
}

/* A counter since the capture began; one that ran back was set anew by the driver. */
static void add_since(struct buf *b, const char *lead, uint64_t now, uint64_t base)
{
	add_number(b, lead, now > base ? now - base : 0);
}

/* Its own statistics since the capture began. */
static void add_own(struct buf *b, const struct ifacerec *now, const struct ifacerec *base)
{
	buf_adds(b, ",\"own\":");
	if (!base->ifindex) {
		buf_adds(b, "null");
		return;
	}
	add_since(b, "{\"rx_packets\":", now->rx_packets, base->rx_packets);
	add_since(b, ",\"tx_packets\":", now->tx_packets, base->tx_packets);
	add_since(b, ",\"rx_bytes\":", now->rx_bytes, base->rx_bytes);
	add_since(b, ",\"tx_bytes\":", now->tx_bytes, base->tx_bytes);
	add_since(b, ",\"rx_dropped\":", now->rx_dropped, base->rx_dropped);
	add_since(b, ",\"tx_dropped\":", now->tx_dropped, base->tx_dropped);
	add_since(b, ",\"rx_errors\":", now->rx_errors, base->rx_errors);
	add_since(b, ",\"tx_errors\":", now->tx_errors, base->tx_errors);
	buf_addc(b, '}');
}

static void add_iface(struct buf *b, const struct snapshot *s, const struct iface *i)
{
	const struct netnsrec *netns = model_netns(s->m, i->rec.netns);
	int coverage = model_iface_coverage(i);

	buf_adds(b, "{\"name\":");
	json_add_text(b, i->rec.name);
	buf_adds(b, ",\"netns\":");
	add_text_or_null(b, netns ? netns->name : NULL);
	add_number(b, ",\"rx_packets\":", i->seen.rx_packets);
	add_number(b, ",\"tx_packets\":", i->seen.tx_packets);
	add_number(b, ",\"rx_segs\":", i->seen.rx_segs);
	add_number(b, ",\"tx_segs\":", i->seen.tx_segs);
	add_number(b, ",\"rx_bytes\":", i->seen.rx_bytes);
	add_number(b, ",\"tx_bytes\":", i->seen.tx_bytes);
	add_own(b, &i->rec, &i->base);
	if (coverage < 0)
		buf_adds(b, ",\"seen\":null");
	else
		add_percent(b, ",\"seen\":", (uint64_t)coverage);
	buf_addc(b, '}');
}

/* What was captured at each interface (frames with link headers) beside what it says itself. */
static void add_by_interface(struct buf *b, const struct snapshot *s)
{
	const struct iface *iface;
	char separator = '[';

	buf_adds(b, ",\"by_interface\":");
	for (unsigned i = 0; (iface = model_iface_at(s->m, i)); i++) {
		if (!iface->seen.ifindex)
			continue;
		buf_addc(b, separator);
		add_iface(b, s, iface);
		separator = ',';
	}
	buf_adds(b, separator == '[' ? "[]" : "]");
}

/* Totals and the sum of the flows are of one moment, where there was one. */
static void add_capture(struct buf *b, const struct snapshot *s)
{
	const struct capturerec *cap = snapshot_capture(s);
	const struct capturebalance *balance = model_balance(s->m);

	if (!cap) {
		buf_adds(b, "null");
		return;
	}
	buf_adds(b, "{\"interfaces\":");
	add_interfaces(b, cap);
	buf_adds(b, ",\"began\":");
	add_time(b, cap->began_ns);
	add_bool(b, ",\"filtered\":", cap->filtered);
	add_bool(b, ",\"limited\":", cap->limited);
	add_number(b, ",\"dropped\":", cap->dropped);
	add_number(b, ",\"if_dropped\":", cap->if_dropped);
	add_totals(b, balance ? &balance->totals : &cap->totals);
	add_live(b, balance);
	add_seen(b, s->m);
	add_by_interface(b, s);
	buf_addc(b, '}');
}

static void add_sockets(struct buf *b, const struct snapshot *s)
{
	const struct model_totals *t = model_totals(s->m);

	if (model_host(s->m)->offline) {
		buf_adds(b, "null");
		return;
	}
	add_number(b, "{\"count\":", t->sockets);
	buf_adds(b, ",\"by_state\":");
	json_add_by_state(b, t->by_state);
	add_number(b, ",\"interrupted_dumps\":", t->interrupted_dumps);
	buf_adds(b, ",\"lost_events\":");
	if (t->events)
		buf_addu(b, t->lost_events);
	else
		buf_adds(b, "null"); /* no source tells of ends */
	add_number(b, ",\"closed\":", t->closed);
	buf_addc(b, '}');
}

/* ["sctp","dccp"] */
static void add_protos(struct buf *b, uint32_t protos)
{
	char separator = '[';

	for (enum sockproto p = 0; p < SOCKPROTOS; p++) {
		if (!(protos & 1u << p))
			continue;
		buf_addc(b, separator);
		json_add_text(b, sockproto_name(p));
		separator = ',';
	}
	buf_addc(b, ']');
}

/* What each source cannot do, and the families that the kernel tells nothing of. */
static void add_sources(struct buf *b, const struct snapshot *s)
{
	static const char *const leads[NOTICES] = {
		[NOTICE_SOCKETS] = "\"sockets\":",
		[NOTICE_PROCESSES] = "\"processes\":",
		[NOTICE_CAPTURE] = "\"capture\":",
		[NOTICE_INTERFACES] = "\"interfaces\":",
		[NOTICE_NAMESPACES] = "\"namespaces\":",
	};
	char separator = '{';

	for (enum noticesource n = 0; n < NOTICES; n++) {
		const char *notice = model_notice(s->m, n);

		if (!notice[0])
			continue;
		buf_addc(b, separator);
		buf_adds(b, leads[n]);
		json_add_text(b, notice);
		separator = ',';
	}
	if (s->absent) {
		buf_addc(b, separator);
		buf_adds(b, "\"absent\":");
		add_protos(b, s->absent);
		separator = ',';
	}
	buf_adds(b, separator == '{' ? "{}" : "}");
}

void json_add_header(struct buf *b, const struct snapshot *s, const char *separator)
{
	const struct hostrec *host = model_host(s->m);
	uint64_t interval_ns = model_interval_ns(s->m);

	buf_adds(b, "\"schema\":\"sockmon.snapshot/1\"");
	buf_adds(b, separator);
	buf_adds(b, "\"version\":");
	add_text_or_null(b, host->version);
	buf_adds(b, separator);
	buf_adds(b, "\"host\":");
	add_text_or_null(b, host->name);
	buf_adds(b, separator);
	buf_adds(b, "\"time\":");
	add_time(b, model_time_ns(s->m));
	buf_adds(b, separator);
	buf_adds(b, "\"interval_s\":");
	if (interval_ns)
		add_seconds(b, interval_ns);
	else
		buf_adds(b, "null");
	buf_adds(b, separator);
	buf_adds(b, "\"capture\":");
	add_capture(b, s);
	buf_adds(b, separator);
	buf_adds(b, "\"sockets\":");
	add_sockets(b, s);
	buf_adds(b, separator);
	buf_adds(b, "\"sources\":");
	add_sources(b, s);
}
