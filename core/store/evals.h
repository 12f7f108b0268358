/* Evaluations of runs, online and by `ssl eval`: a row, its results, and the confusion matrix. */
#ifndef SSL_STORE_EVALS_H
#define SSL_STORE_EVALS_H

#include "core/store/runs.h"

struct eval_new {
	int64_t run_id;
	long step, epoch;
	const char *protocol, *split, *settings_json; /* "knn", "test", {"k":20,"T":0.07} */
	/* settings that differ from the recipe's, for the names of metrics: "k=200"; or NULL */
	const char *differs;
	const char *missing; /* why there is no result, or NULL */
	double seconds;
	const struct metric_point *value; /* names "top1", "top5"; step ignored; NaN: missing */
	int n_values, classes;            /* classes 0: no confusion matrix */
	const uint32_t *confusion; /* {classes, classes}: images by class and guess */
};
int evals_insert(struct store *s, const struct eval_new *e, int64_t *id, struct error *err);

#endif
