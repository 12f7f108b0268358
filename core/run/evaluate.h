/* Evaluations of a run's encoder as it is, online and by `ssl eval`. */
#ifndef SSL_RUN_EVALUATE_H
#define SSL_RUN_EVALUATE_H

#include "core/eval/knn.h"
#include "core/run/run.h"

/* A frozen-feature evaluation of the encoder as it is: neighbours are the images to train on. */
struct eval_knn {
	int val; /* 1: on the held-out images, 0: on the test split */
	int k;
	double temperature;
	struct knn_result result;
	double seconds;
	uint32_t neighbours, images;
};
int run_eval_knn(struct run *r, struct eval_knn *e, struct error *err);
/* Records it as an evaluation of run `id` at (step, epoch). */
int run_eval_record(struct store *s, int64_t id, long step, long epoch, const struct eval_knn *e,
		    struct error *err);

#endif
