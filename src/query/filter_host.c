/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filter_host: ports and addresses as ss writes them: ":443", "8000-8100", ":https",
 * "10.0.0.0/8:80", "[2001:db8::]/32:443", "*:80".
 *
 * Owns a table of well-known services. Deliberately looks up no other names: a filter reads no
 * files and asks no resolver.
 */
#include <errno.h>
#include <strings.h>

#include "query/filter_code.h"

static const struct {
	const char *name;
	uint16_t port;
} services[] = {
	{ "ftp-data", 20 }, { "ftp", 21 },	    { "ssh", 22 },    { "telnet", 23 },
	{ "smtp", 25 },	    { "domain", 53 },	    { "dns", 53 },    { "bootps", 67 },
	{ "bootpc", 68 },   { "tftp", 69 },	    { "http", 80 },   { "kerberos", 88 },
	{ "pop3", 110 },    { "sunrpc", 111 },	    { "ntp", 123 },   { "imap2", 143 },
	{ "imap", 143 },    { "snmp", 161 },	    { "bgp", 179 },   { "ldap", 389 },
	{ "https", 443 },   { "submission", 587 },  { "ldaps", 636 }, { "syslog", 514 },
	{ "ipp", 631 },	    { "imaps", 993 },	    { "pop3s", 995 }, { "nfs", 2049 },
	{ "mysql", 3306 },  { "postgresql", 5432 }, { "mdns", 5353 }, { "http-alt", 8080 },
};

/* A port of netlink or vsock has 32 bits. */
#define PORT_MAX UINT32_MAX

static int parse_port(const char *text, size_t len, uint64_t *out)
{
	char word[24];

	if (!len || len >= sizeof(word))
		return -EINVAL;
	memcpy(word, text, len);
	word[len] = '\0';
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		if (strcasecmp(services[i].name, word) == 0) {
			*out = services[i].port;
			return 0;
		}
	}
	if (filter_parse_integer(word, out))
		return -EINVAL;
	return *out <= PORT_MAX ? 0 : -ERANGE;
}

/* A port, a range of them, a service, or "*". */
static int parse_port_range(const char *text, uint64_t *lo, uint64_t *hi)
{
	const char *dash;
	int ret;

	if (strcmp(text, "*") == 0) {
		*lo = 0;
		*hi = PORT_MAX;
		return 0;
	}
	ret = parse_port(text, strlen(text), lo);
	*hi = *lo;
	dash = strchr(text, '-');
	if (ret != -EINVAL || !dash)
		return ret;
	ret = parse_port(text, (size_t)(dash - text), lo);
	if (!ret)
		ret = parse_port(dash + 1, strlen(dash + 1), hi);
	if (!ret && *lo > *hi)
		ret = -EDOM;
	return ret;
}

static int port_failed(const struct piece *v, const char *port, int ret, struct filter_error *err)
{
	const char *why =
		ret == -ERANGE
			? "ports go from 0 to 65535, those of netlink and vsock to 4294967295"
		: ret == -EDOM ? "the smaller end comes first"
			       : "as in 443, :443, 8000-8100 or :https";

	return filter_fail(err, v->at, v->len, "\"%.60s\" is not a port: %s", port, why);
}

int filter_to_ports(const struct piece *v, enum cmpop op, struct test *t, struct filter_error *err)
{
	const char *port = v->text + (v->text[0] == ':');
	uint64_t lo = 0, hi = 0;
	int ret = parse_port_range(port, &lo, &hi);

	if (ret)
		return port_failed(v, port, ret, err);
	if (lo != hi && op != OP_EQ && op != OP_NE)
		return filter_fail(err, v->at, v->len, "a range goes with = or != only");
	t->fits = filter_test_ports;
	filter_set_range(t, op, lo, hi);
	return 0;
}

/*
 * Where the parts of HOST are: [FAMILY:]ADDRESS[/LEN][:PORT], an IPv6 address with a port in
 * brackets.
 */
struct hostparts {
	char addr[64];	 /* without brackets; "" or "*": any */
	const char *len; /* NULL: none */
	size_t len_size;
	const char *port; /* NULL: none */
};

