/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An end of a row in one cell, in any family: "10.0.0.1:443", "/run/dbus", "route:1234". Private to
 * query.
 */
#ifndef SOCKMON_QUERY_ENDTEXT_H
#define SOCKMON_QUERY_ENDTEXT_H

#include "query/row.h"
#include "query/value.h"

/* Sets v->text; "*" where the end is open. The row has a socket or a flow. */
void endtext_set(const struct row *r, enum rowend end, struct value *v);

#endif
