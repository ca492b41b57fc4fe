/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options.c: every option, every refusal with its sentence, and what the options say of rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "options.h"

enum { WORDS_MAX = 16 };

struct parsed {
	char line[256];
	char *argv[WORDS_MAX + 1];
	struct options o;
	struct errmsg err;
	int rc;
};

/* The words of a command line have bars between them: "-C|proto,local|tcp". */
static void parse(struct parsed *p, const char *words)
{
	int argc = 0;

	*p = (struct parsed){ .argv = { p->line } };
	assert_true((size_t)snprintf(p->line, sizeof(p->line), "sockmon|%s", words) <
		    sizeof(p->line));
	for (char *word = p->line; word;) {
		char *bar = strchr(word, '|');

		assert_true(argc < WORDS_MAX);
		p->argv[argc++] = word;
		word = bar ? bar + 1 : NULL;
		if (bar)
			*bar = '\0';
	}
	p->rc = options_parse(&p->o, words[0] ? argc : 1, p->argv, &p->err);
}

static void take(struct parsed *p, const char *words)
{
	parse(p, words);
	if (p->rc)
		fail_msg("\"%s\" is refused: %s", words, p->err.text);
}

static void refuse(const char *words, const char *says)
{
	struct parsed p;

	parse(&p, words);
	assert_int_equal(p.rc, -EINVAL);
	if (!strstr(p.err.text, says))
		fail_msg("\"%s\": \"%s\" does not say \"%s\"", words, p.err.text, says);
	options_fini(&p.o);
}

/* Every option there is, with a value that it takes. */
static const struct {
	int letter;
	const char *name;
	const char *arg;
	const char *value;
} all[] = {
	{ 'i', "interface", "LIST", "lo" },
	{ 'f', "capture-filter", "EXPR", "tcp port 80" },
	{ 'r', "read", "FILE", "x.pcap" },
	{ 's', "snaplen", "N", "96" },
	{ 'B', "buffer-size", "KIB", "4096" },
	{ 'A', "family", "LIST", "inet" },
	{ 't', "tcp", NULL, NULL },
	{ 'u', "udp", NULL, NULL },
	{ 'x', "unix", NULL, NULL },
	{ '4', "ipv4", NULL, NULL },
	{ '6', "ipv6", NULL, NULL },
	{ 'l', "listening", NULL, NULL },
	{ 'a', "all", NULL, NULL },
	{ 'N', "netns", "NAME", "blue" },
	{ '1', "once", NULL, NULL },
	{ 'd', "interval", "SEC", "0.5" },
	{ 'c', "count", "N", "3" },
	{ 'o', "output", "FORMAT", "json" },
	{ 'C', "columns", "LIST", "proto,local" },
	{ 'S', "sort", "[-]COLUMN", "-rtt" },
	{ 'g', "group", "COLUMN", "process" },
	{ 'H', "no-header", NULL, NULL },
	{ 'p', "processes", NULL, NULL },
	{ 'n', "numeric", NULL, NULL },
	{ 0, "no-capture", NULL, NULL },
	{ 0, "no-process", NULL, NULL },
	{ 0, "max-flows", "N", "1000" },
	{ 0, "keep-closed", "SEC", "30" },
	{ 0, "kill", "FILTER", "port 80" },
	{ 0, "yes", NULL, NULL },
	{ 0, "demo", NULL, NULL },
	{ 'h', "help", NULL, NULL },
	{ 'V', "version", NULL, NULL },
};

enum { ALL = sizeof(all) / sizeof(all[0]) };

