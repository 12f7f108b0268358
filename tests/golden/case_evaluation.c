/* Protects: votes and accuracy of weighted kNN (k is in the names of the entries, T in the
 * metadata), and the exact minimiser of logistic regression (l2 is in the metadata). */
#include <stdio.h>
#include <string.h>

#include "core/eval/knn.h"
#include "core/eval/linear.h"
#include "core/tensor/memory.h"
#include "tests/golden/golden.h"

static int *labels_of(struct golden *g, const struct tensor *t, int *classes)
{
	int *y = arena_alloc(&g->arena.host, t->n * sizeof *y);

	for (size_t i = 0; i < t->n; i++) {
		y[i] = (int)t->mem->data[i];
		*classes = y[i] + 1 > *classes ? y[i] + 1 : *classes;
	}
	return y;
}

static real *copy_of(struct golden *g, const struct tensor *t)
{
	real *x = arena_alloc(&g->arena.host, t->n * sizeof *x);

	memcpy(x, t->mem->data, t->n * sizeof *x);
	return x;
}

/* The minimiser of the reference has a gradient of 2e-6, ours one of 1e-10. */
#define GOLDEN_MINIMISER 1e-3

struct sets {
	struct tensor *train, *test;
	const int *train_y, *test_y;
	int classes;
	double temperature;
};

/* Accuracies are fractions in the file and percentages in the result. */
static void check_k(struct golden *g, const struct sets *s, int k)
{
	char accuracy[64], votes[64];
	int m = s->test->shape[0];
	real *v = arena_alloc(&g->arena.host, (size_t)m * (size_t)s->classes * sizeof *v);
	struct knn_result r;

	knn_classify(copy_of(g, s->train), s->train_y, s->train->shape[0], copy_of(g, s->test),
		     s->test_y, m, s->train->shape[1], s->classes, k, s->temperature, v, NULL, &r);
	snprintf(accuracy, sizeof accuracy, "out.knn%d_accuracy", k);
	snprintf(votes, sizeof votes, "out.knn%d_votes", k);
	if (golden_has(g, accuracy))
		golden_check_scalar(g, accuracy, r.top1 / 100, GOLDEN_TIGHT);
	if (golden_has(g, votes))
		golden_check(g, votes, v, (size_t)m * (size_t)s->classes, GOLDEN_TIGHT);
}

/* W and b of the minimiser, and the fraction of the test set that they classify correctly. */
static void check_logistic(struct golden *g, const struct sets *s)
{
	int n = s->train->shape[0], m = s->test->shape[0], d = s->train->shape[1], steps;
	int *predicted = arena_alloc(&g->arena.host, (size_t)m * sizeof *predicted);
	struct logistic l = {
	    .x = s->train->mem->data, .label = s->train_y, .n = n, .d = d, .classes = s->classes};
	size_t size = logistic_size(&l);
	double *w = arena_alloc(&g->arena.host, size * sizeof *w);
	real *out = arena_alloc(&g->arena.host, size * sizeof *out);
	long top1, top5;

	if (sscanf(golden_text(g, "logistic"), "minimiser of mean cross-entropy + %lf/2*||W||_F^2",
		   &l.l2) != 1) {
		g->failures++;
		printf("\n    %s: no objective in the metadata\n", g->name);
		return;
	}
	logistic_init(&l);
	if (linear_lbfgs(&l, 1e-10, 10000, w, &steps, NULL)) {
		g->failures++;
		printf("\n    %s: the minimiser was not reached in %d steps\n", g->name, steps);
	}
	for (size_t i = 0; i < size; i++)
		out[i] = (real)w[i];
	golden_check(g, "out.logistic_weight", out, (size_t)s->classes * (size_t)d,
		     GOLDEN_MINIMISER);
	golden_check(g, "out.logistic_bias", out + s->classes * d, (size_t)s->classes,
		     GOLDEN_MINIMISER);
	linear_classify(&l, w, s->test->mem->data, s->test_y, m, predicted, &top1, &top5);
	golden_check_scalar(g, "out.logistic_test_accuracy", (double)top1 / m, GOLDEN_TIGHT);
	logistic_release(&l);
}

void golden_evaluation(struct golden *g)
{
	struct tensor *train_y = golden_tensor(g, "in.train_y"),
		      *test_y = golden_tensor(g, "in.test_y");
	struct sets s = {.train = golden_tensor(g, "in.train_x"),
			 .test = golden_tensor(g, "in.test_x")};
	int last = 0, logistic = 0;

	if (!train_y || !test_y || !s.train || !s.test)
		return;
	s.train_y = labels_of(g, train_y, &s.classes);
	s.test_y = labels_of(g, test_y, &s.classes);
	if (sscanf(golden_text(g, "knn"), "weighted by exp(cosine/%lf)", &s.temperature) != 1) {
		g->failures++;
		printf("\n    %s: no temperature in the metadata\n", g->name);
		return;
	}
	for (int i = 0; i < g->st.n; i++) {
		const char *name = g->st.entry[i].name;
		int k;

		logistic += !strncmp(name, "out.logistic", 12);
		if (sscanf(name, "out.knn%d_", &k) == 1 && k != last) {
			check_k(g, &s, k);
			last = k;
		}
	}
	if (logistic)
		check_logistic(g, &s);
}
