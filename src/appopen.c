/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opens what the options ask for: which sources, in which namespace, and what the kernel is asked
 * for of each socket. Owns nothing; the loop over the sources is app.c's.
 */
#include "appstate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/xalloc.h"
#include "config.h"
#include "source/capture.h"
#include "source/cgroups.h"
#include "source/procfs.h"
#include "source/synth.h"
#include "source/users.h"

enum {
	SOCKET_LIMIT = 1 << 20,
	FLOW_LIMIT = 1 << 20,
	MANY_SOCKETS = 20000,	/* beyond, less is asked for while no row is looked at closely */
};

/* Flags of descriptors, a round: once, in a series or on a screen. */
#define FLAGS_ONCE_NS (20 * NSEC_PER_MSEC)
#define FLAGS_ROUND_NS (2 * NSEC_PER_MSEC)

static void tell_host(struct app *a, bool offline, bool no_capture)
{
	struct event e = { .kind = EV_HOST, .time_ns = offline ? 0 : eventclock_now(&a->clock) };

	if (offline || gethostname(e.host.name, sizeof(e.host.name) - 1))
		e.host.name[0] = '\0';	/* whose packets a file holds is not known */
	memcpy(e.host.version, PACKAGE_VERSION, sizeof(PACKAGE_VERSION));
	e.host.offline = offline;
	e.host.no_process = offline || a->opt->no_process;
	e.host.no_capture = no_capture;
	/* In a series each is kept for one tick: it is in the snapshot that covers its end. */
	e.host.keep_closed_ns = a->opt->format ? 1 : a->opt->keep_closed_ns;
	app_tell(a, &e);
}

void app_tell_notice(struct app *a, enum noticesource source, const struct errmsg *err)
{
	struct event e = { .kind = EV_NOTICE, .time_ns = eventclock_now(&a->clock) };

	e.notice.source = (uint8_t)source;
	memcpy(e.notice.text, err->text, sizeof(e.notice.text) - 1);
	app_tell(a, &e);
}

/* Sorting and groups need all rows before the first can be written. */
static bool can_be_sliced(const struct options *opt)
{
	return opt->read_file && opt->format && opt->format->begin && !opt->sort && !opt->group;
}

static struct capture_options capture_options(const struct options *opt)
{
	return (struct capture_options){
		.pktsrc = { .interfaces = opt->interfaces ? opt->interfaces : "any",
			    .filter = opt->capture_filter,
			    .snaplen = opt->snaplen,
			    .buffer_kib = opt->buffer_kib },
		.file = opt->read_file,
		.max_flows = opt->max_flows,
		.publish_at_end_only = opt->read_file && opt->format,
		.hold = can_be_sliced(opt),
	};
}

/*
 * Live capture. Where it cannot be had (no right, a kernel without AF_PACKET), sockmon goes on
 * without packets and says what is missing. Who asked for packets by name (-i, -f) is refused, but
 * for a missing right on a screen, which says it.
 */
static int open_capture(struct app *a, struct errmsg *err)
{
	const struct options *opt = a->opt;
	struct capture_options c = capture_options(opt);
	bool asked = opt->interfaces || opt->capture_filter;
	struct errmsg why = { "" };
	int rc;

	if (opt->no_capture || (opt->once && !asked)) {
		tell_host(a, false, true);
		return 0;
	}
	rc = capture_new(&a->capture, &c, &why);
	if (rc && asked && (rc != -EPERM || opt->format)) {
		*err = why;
		return rc;
	}
	tell_host(a, false, rc != 0);
	if (rc)
		app_tell_notice(a, NOTICE_CAPTURE, &why);
	return 0;
}

static uint32_t details_of(uint32_t needs)
{
	static const struct {
		uint32_t need, detail;
	} pairs[] = {
		{ NEED_INFO, DETAIL_INFO }, { NEED_SKMEM, DETAIL_SKMEM }, { NEED_CONG, DETAIL_CONG },
		{ NEED_CC, DETAIL_CC },	    { NEED_TOS, DETAIL_TOS },	  { NEED_UNIX, DETAIL_UNIX },
	};
	uint32_t details = DETAIL_BOUND;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (needs & pairs[i].need)
			details |= pairs[i].detail;
	return details;
}

/*
 * What the kernel is asked for of each socket: all, unless there are many and nobody looks
 * closely.
 */
uint32_t app_details_wanted(const struct app *a)
{
	bool many = model_totals(a->model)->sockets > MANY_SOCKETS;

	if (a->opt->format)
		return details_of(a->needs);
	if (!many || a->watched != MODEL_NONE)
		return DETAIL_ALL;
	return DETAIL_INFO | DETAIL_SKMEM | DETAIL_CONG;
}

/*
 * Both families, whatever -4 and -6 leave to be shown: IPv4 packets may belong to a socket of
 * AF_INET6, and a flow without its socket would get a wrong reason. Tables left out by -t or -u
 * likewise matter only where packets are looked at.
 */
uint32_t app_protos_to_dump(const struct app *a, uint32_t shown)
{
	uint32_t named = filter_protos(a->opt->filter) | filter_protos(a->opt->kill);

	return named | shown | (a->capture || !shown ? OPTIONS_INET : 0);
}