static const char *skip_family(const char *text)
{
	static const char *const families[] = { "inet6:", "inet:" };

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		size_t len = strlen(families[i]);

		if (strncasecmp(text, families[i], len) == 0)
			return text + len;
	}
	return text;
}

static bool split_host(const char *text, struct hostparts *parts)
{
	bool brackets = text[0] == '[';
	const char *first = strchr(text, ':'), *rest;
	/* Two colons outside brackets: a bare IPv6 address, which cannot have a port. */
	bool bare_v6 = !brackets && first && strchr(first + 1, ':');
	size_t size;

	text += brackets;
	size = strcspn(text, brackets ? "]" : bare_v6 ? "/" : "/:");
	if (size >= sizeof(parts->addr) || (brackets && !text[size]))
		return false;
	memcpy(parts->addr, text, size);
	parts->addr[size] = '\0';
	rest = text + size + brackets;
	if (*rest == '/') {
		parts->len = ++rest;
		parts->len_size = strcspn(rest, ":");
		rest += parts->len_size;
	}
	if (*rest == ':')
		parts->port = rest + 1;
	return *rest == ':' || !*rest;
}

/* "10/8", "192.168/16": ss takes the octets that a prefix leaves out for 0. */
static int parse_short_v4(const char *text, struct addr *out)
{
	char full[80];
	size_t len = strlen(text);
	unsigned dots = 0;

	if (len + sizeof(".0.0.0") > sizeof(full))
		return -EINVAL;
	for (size_t i = 0; i < len; i++)
		dots += text[i] == '.';
	memcpy(full, text, len);
	for (; dots < 3; dots++, len += 2)
		memcpy(full + len, ".0", 2);
	full[len] = '\0';
	return addr_parse(full, out);
}

static int parse_addr(const struct hostparts *parts, struct test *t)
{
	char digits[8];
	uint64_t prefix;
	unsigned max;

	t->any_addr = !parts->addr[0] || strcmp(parts->addr, "*") == 0;
	if (t->any_addr)
		return parts->len ? -EINVAL : 0;
	if (addr_parse(parts->addr, &t->addr) &&
	    (!parts->len || parse_short_v4(parts->addr, &t->addr)))
		return -EINVAL;
	max = addr_is_v4(&t->addr) ? 32 : 128;
	t->prefix = (uint8_t)max;
	if (!parts->len)
		return 0;
	if (!parts->len_size || parts->len_size >= sizeof(digits))
		return -ERANGE;
	memcpy(digits, parts->len, parts->len_size);
	digits[parts->len_size] = '\0';
	if (filter_parse_integer(digits, &prefix) || prefix > max)
		return -ERANGE;
	t->prefix = (uint8_t)prefix;
	return 0;
}

int filter_to_host(const struct piece *v, enum cmpop op, struct test *t, struct filter_error *err)
{
	struct hostparts parts = { .len = NULL };
	uint64_t lo = 0, hi = PORT_MAX;
	int ret;

	/* A path, an abstract name: what unix sockets have at their ends. */
	if (t->col && v->text[0] && strchr("/@", v->text[0])) {
		t->kinds = ROW_KINDS_UNIX;
		return filter_to_text(v, op, t, err);
	}
	ret = split_host(skip_family(v->text), &parts) ? parse_addr(&parts, t) : -EINVAL;
	if (ret == -ERANGE)
		return filter_fail(err, v->at, v->len,
				   "the prefix length in \"%.60s\" is out of range: 0 to "
				   "32 for IPv4, 0 to 128 for IPv6",
				   v->text);
	if (ret)
		return filter_fail(err, v->at, v->len,
				   "\"%.60s\" is not an address: as in 10.0.0.0/8, "
				   "10.0.0.1:443, [2001:db8::1]:443 or *:443 (names are "
				   "not looked up)",
				   v->text);
	if (parts.port && parts.port[0]) {
		ret = parse_port_range(parts.port, &lo, &hi);
		if (ret)
			return port_failed(v, parts.port, ret, err);
	}
	t->fits = filter_test_hosts;
	filter_set_range(t, op, lo, hi);
	return 0;
}