static void test_options_without_any_are_the_defaults(void **state)
{
	struct parsed p;

	(void)state;
	take(&p, "");
	assert_int_equal(p.o.mode, RUN_NORMAL);
	assert_null(p.o.interfaces);
	assert_null(p.o.capture_filter);
	assert_null(p.o.read_file);
	assert_int_equal(p.o.snaplen | p.o.buffer_kib | p.o.max_flows | p.o.protos, 0);
	assert_int_equal(p.o.interval_ns, NSEC_PER_SEC);
	assert_int_equal(p.o.count, 0);
	assert_null(p.o.format);
	assert_int_equal(p.o.col_count, 0);
	assert_null(p.o.sort);
	assert_null(p.o.group);
	assert_false(p.o.ipv4 || p.o.ipv6 || p.o.listening || p.o.all || p.o.once ||
		     p.o.no_header || p.o.no_capture || p.o.no_process || p.o.demo ||
		     p.o.sort_descending);
	assert_string_equal(p.o.filter_text, "");
	options_fini(&p.o);
}

static void test_options_are_taken_by_letter_and_by_name(void **state)
{
	struct parsed p;
	char line[128];

	(void)state;
	for (unsigned i = 0; i < ALL; i++) {
		const char *value = all[i].value;

		snprintf(line, sizeof(line), "--%s%s%s", all[i].name, value ? "|" : "",
			 value ? value : "");
		take(&p, line);
		options_fini(&p.o);
		if (value) {
			snprintf(line, sizeof(line), "--%s=%s", all[i].name, value);
			take(&p, line);
			options_fini(&p.o);
		}
		if (all[i].letter) {
			snprintf(line, sizeof(line), "-%c%s", all[i].letter, value ? value : "");
			take(&p, line);
			options_fini(&p.o);
		}
	}
}

static void test_options_say_where_packets_come_from(void **state)
{
	struct parsed p;

	(void)state;
	take(&p, "-i|eth0,lo|-f|tcp port 80|-s|96|-B|4096|--max-flows|16");
	assert_string_equal(p.o.interfaces, "eth0,lo");
	assert_string_equal(p.o.capture_filter, "tcp port 80");
	assert_int_equal(p.o.snaplen, 96);
	assert_int_equal(p.o.buffer_kib, 4096);
	assert_int_equal(p.o.max_flows, 16);
	options_fini(&p.o);
	take(&p, "-r|-|--no-process");
	assert_string_equal(p.o.read_file, "-");
	assert_true(p.o.no_process);
	options_fini(&p.o);
	take(&p, "--demo|--no-capture");
	assert_true(p.o.demo && p.o.no_capture);
	options_fini(&p.o);
}

/* As in tcpdump: 0 is all that there can be. */
static void test_options_snaplen_is_kept_within_its_bounds(void **state)
{
	static const struct {
		const char *words;
		uint32_t kept;
	} cases[] = {
		{ "-s|0", 262144 }, { "-s|1", 64 },	    { "-s|63", 64 },
		{ "-s|64", 64 },    { "--snaplen=65", 65 }, { "-s262144", 262144 },
	};
	struct parsed p;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		take(&p, cases[i].words);
		assert_int_equal(p.o.snaplen, cases[i].kept);
		options_fini(&p.o);
	}
	refuse("-s|262145", "--snaplen takes a whole number from 0 to 262144, not \"262145\"");
	refuse("-s|-1", "--snaplen takes");
}

static void test_options_say_when_and_how_often(void **state)
{
	struct parsed p;

	(void)state;
	take(&p, "-1");
	assert_true(p.o.once);
	assert_false(p.o.series);
	options_fini(&p.o);
	take(&p, "-d|0.1|-c|18446744073709551615");
	assert_true(p.o.series);
	assert_int_equal(p.o.interval_ns, NSEC_PER_SEC / 10);
	assert_true(p.o.count == UINT64_MAX);
	options_fini(&p.o);
	take(&p, "-d|1h");
	assert_int_equal(p.o.interval_ns, 3600 * NSEC_PER_SEC);
	options_fini(&p.o);
}