static int open_places(struct app *a, struct errmsg *err)
{
	const struct options *opt = a->opt;
	struct places_options p = {
		.diag = { .ipv4 = a->capture || opt->ipv4 || !opt->ipv6,
			  .ipv6 = a->capture || opt->ipv6 || !opt->ipv4,
			  .details = app_details_wanted(a),
			  .asked = opt->protos },
		.all = opt->netns && strcmp(opt->netns, "all") == 0,
		.no_events = opt->once,
	};

	p.diag.protos = a->protos = app_protos_to_dump(a, opt->protos);
	return places_new(&a->places, &p, err);
}

/*
 * The namespace that the user named: its rows bear the name that he gave, of a path the last
 * part.
 */
static void tell_netns(struct app *a, uint64_t inode)
{
	const char *slash = strrchr(a->opt->netns, '/'), *name = slash ? slash + 1 : a->opt->netns;
	struct event e = { .kind = EV_NETNS, .time_ns = eventclock_now(&a->clock) };

	e.netns.inode = inode;
	memcpy(e.netns.name, name, strnlen(name, sizeof(e.netns.name) - 1));
	app_tell(a, &e);
}

/* Before anything is open: all that sockmon opens is then in that namespace. */
static int enter_netns(struct app *a, struct errmsg *err)
{
	const struct options *opt = a->opt;
	int fd, rc;

	if (!opt->netns || strcmp(opt->netns, "all") == 0)
		return 0;
	rc = netns_open(opt->netns, &fd, err);
	if (rc)
		return rc;
	rc = netns_enter(fd, err);
	if (!rc)
		tell_netns(a, netns_inode(fd));
	close(fd);
	return rc;
}

/* Who names the flags gets them all; beside every other key they come as far as a budget goes. */
static uint64_t flags_budget_ns(const struct options *opt)
{
	uint32_t named = columns_needs(opt->cols, opt->col_count) | filter_needs(opt->filter) |
			 filter_needs(opt->kill);

	if (opt->sort)
		named |= columns_needs(&opt->sort, 1);
	if (opt->group)
		named |= columns_needs(&opt->group, 1);
	if (named & NEED_FLAGS)
		return SOURCE_NEVER;
	return opt->once ? FLAGS_ONCE_NS : FLAGS_ROUND_NS;
}

/* Owners and names. What is missing of names is only not shown. */
static int open_process_sources(struct app *a, struct errmsg *err)
{
	struct errmsg ignored;
	int rc = a->opt->no_process ? 0 : procfs_new(&a->procfs, "/proc", err);

	if (rc)
		return rc;
	if (!(a->needs & NEED_CGROUP) || cgroups_new(&a->cgroups, "/proc/self/mountinfo", &ignored))
		a->cgroups = NULL;
	if (!(a->needs & NEED_USER) || users_new(&a->users, &ignored))
		a->users = NULL;
	if (a->procfs && a->needs & NEED_FLAGS)
		procfs_want_flags(a->procfs, flags_budget_ns(a->opt));
	return 0;
}

static int open_live(struct app *a, struct errmsg *err)
{
	int rc = enter_netns(a, err);

	if (!rc)
		rc = open_capture(a, err);	/* first: it is what needs a right */
	if (!rc)
		rc = open_places(a, err);
	if (!rc)
		rc = open_process_sources(a, err);
	return rc;
}

static int open_file(struct app *a, struct errmsg *err)
{
	struct capture_options c = capture_options(a->opt);
	int rc = capture_new(&a->capture, &c, err);

	a->sliced = c.hold;
	if (!rc)
		tell_host(a, true, false);
	return rc;
}

/* What the columns of a run without a screen look at: NEED_* bits. */
static uint32_t needs_of_output(const struct options *opt)
{
	uint32_t needs = format_needs(opt->format, opt->cols, opt->col_count, opt->once);

	needs |= filter_needs(opt->filter) | filter_needs(opt->kill);
	if (opt->sort)
		needs |= columns_needs(&opt->sort, 1);
	if (opt->group)
		needs |= columns_needs(&opt->group, 1) | NEED_INFO;
	return needs;
}

static int open_demo(struct app *a, struct errmsg *err)
{
	int rc = synth_new(&a->synth, a->opt->interval_ns,
			   a->opt->format ? 1 : a->opt->keep_closed_ns, err);

	if (!rc)
		app_want_protos(a, 0);
	return rc;
}

int app_new(struct app **out, const struct options *opt, struct errmsg *err)
{
	struct app *a = xcalloc(1, sizeof(*a));
	uint32_t flows = opt->max_flows ? opt->max_flows : FLOW_LIMIT;
	int rc;

	a->opt = opt;
	a->watched = MODEL_NONE;
	a->needs = opt->format ? needs_of_output(opt) : UINT32_MAX;
	a->model = model_new(SOCKET_LIMIT, flows, hash_random_seed());
	a->live = !opt->demo && !opt->read_file;
	eventclock_init(&a->clock);
	if (opt->demo)
		rc = open_demo(a, err);
	else
		rc = opt->read_file ? open_file(a, err) : open_live(a, err);
	if (rc) {
		app_free(a);
		return rc;
	}
	app_list_sources(a);
	*out = a;
	return 0;
}

static void close_source(struct source *s)
{
	if (s)
		s->ops->close(s);
}

void app_free(struct app *a)
{
	if (!a)
		return;
	close_source(a->synth);
	close_source(a->capture);
	places_free(a->places);
	close_source(a->procfs);
	close_source(a->cgroups);
	close_source(a->users);
	model_free(a->model);
	free(a);
}
