/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text and the colour of a cell. Knows nothing of where it stands.
 */
#include "ui/cells.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/human.h"
#include "base/utf8.h"
#include "ui/text.h"

#define EXACT_NS (10 * NSEC_PER_SEC)

enum style cell_state_style(enum sockstate s)
{
	static const uint8_t styles[SOCKSTATES] = {
		[ST_UNKNOWN] = STYLE_DIM,	  [ST_ESTABLISHED] = STYLE_ESTABLISHED,
		[ST_SYN_SENT] = STYLE_OPENING,	  [ST_SYN_RECV] = STYLE_OPENING,
		[ST_FIN_WAIT1] = STYLE_CLOSING,	  [ST_FIN_WAIT2] = STYLE_CLOSING,
		[ST_TIME_WAIT] = STYLE_DIM,	  [ST_CLOSE] = STYLE_LISTEN,
		[ST_CLOSE_WAIT] = STYLE_TROUBLE,  [ST_LAST_ACK] = STYLE_CLOSING,
		[ST_LISTEN] = STYLE_LISTEN,	  [ST_CLOSING] = STYLE_CLOSING,
	};

	return (unsigned)s < SOCKSTATES ? styles[s] : STYLE_NORMAL;
}

bool cell_has_alert(const struct row *r)
{
	const struct column *c = column_find("alert");
	struct value v;

	return c && column_get(c, r, &v) && v.u64;
}

static void set_text(struct celltext *out, const char *text, enum style style)
{
	size_t len = strlen(text);

	if (len >= sizeof(out->text))
		len = sizeof(out->text) - 1;
	memcpy(out->text, text, len);
	out->text[len] = '\0';
	out->style = style;
}

bool cell_is_local(const struct row *r)
{
	return r->sk && r->sk->rec.proto >= SP_UNIX_STREAM;
}

static bool is_unix(const struct row *r)
{
	return r->sk && r->sk->rec.proto >= SP_UNIX_STREAM && r->sk->rec.proto <= SP_UNIX_SEQPACKET;
}

static bool is_listener(const struct row *r)
{
	return r->sk && r->sk->rec.state == ST_LISTEN;
}

static void make_unknown(const struct column *c, const struct row *r, struct celltext *out)
{
	bool seen_nothing = c->scope == SCOPE_WIRE && !is_listener(r) && !cell_is_local(r) &&
			    c->type == VT_UINT;

	set_text(out, seen_nothing ? "-" : "", STYLE_DIM);
}

/* As ss has them, where the long name is too long for a column. */
static const char *short_proto(enum sockproto p)
{
	static const char *const names[SOCKPROTOS] = {
		[SP_UNIX_STREAM] = "u_str",    [SP_UNIX_DGRAM] = "u_dgr",
		[SP_UNIX_SEQPACKET] = "u_seq", [SP_PACKET] = "p_raw",
		[SP_NETLINK] = "nl",	       [SP_VSOCK] = "v_str",
	};

	return (unsigned)p < SOCKPROTOS && names[p] ? names[p] : sockproto_name(p);
}

static void make_proto(const struct column *c, const struct row *r, struct celltext *out)
{
	bool datagrams = r->more && r->more->kind == MORE_PACKET &&
			 r->more->packet.type == SOCK_DGRAM;
	struct value v;

	if (r->sk)
		set_text(out, datagrams ? "p_dgr" : short_proto((enum sockproto)r->sk->rec.proto),
			 STYLE_DIM);
	else
		set_text(out, column_get(c, r, &v) ? v.text : "", STYLE_DIM);
}

/* "closed 4s": how, and how long ago where there is room for that. */
static void make_end(const struct row *r, int w, struct celltext *out)
{
	enum endreason end = (enum endreason)r->sk->end;
	const char *word = endreason_name(end);
	uint64_t now_ns = model_time_ns(r->m);
	char ago[12];

	human_age(ago, sizeof(ago), now_ns > r->sk->ended_ns ? now_ns - r->sk->ended_ns : 0);
	if (!word)
		word = "closed";
	if (w && strlen(word) + 1 + strlen(ago) > (size_t)w)
		ago[0] = '\0';
	snprintf(out->text, sizeof(out->text), "%s%s%s", word, ago[0] ? " " : "", ago);
	out->style = end == END_RESET || end == END_REFUSED || end == END_KILLED ? STYLE_TROUBLE
										 : STYLE_DIM;
}

