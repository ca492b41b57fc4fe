/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cards of the details, filled from the column table. What is not known is left out; that a
 * whole side is missing is said once, with the reason. Where the cards stand is view_detail.c's.
 */
#include "ui/detailcards.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/human.h"
#include "ui/cells.h"
#include "ui/detailwire.h"

struct field {
	const char *column;
	const char *label;	/* NULL: the column's name */
	bool wide;		/* text that may be long: lines of its own */
	bool breaks;		/* the next one begins a line */
};

enum { FIELDS_MAX = 20, STATE_CARD = 1 };	/* its place in kernel_cards */

struct card {
	const char *title;
	struct field fields[FIELDS_MAX];	/* ended by one without a column */
};

/* A field; what differs from the usual is named. */
#define F(name, ...) { .column = (name), __VA_ARGS__ }

/* Over both sides: neither the kernel's nor the wire's alone. */
static const struct card process_card = { NULL, { F("process"), F("pid") } };
static const struct card user_card = { NULL, { F("user"), F("uid"), F("unit", .wide = true) } };
static const struct card owner_card = { NULL,
					{ F("cmdline", .label = "command", .wide = true),
					  F("cgroup", .wide = true) } };

/* In the place of the state. */
static const struct card end_card = { "its end",
				      { F("end", .label = "how"), F("age", .label = "lived"),
					F("ended", .label = "when", .wide = true) } };

static const struct card kernel_cards[] = {
	{ "unix",
	  { F("vfs_dev", .label = "device"), F("vfs_ino", .label = "file"),
	    F("pending", .label = "not accepted"), F("peer_inode", .label = "peer's inode") } },
	{ "state",
	  { F("state"), F("state_age", .label = "for"), F("age", .label = "seen for"),
	    F("timer"),
	    F("timer_ms", .label = "fires in"), F("retransmits"), F("shutdown") } },
	{ "queues",
	  { F("recv_q"), F("send_q"), F("backlog_max", .label = "backlog"),
	    F("notsent_bytes", .label = "notsent"), F("unacked"), F("sacked"), F("lost") } },
	{ "congestion control",
	  { F("cong"), F("snd_cwnd", .label = "cwnd"), F("snd_ssthresh", .label = "ssthresh"),
	    F("snd_mss", .label = "mss"), F("rcv_mss", .label = "rcvmss"), F("advmss"), F("pmtu"),
	    F("snd_wnd"), F("rcv_wnd"), F("rcv_space"), F("rcv_ssthresh"), F("pacing_rate"),
	    F("delivery_rate") } },
	{ "times as the kernel has them",
	  { F("rtt"), F("rttvar"), F("min_rtt", .label = "minrtt"), F("rcv_rtt"), F("rto"),
	    F("ato"), F("last_data_sent", .label = "lastsnd"),
	    F("last_data_recv", .label = "lastrcv"), F("last_ack_recv", .label = "lastack") } },
	{ "counters",
	  { F("bytes_sent"), F("bytes_received"), F("bytes_acked"), F("bytes_retrans"),
	    F("segs_out"), F("segs_in"), F("data_segs_out"), F("data_segs_in"),
	    F("total_retrans", .label = "retrans"), F("tcp_info.retrans", .label = "retrans now"),
	    F("dsack_dups"), F("reord_seen"), F("rcv_ooopack") } },
};

static const struct card identity_card = { "identity",
					   { F("proto"), F("family"), F("iface"), F("inode"),
					     F("cookie"), F("netns"), F("mark"), F("class_id"),
					     F("md5"), F("ulp"), F("v6only"), F("tos"),
					     F("tclass") } };

/* What few sockets have: every column of one prefix, under the rest of its key. */
static const struct {
	const char *prefix, *title;
} groups[] = {
	{ "bbr.", "bbr" },	 { "dctcp.", "dctcp" },		  { "vegas.", "vegas" },
	{ "tls.", "tls" },	 { "subflow.", "mptcp subflow" }, { "mptcp.", "mptcp" },
	{ "sctp.", "sctp" },	 { "packet.", "packet" },	  { "netlink.", "netlink" },
	{ "vsock.", "vsock" },
};

/* The wire has its own, and the last. */
static const struct card seen_card = { "seen", { F("first_seen", .wide = true) } };

static const struct card times_card = { NULL, { F("first_seen", .wide = true),
						F("last_seen", .wide = true) } };
static const struct card rates_card = { "traffic", { F("rx_rate"), F("tx_rate", .breaks = true),
						     F("rate_source", .label = "rates by") } };
