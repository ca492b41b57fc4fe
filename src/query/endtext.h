/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An end of a row in one cell, in any family: "10.0.0.1:443", "/run/dbus", "route:1234".
 */
#ifndef SOCKMON_QUERY_ENDTEXT_H
#define SOCKMON_QUERY_ENDTEXT_H

#include "query/columns.h"
#include "query/row.h"

/*
 * Sets v->text; "*" where the end is open. The row has a socket or a flow. With row.names an end
 * with a learned name is "NAME:PORT"; where that is too long for a value, or later for a cell, it
 * is cut on the left, since a name's end says whose it is: "…ple.com:443".
 */
void endtext_set(const struct row *r, enum rowend end, struct value *v);

/* The getter of the columns that show an end: column.arg says which. */
bool endtext_get(const struct column *c, const struct row *r, struct value *v);

/* The name learned for the address of that end, whatever is shown; NULL: none. */
const char *endtext_name(const struct row *r, enum rowend end);

#endif