/* A state with a protocol behind it, where both are too long for the cell. */
static const char *shorter_state(enum sockstate state)
{
	return state == ST_LISTEN ? "LSTN" : sockstate_short(state);
}

/* A socket's protocol is said where no column says it and it is not TCP. */
static void make_socket_state(const struct row *r, const struct cellmode *mode, int w,
			      struct celltext *out)
{
	enum sockstate state = (enum sockstate)r->sk->rec.state;
	bool datagram = sockproto_is_datagram((enum sockproto)r->sk->rec.proto);
	bool say_proto = r->sk->rec.proto != SP_TCP && !mode->proto_shown;
	const char *proto = !say_proto ? "" :
			    is_unix(r) ? "unix" :
					 sockproto_name((enum sockproto)r->sk->rec.proto);
	const char *name = sockstate_name(state, datagram);

	out->style = cell_state_style(state);
	if ((state == ST_ESTABLISHED || (state == ST_LISTEN && say_proto && !is_unix(r))) && w &&
	    strlen(name) + say_proto + strlen(proto) > (size_t)w)
		name = shorter_state(state);
	if (say_proto && w && strlen(name) + 1 + strlen(proto) > (size_t)w) {
		/* "UNCONN" says nothing of what never connects; what listens has its path. */
		set_text(out, state == ST_CLOSE ? proto : name, out->style);
		return;
	}
	snprintf(out->text, sizeof(out->text), "%s%s%s", name, say_proto ? " " : "", proto);
}

/* Of datagrams nothing is over: that one was refused keeps nobody from sending the next. */
static bool is_tcp_flow(const struct row *r)
{
	return r->flow && r->flow->rec.key.proto == 6;
}

/* TCP traffic without a socket, which will not go on. */
static bool is_flow_over(const struct row *r)
{
	return !r->sk && is_tcp_flow(r) &&
	       (r->flow->rec.wire_state == WS_RESET || r->flow->rec.wire_state == WS_REFUSED ||
		r->flow->rec.wire_state == WS_TIME_WAIT || r->flow->rec.wire_state == WS_CLOSED);
}

/* "REFUSED": what the wire says, where no column says it. */
static bool make_flow_end(const struct row *r, const struct cellmode *mode, struct celltext *out)
{
	const struct column *wire = column_find("wire_state");
	struct value v;

	if (mode->wire_state_shown || !is_flow_over(r) || !column_get(wire, r, &v))
		return false;
	set_text(out, v.text,
		 r->flow->rec.wire_state == WS_RESET || r->flow->rec.wire_state == WS_REFUSED ?
			 STYLE_TROUBLE :
			 STYLE_DIM);
	return true;
}

/* Traffic without a socket has no state: its protocol stands there, or how it ended. */
static void make_state(const struct row *r, const struct cellmode *mode, int w,
		       struct celltext *out)
{
	const struct column *proto;
	struct value v;

	if (r->sk && r->sk->ended_ns) {
		make_end(r, w, out);
		return;
	}
	if (r->sk) {
		make_socket_state(r, mode, w, out);
		return;
	}
	if (make_flow_end(r, mode, out))
		return;
	proto = mode->proto_shown ? NULL : column_find("proto");
	set_text(out, proto && column_get(proto, r, &v) ? v.text : "", STYLE_DIM);
}

/* All is quiet, less is worth a look. */
static enum style seen_style(const struct row *r)
{
	struct coverage c;

	if (!r->sk || !model_coverage(r->m, r->sk, &c))
		return STYLE_DIM;
	return c.missing[0] || c.missing[1] ? STYLE_TROUBLE : STYLE_DIM;
}

