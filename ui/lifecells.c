/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cells of the log of lives; see lifecells.h. Tables and getters; no state.
 */
#include "ui/lifecells.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/human.h"

#define EXACT_AGE_NS (10 * NSEC_PER_SEC)	/* below, tenths and milliseconds count */

enum { LOCAL_ADDRESS_FROM = 14 };

static bool is_end(const struct life *l)
{
	return l->kind == LIFE_ENDED;
}

/* "12:00:03", with room "12:00:03.118" */
static void make_time(const struct model *m, const struct life *l, int w, char *out)
{
	char text[32];

	(void)m;
	clock_format_rfc3339(l->time_ns, text);
	snprintf(out, LIFECELL_TEXT, "%.*s", w && w < 12 ? 8 : 12, text + 11);
}

static void make_word(const struct model *m, const struct life *l, int w, char *out)
{
	(void)m;
	(void)w;
	snprintf(out, LIFECELL_TEXT, "%s", life_word(l));
}

static void make_process(const struct model *m, const struct life *l, int w, char *out)
{
	(void)m;
	(void)w;
	snprintf(out, LIFECELL_TEXT, "%.*s", EVENT_NAME_MAX, l->comm);
}

static void make_pid(const struct model *m, const struct life *l, int w, char *out)
{
	(void)m;
	(void)w;
	if (l->pid)
		snprintf(out, LIFECELL_TEXT, "%u", l->pid);
}

static void make_proto(const struct model *m, const struct life *l, int w, char *out)
{
	(void)m;
	(void)w;
	snprintf(out, LIFECELL_TEXT, "%s", sockproto_name((enum sockproto)l->proto));
}

static void make_netns(const struct model *m, const struct life *l, int w, char *out)
{
	const struct netnsrec *n = model_netns(m, l->netns);

	(void)w;
	if (n)
		snprintf(out, LIFECELL_TEXT, "%.*s", LIFECELL_TEXT - 1, n->name);
}

static void format_end(const struct addr *addr, uint16_t port, char *out)
{
	char text[ADDR_TEXT_MAX];
	bool brackets = !addr_is_v4(addr) && port;

	addr_format(addr, text);
	if (addr_is_any(addr)) {
		memcpy(text, "*", 2);
		brackets = false;
	}
	if (port)
		snprintf(out, LIFECELL_TEXT, brackets ? "[%s]:%u" : "%s:%u", text, port);
	else
		snprintf(out, LIFECELL_TEXT, "%s", text);
}

static void make_local(const struct model *m, const struct life *l, int w, char *out)
{
	(void)m;
	if (w && w < LOCAL_ADDRESS_FROM)
		snprintf(out, LIFECELL_TEXT, "%u", l->lport);
	else
		format_end(&l->laddr, l->lport, out);
}

/* Also one that has closed: only what listens has no peer. */
static bool is_listener(const struct life *l)
{
	return l->kind == LIFE_LISTENING || (!l->rport && addr_is_any(&l->raddr));
}

/* Who opened it: the arrow points to whom it was opened to. */
static void make_way(const struct model *m, const struct life *l, int w, char *out)
{
	(void)m;
	(void)w;
	if (!is_listener(l))
		snprintf(out, LIFECELL_TEXT, "%s", l->incoming ? "◀" : "▶");
}

static void make_remote(const struct model *m, const struct life *l, int w, char *out)
{
	(void)m;
	(void)w;
	if (is_listener(l))
		memcpy(out, "*", 2);
	else
		format_end(&l->raddr, l->rport, out);
}

static void make_age(const struct model *m, const struct life *l, int w, char *out)
{
	(void)m;
	(void)w;
	if (l->age_ns && l->age_ns < EXACT_AGE_NS)
		human_us(out, LIFECELL_TEXT, l->age_ns / NSEC_PER_USEC);
	else if (l->age_ns)
		human_age(out, LIFECELL_TEXT, l->age_ns);
	else if (is_end(l))
		memcpy(out, "-", 2);
}

static void format_bytes(const struct life *l, uint64_t bytes, char *out)
{
	if (!is_end(l))
		return;
	if (bytes == MODEL_RATE_UNKNOWN)
		memcpy(out, "-", 2);
	else
		human_count(out, LIFECELL_TEXT, bytes);
}

static void make_rx(const struct model *m, const struct life *l, int w, char *out)
{
	(void)m;
	(void)w;
	format_bytes(l, l->rx_bytes, out);
}

static void make_tx(const struct model *m, const struct life *l, int w, char *out)
{
	(void)m;
	(void)w;
	format_bytes(l, l->tx_bytes, out);
}

static void make_retrans(const struct model *m, const struct life *l, int w, char *out)
{
	(void)m;
	(void)w;
	if (is_end(l) && l->tx_bytes != MODEL_RATE_UNKNOWN)
		human_count(out, LIFECELL_TEXT, l->retrans);
}