static const struct card source_card = { NULL, { F("rate_source", .label = "rates by") } };

/* "2026-11-21 22:14:03.118": to the millisecond is what one reads. */
static void format_time(uint64_t ns, char *out, size_t size)
{
	char text[32];

	clock_format_rfc3339(ns, text);
	snprintf(out, size, "%.10s %.12s UTC", text, text + 11);
}

void detail_format(const struct column *c, const struct value *v, bool bits, char *out, size_t size)
{
	if (c->type == VT_TIME)
		format_time(v->u64, out, size);
	else if (c->type == VT_UINT && c->unit == UNIT_NS && v->u64 && v->u64 < NSEC_PER_SEC)
		human_us(out, size, v->u64 / NSEC_PER_USEC);
	else if (c->type == VT_BOOL)
		snprintf(out, size, "%s", v->u64 ? "yes" : "no");
	else if (c->type == VT_UINT && c->unit == UNIT_RATE)
		human_rate(out, size, v->u64, bits);
	else if (c->type == VT_UINT && (c->unit == UNIT_BYTES || c->unit == UNIT_COUNT))
		human_thousands(out, size, v->u64);
	else if (c->type == VT_UINT && c->unit != UNIT_NONE)
		value_format(c, v, TEXT_SHORT, bits, out, size);
	else
		value_format(c, v, TEXT_EXACT, bits, out, size);
}

static enum style style_of(const struct column *c, const struct row *r, const struct value *v)
{
	if (r->sk && strcmp(c->name, "state") == 0)
		return cell_state_style(r->sk->rec.state);
	if (c->type == VT_UINT && c->unit != UNIT_NONE && !v->u64)
		return STYLE_DIM;
	return STYLE_NORMAL;
}

/* false: not known, nothing was added. */
static bool add_field(struct cardside *s, const struct field *f, const struct row *r, bool bits)
{
	const struct column *c = column_find(f->column);
	const char *label = f->label ? f->label : c ? c->name : "";
	struct value v;
	char text[320];

	if (!c || !column_get(c, r, &v))
		return false;
	detail_format(c, &v, bits, text, sizeof(text));
	if (f->wide)
		cardside_field(s, label, text, STYLE_NORMAL);
	else
		cardside_pair(s, label, text, style_of(c, r, &v));
	if (f->breaks)
		cardside_break(s);
	return true;
}

/* The title appears with the first value that is known. */
static void add_fields(struct cardside *s, const struct card *card, const struct row *r, bool bits)
{
	bool titled = false;
	unsigned i;

	for (i = 0; i < FIELDS_MAX && card->fields[i].column; i++) {
		const struct column *c = column_find(card->fields[i].column);
		struct value v;

		if (!c || !column_get(c, r, &v))
			continue;
		if (!titled && card->title)
			cardside_title(s, card->title);
		titled = true;
		add_field(s, &card->fields[i], r, bits);
	}
}

static void add_card(struct cardside *s, const struct card *card, const struct row *r, bool bits)
{
	add_fields(s, card, r, bits);
	cardside_break(s);
}

static bool is_in_cards(const struct column *c)
{
	unsigned i, k;

	for (i = 0; i < sizeof(kernel_cards) / sizeof(kernel_cards[0]); i++) {
		for (k = 0; k < FIELDS_MAX && kernel_cards[i].fields[k].column; k++) {
			if (column_find(kernel_cards[i].fields[k].column) == c)
				return true;
		}
	}
	return false;
}

static void add_share(struct cardside *s, const char *label, uint64_t part_us, uint64_t busy_us)
{
	char time[16], text[40];

	human_us(time, sizeof(time), part_us);
	snprintf(text, sizeof(text), "%s (%u %%)", time,
		 (unsigned)(part_us * 100.0 / (double)busy_us));
	cardside_pair(s, label, text,
		      part_us * 2 > busy_us ? STYLE_TROUBLE
		      : part_us		    ? STYLE_NORMAL
					    : STYLE_DIM);
}

/* What held the sender back, in shares of the time that it had something to send. */
static void add_limits(struct cardside *s, const struct row *r)
{
	const struct sockrec *rec = &r->sk->rec;
	char text[16];

	if (!TCPINFO_HAS(rec->tcpinfo_len, sndbuf_limited) || !rec->tcpinfo.busy_time)
		return;
	cardside_title(s, "what held it back");
	human_us(text, sizeof(text), rec->tcpinfo.busy_time);
	cardside_pair(s, "busy", text, STYLE_NORMAL);
	add_share(s, "rwnd_limited", rec->tcpinfo.rwnd_limited, rec->tcpinfo.busy_time);
	add_share(s, "sndbuf_limited", rec->tcpinfo.sndbuf_limited, rec->tcpinfo.busy_time);
	cardside_break(s);
}

