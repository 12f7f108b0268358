/* Protects: kNN compared with its definition, ties, unusual inputs, and equal bits with any number
 * of threads. */
#include "core/eval/knn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "tests/check.h"

enum { N = 1300, M = 300, D = 11, CLASSES = 7 };

struct sets {
	real train[N * D], test[M * D];
	int train_y[N], test_y[M];
};

static void fill(struct sets *s)
{
	struct rng r;

	rng_init(&r, 2, RNG_TEST, 0, 0);
	for (int i = 0; i < N * D; i++)
		s->train[i] = (real)rng_normal(&r);
	for (int i = 0; i < M * D; i++)
		s->test[i] = (real)rng_normal(&r);
	for (int i = 0; i < N; i++)
		s->train_y[i] = (int)rng_below(&r, CLASSES);
	for (int i = 0; i < M; i++)
		s->test_y[i] = (int)rng_below(&r, CLASSES);
}

static double cosine(const real *a, const real *b)
{
	double ab = 0, aa = 0, bb = 0;

	for (int i = 0; i < D; i++) {
		ab += (double)a[i] * (double)b[i];
		aa += (double)a[i] * (double)a[i];
		bb += (double)b[i] * (double)b[i];
	}
	return ab / sqrt(aa * bb);
}

/* Takes the largest of the remaining similarities k times. */
static void naive_votes(const struct sets *s, int row, int k, double temperature, double *votes)
{
	double sim[N];

	for (int i = 0; i < N; i++)
		sim[i] = cosine(s->test + row * D, s->train + i * D);
	memset(votes, 0, CLASSES * sizeof *votes);
	for (; k > 0; k--) {
		int best = 0;

		for (int i = 1; i < N; i++)
			best = sim[i] > sim[best] ? i : best;
		votes[s->train_y[best]] += exp(sim[best] / temperature);
		sim[best] = -2;
	}
}

static void test_definition(void)
{
	static struct sets s, copy;
	static real votes[M * CLASSES];
	static int predicted[M];
	struct knn_result r;
	int hits = 0;

	fill(&s);
	copy = s;
	parallel_set_threads(2);
	knn_classify(copy.train, s.train_y, N, copy.test, s.test_y, M, D, CLASSES, 23, 0.1, votes,
		     predicted, &r);
	for (int i = 0; i < M; i++) {
		double want[CLASSES];
		int best = 0;

		naive_votes(&s, i, 23, 0.1, want);
		for (int c = 0; c < CLASSES; c++) {
			CU_ASSERT_DOUBLE_EQUAL(votes[i * CLASSES + c], want[c],
					       1e-4 * (want[c] + 1));
			best = want[c] > want[best] ? c : best;
		}
		CU_ASSERT_EQUAL(predicted[i], best);
		hits += best == s.test_y[i];
	}
	CU_ASSERT_DOUBLE_EQUAL(r.top1, 100.0 * hits / M, 1e-9);
	CU_ASSERT(r.top5 > r.top1 && r.top5 < 100);
}

static void test_threads(void)
{
	static struct sets s;
	static real one[M * CLASSES], many[M * CLASSES];
	struct knn_result a, b;

	fill(&s);
	parallel_set_threads(1);
	knn_classify(s.train, s.train_y, N, s.test, s.test_y, M, D, CLASSES, 200, 0.07, one, NULL,
		     &a);
	fill(&s);
	parallel_set_threads(3);
	knn_classify(s.train, s.train_y, N, s.test, s.test_y, M, D, CLASSES, 200, 0.07, many, NULL,
		     &b);
	CU_ASSERT_EQUAL(memcmp(one, many, sizeof one), 0);
	CU_ASSERT_EQUAL(a.top1, b.top1);
	CU_ASSERT_EQUAL(a.top5, b.top5);
}

/* Three equal neighbours, k = 2: the first two vote. Two classes with equal votes: the smaller
 * wins. */
