/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names from cgroup paths: a table of what the container runtimes call their cgroups, and
 * systemd's rule that a unit's cgroup ends in its kind. A container goes before the units inside
 * it; of nested containers the innermost counts. Owns nothing; deliberately asks no runtime for
 * prettier names.
 */
#include "base/cgroupname.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { ID_HEX = 64, ID_SHOWN = 12, UUID_LEN = 36, HASH_LEN = 32 };

/* A piece of the path; borrowed. */
struct span {
	const char *at;
	size_t len;
};

static bool span_is(struct span s, const char *text)
{
	return s.len == strlen(text) && memcmp(s.at, text, s.len) == 0;
}

static bool begins_with(struct span s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.len >= n && memcmp(s.at, prefix, n) == 0;
}

static bool ends_with(struct span s, const char *suffix)
{
	size_t n = strlen(suffix);

	return s.len >= n && memcmp(s.at + s.len - n, suffix, n) == 0;
}

/* The next component at *at, which is moved behind it; false: there is none. */
static bool next_component(const char **at, struct span *out)
{
	const char *p = *at + strspn(*at, "/");

	out->at = p;
	out->len = strcspn(p, "/");
	*at = p + out->len;
	return out->len > 0;
}

static bool is_hex_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static bool is_hex(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_hex_digit(s.at[i]))
			return false;
	return true;
}

/* 8-4-4-4-12 digits; systemd's slices have '_' between them, since '-' means a slice within. */
static bool is_uuid(struct span s)
{
	if (s.len != UUID_LEN)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s.at[i] != '-' && s.at[i] != '_' : !is_hex_digit(s.at[i]))
			return false;
	}
	return true;
}

/* ---- containers ---- */

static bool is_id(struct span s)
{
	return s.len == ID_HEX && is_hex(s);
}

static bool is_name(struct span s)
{
	return s.len > 0;
}

/* Call with what is_id() said yes to. */
static void print_id(struct span id, char *out, size_t size)
{
	snprintf(out, size, "%.*s", ID_SHOWN, id.at);
}

static unsigned hex_value(char c)
{
	return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'a' + 10);
}

/* systemd writes bytes that a unit's name cannot have as \x2d. */
static bool is_escape(const char *p, size_t left)
{
	return left >= 4 && p[0] == '\\' && p[1] == 'x' && is_hex_digit(p[2]) &&
	       is_hex_digit(p[3]) && (p[2] != '0' || p[3] != '0');
}

static void print_name(struct span name, char *out, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < name.len && n + 1 < size; i++) {
		out[n] = name.at[i];
		if (is_escape(name.at + i, name.len - i)) {
			out[n] = (char)(hex_value(name.at[i + 2]) << 4 | hex_value(name.at[i + 3]));
			i += 3;
		}
		n++;
	}
	out[n] = '\0';
}

/* What a container's component looks like: prefix, then what is_it() accepts, then suffix. */
struct rule {
	const char *parent;	/* NULL: any */
	const char *prefix, *suffix;
	bool (*is_it)(struct span s);
	void (*print)(struct span s, char *out, size_t size);
	const char *runtime;
};

static const struct rule rules[] = {
	{ NULL, "docker-", ".scope", is_id, print_id, "docker" },
	{ "docker", "", "", is_id, print_id, "docker" },
	{ NULL, "libpod-", ".scope", is_id, print_id, "podman" },
	{ NULL, "libpod-", "", is_id, print_id, "podman" },
	{ NULL, "cri-containerd-", ".scope", is_id, print_id, "containerd" },
	{ NULL, "containerd-", ".scope", is_id, print_id, "containerd" },
	{ NULL, "nerdctl-", ".scope", is_id, print_id, "containerd" },
	{ NULL, "crio-", ".scope", is_id, print_id, "crio" },
	{ NULL, "crio-", "", is_id, print_id, "crio" },
	{ "lxc", "", "", is_name, print_name, "lxc" },
	{ "lxc.payload", "", "", is_name, print_name, "lxc" },
	{ NULL, "lxc.payload.", "", is_name, print_name, "lxc" },
	{ NULL, "machine-", ".scope", is_name, print_name, "machine" },
	{ NULL, "systemd-nspawn@", ".service", is_name, print_name, "machine" },
	{ NULL, "", "", is_id, print_id, "container" },
};

