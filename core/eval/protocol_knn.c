/* Weighted kNN on frozen features: knn.h. */
#include <stdlib.h>
#include <string.h>

#include "core/base/ints.h"
#include "core/eval/knn.h"
#include "core/eval/protocols.h"

static const struct hparam hparams[] = {
    {"eval.knn.k", HP_INT, "20", 1, 100000, NULL,
     "number of neighbours that vote (20: solo-learn; 200: 1805.01978)"},
    {"eval.knn.temperature", HP_REAL, "0.07", 0.001, 100, NULL,
     "T: a neighbour's vote is exp(cosine / T) (1805.01978: 0.07)"},
    {0},
};

/* The protocol makes no random choices, so its result does not depend on eval.seed. */
static int depends(const struct recipe *r, const char *key, double share)
{
	(void)r;
	(void)share;
	return strcmp(key, "eval.seed") != 0;
}

static void classify(const struct eval_task *t, int k, double temperature, struct eval_result *out)
{
	struct knn_result result;
	real *train, *evaluated;

	train = images_copy_features(t->train, &t->source);
	evaluated = images_copy_features(t->evaluated, &t->source);
	knn_classify(train, t->train->label, t->train->n, evaluated, t->evaluated->label,
		     t->evaluated->n, encoder_dim(t->source.encoder), t->source.data->classes, k,
		     temperature, NULL, out->predicted, &result);
	free(train);
	free(evaluated);
	out->score = (struct eval_scores){result.top1, result.top5};
	out->rule1 = (struct eval_scores){result.top1, result.top5_rule1};
}

static int run(const struct eval_task *t, struct eval_result *out, struct error *err)
{
	int k = min_int((int)recipe_int(t->recipe, "eval.knn.k"), t->train->n);
	double temperature = recipe_real(t->recipe, "eval.knn.temperature");

	(void)err;
	if (!eval_features_missing(t, 1, out) || t->rules == 1)
		classify(t, k, temperature, out);
	strbuf_addf(&out->settings, "\"k\":%d,\"temperature\":", k);
	strbuf_add_number(&out->settings, temperature);
	return 0;
}

const struct protocol protocol_knn = {
    .name = "knn",
    .summary = "weighted k-nearest-neighbour vote on frozen features",
    .hparams = hparams,
    .online = 1,
    .depends = depends,
    .run = run,
};