static void test_ties(void)
{
	real train[] = {1, 0, 2, 0, 3, 0, -1, 0}, test[] = {5, 0};
	int train_y[] = {2, 1, 0, 0}, test_y[] = {1}, predicted;
	real votes[3];
	struct knn_result r;

	knn_classify(train, train_y, 4, test, test_y, 1, 2, 3, 2, 1, votes, &predicted, &r);
	CU_ASSERT_EQUAL(votes[0], 0);
	CU_ASSERT_DOUBLE_EQUAL(votes[1], exp(1), 1e-6);
	CU_ASSERT_EQUAL(votes[1], votes[2]);
	CU_ASSERT_EQUAL(predicted, 1);
	CU_ASSERT_EQUAL(r.top1, 100);
}

/* A collapsed encoder gives zeros, a diverged one NaN: the result is chance, without a crash. */
static void test_degenerate(void)
{
	real train[] = {0, 0, 0, 0, NAN, 1}, test[] = {0, 0, INFINITY, 1};
	int train_y[] = {1, 0, 1}, test_y[] = {1, 0}, predicted[2];
	struct knn_result r;

	knn_classify(train, train_y, 3, test, test_y, 2, 2, 2, 10, 0.07, NULL, predicted, &r);
	CU_ASSERT_EQUAL(predicted[0], 1);
	CU_ASSERT_EQUAL(predicted[1], 1);
	CU_ASSERT_EQUAL(r.top1, 50);
	CU_ASSERT_EQUAL(r.top5, 100);
	CU_ASSERT_EQUAL(r.top5_rule1, 100);
}

/* exp(1 / 0.001) is infinite: at the smallest temperature the nearest neighbour decides, not the
 * smaller class. */
static void test_small_temperature(void)
{
	real train[] = {1, 0, 0, 1}, test[] = {(real)0.9, 1};
	const int train_y[] = {0, 1}, test_y[] = {1};
	struct knn_result r;
	int predicted;

	knn_classify(train, train_y, 2, test, test_y, 1, 2, 2, 2, 0.0005, NULL, &predicted, &r);
	CU_ASSERT(predicted == 1);
	CU_ASSERT(r.top1 > 99);
}

/* Ten classes, of which the k nearest neighbours belong to one to three: the other classes are not
 * guesses, although their numbers are small. */
static void test_votes_alone(void)
{
	enum { WAYS = 10 };
	real train[WAYS * WAYS] = {0}, test[WAYS * WAYS] = {0};
	int train_y[WAYS], test_y[WAYS];
	struct knn_result r;

	for (int i = 0; i < WAYS; i++) {
		train[i * WAYS + i] = 1;
		train_y[i] = i;
		test[i * WAYS + i] = 1;
		test_y[i] = (i + 1) % WAYS;
	}
	knn_classify(train, train_y, WAYS, test, test_y, WAYS, WAYS, WAYS, 1, 0.07, NULL, NULL, &r);
	CU_ASSERT_EQUAL(r.top1, 0);
	CU_ASSERT_EQUAL(r.top5, 0);
	CU_ASSERT_EQUAL(r.top5_rule1, 50);
	/* of two voters the second is 1 / 2 away: at T = 0.0005 its vote is too small to be told
	 * from none, and it is a guess all the same */
	real bank[] = {1, 0, 0, 1}, image[] = {1, (real)0.3};
	int bank_y[] = {9, 8}, image_y[] = {8};

	knn_classify(bank, bank_y, 2, image, image_y, 1, 2, WAYS, 2, 0.0005, NULL, NULL, &r);
	CU_ASSERT_EQUAL(r.top1, 0);
	CU_ASSERT_EQUAL(r.top5, 100);
	CU_ASSERT_EQUAL(r.top5_rule1, 0);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"votes and predictions agree with the definition", test_definition},
	    {"the same bits at any number of threads", test_threads},
	    {"ties go to the smaller index and the smaller class", test_ties},
	    {"zero and non-finite features, k above n", test_degenerate},
	    {"a class without a vote is not a guess", test_votes_alone},
	    {"a temperature at which votes overflow", test_small_temperature},
	    {0}};

	return check_run("eval/knn", cases);
}