/* Traffic that the row of the socket which serves it has in its sum. */
static bool is_served(const struct row *r)
{
	return !r->sk && r->owner && r->owner->flow == MODEL_NONE && r->owner->sum != MODEL_NONE;
}

static enum style value_style(enum celllook look, const struct column *c, const struct row *r,
			      const struct value *v)
{
	bool zero = c->type == VT_UINT && c->unit != UNIT_NONE && v->u64 == 0;

	if (zero || look == CELL_DIM ||
	    (c->scope == SCOPE_WIRE && c->type == VT_UINT && is_served(r)) || is_flow_over(r) ||
	    (r->sk && (r->sk->rec.state == ST_TIME_WAIT || r->sk->ended_ns)))
		return STYLE_DIM;
	if (look == CELL_PROCESS)	/* with a reason beside it, the process is its listener's */
		return r->proc && r->proc_reason == PROC_KNOWN ? STYLE_PROCESS : STYLE_DIM;
	if (look == CELL_SEEN)
		return seen_style(r);
	if (look == CELL_RX)
		return STYLE_RX;
	if (look == CELL_TX)
		return STYLE_TX;
	if (look == CELL_TROUBLE || look == CELL_RETRANS || look == CELL_ALERT)
		return STYLE_TROUBLE;
	if (look == CELL_WIRE_STATE && r->flow &&
	    (r->flow->rec.wire_state == WS_RESET || r->flow->rec.wire_state == WS_REFUSED))
		return STYLE_TROUBLE;
	return STYLE_NORMAL;
}

/* How often the SYN was sent again; 0: its send queue is what it is elsewhere. */
static unsigned syn_retransmits(const struct row *r)
{
	const struct sockrec *rec = r->sk ? &r->sk->rec : NULL;

	return rec && rec->state == ST_SYN_SENT && rec->has & HAS_TIMER ? rec->retransmits : 0;
}

/* "5 rtx", where that is too long "10rtx". */
static void make_syn_retransmits(const struct row *r, int w, struct celltext *out)
{
	bool fits = snprintf(out->text, sizeof(out->text), "%u rtx", syn_retransmits(r)) <= w || !w;

	if (!fits)
		snprintf(out->text, sizeof(out->text), "%urtx", syn_retransmits(r));
	out->style = r->sk->ended_ns ? STYLE_DIM : STYLE_NORMAL;
}

/* "↳ 10.0.0.2:53": what is there is part of the row of the socket that has this end. */
static void sign_served(const struct column *c, const struct row *r, int w, struct celltext *out)
{
	const char *sign = c->type == VT_TEXT ? "↳ " : "↳";
	size_t len = strlen(sign), had = strlen(out->text);

	if (strcmp(c->name, "remote") == 0 || !is_served(r) || had + len >= sizeof(out->text) ||
	    (w && text_cells(out->text) + text_cells(sign) > w))
		return;
	memmove(out->text + len, out->text, had + 1);
	memcpy(out->text, sign, len);
}

/* Where REFUSED stands beside a socket's state, it is about a connection. */
static bool is_refused_datagram(const struct row *r, const struct cellmode *mode)
{
	return !mode->of_file && r->flow && !is_tcp_flow(r) &&
	       r->flow->rec.wire_state == WS_REFUSED;
}

