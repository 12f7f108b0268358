/*
 * Inside core/store/ only: SQL functions that SQLite lacks. Aggregates ignore NULLs; without any
 * value their result is NULL.
 *
 *   fixed(x, n)       x with n decimals, rounded as C's printf() does, as in all tables (SQLite's
 *                     printf() rounds 0.125 up)
 *   median(x)
 *   stddev(x)         standard deviation of a sample (n - 1); NULL for one value
 *   quantile(x, q)    interpolated linearly between order statistics, as by default in NumPy
 *   list_by(x, a, b)  the values as words, sorted by the numbers a, then b (group_concat() does not
 *                     promise any order)
 */
#ifndef SSL_STORE_QUERY_AGGREGATES_H
#define SSL_STORE_QUERY_AGGREGATES_H

#include <sqlite3.h>

#include "core/base/error.h"

/* Adds fixed(x, n), median(x), stddev(x), quantile(x, q) and list_by(x, a, b) to the connection. -1
 * when SQLite refuses. */
int aggregates_register(sqlite3 *db);

#endif
