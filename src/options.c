/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line. getopt_long(3) does the parsing; the table below is the only list of options,
 * and
 * --help is printed from it.
 */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/human.h"
#include "base/xalloc.h"

#define KEEP_CLOSED_NS (10 * NSEC_PER_SEC)

enum { SNAPLEN_LEAST = 64, SNAPLEN_MAX = 262144 };

struct option_row {
	int letter;			/* 0 = long only */
	const char *name;
	const char *arg;		/* its name in the help; NULL = takes none */
	const char *help;
	int (*set)(struct options *o, const char *arg, struct errmsg *err);
};

static int set_interfaces(struct options *o, const char *arg, struct errmsg *err)
{
	if (!*arg) {
		errmsg_set(err, "-i needs an interface's name; `any` stands for all");
		return -EINVAL;
	}
	o->interfaces = arg;
	return 0;
}

static int set_capture_filter(struct options *o, const char *arg, struct errmsg *err)
{
	(void)err;
	o->capture_filter = arg;
	return 0;
}

static int set_read(struct options *o, const char *arg, struct errmsg *err)
{
	(void)err;
	o->read_file = arg;
	return 0;
}

/* A whole number within [low, high]. */
static int parse_number(const char *option, const char *arg, uint64_t low, uint64_t high,
			uint64_t *out, struct errmsg *err)
{
	uint64_t n;

	if (human_parse_u64(arg, &n) || n < low || n > high) {
		errmsg_set(err, "%s takes a whole number from %llu to %llu, not \"%s\"", option,
			   (unsigned long long)low, (unsigned long long)high, arg);
		return -EINVAL;
	}
	*out = n;
	return 0;
}

static int parse_number32(const char *option, const char *arg, uint32_t low, uint32_t high,
			  uint32_t *out, struct errmsg *err)
{
	uint64_t n;
	int rc = parse_number(option, arg, low, high, &n, err);

	if (!rc)
		*out = (uint32_t)n;
	return rc;
}

/* As in tcpdump 0 is the maximum. Less than the least holds no headers, so nobody means it. */
static int set_snaplen(struct options *o, const char *arg, struct errmsg *err)
{
	uint32_t n;
	int rc = parse_number32("--snaplen", arg, 0, SNAPLEN_MAX, &n, err);

	if (!rc)
		o->snaplen = !n ? SNAPLEN_MAX : n < SNAPLEN_LEAST ? SNAPLEN_LEAST : n;
	return rc;
}

static int set_buffer(struct options *o, const char *arg, struct errmsg *err)
{
	return parse_number32("--buffer-size", arg, 512, 1 << 20, &o->buffer_kib, err);
}

static int set_max_flows(struct options *o, const char *arg, struct errmsg *err)
{
	return parse_number32("--max-flows", arg, 16, 1 << 24, &o->max_flows, err);
}

static const struct {
	const char *name;
	uint32_t protos;
} tables[] = {
	{ "tcp", 1u << SP_TCP },
	{ "udp", 1u << SP_UDP },
	{ "udplite", 1u << SP_UDPLITE },
	{ "raw", 1u << SP_RAWIP },
	{ "icmp", 1u << SP_ICMP4 | 1u << SP_ICMP6 },
	{ "sctp", 1u << SP_SCTP },
	{ "dccp", 1u << SP_DCCP },
	{ "mptcp", 1u << SP_MPTCP },
	{ "unix", OPTIONS_UNIX },
	{ "unix_stream", 1u << SP_UNIX_STREAM },
	{ "unix_dgram", 1u << SP_UNIX_DGRAM },
	{ "unix_seqpacket", 1u << SP_UNIX_SEQPACKET },
	{ "packet", 1u << SP_PACKET },
	{ "netlink", 1u << SP_NETLINK },
	{ "vsock", 1u << SP_VSOCK },
	{ "inet", OPTIONS_INET },
	{ "all", OPTIONS_ALL },
};

enum { TABLES = sizeof(tables) / sizeof(tables[0]) };

