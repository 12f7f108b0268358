/* Protects: the gradient of the logistic objective, that L-BFGS finds its minimum and SGD comes
 * close to it, equal bits with any number of threads, standardisation, and unusual inputs.
 * tests/golden compares with a reference. */
#include "core/eval/linear.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "tests/check.h"

enum { N = 700, D = 9, CLASSES = 6, SIZE = CLASSES * (D + 1) };

struct set {
	real x[N * D];
	int y[N];
};

/* Overlapping Gaussian classes. */
static void fill(struct set *s, uint64_t sample)
{
	struct rng r;

	rng_init(&r, 4, RNG_TEST, 0, sample);
	for (int i = 0; i < N; i++) {
		s->y[i] = (int)rng_below(&r, CLASSES);
		for (int j = 0; j < D; j++)
			s->x[i * D + j] = (real)(rng_normal(&r) + (j == s->y[i] ? 1.5 : 0));
	}
}

static struct logistic problem(const struct set *s, double l2)
{
	struct logistic l = {
	    .x = s->x, .label = s->y, .n = N, .d = D, .classes = CLASSES, .l2 = l2};

	logistic_init(&l);
	return l;
}

/* Central differences of the whole objective, in double in every build. */
static void test_gradient(void)
{
	static struct set s;
	uint32_t rows[200];
	struct logistic l;
	double w[SIZE], g[SIZE], none[SIZE], worst = 0;
	struct rng r;

	fill(&s, 0);
	parallel_set_threads(2);
	l = problem(&s, 0.3);
	rng_init(&r, 5, RNG_TEST, 0, 0);
	for (int i = 0; i < SIZE; i++)
		w[i] = rng_normal(&r);
	for (int i = 0; i < 200; i++)
		rows[i] = rng_below(&r, N);
	for (int subset = 0; subset < 2; subset++) {
		l.index = subset ? rows : NULL;
		l.n = subset ? 200 : N;
		logistic_loss(&l, w, g);
		for (int i = 0; i < SIZE; i++) {
			double at = w[i], h = 1e-5, up, down;

			w[i] = at + h;
			up = logistic_loss(&l, w, none);
			w[i] = at - h;
			down = logistic_loss(&l, w, none);
			w[i] = at;
			worst = fmax(worst, fabs((up - down) / (2 * h) - g[i]) / (1 + fabs(g[i])));
		}
	}
	CU_ASSERT(worst < 1e-9);
	logistic_release(&l);
}

/* At the minimum the gradient is about 0; anywhere else the value is higher. */
static void test_minimum(void)
{
	static struct set s;
	struct logistic l;
	double w[SIZE], g[SIZE], other[SIZE], least;
	struct rng r;
	int steps;

	fill(&s, 1);
	l = problem(&s, 1e-3);
	CU_ASSERT_EQUAL(linear_lbfgs(&l, 1e-11, 1000, w, &steps, NULL), 0);
	CU_ASSERT(steps > 3 && steps < 200);
	least = logistic_loss(&l, w, g);
	for (int i = 0; i < SIZE; i++)
		CU_ASSERT(fabs(g[i]) <= 1e-11);
	rng_init(&r, 6, RNG_TEST, 0, 0);
	for (int t = 0; t < 50; t++) {
		for (int i = 0; i < SIZE; i++)
			other[i] = w[i] + 0.01 * rng_normal(&r);
		CU_ASSERT(logistic_loss(&l, other, g) > least);
	}
	CU_ASSERT_EQUAL(linear_lbfgs(&l, 1e-11, 2, w, &steps, NULL), 1);
	CU_ASSERT_EQUAL(steps, 2);
	logistic_release(&l);
}

static double accuracy(struct logistic *l, const double *w, const struct set *s, int *predicted)
{
	long top1, top5;

	linear_classify(l, w, s->x, s->y, N, predicted, &top1, &top5);
	CU_ASSERT(top5 > top1 && top5 < N);
	return 100.0 * (double)top1 / N;
}

