/* Inside core/store/ only: SQL functions that SQLite lacks. NULLs are ignored; without any value the
 * result is NULL.
 *
 *   fixed(x, n)          x with n decimals, rounded as C's printf() does and so as all tables print it
 *                        (SQLite's printf() rounds 0.125 up)
 *   median(x)            the aggregate
 *   stddev(x)            standard deviation of a sample (n - 1); NULL for one value
 *   quantile(x, q)       interpolated linearly between order statistics, as is NumPy's default
 *   list_by(x, a, b)     the values as words, ordered by the numbers a, then b (group_concat() has no
 *                        defined order)
 */
#ifndef SSL_STORE_QUERY_AGGREGATES_H
#define SSL_STORE_QUERY_AGGREGATES_H

#include <sqlite3.h>

#include "core/base/error.h"

/* Adds fixed(x, n), median(x), stddev(x), quantile(x, q) and list_by(x, a, b) to the connection. -1
 * when SQLite refuses. */
int aggregates_register(sqlite3 *db);

#endif
