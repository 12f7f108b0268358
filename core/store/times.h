/* The columns that hold times, all of them in the one format of clock_text(). */
#ifndef SSL_STORE_TIMES_H
#define SSL_STORE_TIMES_H

/* Does a column of this name hold a time, in any table or view? A new column of times takes one of
 * these names or adds its own here; tests/cmds/sql_time.sh holds the schema to it. */
int times_is_column(const char *name);

#endif
