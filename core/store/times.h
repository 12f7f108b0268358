/* Which columns hold times. All times have the format of clock_text(). */
#ifndef SSL_STORE_TIMES_H
#define SSL_STORE_TIMES_H

/* True if columns of this name hold times, in every table and view. A new column of times must have
 * one of these names, or its name is added here; tests/cmds/sql_time.sh checks the schema. */
int times_is_column(const char *name);

#endif
