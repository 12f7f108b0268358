/* The hyperparameters in which runs differ, in memory. selection_varied.h reads them from the
 * store. */
#ifndef SSL_STORE_QUERY_VARIED_H
#define SSL_STORE_QUERY_VARIED_H

/* A hyperparameter with the value that each run has; the set owns the text. */
struct varied {
	char *name;
	char **text;    /* by run; NULL if the run does not have it */
	double *number; /* by run; NaN if the value is no number */
	int is_number;  /* every value is a number */
	int levels;     /* how many distinct values there are */
};
struct varied_set {
	struct varied *param; /* by name */
	int n, runs;
};
void varied_release(struct varied_set *v);

/* The runs with a mark in `keep` (NULL: all runs), without the hyperparameters that are the same in
 * all of these. The caller releases it. */
struct varied_set varied_part(const struct varied_set *v, const char *keep);

/* For those who fill a set: appends a hyperparameter that no run has yet; and, once all of its
 * values are there, sets is_number and levels. A run that does not have it counts for neither. */
struct varied *varied_add(struct varied_set *v, const char *name);
void varied_count_levels(struct varied *p, int runs);

#endif