static int set_family_word(struct options *o, const char *word, size_t len, struct errmsg *err)
{
	for (int i = 0; i < TABLES; i++) {
		if (strlen(tables[i].name) != len || strncasecmp(tables[i].name, word, len))
			continue;
		o->protos |= tables[i].protos;
		return 0;
	}
	errmsg_set(err, "\"%.*s\" is not a table of sockets: there are tcp, udp, udplite, raw, icmp, sctp, "
			"dccp, mptcp, unix, packet, netlink, vsock, inet and all", (int)len, word);
	return -EINVAL;
}

static int set_family(struct options *o, const char *arg, struct errmsg *err)
{
	for (;;) {
		size_t len = strcspn(arg, ",");
		int rc = set_family_word(o, arg, len, err);

		if (rc || !arg[len])
			return rc;
		arg += len + 1;
	}
}

static int set_tcp(struct options *o, const char *arg, struct errmsg *err)
{
	(void)arg;
	return set_family_word(o, "tcp", 3, err);
}

static int set_udp(struct options *o, const char *arg, struct errmsg *err)
{
	(void)arg;
	return set_family_word(o, "udp", 3, err);
}

static int set_unix(struct options *o, const char *arg, struct errmsg *err)
{
	(void)arg;
	return set_family_word(o, "unix", 4, err);
}

static int set_netns(struct options *o, const char *arg, struct errmsg *err)
{
	if (!*arg) {
		errmsg_set(err, "-N needs a namespace's name, a pid, a path, or `all`");
		return -EINVAL;
	}
	o->netns = arg;
	return 0;
}

static int set_keep_closed(struct options *o, const char *arg, struct errmsg *err)
{
	if (human_parse_duration(arg, NSEC_PER_SEC, &o->keep_closed_ns) ||
	    o->keep_closed_ns > 3600 * NSEC_PER_SEC) {
		errmsg_set(err, "--keep-closed takes 0 to 3600 seconds, not \"%s\"", arg);
		return -EINVAL;
	}
	return 0;
}

/* Parsed when all is read: an error of the filter is shown with its spot. */
static int set_kill(struct options *o, const char *arg, struct errmsg *err)
{
	if (arg[strspn(arg, " \t")] == '\0') {
		errmsg_set(err, "--kill needs a filter that says which sockets: \"port 8080\" for one");
		return -EINVAL;
	}
	free(o->kill_text);
	o->kill_text = xstrdup(arg);
	return 0;
}

static int set_yes(struct options *o, const char *arg, struct errmsg *err)
{
	(void)arg;
	(void)err;
	o->yes = true;
	return 0;
}

static int set_interval(struct options *o, const char *arg, struct errmsg *err)
{
	uint64_t ns;

	if (human_parse_duration(arg, NSEC_PER_SEC, &ns) || ns < NSEC_PER_SEC / 10 ||
	    ns > 3600 * NSEC_PER_SEC) {
		errmsg_set(err, "--interval takes 0.1 to 3600 seconds, not \"%s\"", arg);
		return -EINVAL;
	}
	o->interval_ns = ns;
	o->series = true;
	return 0;
}

static int set_count(struct options *o, const char *arg, struct errmsg *err)
{
	o->series = true;
	return parse_number("--count", arg, 1, UINT64_MAX, &o->count, err);
}

static void list_formats(struct buf *out, const char *between)
{
	const struct format *f;

	for (unsigned i = 0; (f = format_at(i)); i++) {
		if (i)
			buf_adds(out, between);
		buf_adds(out, f->name);
	}
}

static int set_output(struct options *o, const char *arg, struct errmsg *err)
{
	struct buf names;

	o->format = format_find(arg);
	if (o->format)
		return 0;
	buf_init(&names);
	list_formats(&names, ", ");
	errmsg_set(err, "\"%s\" is not an output format: there are %s", arg, names.data);
	buf_fini(&names);
	return -EINVAL;
}

static int set_columns(struct options *o, const char *arg, struct errmsg *err)
{
	int n;

	if (strcmp(arg, "help") == 0) {
		o->mode = RUN_COLUMNS_HELP;
		return 0;
	}
	n = columns_parse(arg, o->cols, OPTIONS_COLUMNS_MAX, err);
	if (n < 0)
		return n;
	o->col_count = (unsigned)n;
	return 0;
}