void cell_make(const struct column *c, enum celllook look, const struct row *r,
	       const struct cellmode *mode, int w, struct celltext *out)
{
	struct value v;
	size_t sign = 0;

	out->tail = look == CELL_END && is_unix(r);
	if (look == CELL_STATE) {
		make_state(r, mode, w, out);
		return;
	}
	if (look == CELL_PROTO) {
		make_proto(c, r, out);
		return;
	}
	if (look == CELL_SENDQ && syn_retransmits(r)) {
		make_syn_retransmits(r, w, out);
		return;
	}
	if (look == CELL_RETRANS && mode->sendq_shown && syn_retransmits(r)) {
		set_text(out, "", STYLE_DIM);
		return;
	}
	if (!column_get(c, r, &v) ||
	    (look == CELL_WIRE_STATE && is_refused_datagram(r, mode))) {
		make_unknown(c, r, out);
		return;
	}
	if (look == CELL_ALERT) {
		memcpy(out->text, "! ", 2);
		sign = 2;
	}
	value_format(c, &v, TEXT_SHORT, mode->bits, out->text + sign, sizeof(out->text) - sign);
	if (look == CELL_LASTED && v.u64 && v.u64 < EXACT_NS)
		human_us(out->text, sizeof(out->text), v.u64 / NSEC_PER_USEC);
	out->style = value_style(look, c, r, &v);
	if (look == CELL_END)
		sign_served(c, r, w, out);
	if (look == CELL_WIRE_STATE && w && strlen(out->text) > (size_t)w &&
	    r->flow->rec.wire_state == WS_ESTABLISHED)
		memcpy(out->text, "ESTAB", sizeof("ESTAB"));
}

void cell_make_both_ends(const struct row *r, int w, struct celltext *out)
{
	struct value here;
	bool named = column_get(column_find("local"), r, &here) && strcmp(here.text, "*") != 0;
	const struct proc *met = r->peer_proc;
	char there[EVENT_NAME_MAX + 16] = "";
	size_t skip = 0, len = named ? strlen(here.text) : 0;
	int room, cells;

	if (met)
		snprintf(there, sizeof(there), "%.*s/%u", EVENT_NAME_MAX, met->rec.comm,
			 met->rec.pid);
	room = w - (met ? text_cells(there) + 3 : 0);
	/* The path gives way to the peer, and loses its beginning. */
	for (cells = named ? text_cells(here.text) : 0; cells > room && skip < len;) {
		uint32_t cp;

		skip += utf8_decode(here.text + skip, len - skip, &cp);
		cells = text_cells(here.text + skip) + 1;
	}
	snprintf(out->text, sizeof(out->text), "%s%s%s%s", skip ? "…" : "",
		 named ? here.text + skip : "", met ? (named ? " ─ " : "─ ") : "", there);
	out->style = r->sk->ended_ns ? STYLE_DIM : STYLE_NORMAL;
	out->tail = false;
}

/* "[2001:db8:1:2…]:443": who it is begins on the left, the port is at the right. */
static void paint_end(struct grid *g, int x, int y, int w, const struct celltext *t)
{
	const char *port = strrchr(t->text, ':');
	int tail = port ? text_cells(port) : 0;

	if (!port || w < tail + 4 || text_cells(t->text) <= w) {
		grid_ellipsis(g, x, y, w, t->style, t->text);
		return;
	}
	grid_text(g, x, y, w - tail - 1, t->style, t->text);
	grid_text(g, x + w - tail - 1, y, 1, t->style, g->ascii ? "~" : "…");
	grid_text(g, x + w - tail, y, tail, t->style, port);
}

/* "…/postgresql/.s.PGSQL.5432" */
static void paint_tail(struct grid *g, int x, int y, int w, const struct celltext *t)
{
	size_t len = strlen(t->text), skip = 0;

	if (text_cells(t->text) <= w || w < 2) {
		grid_ellipsis(g, x, y, w, t->style, t->text);
		return;
	}
	while (skip < len && text_cells(t->text + skip) > w - 1) {
		uint32_t cp;

		skip += utf8_decode(t->text + skip, len - skip, &cp);
	}
	grid_text(g, x, y, 1, t->style, g->ascii ? "~" : "…");
	grid_text(g, x + 1, y, w - 1, t->style, t->text + skip);
}

void cell_paint(struct grid *g, int x, int y, int w, enum celllook look, bool right,
		const struct celltext *t)
{
	if (right && text_cells(t->text) <= w)
		grid_right(g, x, y, w, t->style, t->text);
	else if (t->tail)
		paint_tail(g, x, y, w, t);
	else if (look == CELL_END)
		paint_end(g, x, y, w, t);
	else
		grid_ellipsis(g, x, y, w, t->style, t->text);
}
