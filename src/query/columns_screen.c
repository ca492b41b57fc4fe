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
#include "query/endtext.h"
#include "query/field.h"
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
	uint64_t ended_ns = row_ended_ns(r), end_ns = ended_ns ? ended_ns : model_time_ns(r->m);
	uint64_t since_ns = row_first_ns(r);

	(void)c;
	v->u64 = end_ns - since_ns;
	return since_ns && since_ns <= end_ns;
}

/* Unknown for a socket that was in its state already when it was first seen. */
static bool get_state_age(const struct column *c, const struct row *r, struct value *v)
{
	uint64_t end_ns = r->sk && r->sk->ended_ns ? r->sk->ended_ns : model_time_ns(r->m);
	uint64_t since_ns = r->sk ? r->sk->since_ns : 0;

	(void)c;
	v->u64 = end_ns - since_ns;
	return since_ns && since_ns <= end_ns;
}

/* arg: a field of struct flowcount, of which both ways are wanted. */
static bool get_both_ways(const struct column *c, const struct row *r, struct value *v)
{
	const struct flowcount *rx = row_count(r, ROW_RX), *tx = row_count(r, ROW_TX);

	if (!rx || !tx)
		return false;
	v->u64 = field_load(rx, c->arg) + field_load(tx, c->arg);
	return true;
}

static bool get_duration(const struct column *c, const struct row *r, struct value *v)
{
	const struct flowrec *f = r->flow ? &r->flow->rec : NULL;

	(void)c;
	if (!f || f->last_ns < f->first_ns)
		return false;
	v->u64 = f->last_ns - f->first_ns;
	return true;
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
	{ "local", NULL, "LOCAL", "local address and port, path, device", VT_TEXT, UNIT_NONE,
	  SCOPE_IDENTITY, 20, ROW_LOCAL, endtext_get },
	{ "remote", NULL, "REMOTE", "remote name or address, and port; unix: the peer", VT_TEXT, UNIT_NONE,
	  SCOPE_IDENTITY, 20, ROW_REMOTE, endtext_get },
	{ "sendq_cell", NULL, "SENDQ", "send queue; LISTEN limit, SYN_SENT rtx, TIME_WAIT time",
	  VT_TEXT, UNIT_NONE, SCOPE_KERNEL, 5, 0, get_sendq_cell },
	{ "age", NULL, "AGE", "since it was first seen; ended: how long it lived", VT_UINT, UNIT_NS,
	  SCOPE_IDENTITY, 6, 0, get_age },
	{ "state_age", NULL, "FOR", "since it came into its state", VT_UINT, UNIT_NS, SCOPE_KERNEL,
	  6, 0, get_state_age },
	{ "packets", NULL, "PKTS", "packets of both ways, as captured", VT_UINT, UNIT_COUNT,
	  SCOPE_WIRE, 6, FIELD_OF(struct flowcount, packets), get_both_ways, 0, OF_FLOW },
	{ "bytes", NULL, "BYTES", "bytes of IP of both ways", VT_UINT, UNIT_BYTES, SCOPE_WIRE, 6,
	  FIELD_OF(struct flowcount, bytes), get_both_ways, 0, OF_FLOW },
	{ "duration", NULL, "LASTED", "from its first packet to its last", VT_UINT, UNIT_NS,
	  SCOPE_WIRE, 6, 0, get_duration, 0, OF_FLOW },
	{ "alert", NULL, "!", "it has something to say", VT_BOOL, UNIT_NONE, SCOPE_IDENTITY, 1, 0,
	  get_alert, NEED_INFO | NEED_SKMEM },
	{ "alert_text", NULL, "ALERT", "what it has to say", VT_TEXT, UNIT_NONE, SCOPE_IDENTITY, 40,
	  0, get_alert_text, NEED_INFO | NEED_SKMEM },
};

const struct columnpart columns_screen = COLUMNPART(rows);
