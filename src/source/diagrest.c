/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables that are known to be empty; see diagrest.h. Asks nobody and owns nothing. */
#include "source/diagrest.h"

enum { ROUNDS = 10, TCP_TABLES = 2 };

void diagrest_begin_round(struct diagrest *r)
{
	r->tcp = 0;
	r->tcp_dumps = 0;
}

void diagrest_note(struct diagrest *r, unsigned at, const struct diagdump *d)
{
	bool whole = diagdump_is_complete(d);

	if (d->family->proto == SP_TCP && whole) {
		r->tcp += d->likeness;
		r->tcp_dumps += d->twin ? TCP_TABLES : 1;
	}
	if (d->family->proto != SP_MPTCP)
		return;
	r->tables[at].tcp = r->tcp;
	r->tables[at].rounds = whole && !d->rows && r->tcp_dumps == TCP_TABLES ? ROUNDS : 0;
}

bool diagrest_take(struct diagrest *r, unsigned at)
{
	if (!r->tables[at].rounds)
		return false;
	if (r->tcp_dumps != TCP_TABLES || r->tables[at].tcp != r->tcp) {
		r->tables[at].rounds = 0;
		return false;
	}
	r->tables[at].rounds--;
	return true;
}