/* In the order of the screen. */
static const struct {
	const char *title;
	uint8_t max;
	bool right, filler;
	/* w: its cells; 0: all that it has to say */
	void (*make)(const struct model *m, const struct life *l, int w, char *out);
} columns[LIFECELLS] = {
	[LIFECELL_TIME] = { "TIME", 12, .make = make_time },
	[LIFECELL_WORD] = { "EVENT", 9, .make = make_word },
	[LIFECELL_PROCESS] = { "PROCESS", 16, .filler = true, .make = make_process },
	[LIFECELL_PID] = { "PID", 7, .right = true, .make = make_pid },
	[LIFECELL_PROTO] = { "PROTO", 7, .make = make_proto },
	[LIFECELL_NETNS] = { "NETNS", 20, .make = make_netns },
	[LIFECELL_LOCAL] = { "LOCAL", 47, .make = make_local },
	[LIFECELL_WAY] = { "", 1, .make = make_way },
	[LIFECELL_REMOTE] = { "REMOTE", 47, .filler = true, .make = make_remote },
	[LIFECELL_AGE] = { "AGE", 6, .right = true, .make = make_age },
	[LIFECELL_RX] = { "RXPAY", 6, .right = true, .make = make_rx },
	[LIFECELL_TX] = { "TXPAY", 6, .right = true, .make = make_tx },
	[LIFECELL_RETRANS] = { "RETR", 5, .right = true, .make = make_retrans },
};

/* In the order of importance. At 80 and 120 cells the steps so far fill the line exactly. */
static const struct layout_step steps[] = {
	{ LIFECELL_TIME, 8 },
	{ LIFECELL_WORD, 9 },
	{ LIFECELL_PROCESS, 8 },
	{ LIFECELL_REMOTE, 15 },
	{ LIFECELL_AGE, 5 },
	{ LIFECELL_LOCAL, 6 },
	{ LIFECELL_REMOTE, 21 },
	{ LIFECELL_RX, 5 },
	{ LIFECELL_TX, 5 },
	{ LIFECELL_PROCESS, 11 },		/* 80 */
	{ LIFECELL_WAY, 1 },
	{ LIFECELL_LOCAL, 21 },
	{ LIFECELL_NETNS, 8 },		/* only where there are several */
	{ LIFECELL_PROTO, 5 },
	{ LIFECELL_PID, 7 },
	{ LIFECELL_RETRANS, 4 },
	{ LIFECELL_PROCESS, 15 },		/* 120 */
	{ LIFECELL_NETNS, 10 },
	{ LIFECELL_TIME, 12 },
};

void lifecells_init(struct layout *l)
{
	unsigned i;

	memset(l, 0, sizeof(*l));
	l->rule_x = -1;
	l->slot_count = LIFECELLS;
	for (i = 0; i < LIFECELLS; i++)
		l->slots[i] = (struct slot){
			.title = columns[i].title,
			.max = columns[i].max,
			.right = columns[i].right,
			.filler = columns[i].filler,
		};
	l->step_count = sizeof(steps) / sizeof(steps[0]);
	memcpy(l->steps, steps, sizeof(steps));
}

void lifecell_make(const struct model *m, const struct life *l, enum lifecell cell, int w,
		   char out[static LIFECELL_TEXT])
{
	out[0] = '\0';
	if (l->kind != LIFE_LOST || cell <= LIFECELL_WORD)	/* of no socket */
		columns[cell].make(m, l, w, out);
}

static enum style word_style(const struct life *l)
{
	static const uint8_t kinds[LIFEKINDS] = {
		[LIFE_OPENED] = STYLE_OPENING,
		[LIFE_LISTENING] = STYLE_LISTEN,
		[LIFE_ENDED] = STYLE_DIM,
		[LIFE_LOST] = STYLE_ERROR,
	};

	if (is_end(l) && (l->end == END_RESET || l->end == END_REFUSED || l->end == END_KILLED))
		return STYLE_TROUBLE;
	return l->kind < LIFEKINDS ? kinds[l->kind] : STYLE_NORMAL;
}

enum style lifecell_style(enum lifecell cell, const struct life *l, const char *text)
{
	if (cell == LIFECELL_WORD)
		return word_style(l);
	if (cell == LIFECELL_RETRANS && strcmp(text, "0") != 0)
		return STYLE_TROUBLE;
	if (cell == LIFECELL_TIME || cell == LIFECELL_WAY || cell == LIFECELL_PROTO ||
	    strcmp(text, "0") == 0 || strcmp(text, "-") == 0 ||
	    (cell == LIFECELL_PROCESS && l->by_listener))
		return STYLE_DIM;
	return STYLE_NORMAL;
}
