/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * columns_process: who holds the socket, or the reason why nobody is known to.
 *
 * Owns no state. The reasons' words are the model's (reasons.c).
 */
#include <stdio.h>

#include "query/columns_parts.h"
#include "query/row.h"

static bool get_pid(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	if (!r->proc)
		return false;
	v->u64 = r->proc->rec.pid;
	return true;
}

static bool get_process(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	if (!r->proc || !r->proc->rec.comm[0])
		return false;
	v->text = r->proc->rec.comm;
	return true;
}

static bool get_cmdline(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	if (!r->proc || !r->proc->rec.cmdline[0])
		return false;
	v->text = r->proc->rec.cmdline;
	return true;
}

static bool get_fd(const struct column *c, const struct row *r, struct value *v)
{
	const struct sk *owner = row_owner(r);

	(void)c;
	if (!owner || owner->fd < 0)
		return false;
	v->u64 = (uint64_t)owner->fd;
	return true;
}

/* Of the first holder's descriptor; cloexec where arg says so. */
static bool get_flag(const struct column *c, const struct row *r, struct value *v)
{
	const struct sk *owner = row_owner(r);
	struct holder first;

	if (!owner || !owner->holders || !model_holders(r->m, owner, &first, 1) || !first.has_flags)
		return false;
	v->u64 = c->arg ? first.cloexec : first.nonblock;
	return true;
}

/* As many as the cell's text has room for; u64 is how many there are. */
static bool get_holders(const struct column *c, const struct row *r, struct value *v)
{
	enum { SHOWN = 8 };
	const struct sk *owner = row_owner(r);
	struct holder holders[SHOWN];
	unsigned count;
	size_t len = 0;

	(void)c;
	count = owner && owner->holders ? model_holders(r->m, owner, holders, SHOWN) : 0;
	if (!count)
		return false;
	for (unsigned i = 0; i < count && len < sizeof(v->buf); i++)
		len += (size_t)snprintf(v->buf + len, sizeof(v->buf) - len, "%s%u/%d", i ? " " : "",
					holders[i].pid, holders[i].fd);
	v->text = v->buf;
	v->u64 = owner->holders;
	return true;
}

/* With a process too, where that is the listener's and not the socket's own. */
static bool get_no_process_reason(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	v->text = procreason_name(r->proc_reason);
	return v->text;
}

static const char *reason_word(unsigned i)
{
	return i + 1 < PROCREASONS ? procreason_name(i + 1) : NULL;
}

static const struct column rows[] = {
	{ "pid", "pid", "PID",
	  "process that holds the socket (the lowest, if several), else its listener's", VT_UINT,
	  UNIT_NONE, SCOPE_IDENTITY, 7, 0, get_pid },
	{ "process", "process", "PROCESS", "its name", VT_TEXT, UNIT_NONE, SCOPE_IDENTITY, 15, 0,
	  get_process },
	{ "cmdline", "cmdline", "COMMAND", "its command line", VT_TEXT, UNIT_NONE, SCOPE_IDENTITY,
	  30, 0, get_cmdline },
	{ "fd", "fd", "FD", "its descriptor of the socket", VT_UINT, UNIT_NONE, SCOPE_IDENTITY, 4,
	  0, get_fd },
	{ "nonblock", "nonblock", "NONBLK", "its descriptor is non-blocking (O_NONBLOCK)", VT_BOOL,
	  UNIT_NONE, SCOPE_IDENTITY, 6, false, get_flag, NEED_FLAGS },
	{ "cloexec", "cloexec", "CLOEXE", "its descriptor closes on exec (O_CLOEXEC)", VT_BOOL,
	  UNIT_NONE, SCOPE_IDENTITY, 6, true, get_flag, NEED_FLAGS },
	{ "holders", "holders", "HOLDERS", "every process and descriptor that holds it", VT_HOLDERS,
	  UNIT_NONE, SCOPE_IDENTITY, 16, 0, get_holders },
	{ "no_process_reason", "no_process_reason", "WHY",
	  "why no process is known, or only its listener's", VT_TEXT, UNIT_NONE, SCOPE_IDENTITY, 13,
	  0, get_no_process_reason, 0, OF_ROW, reason_word },
};

const struct columnpart columns_process = COLUMNPART(rows);