/* As ss -m writes it. */
static void add_skmem(struct cardside *s, const struct row *r)
{
	static const char *const names[SKMEM_VALUES] = { "r", "rb", "t",  "tb", "f",
							 "w", "o",  "bl", "d" };
	const struct sockrec *rec = &r->sk->rec;
	char text[256];
	size_t len = 0;
	unsigned i;

	if (!rec->skmem_count)
		return;
	cardside_title(s, "memory");
	for (i = 0; i < rec->skmem_count && i < SKMEM_VALUES && len < sizeof(text); i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s%u", i ? "," : "(",
					names[i], rec->skmem[i]);
	if (len < sizeof(text))
		snprintf(text + len, sizeof(text) - len, ")");
	cardside_field(s, "skmem", text, rec->skmem_count > SKMEM_DROPS && rec->skmem[SKMEM_DROPS] ?
		       STYLE_TROUBLE : STYLE_NORMAL);
}

/* Told in words by add_limits(). */
static bool is_a_limit(const struct column *c)
{
	return strstr(c->key, "_limited") || strstr(c->key, "busy_time");
}

/* Every known value whose key begins so and that no card has named, under the rest of its key. */
static void add_prefixed(struct cardside *s, const char *prefix, const char *title,
			 const struct row *r, bool bits)
{
	const struct column *c;
	size_t len = strlen(prefix);
	bool titled = false;
	unsigned i;

	for (i = 0; (c = column_at(i)); i++) {
		struct field f = { .column = c->key };
		struct value v;

		if (!c->key || strncmp(c->key, prefix, len) != 0 || is_in_cards(c) ||
		    is_a_limit(c) || !column_get(c, r, &v))
			continue;
		if (!titled)
			cardside_title(s, title);
		titled = true;
		f.label = c->key + len;
		add_field(s, &f, r, bits);
	}
	cardside_break(s);
}

static void add_groups(struct cardside *s, const struct row *r, bool bits)
{
	unsigned i;

	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		add_prefixed(s, groups[i].prefix, groups[i].title, r, bits);
}

/* The names of the options that are on: as words, not as a table of no and yes. */
static void add_sockopt(struct cardside *s, const struct row *r)
{
	static const char prefix[] = "sockopt.";
	const struct column *c;
	char text[256] = "";
	size_t len = 0;
	unsigned i;

	for (i = 0; (c = column_at(i)); i++) {
		struct value v;

		if (!c->key || strncmp(c->key, prefix, sizeof(prefix) - 1) != 0 ||
		    !column_get(c, r, &v) || !v.u64 || len >= sizeof(text))
			continue;
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", len ? " " : "",
					c->key + sizeof(prefix) - 1);
	}
	if (len)
		cardside_field(s, "sockopt", text, STYLE_NORMAL);
}

/* "12 non-blocking, close-on-exec" */
static void add_fd(struct cardside *s, const struct row *r)
{
	struct holder h;
	char text[48];
	int len;

	if (!r->sk || r->sk->ended_ns || !model_holders(r->m, r->sk, &h, 1))
		return;
	len = snprintf(text, sizeof(text), "%d", h.fd);
	if (h.has_flags)
		snprintf(text + len, sizeof(text) - (size_t)len, " %s%s",
			 h.nonblock ? "non-blocking" : "blocking",
			 h.cloexec ? ", close-on-exec" : "");
	cardside_field(s, "fd", text, STYLE_NORMAL);
}

/* Who holds it beside the first. */
static void add_holders(struct cardside *s, const struct row *r)
{
	const struct field f = F("holders", .label = "held by", .wide = true);

	if (r->sk && r->sk->holders > 1)
		add_field(s, &f, r, false);
}

/* "java[4410]: it waits in its listener's accept queue …" */
static void add_listener(struct cardside *s, const struct row *r)
{
	const char *why = procreason_sentence((enum procreason)r->proc_reason);
	char text[256];

	snprintf(text, sizeof(text), "%.*s[%u]%s%s", EVENT_NAME_MAX, r->proc->rec.comm,
		 r->proc->rec.pid, why ? ": " : "", why ? why : "");
	cardside_field(s, "listener's", text, STYLE_NORMAL);
}