static const char *known_runtime(struct span s)
{
	static const char *const names[][2] = {
		{ "docker", "docker" },	     { "cri-containerd", "containerd" },
		{ "nerdctl", "containerd" }, { "libpod", "podman" },
		{ "crio", "crio" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (span_is(s, names[i][0]))
			return names[i][1];
	return "container";
}

/* Who runs in the path, as far as it has been read. */
struct found {
	struct span pod;	/* its uid; len 0: none */
	struct span id;
	const char *runtime;	/* NULL: no container */
	void (*print)(struct span s, char *out, size_t size);
	struct span unit;	/* len 0: none */
};

/*
 * runc was told "slice:runtime:id" for systemd, but made the cgroup itself and took it for a name:
 * "system.slice:docker:<id>". What stands before the first ':' is left in *slice.
 */
static bool match_triple(struct span s, struct span *slice, struct found *f)
{
	const char *first = memchr(s.at, ':', s.len), *last = memrchr(s.at, ':', s.len);
	struct span id, runtime;

	if (!first || first == last)
		return false;
	id = (struct span){ last + 1, (size_t)(s.at + s.len - last - 1) };
	runtime = (struct span){ first + 1, (size_t)(last - first - 1) };
	if (!is_id(id))
		return false;
	*slice = (struct span){ s.at, (size_t)(first - s.at) };
	f->runtime = known_runtime(runtime);
	f->print = print_id;
	f->id = id;
	return true;
}

static bool match_rule(const struct rule *r, struct span parent, struct span s, struct found *f)
{
	size_t around = strlen(r->prefix) + strlen(r->suffix);
	struct span id;

	if ((r->parent && !span_is(parent, r->parent)) || s.len < around ||
	    !begins_with(s, r->prefix) || !ends_with(s, r->suffix))
		return false;
	id = (struct span){ s.at + strlen(r->prefix), s.len - around };
	if (!r->is_it(id))
		return false;
	f->runtime = r->runtime;
	f->print = r->print;
	f->id = id;
	return true;
}

static bool match_container(struct span parent, struct span s, struct found *f)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (match_rule(&rules[i], parent, s, f))
			return true;
	return false;
}

/*
 * "pod<uid>" and "kubepods-burstable-pod<uid>.slice". The uid of a static pod may be a hash. Only
 * below a cgroup of the kubelet's; anybody can call a directory "pod…".
 */
static bool match_pod(struct span s, bool in_kubepods, struct found *f)
{
	struct span uid = s;

	if (ends_with(uid, ".slice"))
		uid.len -= strlen(".slice");
	for (; uid.len > strlen("pod"); uid.at++, uid.len--) {
		struct span rest = { uid.at + strlen("pod"), uid.len - strlen("pod") };
		bool at_word = uid.at == s.at || uid.at[-1] == '-';

		if (at_word && begins_with(uid, "pod") &&
		    (is_uuid(rest) || (rest.len == HASH_LEN && is_hex(rest)))) {
			if (!in_kubepods && uid.at == s.at)
				return false;
			f->pod = rest;
			f->runtime = NULL;	/* the node itself may be a container */
			return true;
		}
	}
	return false;
}

/* ---- units ---- */

static bool is_unit(struct span s)
{
	static const char *const kinds[] = { ".service", ".scope", ".socket", ".mount", ".swap" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (ends_with(s, kinds[i]))
			return s.len > strlen(kinds[i]);
	return false;
}

/* The manager of a user's units sits in init.scope below its own service, which says more. */
static bool says_more(struct span unit, struct span before)
{
	return before.len == 0 || !span_is(unit, "init.scope");
}

/* "snap.firefox.firefox-<uuid>.scope": each start is another scope, the program is the same. */
static struct span without_uuid(struct span unit)
{
	struct span stem = unit;

	if (!begins_with(unit, "snap.") || !ends_with(unit, ".scope"))
		return unit;
	stem.len -= strlen(".scope");
	if (stem.len > strlen("snap.") + UUID_LEN + 1 &&
	    is_uuid((struct span){ stem.at + stem.len - UUID_LEN, UUID_LEN })) {
		stem.len -= UUID_LEN + 1;
		return stem;
	}
	return unit;
}

/* ---- the whole ---- */

static void read_path(const char *path, struct found *f)
{
	struct span s, parent = { "", 0 }, slice;
	bool in_kubepods = false;

	while (next_component(&path, &s)) {
		if (match_triple(s, &slice, f)) {
			struct found in_slice = *f;

			if (match_pod(slice, in_kubepods, &in_slice))
				f->pod = in_slice.pod;
		} else if (!match_pod(s, in_kubepods, f) && !match_container(parent, s, f) &&
			   is_unit(s) && says_more(s, f->unit)) {
			f->unit = s;
		}
		in_kubepods |= begins_with(s, "kubepods") || begins_with(s, "kubelet");
		parent = s;
	}
}

static void print_pod(const struct found *f, char *out, size_t size)
{
	char uid[UUID_LEN + 1], id[ID_SHOWN + 1] = "";

	for (size_t i = 0; i < f->pod.len; i++)
		uid[i] = f->pod.at[i] == '_' ? '-' : f->pod.at[i];
	uid[f->pod.len] = '\0';
	if (f->runtime)
		f->print(f->id, id, sizeof(id));
	snprintf(out, size, "pod:%s%s%s", uid, id[0] ? "/" : "", id);
}

/* false: no container. */
static bool print_container(const struct found *f, char *out, size_t size)
{
	char name[256];

	if (f->pod.len) {
		print_pod(f, out, size);
	} else if (f->runtime) {
		f->print(f->id, name, sizeof(name));
		snprintf(out, size, "%s:%s", f->runtime, name);
	} else {
		return false;
	}
	return true;
}

bool cgroupname_container(const char *path, char *out, size_t size)
{
	struct found f = { .runtime = NULL };

	read_path(path, &f);
	return print_container(&f, out, size);
}

bool cgroupname(const char *path, char *out, size_t size)
{
	struct found f = { .runtime = NULL };
	struct span unit;

	read_path(path, &f);
	if (print_container(&f, out, size))
		return true;
	if (!f.unit.len)
		return false;
	unit = without_uuid(f.unit);
	snprintf(out, size, "%.*s", (int)unit.len, unit.at);
	return true;
}
