/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers for people: short, and back. Independent of the locale.
 */
#ifndef SOCKMON_BASE_HUMAN_H
#define SOCKMON_BASE_HUMAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Formatters write at most `size` bytes with the '\0' and return the length written. Widths:
 * human_count never exceeds 5 characters ("0" "999" "1.2K" "45.2M" "999M" "1.0G" …), decimal units.
 */
size_t human_count(char *out, size_t size, uint64_t n);
size_t human_bytes(char *out, size_t size, uint64_t n);			/* "1.2 MB": with the unit */
size_t human_rate(char *out, size_t size, uint64_t bytes_per_s, bool bits);	/* "45.2 MB/s", "361 Mb/s" */
size_t human_us(char *out, size_t size, uint64_t us);			/* "52us" "1.2ms" "230ms" "1.5s" "3m12s" */
size_t human_age(char *out, size_t size, uint64_t ns);			/* "41s" "3m12s" "2h05m" "3d04h" */
size_t human_thousands(char *out, size_t size, uint64_t n);		/* "560,118,204" */

/*
 * Parse a whole string, with full consumption and range check: 0 or -EINVAL / -ERANGE; *out is
 * written on success only. Suffixes: k M G T (decimal), Ki Mi Gi Ti (binary), an optional B;
 * `human_parse_duration` takes ns us ms s m h d, default unit given in ns, fractions allowed.
 */
int human_parse_u64(const char *text, uint64_t *out);
int human_parse_size(const char *text, uint64_t *out);
int human_parse_duration(const char *text, uint64_t default_unit_ns, uint64_t *out_ns);

#endif
