/*
 * What the columns of this program's own queries hold, by their names: those of views and lists, and
 * metrics, whose unit the registry states (metric_kinds.h). Of the columns of a user's SQL nothing is
 * known: they are printed as they are.
 */
#ifndef SSL_STORE_QUERY_COLUMNS_H
#define SSL_STORE_QUERY_COLUMNS_H

enum unit {
	UNIT_PLAIN,    /* a number without a unit, or text */
	UNIT_PERCENT,  /* also a difference of percentages */
	UNIT_SECONDS,  /* how long something took */
	UNIT_DURATION, /* in seconds: how long ago, how long still; the size matters, not the digits */
	UNIT_BYTES,
	UNIT_TIME, /* text in the format of clock_text() */
};

enum unit column_unit(const char *column);

/* True if a narrow terminal leaves the column out before others. */
int column_is_minor(const char *column);

#endif