static int find_column(const char *name, const struct column **out, struct errmsg *err)
{
	const char *near;

	*out = column_find(name);
	if (*out)
		return 0;
	near = column_suggest(name);
	if (near)
		errmsg_set(err, "there is no column \"%s\": did you mean \"%s\"?", name, near);
	else
		errmsg_set(err, "there is no column \"%s\": `sockmon --columns help` lists them",
			   name);
	return -EINVAL;
}

static int set_sort(struct options *o, const char *arg, struct errmsg *err)
{
	o->sort_descending = *arg == '-';
	return find_column(arg + (*arg == '-' || *arg == '+'), &o->sort, err);
}

static int set_group(struct options *o, const char *arg, struct errmsg *err)
{
	int rc = find_column(arg, &o->group, err);

	if (rc)
		return rc;
	if (query_can_group(o->group))
		return 0;
	errmsg_set(err, "rows cannot be grouped by \"%s\": choose one such as process, state, raddr, "
			"lport", arg);
	return -EINVAL;
}

#define FLAG(function, member)                                                             \
	static int function(struct options *o, const char *arg, struct errmsg *err)        \
	{                                                                                  \
		(void)arg;                                                                 \
		(void)err;                                                                 \
		o->member = true;                                                          \
		return 0;                                                                  \
	}

FLAG(set_ipv4, ipv4)
FLAG(set_ipv6, ipv6)
FLAG(set_once, once)
FLAG(set_no_header, no_header)
FLAG(set_numeric, numeric)
FLAG(set_no_capture, no_capture)
FLAG(set_no_process, no_process)
FLAG(set_demo, demo)

/* As in ss the last one counts. */
static int set_listening(struct options *o, const char *arg, struct errmsg *err)
{
	(void)arg;
	(void)err;
	o->listening = true;
	o->all = false;
	return 0;
}

static int set_all(struct options *o, const char *arg, struct errmsg *err)
{
	(void)arg;
	(void)err;
	o->all = true;
	o->listening = false;
	return 0;
}

static int set_default(struct options *o, const char *arg, struct errmsg *err)
{
	(void)o;	/* it is so anyway: the option is there for ss's users */
	(void)arg;
	(void)err;
	return 0;
}

static int set_help(struct options *o, const char *arg, struct errmsg *err)
{
	(void)arg;
	(void)err;
	o->mode = RUN_HELP;
	return 0;
}

static int set_version(struct options *o, const char *arg, struct errmsg *err)
{
	(void)arg;
	(void)err;
	o->mode = RUN_VERSION;
	return 0;
}

static const struct option_row rows[] = {
	{ 'i', "interface", "LIST", "capture on these interfaces (comma list; default any)", set_interfaces },
	{ 'f', "capture-filter", "EXPR", "pcap-filter(7), applied in the kernel", set_capture_filter },
	{ 'r', "read", "FILE", "a capture file instead of this host (- = stdin)", set_read },
	{ 's', "snaplen", "N", "bytes kept of each packet (headers are enough)", set_snaplen },
	{ 'B', "buffer-size", "KIB", "size of the capture ring", set_buffer },
	{ 'A', "family", "LIST",
	  "tables, as in ss: tcp udp udplite raw icmp sctp dccp mptcp unix packet netlink vsock inet all",
	  set_family },
	{ 't', "tcp", NULL, "TCP sockets", set_tcp },
	{ 'u', "udp", NULL, "UDP sockets", set_udp },
	{ 'x', "unix", NULL, "unix sockets", set_unix },
	{ '4', "ipv4", NULL, "IPv4 only", set_ipv4 },
	{ '6', "ipv6", NULL, "IPv6 only", set_ipv6 },
	{ 'l', "listening", NULL, "listening sockets only", set_listening },
	{ 'a', "all", NULL, "sockets in every state (the default)", set_all },
	{ 'N', "netns", "NAME", "a network namespace: name, pid, path, or `all` of them", set_netns },
	{ '1', "once", NULL, "one snapshot at once, then exit", set_once },
	{ 'd', "interval", "SEC", "every SEC seconds (0.1 to 3600, default 1)", set_interval },
	{ 'c', "count", "N", "N snapshots, an interval apart; capture runs in between", set_count },
	{ 'o', "output", "FORMAT", "table, json, jsonl or csv; no screen", set_output },
	{ 'C', "columns", "LIST", "columns to show; `help` lists them", set_columns },
	{ 'S', "sort", "[-]COLUMN", "order of the rows; - = largest first", set_sort },
	{ 'g', "group", "COLUMN", "one line for all rows with the same value", set_group },
	{ 'H', "no-header", NULL, "no heading line", set_no_header },
	{ 'p', "processes", NULL, "who holds the sockets (the default)", set_default },
	{ 'n', "numeric", NULL, "numeric addresses, no names learned from DNS", set_numeric },
	{ 0, "no-capture", NULL, "do not look at packets", set_no_capture },
	{ 0, "no-process", NULL, "do not look for owners in /proc", set_no_process },
	{ 0, "max-flows", "N", "most flows kept at a time (default 1048576)", set_max_flows },
	{ 0, "keep-closed", "SEC", "how long a socket that ended stays on the screen (default 10)",
	  set_keep_closed },
	{ 0, "kill", "FILTER", "destroy the sockets that match, after a question", set_kill },
	{ 0, "yes", NULL, "no question", set_yes },
	{ 0, "demo", NULL, "a synthetic host: to try the screen without rights", set_demo },
	{ 'h', "help", NULL, "this help", set_help },
	{ 'V', "version", NULL, "the version", set_version },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]), LONG_BASE = 256 };