void detail_process(struct cardside *s, const struct row *r)
{
	if (r->proc && r->proc_reason != PROC_KNOWN)
		add_listener(s, r);
	else
		add_fields(s, &process_card, r, false);
	add_fields(s, &user_card, r, false);
	cardside_break(s);
	detailwire_names(s, r);
	add_fd(s, r);
	add_holders(s, r);
	add_card(s, &owner_card, r, false);
}

/* The other end of a unix socket, where it is. */
static void add_peer(struct cardside *s, const struct row *r)
{
	char text[64];

	if (!r->peer_proc)
		return;
	snprintf(text, sizeof(text), "%.*s[%u]", EVENT_NAME_MAX, r->peer_proc->rec.comm,
		 r->peer_proc->rec.pid);
	cardside_title(s, "the other end");
	cardside_field(s, "process", text, STYLE_NORMAL);
	cardside_field(s, "command", r->peer_proc->rec.cmdline, STYLE_NORMAL);
}

/* TIME_WAIT has no tcp_info of its own, nor has what is gone. */
static void add_final(struct cardside *s)
{
	cardside_title(s, "its last values");
	cardside_text(s, STYLE_DIM,
		      "What follows is what the kernel said when it freed the full socket.");
}

/* A path may be longer than the line above has room for. */
static void add_path(struct cardside *s, const struct row *r)
{
	if (!r->more || r->more->kind != MORE_UNIX || !r->more->un.name[0])
		return;
	cardside_title(s, "path");
	cardside_text(s, STYLE_NORMAL, r->more->un.name);
}

void detail_verdict(struct cardside *s, const struct row *r)
{
	const struct column *alert = column_find("alert_text");
	struct value v;
	char text[200];

	if (!alert || !column_get(alert, r, &v))
		return;
	snprintf(text, sizeof(text), "! %s", v.text);
	cardside_text(s, STYLE_TROUBLE, text);
}

void detail_kernel(struct cardside *s, const struct row *r, bool bits)
{
	static const char served[] =
		"No socket is connected to this peer. The process above serves it with a socket "
		"that all peers share, which has a row of its own.";
	unsigned i;

	if (!r->sk) {
		cardside_title(s, "no socket");
		cardside_text(s, STYLE_NORMAL,
			      procreason_sentence((enum procreason)r->proc_reason)
				      ? procreason_sentence((enum procreason)r->proc_reason)
				      : served);
	} else if (r->sk->ended_ns) {
		add_card(s, &end_card, r, bits);
	} else if (!r->proc && procreason_sentence((enum procreason)r->proc_reason)) {
		cardside_title(s, "no process");
		cardside_text(s, STYLE_NORMAL,
			      procreason_sentence((enum procreason)r->proc_reason));
	}
	add_path(s, r);
	add_peer(s, r);
	for (i = 0; i < sizeof(kernel_cards) / sizeof(kernel_cards[0]); i++) {
		if (i != STATE_CARD || (r->sk && !r->sk->ended_ns))
			add_card(s, &kernel_cards[i], r, bits);
		if (i != STATE_CARD || !r->sk)
			continue;
		if (r->sk->final)
			add_final(s);
		/* The special before the general: what it is for is there. */
		add_groups(s, r, bits);
	}
	if (!r->sk)
		return;
	add_limits(s, r);
	add_skmem(s, r);
	add_sockopt(s, r);
	add_prefixed(s, "tcp_info.", "all else in tcp_info", r, bits);
}

void detail_wire(struct cardside *s, const struct row *r, bool bits)
{
	const char *why = cell_is_local(r) ? "It does not speak IP: no packet tells of it." :
					     wirereason_sentence((enum wirereason)r->wire_reason);
	char served[12];

	if (!r->flow) {
		cardside_title(s, "no traffic");
		cardside_text(s, STYLE_NORMAL, why ? why : "No packet of it was seen.");
		add_card(s, &rates_card, r, bits);	/* rates from tcp_info, where there are any */
		add_card(s, &seen_card, r, bits);
		add_card(s, &identity_card, r, bits);
		return;
	}
	detailwire_story(s, r);
	add_card(s, &times_card, r, bits);
	detailwire_ways(s, r, bits);
	add_card(s, &source_card, r, bits);
	if (r->sk && r->sk->served) {
		snprintf(served, sizeof(served), "%u", r->sk->served);
		cardside_pair(s, "flows served", served, STYLE_NORMAL);
	}
	cardside_break(s);
	detailwire_proof(s, r);
	if (r->sk)
		add_card(s, &identity_card, r, bits);
}