static void test_sgd(void)
{
	static struct set s, other;
	const struct linear_sgd o = {
	    .lr = 0.3, .momentum = 0.9, .epochs = 60, .batch = 64, .seed = 3};
	struct linear_sgd nesterov = o;
	struct logistic l;
	double exact[SIZE], w[SIZE], again[SIZE], g[SIZE];
	int predicted[N], steps;

	fill(&s, 2);
	fill(&other, 3);
	l = problem(&s, 1e-3);
	linear_lbfgs(&l, 1e-8, 1000, exact, &steps, NULL);
	linear_sgd(&l, &o, w);
	CU_ASSERT(logistic_loss(&l, w, g) < logistic_loss(&l, exact, g) + 2e-3);
	CU_ASSERT(
	    fabs(accuracy(&l, w, &other, predicted) - accuracy(&l, exact, &other, predicted)) < 1);
	linear_sgd(&l, &o, again);
	CU_ASSERT_EQUAL(memcmp(w, again, sizeof w), 0);
	nesterov.nesterov = 1;
	linear_sgd(&l, &nesterov, again);
	CU_ASSERT_NOT_EQUAL(memcmp(w, again, sizeof w), 0);
	CU_ASSERT(logistic_loss(&l, again, g) < logistic_loss(&l, exact, g) + 2e-3);
	logistic_release(&l);
}

static void solve_both(int threads, double *w)
{
	static struct set s;
	const struct linear_sgd o = {
	    .lr = 0.1, .momentum = 0.9, .epochs = 3, .batch = 256, .seed = 1};
	struct logistic l;
	int steps;

	parallel_set_threads(threads);
	fill(&s, 4);
	linear_standardize(s.x, N, s.x, 0, D);
	l = problem(&s, 1e-4);
	linear_lbfgs(&l, 1e-9, 300, w, &steps, NULL);
	linear_sgd(&l, &o, w + SIZE);
	logistic_release(&l);
}

static void test_threads(void)
{
	double one[2 * SIZE], many[2 * SIZE];

	for (int threads = 2; threads <= 5; threads++) {
		solve_both(1, one);
		solve_both(threads, many);
		CU_ASSERT_EQUAL(memcmp(one, many, sizeof one), 0);
	}
}

/* The second set is scaled by the statistics of the first; constant columns and values that are not
 * finite become 0. */
static void test_standardize(void)
{
	real x[] = {1, 7, 0, 3, 7, 0, 5, 7, NAN}, y[] = {3, 9, 1, INFINITY, 7, 0};

	linear_standardize(x, 3, y, 2, 3);
	CU_ASSERT_DOUBLE_EQUAL(x[0], -sqrt(1.5), 1e-6);
	CU_ASSERT_DOUBLE_EQUAL(x[3], 0, 1e-6);
	CU_ASSERT_DOUBLE_EQUAL(x[6], sqrt(1.5), 1e-6);
	CU_ASSERT_DOUBLE_EQUAL(y[0], 0, 1e-6);
	CU_ASSERT_EQUAL(x[1], 0);
	CU_ASSERT_EQUAL(y[1], 0);
	CU_ASSERT_EQUAL(x[8], 0);
	CU_ASSERT(isfinite(y[3]));
}

/* A collapsed encoder, whose features are all equal: the bias learns the class frequencies. */
static void test_collapsed(void)
{
	static struct set s;
	struct logistic l;
	double w[SIZE], sum = 0;
	long count[CLASSES] = {0}, most = 0, top1, top5;
	int predicted[N], steps;

	fill(&s, 5);
	for (int i = 0; i < N * D; i++)
		s.x[i] = 0;
	l = problem(&s, 1e-4);
	CU_ASSERT_EQUAL(linear_lbfgs(&l, 1e-9, 1000, w, &steps, NULL), 0);
	for (int i = 0; i < N; i++)
		count[s.y[i]]++;
	for (int c = 0; c < CLASSES; c++) {
		sum += exp(w[CLASSES * D + c]);
		most = count[c] > most ? count[c] : most;
	}
	for (int c = 0; c < CLASSES; c++)
		CU_ASSERT_DOUBLE_EQUAL(exp(w[CLASSES * D + c]) / sum, (double)count[c] / N, 1e-7);
	linear_classify(&l, w, s.x, s.y, N, predicted, &top1, &top5);
	CU_ASSERT_EQUAL(top1, most);
	logistic_release(&l);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"the gradient agrees with finite differences", test_gradient},
	    {"L-BFGS finds the minimum", test_minimum},
	    {"SGD comes close to it, and is reproducible", test_sgd},
	    {"the same bits at any number of threads", test_threads},
	    {"standardisation by the training set", test_standardize},
	    {"a collapsed encoder gives the class frequencies", test_collapsed},
	    {0}};

	return check_run("eval/linear", cases);
}