static void build_getopt(struct option longs[static ROWS + 1], char shorts[static ROWS * 2 + 2])
{
	char *s = shorts;

	*s++ = ':';	/* tell a missing argument from an unknown option */
	for (int i = 0; i < ROWS; i++) {
		longs[i] = (struct option){ rows[i].name,
					    rows[i].arg ? required_argument : no_argument, NULL,
					    LONG_BASE + i };
		if (!rows[i].letter)
			continue;
		*s++ = (char)rows[i].letter;
		if (rows[i].arg)
			*s++ = ':';
	}
	*s = '\0';
	longs[ROWS] = (struct option){ NULL, 0, NULL, 0 };
}

static const struct option_row *find_row(int code)
{
	if (code >= LONG_BASE)
		return &rows[code - LONG_BASE];
	for (int i = 0; i < ROWS; i++)
		if (rows[i].letter == code)
			return &rows[i];
	return NULL;
}

/*
 * What getopt_long() could not use. optopt is 0 for a name, the code of an option whose value is
 * missing or too much, else the letter. `last` is the word before optind: that of a name.
 */
static int bad_option(int code, const char *last, struct errmsg *err)
{
	const struct option_row *row = optopt ? find_row(optopt) : NULL;

	if (code == ':')
		errmsg_set(err, "--%s needs %s", row->name, row->arg);
	else if (row)
		errmsg_set(err, "--%s takes no value", row->name);
	else if (!optopt)
		errmsg_set(err, "unknown or ambiguous option %s: see sockmon --help", last);
	else if (optopt > ' ' && optopt < 0x7f)
		errmsg_set(err, "unknown option -%c: see sockmon --help", optopt);
	else
		errmsg_set(err, "unknown option -\\x%02x: see sockmon --help", optopt & 0xff);
	return -EINVAL;
}

static char *join_words(char **words)
{
	struct buf b;
	char *text;

	buf_init(&b);
	for (int i = 0; words[i]; i++) {
		if (i)
			buf_addc(&b, ' ');
		buf_adds(&b, words[i]);
	}
	text = xstrdup(b.data ? b.data : "");
	buf_fini(&b);
	return text;
}

static int parse_filter(struct options *o, struct errmsg *err)
{
	int rc = filter_parse(&o->filter, o->filter_text, &o->filter_err);

	if (rc)
		*err = o->filter_err.msg;
	return rc;
}

static int parse_kill(struct options *o, struct errmsg *err)
{
	int rc = o->kill_text ? filter_parse(&o->kill, o->kill_text, &o->filter_err) : 0;

	if (!rc)
		return 0;
	*err = o->filter_err.msg;
	free(o->filter_text);	/* the text that the caret points into */
	o->filter_text = o->kill_text;
	o->kill_text = NULL;
	return rc;
}