static void test_options_say_what_the_output_shows(void **state)
{
	struct parsed p;

	(void)state;
	take(&p, "-o|jsonl|-C|proto,tcp_info.rtt|-S|-tx_rate|-g|raddr|-H");
	assert_ptr_equal(p.o.format, format_find("jsonl"));
	assert_int_equal(p.o.col_count, 2);
	assert_ptr_equal(p.o.cols[1], column_find("rtt"));
	assert_ptr_equal(p.o.sort, column_find("tx_rate"));
	assert_true(p.o.sort_descending && p.o.no_header);
	assert_ptr_equal(p.o.group, column_find("raddr"));
	options_fini(&p.o);
	take(&p, "-S|-rtt|-S|+rtt");
	assert_false(p.o.sort_descending);
	options_fini(&p.o);
}

static void test_options_words_ask_for_words(void **state)
{
	struct parsed p;

	(void)state;
	take(&p, "-h");
	assert_int_equal(p.o.mode, RUN_HELP);
	options_fini(&p.o);
	take(&p, "-V");
	assert_int_equal(p.o.mode, RUN_VERSION);
	options_fini(&p.o);
	take(&p, "-C|help");
	assert_int_equal(p.o.mode, RUN_COLUMNS_HELP);
	options_fini(&p.o);
}

static void test_options_filter_is_what_is_left_wherever_it_stands(void **state)
{
	struct parsed p;

	(void)state;
	take(&p, "port|443|-1|and|-o|json|state estab|-n");
	assert_true(p.o.once);
	assert_string_equal(p.o.filter_text, "port 443 and state estab");
	assert_non_null(p.o.filter);
	options_fini(&p.o);
	take(&p, "-1|--|-x"); /* not an option any more */
	assert_string_equal(p.o.filter_text, "-x");
	options_fini(&p.o);
}

static void test_options_filter_error_keeps_its_spot(void **state)
{
	struct parsed p;

	(void)state;
	parse(&p, "tcp|port|44x|-1");
	assert_int_equal(p.rc, -EINVAL);
	assert_string_equal(p.o.filter_text, "tcp port 44x");
	assert_int_equal(p.o.filter_err.at, strlen("tcp port "));
	assert_int_equal(p.o.filter_err.len, strlen("44x"));
	assert_string_equal(p.err.text, p.o.filter_err.msg.text);
	assert_non_null(strstr(p.err.text, "\"44x\" is not a port"));
	options_fini(&p.o);
}

static void test_options_unknown_ones_are_named_wherever_they_stand(void **state)
{
	(void)state;
	refuse("--bogus", "unknown or ambiguous option --bogus:");
	refuse("tcp|--bogus", "unknown or ambiguous option --bogus:");
	refuse("tcp|port|22|--tcp|--bogus|udp", "unknown or ambiguous option --bogus:");
	refuse("--no", "unknown or ambiguous option --no:"); /* -header, -capture, -process */
	refuse("--bogus=5", "unknown or ambiguous option --bogus=5:");
	refuse("tcp|-Z", "unknown option -Z:");
	refuse("--tcp|-Zt", "unknown option -Z:");
	refuse("-tZ", "unknown option -Z:");
	refuse("-:", "unknown option -::");
	refuse("-\xc3\xa9", "unknown option -\\xc3:");
}

static void test_options_that_take_no_value_say_so(void **state)
{
	(void)state;
	refuse("--once=5", "--once takes no value");
	refuse("tcp|--no-capture=yes", "--no-capture takes no value");
}

static void test_options_without_their_value_say_what_it_is(void **state)
{
	char line[64], says[64];

	(void)state;
	for (unsigned i = 0; i < ALL; i++) {
		if (!all[i].arg)
			continue;
		snprintf(line, sizeof(line), "tcp|--%s", all[i].name);
		snprintf(says, sizeof(says), "--%s needs %s", all[i].name, all[i].arg);
		refuse(line, says);
		snprintf(line, sizeof(line), "-%c", all[i].letter);
		if (all[i].letter)
			refuse(line, says);
	}
}

