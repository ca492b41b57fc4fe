/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the datagrams of one sock_diag dump. Owns the event that it fills anew for every socket;
 * knows no descriptor, no clock and no order of dumps.
 */
#include "source/diagdump.h"

#include <linux/inet_diag.h>
#include <linux/sock_diag.h>

#include "base/hash.h"
#include "source/nlread.h"

void diagdump_begin(struct diagdump *d, uint16_t dump, uint32_t run, struct diagdump_id id)
{
	d->family = family_at(dump % FAMILY_ROWS_MAX);
	d->twin = NULL;
	d->id = id;
	d->done = false;
	d->damaged = false;
	d->error = 0;
	d->rows = 0;
	d->likeness = 0;
	d->parts[0] = (struct diagpart){ dump, run };
	d->event.kind = EV_SOCKET;
	d->event.sock.dump = dump;
	d->event.sock.netns = dump / FAMILY_ROWS_MAX;
	d->event.sock.dump_gen = run;
}

void diagdump_add_twin(struct diagdump *d, uint32_t run)
{
	uint16_t dump = d->parts[0].dump + 1;

	d->twin = family_at(dump % FAMILY_ROWS_MAX);
	d->parts[1] = (struct diagpart){ dump, run };
}

/* Every struct of a row begins with its family, 8 bits wide. */
static const struct family *family_of(struct diagdump *d, const struct nlmsghdr *msg)
{
	struct bytes row = nlread_payload(msg);
	bool other = d->twin && bytes_left(&row) && *bytes_take(&row, 1) == d->twin->family;

	d->event.sock.dump = d->parts[other].dump;
	d->event.sock.dump_gen = d->parts[other].run;
	return other ? d->twin : d->family;
}

static void take_row(struct diagdump *d, const struct nlmsghdr *msg, const struct sink *out)
{
	const struct family *f = family_of(d, msg);
	bool skip = false;

	if (!f->parse(f, msg, &d->event, &skip)) {
		d->damaged = true;
		return;
	}
	d->rows++;
	d->likeness += hash_u64(d->event.sock.cookie, d->event.sock.state);
	if (!skip)
		sink_send(out, &d->event);
}

static void take_message(struct diagdump *d, const struct nlmsghdr *msg, const struct sink *out)
{
	if (msg->nlmsg_flags & NLM_F_DUMP_INTR)
		d->damaged = true;
	if (msg->nlmsg_type == NLMSG_DONE || msg->nlmsg_type == NLMSG_ERROR) {
		d->error = nlread_status(msg);
		d->done = true;
	} else if (msg->nlmsg_type == (d->twin ? TCPDIAG_GETSOCK : SOCK_DIAG_BY_FAMILY)) {
		take_row(d, msg, out);
	}
}

void diagdump_feed(struct diagdump *d, struct bytes datagram, uint64_t time_ns,
		   const struct sink *out)
{
	const struct nlmsghdr *msg;

	d->event.time_ns = time_ns;
	while (!d->done && (msg = nlread_msg(&datagram))) {
		if (msg->nlmsg_seq == d->id.seq && msg->nlmsg_pid == d->id.portid)
			take_message(d, msg, out);
	}
	if (!d->done && bytes_left(&datagram))
		d->damaged = true;
}

bool diagdump_is_complete(const struct diagdump *d)
{
	return d->done && !d->damaged && d->error == 0;
}
