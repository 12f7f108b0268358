/*
 * The registry of metrics: what is known of a metric by its name, whatever store it is in. A
 * value's direction is a fact of the metric and no one's choice: table metric_name takes goal, unit
 * and about from here, and so does whoever prunes, ranks or compares. A method lists the series
 * that it records itself (method.h); a test holds each to a row of the table.
 */
#ifndef SSL_STORE_METRIC_KINDS_H
#define SSL_STORE_METRIC_KINDS_H

struct metric_kind {
	const char *pattern; /* fnmatch(3)'s, of the name without its settings (identity.h) */
	const char *goal;    /* max or min: which way is better; none: neither */
	const char *unit;    /* "%", "s", "images/s"; "" for a plain number */
	const char *about;   /* a sentence; "" where nothing is known */
	int guess; /* 1: no metric of this program, described by how such names are formed */
};

/* The first row whose pattern fits; never NULL. */
const struct metric_kind *metric_kind(const char *name);

/* Which way is better, by the name alone: max, min or none. */
const char *metric_kind_goal(const char *name);

/* The i-th row of the table, NULL past the end. */
const struct metric_kind *metric_kind_at(int i);

#endif