static void test_options_bad_values_are_refused_with_what_is_taken(void **state)
{
	static const struct {
		const char *words;
		const char *says;
	} cases[] = {
		{ "-i|", "-i needs an interface's name" },
		{ "-s|x", "--snaplen takes a whole number from 0 to 262144, not \"x\"" },
		{ "-B|511", "--buffer-size takes a whole number from 512 to 1048576, not \"511\"" },
		{ "-B|1048577", "--buffer-size" },
		{ "--max-flows=15", "--max-flows takes a whole number from 16 to 16777216" },
		{ "--max-flows=16777217", "not \"16777217\"" },
		{ "-A|decnet", "\"decnet\" is not a table of sockets" },
		{ "-A|tcp,,udp", "\"\" is not a table" },
		{ "-A|tcp,udpx", "\"udpx\" is not a table" },
		{ "-d|0.09", "--interval takes 0.1 to 3600 seconds, not \"0.09\"" },
		{ "-d|3601", "--interval" },
		{ "-d|1x", "not \"1x\"" },
		{ "-c|0", "--count takes a whole number from 1 to 18446744073709551615" },
		{ "-c|1.5", "not \"1.5\"" },
		{ "-c|18446744073709551616", "--count" },
		{ "-o|xml", "\"xml\" is not an output format: there are table, json, jsonl, csv" },
		{ "-C|laddr,lprt", "did you mean \"lport\"" },
		{ "-S|-lprt", "there is no column \"lprt\": did you mean \"lport\"?" },
		{ "-S|qqqqqqqqqqqq", "`sockmon --columns help` lists them" },
		{ "-g|rtt", "rows cannot be grouped by \"rtt\"" },
		{ "-g|lprt", "did you mean \"lport\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		refuse(cases[i].words, cases[i].says);
}

static void test_options_that_exclude_each_other_are_refused(void **state)
{
	(void)state;
	refuse("-r|x|-i|lo", "-r reads a file and -i captures live: choose one");
	refuse("-r|x|--demo", "-r reads a file and --demo makes a host up: choose one");
	refuse("--demo|-N|all", "-N names a namespace of this host");
	refuse("-N|", "-N needs a namespace's name");
	refuse("--no-capture|-i|lo", "--no-capture leaves nothing for -i to do");
	refuse("--no-capture|-f|tcp", "--no-capture leaves nothing for -f to do");
}

static void test_options_tables_become_the_querys(void **state)
{
	static const struct {
		const char *words;
		uint32_t protos;
	} cases[] = {
		{ "", 0 },
		{ "-t", 1u << SP_TCP },
		{ "-u", 1u << SP_UDP },
		{ "-t|-u", 1u << SP_TCP | 1u << SP_UDP },
		{ "-A|UDPLITE", 1u << SP_UDPLITE },
		{ "-A|tcp,udplite", 1u << SP_TCP | 1u << SP_UDPLITE },
		{ "-x", 1u << SP_UNIX_STREAM | 1u << SP_UNIX_DGRAM | 1u << SP_UNIX_SEQPACKET },
		{ "-A|unix_dgram", 1u << SP_UNIX_DGRAM },
		{ "-A|icmp", 1u << SP_ICMP4 | 1u << SP_ICMP6 },
		{ "-A|raw,packet", 1u << SP_RAWIP | 1u << SP_PACKET },
		{ "-A|inet", 1u << SP_TCP | 1u << SP_UDP | 1u << SP_UDPLITE | 1u << SP_ICMP4 |
				     1u << SP_ICMP6 | 1u << SP_SCTP | 1u << SP_DCCP | 1u << SP_MPTCP |
				     1u << SP_RAWIP },
		{ "-A|all", (1u << SOCKPROTOS) - 1 },
	};
	struct parsed p;
	struct query q;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		take(&p, cases[i].words);
		options_query(&p.o, &q);
		assert_int_equal(q.protos, cases[i].protos);
		options_fini(&p.o);
	}
}

/* What has no IP address is shown when it is asked for; traffic of any protocol always is. */
static void test_options_without_tables_hide_sockets_without_addresses(void **state)
{
	struct parsed p;
	struct query q;

	(void)state;
	take(&p, "");
	options_query(&p.o, &q);
	assert_true(q.hide_protos & 1u << SP_UNIX_STREAM && q.hide_protos & 1u << SP_NETLINK);
	assert_false(q.hide_protos & (1u << SP_TCP | 1u << SP_RAWIP | 1u << SP_ICMP6));
	options_fini(&p.o);
	take(&p, "-x");
	options_query(&p.o, &q);
	assert_int_equal(q.hide_protos, 0);
	options_fini(&p.o);
}

static void test_options_kill_is_a_filter_of_its_own(void **state)
{
	struct parsed p;

	(void)state;
	take(&p, "--kill|port 80|--yes|state|established");
	assert_non_null(p.o.kill);
	assert_non_null(p.o.filter);
	assert_true(p.o.yes);
	assert_string_equal(p.o.kill_text, "port 80");
	options_fini(&p.o);
	refuse("--kill|", "--kill needs a filter");
	refuse("--kill| ", "--kill needs a filter");
	refuse("--kill|rtt > 5x", "5x");
	refuse("--kill|port 80|-o|json", "-o, -d, -c, -g and -C do not go with it");
	refuse("--demo|--kill|port 80", "--kill destroys sockets of this host");
	refuse("-r|x|--kill|port 80", "--kill destroys sockets of this host");
}

/* The caret is put under the filter that is wrong, not under the other one. */
static void test_options_wrong_kill_filter_is_the_text_of_the_error(void **state)
{
	struct parsed p;

	(void)state;
	parse(&p, "--kill|rtt > 5x|port|80");
	assert_int_equal(p.rc, -EINVAL);
	assert_string_equal(p.o.filter_text, "rtt > 5x");
	assert_true(p.o.filter_err.msg.text[0]);
	options_fini(&p.o);
}

static void test_options_closed_sockets_stay_as_long_as_is_said(void **state)
{
	struct parsed p;

	(void)state;
	take(&p, "");
	assert_int_equal(p.o.keep_closed_ns, 10 * NSEC_PER_SEC);
	options_fini(&p.o);
	take(&p, "--keep-closed|0");
	assert_int_equal(p.o.keep_closed_ns, 0);
	options_fini(&p.o);
	take(&p, "--keep-closed|2m");
	assert_int_equal(p.o.keep_closed_ns, 120 * NSEC_PER_SEC);
	options_fini(&p.o);
	refuse("--keep-closed|3601", "--keep-closed takes 0 to 3600 seconds");
	refuse("--keep-closed|soon", "--keep-closed takes 0 to 3600 seconds");
}

static void test_options_of_one_family_leave_the_other_out(void **state)
{
	static const struct {
		const char *words;
		bool ipv4_only, ipv6_only;
	} cases[] = {
		{ "", false, false },
		{ "-4", true, false },
		{ "-6", false, true },
		{ "-4|-6", false, false },
	};
	struct parsed p;
	struct query q;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		take(&p, cases[i].words);
		options_query(&p.o, &q);
		assert_int_equal(q.ipv4_only, cases[i].ipv4_only);
		assert_int_equal(q.ipv6_only, cases[i].ipv6_only);
		options_fini(&p.o);
	}
}

