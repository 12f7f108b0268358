/*
 * The floor: what the encoders of runs were worth untrained, in the metric of an evaluation (the view
 * v_floor says which value that is). A gain is a run's value less its floor; the gain of a group is
 * the mean over its runs that have both. Tables, reports and pictures show gains where they are
 * known, and say when nothing exceeds the floor.
 */
#ifndef SSL_STATS_FLOOR_H
#define SSL_STATS_FLOOR_H

#include "core/base/strbuf.h"
#include "core/store/query/selection.h"

struct floors {
	double *value;          /* of each run of the selection; NaN: not known */
	int n;                  /* how many are known */
	double mean, low, high; /* of these; NaN without any */
	double line;            /* the mean, where all runs have the same encoder and data; else NaN */
};

int floors_read(struct store *s, const struct selection *sel, const char *metric,
		struct floors *out, struct error *err);
void floors_release(struct floors *f);

/* The mean of value[i] - floor[i] over the n places run[0..n-1] where both are finite; NaN: nowhere.
 * run: NULL for the places 0 to n - 1. */
double floor_gain(const double *value, const double *floor, const int *run, int n);

/* Appends "untrained: 17.60" or "untrained: 17.60 to 20.10"; nothing where none is known. */
void floors_text(const struct floors *f, struct strbuf *out);

/* Appends a sentence and a newline when gains are known and none of the n is above 0. what: "group",
 * "recipe", "cell". */
void floor_say(const double *gain, int n, const char *what, struct strbuf *out);

#endif