/* Options that only make sense together, or not together. */
static int check_sense(const struct options *o, struct errmsg *err)
{
	if (o->read_file && o->interfaces)
		errmsg_set(err, "-r reads a file and -i captures live: choose one");
	else if (o->read_file && o->demo)
		errmsg_set(err, "-r reads a file and --demo makes a host up: choose one");
	else if (o->no_capture && (o->interfaces || o->capture_filter))
		errmsg_set(err, "--no-capture leaves nothing for %s to do",
			   o->interfaces ? "-i" : "-f");
	else if (o->kill_text && (o->read_file || o->demo))
		errmsg_set(err, "--kill destroys sockets of this host: there are none in a file or in the demo");
	else if (o->kill_text && (o->format || o->series || o->group || o->col_count))
		errmsg_set(err, "--kill tells of each socket in a line of its own: -o, -d, -c, -g and -C do not go with it");
	else if (o->netns && (o->read_file || o->demo))
		errmsg_set(err, "-N names a namespace of this host: there are none in a file or in the demo");
	else
		return 0;
	return -EINVAL;
}

int options_parse(struct options *o, int argc, char **argv, struct errmsg *err)
{
	struct option longs[ROWS + 1];
	char shorts[ROWS * 2 + 2];
	int code, rc = 0;

	*o = (struct options){ .interval_ns = NSEC_PER_SEC, .keep_closed_ns = KEEP_CLOSED_NS };
	build_getopt(longs, shorts);
	opterr = 0;
	optind = 0;	/* start anew, for callers that parse twice */
	while (!rc) {
		code = getopt_long(argc, argv, shorts, longs, NULL);
		if (code == -1)
			break;
		rc = code == '?' || code == ':' ? bad_option(code, argv[optind - 1], err) :
						  find_row(code)->set(o, optarg, err);
	}
	if (!rc)
		rc = check_sense(o, err);
	if (rc)
		return rc;
	o->filter_text = join_words(argv + optind);
	rc = parse_filter(o, err);
	return rc ? rc : parse_kill(o, err);
}

void options_fini(struct options *o)
{
	filter_free(o->filter);
	filter_free(o->kill);
	free(o->filter_text);
	free(o->kill_text);
	o->filter = o->kill = NULL;
	o->filter_text = o->kill_text = NULL;
}

void options_query(const struct options *o, struct query *q)
{
	*q = (struct query){
		.filter = o->filter,
		.sort = o->sort,
		.descending = o->sort_descending,
		.group = o->group,
		.protos = o->protos,
		.hide_protos = o->protos ? 0 : OPTIONS_ALL & ~OPTIONS_INET,
		.ipv4_only = o->ipv4 && !o->ipv6,
		.ipv6_only = o->ipv6 && !o->ipv4,
		.names = !o->numeric,
	};
	if (o->listening) {
		q->hide_states = ~(1u << ST_LISTEN | 1u << ST_CLOSE);
		q->hide_flows = true;
	}
}

void options_help(struct buf *out)
{
	buf_adds(out, "Usage: sockmon [OPTIONS] [FILTER EXPRESSION]\n"
		      "Sockets and their traffic side by side: what the kernel says, what the wire says.\n\n");
	for (int i = 0; i < ROWS; i++) {
		char left[40];
		int n;

		n = rows[i].letter ? snprintf(left, sizeof(left), "  -%c, ", rows[i].letter) :
				     snprintf(left, sizeof(left), "      ");
		snprintf(left + n, sizeof(left) - (size_t)n, "--%s%s%s", rows[i].name,
			 rows[i].arg ? " " : "", rows[i].arg ? rows[i].arg : "");
		buf_addf(out, "%-30s %s\n", left, rows[i].help);
	}
	buf_adds(out, "\nThe filter is ss's, and every column is a keyword of it:\n"
		      "  sockmon port 443 and state established\n"
		      "  sockmon -o json 'process ~ nginx and rtt > 100ms'\n"
		      "  sockmon dst 10.0.0.0/8 and not sport = :22\n\n"
		      "Exit status: 0 done, 1 failed or the input ended early, 2 usage.\n");
}

void options_columns_help(struct buf *out)
{
	const struct column *c;

	for (unsigned i = 0; (c = column_at(i)); i++)
		buf_addf(out, "%-26s %s\n", c->name, c->help);
}