/* As in ss: of -l and -a the last one counts. */
static void test_options_listening_shows_listeners_until_all_is_asked_for(void **state)
{
	static const struct {
		const char *words;
		bool listening;
	} cases[] = {
		{ "", false }, { "-l", true }, { "-a", false }, { "-l|-a", false }, { "-al", true },
	};
	const uint32_t kept = 1u << ST_LISTEN | 1u << ST_CLOSE;
	struct parsed p;
	struct query q;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		take(&p, cases[i].words);
		options_query(&p.o, &q);
		assert_int_equal(q.hide_flows, cases[i].listening);
		assert_int_equal(q.hide_states, cases[i].listening ? ~kept : 0);
		options_fini(&p.o);
	}
}

static void test_options_query_has_filter_order_and_group(void **state)
{
	struct parsed p;
	struct query q;

	(void)state;
	take(&p, "-S|-rtt|-g|state|port|22");
	options_query(&p.o, &q);
	assert_ptr_equal(q.filter, p.o.filter);
	assert_ptr_equal(q.sort, column_find("rtt"));
	assert_true(q.descending);
	assert_ptr_equal(q.group, column_find("state"));
	assert_null(q.also);
	options_fini(&p.o);
}

static unsigned count_of(const char *text, const char *part)
{
	unsigned count = 0;

	for (; (text = strstr(text, part)); text += strlen(part))
		count++;
	return count;
}

