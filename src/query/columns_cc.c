/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * columns_cc: what a congestion control tells of itself: BBR, DCTCP, Vegas, under the names of
 * struct tcp_bbr_info, tcp_dctcp_info and tcpvegas_info (linux/inet_diag.h).
 *
 * Owns no state. Its name is `cong`, in columns_tcpinfo.c.
 */
#include "query/columns_parts.h"
#include "query/field.h"

/* arg: a field of union ccinfo, and whose. */
enum { CC_SHIFT = 24 };

static const union ccinfo *cc_of(const struct row *r, enum cckind kind)
{
	return r->sk && r->sk->rec.cc_kind == kind ? &r->sk->rec.cc : NULL;
}

static bool get_cc(const struct column *c, const struct row *r, struct value *v)
{
	const union ccinfo *cc = cc_of(r, c->arg >> CC_SHIFT);

	return cc && field_get(cc, sizeof(*cc), c->arg, &v->u64);
}

static bool get_bbr_bw(const struct column *c, const struct row *r, struct value *v)
{
	const union ccinfo *cc = cc_of(r, CC_BBR);

	(void)c;
	if (!cc)
		return false;
	v->u64 = (uint64_t)cc->bbr.bw_hi << 32 | cc->bbr.bw_lo;
	return true;
}

/* Digits before `end`, at least `least` of them; returns the first. Without stdio: see value.c. */
static char *put_digits(char *end, uint64_t n, unsigned least)
{
	for (unsigned i = 0; n || i < least; i++, n /= 10)
		*--end = (char)('0' + n % 10);
	return end;
}

/* A fixed-point number of 8 binary places, with five decimal ones as ss has it: "2.88672", "1". */
static bool get_gain(const struct column *c, const struct row *r, struct value *v)
{
	enum { SCALE = 100000, PLACES = 5 };
	const union ccinfo *cc = cc_of(r, CC_BBR);
	uint64_t scaled;
	char *end = v->buf + sizeof(v->buf) - 1, *dot;

	if (!cc)
		return false;
	scaled = ((uint64_t)(c->arg ? cc->bbr.cwnd_gain : cc->bbr.pacing_gain) * SCALE + 128) >> 8;
	dot = put_digits(end, scaled % SCALE, PLACES) - 1;
	*dot = '.';
	v->text = put_digits(dot, scaled / SCALE, 1);
	while (end[-1] == '0')
		end--;
	end[end[-1] == '.' ? -1 : 0] = '\0';
	return true;
}

#define CC(kind, member, name, field, title, unit, help)                                       \
	{                                                                                      \
		name "_" #field, name "." #field, title, help, VT_UINT, unit, SCOPE_KERNEL, 6, \
			FIELD_OF(union ccinfo, member.field) | (uint32_t)(kind) << CC_SHIFT,   \
			get_cc, NEED_CC, OF_CC                                                 \
	}
#define BBR(field, title, unit, help)	CC(CC_BBR, bbr, "bbr", field, title, unit, help)
#define DCTCP(field, title, unit, help) CC(CC_DCTCP, dctcp, "dctcp", field, title, unit, help)
#define VEGAS(field, title, unit, help) CC(CC_VEGAS, vegas, "vegas", field, title, unit, help)

static const struct column rows[] = {
	{ "bbr_bw", "bbr.bw", "BBRBW", "bandwidth that BBR assumes", VT_UINT, UNIT_RATE,
	  SCOPE_KERNEL, 6, 0, get_bbr_bw, NEED_CC, OF_CC },
	BBR(min_rtt, "BBRRTT", UNIT_US, "round-trip time that BBR assumes"),
	{ "bbr_pacing_gain", "bbr.pacing_gain", "PGAIN", "BBR's gain of the pacing rate", VT_TEXT,
	  UNIT_NONE, SCOPE_KERNEL, 7, false, get_gain, NEED_CC, OF_CC },
	{ "bbr_cwnd_gain", "bbr.cwnd_gain", "CGAIN", "BBR's gain of the window", VT_TEXT, UNIT_NONE,
	  SCOPE_KERNEL, 7, true, get_gain, NEED_CC, OF_CC },
	DCTCP(enabled, "DCTCP", UNIT_NONE, "1 DCTCP is on, 0 it fell back to Reno"),
	DCTCP(ce_state, "CEST", UNIT_NONE, "1 the last segment had ECN's mark"),
	DCTCP(alpha, "ALPHA", UNIT_NONE, "share of marked segments, of 1024"),
	DCTCP(ab_ecn, "ABECN", UNIT_BYTES, "acknowledged bytes that were marked"),
	DCTCP(ab_tot, "ABTOT", UNIT_BYTES, "acknowledged bytes, in all"),
	VEGAS(enabled, "VEGAS", UNIT_NONE, "1 Vegas is on"),
	VEGAS(rttcnt, "RTTCNT", UNIT_COUNT, "round trips measured"),
	VEGAS(rtt, "VRTT", UNIT_US, "round-trip time that Vegas assumes"),
	VEGAS(minrtt, "VMINRT", UNIT_US, "least round-trip time"),
};

const struct columnpart columns_cc = COLUMNPART(rows);
