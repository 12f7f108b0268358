/* Inside core/store/ only: aggregate functions for the user's SQL. */
#ifndef SSL_STORE_QUERY_AGGREGATES_H
#define SSL_STORE_QUERY_AGGREGATES_H

#include <sqlite3.h>

#include "core/base/error.h"

/* Adds fixed(x, n), median(x), stddev(x), quantile(x, q) and list_by(x, a, b) to the connection. -1
 * when SQLite refuses. */
int aggregates_register(sqlite3 *db);

#endif
