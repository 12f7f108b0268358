/* Weighted kNN: votes and accuracy. k from the names, T from the metadata's words. */
#include <stdio.h>
#include <string.h>

#include "core/eval/knn.h"
#include "tests/golden/golden.h"

static int *labels_of(struct golden *g, const struct tensor *t, int *classes)
{
	int *y = arena_alloc(&g->arena, t->n * sizeof *y);

	for (size_t i = 0; i < t->n; i++) {
		y[i] = (int)t->data[i];
		*classes = y[i] + 1 > *classes ? y[i] + 1 : *classes;
	}
	return y;
}

static real *copy_of(struct golden *g, const struct tensor *t)
{
	real *x = arena_alloc(&g->arena, t->n * sizeof *x);

	memcpy(x, t->data, t->n * sizeof *x);
	return x;
}

struct sets {
	struct tensor *train, *test;
	const int *train_y, *test_y;
	int classes;
	double temperature;
};

/* Accuracies are shares here, percent there. */
static void check_k(struct golden *g, const struct sets *s, int k)
{
	char accuracy[64], votes[64];
	int m = s->test->shape[0];
	real *v = arena_alloc(&g->arena, (size_t)m * (size_t)s->classes * sizeof *v);
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

void golden_evaluation(struct golden *g)
{
	struct tensor *train_y = golden_tensor(g, "in.train_y"),
		      *test_y = golden_tensor(g, "in.test_y");
	struct sets s = {.train = golden_tensor(g, "in.train_x"),
			 .test = golden_tensor(g, "in.test_x")};
	int last = 0, waiting = 0;

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

		waiting += !strncmp(name, "out.logistic", 12);
		if (sscanf(name, "out.knn%d_", &k) == 1 && k != last) {
			check_k(g, &s, k);
			last = k;
		}
	}
	if (waiting)
		printf("%d logistic results wait for the linear probe ...", waiting);
}
