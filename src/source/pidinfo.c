/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the small files of /proc/PID. Owns nothing between calls; names and arguments are passed on
 * as they are, harmful bytes included.
 */
#include "source/pidinfo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* include/linux/sched.h, in the flags of /proc/PID/stat */
#define PF_KTHREAD 0x00200000u

/*
 * Fields of /proc/PID/stat, counted from 1 as proc(5) does. The name, field 2, ends at the last
 * ')'.
 */
enum { STAT_STATE = 3, STAT_PPID = 4, STAT_FLAGS = 9, STAT_THREADS = 20, STAT_START = 22 };

/* Reads what there is, up to room bytes; the length or -errno. */
static ssize_t read_file(int root_fd, uint32_t pid, const char *name, char *out, size_t room)
{
	char path[64];
	ssize_t got;
	int fd, err;

	snprintf(path, sizeof(path), "%u/%s", pid, name);
	fd = openat(root_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	got = read(fd, out, room);
	err = errno;
	close(fd);
	return got < 0 ? -err : got;
}

/*
 * The number at *at, which is moved behind it and the blank that follows. Negative numbers count as
 * 0.
 */
static bool take_number(const char **at, const char *end, uint64_t *out)
{
	const char *p = *at;
	bool negative = p < end && *p == '-';
	uint64_t n = 0;

	p += negative;
	if (p == end || *p < '0' || *p > '9')
		return false;
	for (; p < end && *p >= '0' && *p <= '9'; p++)
		n = n * 10 + (uint64_t)(*p - '0');
	if (p < end && *p != ' ' && *p != '\n')
		return false;
	*at = p < end ? p + 1 : p;
	*out = negative ? 0 : n;
	return true;
}

/* What follows the state: field 4 and on. */
static bool take_fields(const char *at, const char *end, struct pidinfo *out)
{
	uint64_t value;

	for (int field = STAT_PPID; field <= STAT_START; field++) {
		if (!take_number(&at, end, &value))
			return false;
		if (field == STAT_PPID)
			out->ppid = (uint32_t)value;
		else if (field == STAT_FLAGS)
			out->kernel_thread = value & PF_KTHREAD;
		else if (field == STAT_THREADS)
			out->threads = (uint32_t)value;
		else if (field == STAT_START)
			out->start_ticks = value;
	}
	return true;
}

bool pidinfo_parse(const char *text, size_t len, struct pidinfo *out)
{
	const char *name = memchr(text, '(', len);
	const char *close = memrchr(text, ')', len);
	const char *end = text + len;
	struct pidinfo info = { .state = 0 };
	size_t n;

	/* ") S " stands between the name and the numbers. */
	if (!name || !close || close < name || end - close < 4 || close[1] != ' ' ||
	    close[3] != ' ')
		return false;
	n = (size_t)(close - name - 1);
	if (n > sizeof(info.comm) - 1)
		n = sizeof(info.comm) - 1;
	memcpy(info.comm, name + 1, n);
	info.state = close[2];
	if (!take_fields(close + 4, end, &info))
		return false;
	*out = info;
	return true;
}

/* The digits of a number in `base` up to the end of the line. */
static bool read_digits(const char *at, const char *end, unsigned base, uint64_t *out)
{
	const char *first = at;
	uint64_t n = 0;

	for (; at < end && *at >= '0' && *at < (char)('0' + base) && n <= UINT32_MAX; at++)
		n = n * base + (uint64_t)(*at - '0');
	if (at == first || (at < end && *at != '\n'))
		return false;
	*out = n;
	return true;
}

/* Is it the line of that key? Then *value is what follows the key and its blanks. */
static bool is_line_of(const char *line, const char *end, const char *key, const char **value)
{
	size_t len = strlen(key);

	if ((size_t)(end - line) < len || memcmp(line, key, len) != 0)
		return false;
	for (line += len; line < end && (*line == '\t' || *line == ' '); line++)
		;
	*value = line;
	return true;
}

/* Sockets say no more than these lines; other kinds of files follow them with their own. */
bool pidinfo_parse_fdinfo(const char *text, size_t len, struct fdflags *out)
{
	const char *end = text + len, *next, *value;
	uint64_t flags = 0, inode = 0;
	bool has_flags = false;

	for (const char *line = text; line < end; line = next) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));

		next = newline ? newline + 1 : end;
		if (is_line_of(line, next, "flags:", &value))
			has_flags |= read_digits(value, next, 8, &flags);
		else if (is_line_of(line, next, "ino:", &value) &&
			 !read_digits(value, next, 10, &inode))
			inode = 0;
	}
	if (!has_flags)
		return false;
	out->nonblock = flags & O_NONBLOCK;
	out->cloexec = flags & O_CLOEXEC;
	out->inode = inode <= UINT32_MAX ? (uint32_t)inode : 0;
	return true;
}

int pidinfo_read(int root_fd, uint32_t pid, struct pidinfo *out)
{
	char text[1024];
	ssize_t len = read_file(root_fd, pid, "stat", text, sizeof(text));

	if (len < 0)
		return (int)len;
	return pidinfo_parse(text, (size_t)len, out) ? 0 : -EBADMSG;
}

void pidinfo_read_cmdline(int root_fd, uint32_t pid, char out[static EVENT_CMDLINE_MAX])
{
	ssize_t len = read_file(root_fd, pid, "cmdline", out, EVENT_CMDLINE_MAX - 1);

	if (len < 0)
		len = 0;
	while (len > 0 && out[len - 1] == '\0')
		len--;
	out[len] = '\0';
	for (ssize_t i = 0; i < len; i++) {
		if (out[i] == '\0')
			out[i] = ' ';
	}
}

uint32_t pidinfo_uid(int root_fd, uint32_t pid)
{
	struct stat st;
	char path[16];

	snprintf(path, sizeof(path), "%u", pid);
	return fstatat(root_fd, path, &st, 0) ? UINT32_MAX : st.st_uid;
}
