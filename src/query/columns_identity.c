/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * columns_identity: which socket it is, whose, and where it lives: inode, cookie, user, cgroup,
 * network namespace, device.
 *
 * Owns no state. The process is in columns_process.c; what a cgroup's path means is cgroupname.c's.
 */
#include "base/cgroupname.h"
#include "query/columns_parts.h"
#include "query/row.h"

static bool has(const struct row *r, enum sockhas part)
{
	return r->sk && r->sk->rec.has & part;
}

static bool get_inode(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	if (!r->sk || !r->sk->rec.inode)
		return false;
	v->u64 = r->sk->rec.inode;
	return true;
}

static bool get_cookie(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	if (!has(r, HAS_COOKIE))
		return false;
	v->u64 = r->sk->rec.cookie;
	return true;
}

static bool get_uid(const struct column *c, const struct row *r, struct value *v)
{
	const struct sk *owner = row_owner(r);

	(void)c;
	if (!owner || !(owner->rec.has & HAS_UID))
		return false;
	v->u64 = owner->rec.uid;
	return true;
}

static bool get_user(const struct column *c, const struct row *r, struct value *v)
{
	const struct sk *owner = row_owner(r);

	(void)c;
	if (!owner || !(owner->rec.has & HAS_UID))
		return false;
	v->text = model_user(r->m, owner->rec.uid);
	return v->text;
}

static const char *cgroup_path(const struct row *r)
{
	const struct cgrouprec *cgroup =
		has(r, HAS_CGROUP) ? model_cgroup(r->m, r->sk->rec.cgroup_id) : NULL;

	return cgroup && cgroup->path[0] ? cgroup->path : NULL;
}

static bool get_cgroup(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	v->text = cgroup_path(r);
	return v->text;
}

static bool get_unit(const struct column *c, const struct row *r, struct value *v)
{
	const char *path = cgroup_path(r);

	(void)c;
	v->text = v->buf;
	return path && cgroupname(path, v->buf, sizeof(v->buf));
}

static bool get_cgroup_id(const struct column *c, const struct row *r, struct value *v)
{
	(void)c;
	if (!has(r, HAS_CGROUP))
		return false;
	v->u64 = r->sk->rec.cgroup_id;
	return true;
}

/* Unknown where no name was told: then there is one namespace, sockmon's own. */
static bool get_netns(const struct column *c, const struct row *r, struct value *v)
{
	uint16_t index = r->sk ? r->sk->rec.netns : r->flow ? r->flow->rec.key.netns : 0;
	const struct netnsrec *netns = model_netns(r->m, index);

	(void)c;
	if (!netns || !netns->name[0])
		return false;
	v->text = netns->name;
	return true;
}

static bool get_iface(const struct column *c, const struct row *r, struct value *v)
{
	uint32_t ifindex = row_ifindex(r);
	uint16_t netns = r->sk ? r->sk->rec.netns : r->flow ? r->flow->rec.key.netns : 0;
	const struct iface *iface = ifindex ? model_iface(r->m, netns, ifindex) : NULL;

	(void)c;
	if (!iface)
		return false;
	v->text = iface->rec.name;
	return true;
}

static const struct column rows[] = {
	{ "inode", "inode", "INODE", "inode, as in /proc/PID/fd", VT_UINT, UNIT_NONE,
	  SCOPE_IDENTITY, 10, 0, get_inode, 0, OF_SOCKET },
	{ "cookie", "cookie", "COOKIE", "the kernel's identity of the socket", VT_HEX, UNIT_NONE,
	  SCOPE_IDENTITY, 10, 0, get_cookie, 0, OF_SOCKET },
	{ "uid", "uid", "UID", "user that made the socket", VT_UINT, UNIT_NONE, SCOPE_IDENTITY, 5,
	  0, get_uid },
	{ "user", "user", "USER", "that user's name", VT_TEXT, UNIT_NONE, SCOPE_IDENTITY, 8, 0,
	  get_user, NEED_USER },
	{ "cgroup", "cgroup", "CGROUP", "path of the cgroup that it was made in", VT_TEXT,
	  UNIT_NONE, SCOPE_IDENTITY, 30, 0, get_cgroup, NEED_CGROUP, OF_SOCKET },
	{ "cgroup_id", "cgroup_id", "CGID", "id of that cgroup", VT_HEX, UNIT_NONE, SCOPE_IDENTITY,
	  10, 0, get_cgroup_id, 0, OF_SOCKET },
	{ "unit", "unit", "UNIT", "what its path names: systemd unit, container, pod", VT_TEXT,
	  UNIT_NONE, SCOPE_IDENTITY, 20, 0, get_unit, NEED_CGROUP, OF_SOCKET },
	{ "netns", "netns", "NETNS", "name of its network namespace", VT_TEXT, UNIT_NONE,
	  SCOPE_IDENTITY, 10, 0, get_netns },
	{ "iface", "iface", "IFACE", "device it is bound to, else where its packets are seen",
	  VT_TEXT, UNIT_NONE, SCOPE_IDENTITY, 8, 0, get_iface },
};

const struct columnpart columns_identity = COLUMNPART(rows);
