/*
 * The registry of metrics: what is known about a metric from its name, in any store. Whether larger
 * or smaller values are better is a property of the metric: table metric_name has goal, unit and
 * about from here, and pruning, ranking and comparisons use them. A method lists the series that it
 * records itself (method.h); a test checks that each has a row of the table.
 */
#ifndef SSL_STORE_METRIC_KINDS_H
#define SSL_STORE_METRIC_KINDS_H

struct metric_kind {
	const char *pattern; /* fnmatch(3)'s, of the name without its settings (identity.h) */
	const char *goal;    /* max or min: which way is better; none: neither */
	const char *unit;    /* "%", "s", "images/s"; "" for a plain number */
	const char *about;   /* a sentence; "" if nothing is known */
	int guess; /* 1: not a metric of this program; described by the form of its name */
};

/* The first row whose pattern fits; never NULL. */
const struct metric_kind *metric_kind(const char *name);

/* The goal of the metric with this name: max, min or none. */
const char *metric_kind_goal(const char *name);

/* The i-th row of the table, NULL past the end. */
const struct metric_kind *metric_kind_at(int i);

#endif
