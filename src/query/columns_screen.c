/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * columns_screen: cells made of several values, for tables and screens. They have no JSON key,
 * because the values that they are made of have theirs.
 *
 * Owns no state.
 */
#include "base/clock.h"
#include "base/human.h"
#include "query/alerts.h"
#include "query/columns_parts.h"
#include "query/row.h"

static size_t put(char *out, const char *text)
{
	size_t len = strlen(text);

	memcpy(out, text, len);
	return len;
}

static size_t put_number(char *out, uint32_t n)
{
	char digits[10];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n);
	memcpy(out, digits + at, sizeof(digits) - at);
	return sizeof(digits) - at;
}

/* "10.0.0.1", "[2001:db8::1]", and "*" for all addresses; [::] where IPv4 is left out. */
static size_t put_addr(char *out, const struct row *r, const struct addr *addr, bool brackets)
{
	bool v6only = r->sk && r->sk->rec.has & HAS_V6ONLY && r->sk->rec.v6only;
	char text[ADDR_TEXT_MAX];
	size_t len;

	if (addr_is_any(addr) && !v6only)
		return put(out, "*");
	brackets = brackets && !addr_is_v4(addr);
	len = brackets ? put(out, "[") : 0;
	addr_format(addr, text);
	len += put(out + len, text);
	len += brackets ? put(out + len, "]") : 0;
	return len;
}

static bool get_end(const struct column *c, const struct row *r, struct value *v)
{
	const struct addr *addr = row_addr(r, c->arg);
	uint16_t port = row_port(r, c->arg);
	size_t len;

	_Static_assert(sizeof(v->buf) >= ADDR_TEXT_MAX + sizeof("[]:65535"), "room for an end");
	if (!r->sk && !r->flow)
		return false;
	/* Nobody yet: a listener, a datagram socket that is not connected. */
	len = addr ? put_addr(v->buf, r, addr, port) : put(v->buf, "*");
	if (port) {
		v->buf[len++] = ':';
		len += put_number(v->buf + len, port);
	}
	v->buf[len] = '\0';
	v->text = v->buf;
	return true;
}

/*
 * One cell for what the state makes of the send queue: LISTEN its limit, TIME_WAIT the time left.
 */
static bool get_sendq_cell(const struct column *c, const struct row *r, struct value *v)
{
	const struct sockrec *rec;
	size_t len;

	(void)c;
	if (!r->sk)
		return false;
	rec = &r->sk->rec;
	v->text = v->buf;
	if (rec->state == ST_TIME_WAIT && rec->has & HAS_TIMER) {
		human_age(v->buf, sizeof(v->buf), rec->timer_ms * NSEC_PER_MSEC);
		return true;
	}
	if (rec->state == ST_SYN_SENT && rec->has & HAS_TIMER && rec->retransmits) {
		len = put_number(v->buf, rec->retransmits);
		len += put(v->buf + len, " rtx");
		v->buf[len] = '\0';
		return true;
	}
	if (!(rec->has & HAS_QUEUES) || rec->state == ST_TIME_WAIT)
		return false;
	len = rec->state == ST_LISTEN ? put(v->buf, "/") : 0;
	human_count(v->buf + len, sizeof(v->buf) - len, rec->send_q);
	return true;
}

static bool get_proc(const struct column *c, const struct row *r, struct value *v)
{
	const char *reason;
	size_t len;

	(void)c;
	if (r->proc && r->proc->rec.comm[0]) {
		v->text = r->proc->rec.comm;
		return true;
	}
	reason = r->proc ? NULL : procreason_name(r->proc_reason);
	if (!reason || strlen(reason) > sizeof(v->buf) - 3)
		return false;
	len = put(v->buf, "(");
	len += put(v->buf + len, reason);
	len += put(v->buf + len, ")");
	v->buf[len] = '\0';
	v->text = v->buf;
	return true;
}

static bool get_age(const struct column *c, const struct row *r, struct value *v)
{
	uint64_t now_ns = model_time_ns(r->m), since_ns = row_first_ns(r);

	(void)c;
	v->u64 = now_ns - since_ns;
	return since_ns && since_ns <= now_ns;
}

/* Unknown for a socket that was in its state already when it was first seen. */
static bool get_state_age(const struct column *c, const struct row *r, struct value *v)
{
	uint64_t now_ns = model_time_ns(r->m), since_ns = r->sk ? r->sk->since_ns : 0;

	(void)c;
	v->u64 = now_ns - since_ns;
	return since_ns && since_ns <= now_ns;
}

static bool get_alert(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	v->u64 = alert_sentence(r) != NULL;
	return true;
}

static bool get_alert_text(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	v->text = alert_sentence(r);
	return v->text;
}

static const struct column rows[] = {
	{ "proc", NULL, "PROCESS", "process, or in parentheses why none is known", VT_TEXT,
	  UNIT_NONE, SCOPE_IDENTITY, 15, 0, get_proc },
	{ "local", NULL, "LOCAL", "local address and port", VT_TEXT, UNIT_NONE, SCOPE_IDENTITY, 20,
	  ROW_LOCAL, get_end },
	{ "remote", NULL, "REMOTE", "remote address and port", VT_TEXT, UNIT_NONE, SCOPE_IDENTITY,
	  20, ROW_REMOTE, get_end },
	{ "sendq_cell", NULL, "SENDQ", "send queue; LISTEN: its limit; TIME_WAIT: time left",
	  VT_TEXT, UNIT_NONE, SCOPE_KERNEL, 5, 0, get_sendq_cell },
	{ "age", NULL, "AGE", "since it was first seen", VT_UINT, UNIT_NS, SCOPE_IDENTITY, 6, 0,
	  get_age },
	{ "state_age", NULL, "FOR", "since it came into its state", VT_UINT, UNIT_NS, SCOPE_KERNEL,
	  6, 0, get_state_age },
	{ "alert", NULL, "!", "it has something to say", VT_BOOL, UNIT_NONE, SCOPE_IDENTITY, 1, 0,
	  get_alert },
	{ "alert_text", NULL, "ALERT", "what it has to say", VT_TEXT, UNIT_NONE, SCOPE_IDENTITY, 40,
	  0, get_alert_text },
};

const struct columnpart columns_screen = COLUMNPART(rows);