static void test_options_help_lists_every_option_once(void **state)
{
	struct buf help;
	char line[80];

	(void)state;
	buf_init(&help);
	options_help(&help);
	for (unsigned i = 0; i < ALL; i++) {
		const char *arg = all[i].arg ? all[i].arg : "";
		const char *gap = all[i].arg ? " " : "";

		if (all[i].letter)
			snprintf(line, sizeof(line), "\n  -%c, --%s%s%s ", all[i].letter,
				 all[i].name, gap, arg);
		else
			snprintf(line, sizeof(line), "\n      --%s%s%s ", all[i].name, gap, arg);
		if (count_of(help.data, line) != 1)
			fail_msg("not once in the help: %s", line);
	}
	assert_int_equal(count_of(help.data, "\n  -") + count_of(help.data, "\n      --"), ALL);
	buf_fini(&help);
}

static void test_options_columns_help_lists_every_column(void **state)
{
	const struct column *c;
	struct buf help;
	char line[64];

	(void)state;
	buf_init(&help);
	buf_addc(&help, '\n');
	options_columns_help(&help);
	for (unsigned i = 0; (c = column_at(i)); i++) {
		snprintf(line, sizeof(line), "\n%s ", c->name);
		if (count_of(help.data, line) != 1)
			fail_msg("not once among the columns: %s", c->name);
	}
	buf_fini(&help);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options_without_any_are_the_defaults),
		cmocka_unit_test(test_options_are_taken_by_letter_and_by_name),
		cmocka_unit_test(test_options_say_where_packets_come_from),
		cmocka_unit_test(test_options_snaplen_is_kept_within_its_bounds),
		cmocka_unit_test(test_options_say_when_and_how_often),
		cmocka_unit_test(test_options_say_what_the_output_shows),
		cmocka_unit_test(test_options_words_ask_for_words),
		cmocka_unit_test(test_options_filter_is_what_is_left_wherever_it_stands),
		cmocka_unit_test(test_options_filter_error_keeps_its_spot),
		cmocka_unit_test(test_options_unknown_ones_are_named_wherever_they_stand),
		cmocka_unit_test(test_options_that_take_no_value_say_so),
		cmocka_unit_test(test_options_without_their_value_say_what_it_is),
		cmocka_unit_test(test_options_bad_values_are_refused_with_what_is_taken),
		cmocka_unit_test(test_options_that_exclude_each_other_are_refused),
		cmocka_unit_test(test_options_tables_become_the_querys),
		cmocka_unit_test(test_options_without_tables_hide_sockets_without_addresses),
		cmocka_unit_test(test_options_kill_is_a_filter_of_its_own),
		cmocka_unit_test(test_options_wrong_kill_filter_is_the_text_of_the_error),
		cmocka_unit_test(test_options_closed_sockets_stay_as_long_as_is_said),
		cmocka_unit_test(test_options_of_one_family_leave_the_other_out),
		cmocka_unit_test(test_options_listening_shows_listeners_until_all_is_asked_for),
		cmocka_unit_test(test_options_query_has_filter_order_and_group),
		cmocka_unit_test(test_options_help_lists_every_option_once),
		cmocka_unit_test(test_options_columns_help_lists_every_column),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
