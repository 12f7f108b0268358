/*
 * The floor of a run: the value of a metric that its encoder had before training (the view v_floor
 * defines it). A run's gain is its value less its floor; the gain of a group is the mean over its runs
 * that have both. Tables, reports and pictures show the gains that are known, and state where nothing
 * exceeds the floor.
 */
#ifndef SSL_STATS_FLOOR_H
#define SSL_STATS_FLOOR_H

#include "core/base/strbuf.h"
#include "core/store/query/selection.h"

struct floors {
	double *value;          /* of each run of the selection; NaN: not known */
	int n;                  /* how many are known */
	double mean, low, high; /* of these; NaN without any */
	double line;            /* the mean if all runs have the same encoder and data; else NaN */
};

int floors_read(struct store *s, const struct selection *sel, const char *metric,
		struct floors *out, struct error *err);
void floors_release(struct floors *f);

/* The mean of value[i] - floor[i] over those of the n places run[0..n-1] where both are finite; NaN if
 * there is none. run: NULL for the places 0 to n - 1. */
double floor_gain(const double *value, const double *floor, const int *run, int n);

/* Appends "untrained: 17.60" or "untrained: 17.60 to 20.10"; nothing where none is known. */
void floors_text(const struct floors *f, struct strbuf *out);

/* Appends a sentence and a newline if gains are known and none of the n is above 0. what: "group",
 * "recipe". */
void floor_warn(const double *gain, int n, const char *what, struct strbuf *out);

#endif
