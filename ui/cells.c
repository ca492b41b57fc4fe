/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text and the colour of a cell. Knows nothing of where it stands.
 */
#include "ui/cells.h"

#include <stdio.h>
#include <string.h>

#include "ui/text.h"

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

static bool is_listener(const struct row *r)
{
	return r->sk && r->sk->rec.state == ST_LISTEN;
}

static void make_unknown(const struct column *c, const struct row *r, struct celltext *out)
{
	bool seen_nothing = c->scope == SCOPE_WIRE && !is_listener(r) && c->type == VT_UINT;

	set_text(out, seen_nothing ? "-" : "", STYLE_DIM);
}

/* A socket's protocol is said where no column says it and it is not TCP. */
static void make_socket_state(const struct row *r, const struct cellmode *mode, int w,
			      struct celltext *out)
{
	enum sockstate state = (enum sockstate)r->sk->rec.state;
	bool datagram = sockproto_is_datagram((enum sockproto)r->sk->rec.proto);
	bool say_proto = r->sk->rec.proto != SP_TCP && !mode->proto_shown;
	const char *proto = say_proto ? sockproto_name((enum sockproto)r->sk->rec.proto) : "";
	const char *name = sockstate_name(state, datagram);

	if (state == ST_ESTABLISHED && w && strlen(name) + say_proto + strlen(proto) > (size_t)w)
		name = sockstate_short(state);
	snprintf(out->text, sizeof(out->text), "%s%s%s", name, say_proto ? " " : "", proto);
	out->style = cell_state_style(state);
}

/* Traffic without a socket has no state: its protocol stands there. */
static void make_state(const struct row *r, const struct cellmode *mode, int w,
		       struct celltext *out)
{
	const struct column *proto;
	struct value v;

	if (r->sk) {
		make_socket_state(r, mode, w, out);
		return;
	}
	proto = mode->proto_shown ? NULL : column_find("proto");
	set_text(out, proto && column_get(proto, r, &v) ? v.text : "", STYLE_DIM);
}

static enum style value_style(enum celllook look, const struct column *c, const struct row *r,
			      const struct value *v)
{
	bool zero = c->type == VT_UINT && c->unit != UNIT_NONE && v->u64 == 0;

	if (zero || look == CELL_DIM || (r->sk && r->sk->rec.state == ST_TIME_WAIT))
		return STYLE_DIM;
	if (look == CELL_PROCESS)
		return r->proc ? STYLE_PROCESS : STYLE_DIM;
	if (look == CELL_RX)
		return STYLE_RX;
	if (look == CELL_TX)
		return STYLE_TX;
	if (look == CELL_TROUBLE || look == CELL_ALERT)
		return STYLE_TROUBLE;
	if (look == CELL_WIRE_STATE && r->flow &&
	    (r->flow->rec.wire_state == WS_RESET || r->flow->rec.wire_state == WS_REFUSED))
		return STYLE_TROUBLE;
	return STYLE_NORMAL;
}

void cell_make(const struct column *c, enum celllook look, const struct row *r,
	       const struct cellmode *mode, int w, struct celltext *out)
{
	struct value v;
	size_t sign = 0;

	if (look == CELL_STATE) {
		make_state(r, mode, w, out);
		return;
	}
	if (!column_get(c, r, &v)) {
		make_unknown(c, r, out);
		return;
	}
	if (look == CELL_ALERT) {
		memcpy(out->text, "! ", 2);
		sign = 2;
	}
	value_format(c, &v, TEXT_SHORT, mode->bits, out->text + sign, sizeof(out->text) - sign);
	out->style = value_style(look, c, r, &v);
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

void cell_paint(struct grid *g, int x, int y, int w, enum celllook look, bool right,
		const struct celltext *t)
{
	if (right && text_cells(t->text) <= w)
		grid_right(g, x, y, w, t->style, t->text);
	else if (look == CELL_END)
		paint_end(g, x, y, w, t);
	else
		grid_ellipsis(g, x, y, w, t->style, t->text);
}
