/*
 * One GEMM computes the similarities of a block of test rows with a block of training rows. They
 * are read once: a similarity above the worst of a row's k best so far enters that row's heap. The
 * n x m similarities are therefore never in memory together. The blocks have fixed sizes, and one
 * thread processes each block of test rows.
 */
#include "core/eval/knn.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/base/ints.h"
#include "core/base/parallel.h"
#include "core/eval/scores.h"
#include "core/tensor/kernels/gemm.h"

enum { TEST_ROWS = 128, TRAIN_ROWS = 512, NORM_ROWS = 256 };

struct neighbour {
	real similarity;
	int index;
};

/* The memory of one thread. */
struct scratch {
	real *similarity;       /* TEST_ROWS x TRAIN_ROWS */
	struct neighbour *heap; /* TEST_ROWS x k; the worst of each row is first */
	double *votes;          /* classes */
};

struct job {
	const real *train, *test;
	const int *train_labels, *test_labels;
	int n, m, d, classes, k;
	double temperature;
	real *votes;
	int *predicted;
	int *hits; /* three per block: top1, top5, top5 by version 1 of the rules */
	struct scratch *scratch;
};

struct rows {
	real *x;
	int n, d;
};

/* A row that is zero or not finite becomes zero, so that it has the same similarity to every row.
 */
static void normalise_chunk(void *ctx, int chunk)
{
	const struct rows *r = ctx;
	int to = min_int((chunk + 1) * NORM_ROWS, r->n);

	for (int i = chunk * NORM_ROWS; i < to; i++) {
		real *x = r->x + (size_t)i * (size_t)r->d;
		double norm = 0, inv;

		for (int j = 0; j < r->d; j++)
			norm += (double)x[j] * (double)x[j];
		inv = norm > 0 && isfinite(norm) ? 1 / sqrt(norm) : 0;
		for (int j = 0; j < r->d; j++)
			x[j] = inv > 0 ? (real)((double)x[j] * inv) : 0;
	}
}

static void normalise(real *x, int n, int d)
{
	struct rows r = {x, n, d};

	parallel_for((n + NORM_ROWS - 1) / NORM_ROWS, normalise_chunk, &r);
}

/* Is neighbour a farther than b? At equal similarity the smaller index is nearer. */
static int worse(struct neighbour a, struct neighbour b)
{
	if (a.similarity < b.similarity)
		return 1;
	return !(a.similarity > b.similarity) && a.index > b.index;
}

/* Replaces heap[i] by x and moves x down until every parent is worse than its children. */
static void sift_down(struct neighbour *heap, int n, int i, struct neighbour x)
{
	for (;;) {
		int child = 2 * i + 1;

		if (child >= n)
			break;
		if (child + 1 < n && worse(heap[child + 1], heap[child]))
			child++;
		if (!worse(heap[child], x))
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = x;
}

static void sift_up(struct neighbour *heap, int i, struct neighbour x)
{
	while (i > 0 && worse(x, heap[(i - 1) / 2])) {
		heap[i] = heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	heap[i] = x;
}

/* Offers training rows from .. from + n - 1 to the heap of one test row. Rows come in the order of
 * their index, so a row whose similarity equals the worst in the heap is farther and is left out.
 */
static void heap_add_rows(struct neighbour *heap, int k, const real *similarity, int from, int n)
{
	int i = 0;

	for (; i < n && from + i < k; i++)
		sift_up(heap, from + i, (struct neighbour){similarity[i], from + i});
	for (; i < n; i++)
		if (similarity[i] > heap[0].similarity)
			sift_down(heap, k, 0, (struct neighbour){similarity[i], from + i});
}

/* Sorts the heap, nearest first. */
static void sort_heap(struct neighbour *heap, int k)
{
	for (int n = k; n > 1; n--) {
		struct neighbour worst = heap[0];

		sift_down(heap, n - 1, 0, heap[n - 1]);
		heap[n - 1] = worst;
	}
}

/* Is class c among the first SCORES_TOP guesses? A vote can underflow to 0, so every class of a
 * neighbour is given a positive number. */
static int is_guess(const struct job *j, const struct neighbour *heap, double *votes, int c)
{
	for (int i = 0; i < j->k; i++) {
		double *v = &votes[j->train_labels[heap[i].index]];

		*v = *v > 0 ? *v : DBL_TRUE_MIN;
	}
	return votes[c] > 0 && scores_rank(votes, j->classes, c) < SCORES_TOP;
}

/* Votes are relative to that of the nearest neighbour, exp((s - s_1) / T), since exp(s / T)
 * overflows at small T. */
static void classify_row(const struct job *j, int row, struct neighbour *heap, double *votes,
			 int *hits)
{
	double nearest, whole;
	int rank;

	memset(votes, 0, (size_t)j->classes * sizeof *votes);
	sort_heap(heap, j->k);
	nearest = (double)heap[0].similarity;
	for (int i = 0; i < j->k; i++)
		votes[j->train_labels[heap[i].index]] +=
		    exp(((double)heap[i].similarity - nearest) / j->temperature);
	rank = scores_rank(votes, j->classes, j->test_labels[row]);
	hits[0] += rank < 1;
	hits[2] += rank < SCORES_TOP;
	if (j->predicted)
		j->predicted[row] = scores_best(votes, j->classes);
	whole = exp(nearest / j->temperature);
	for (int c = 0; j->votes && c < j->classes; c++)
		j->votes[(size_t)row * (size_t)j->classes + (size_t)c] = (real)(whole * votes[c]);
	hits[1] += is_guess(j, heap, votes, j->test_labels[row]);
}

static void test_block(void *ctx, int block)
{
	const struct job *j = ctx;
	struct scratch *s = &j->scratch[parallel_id()];
	int first = block * TEST_ROWS, rows = min_int(TEST_ROWS, j->m - first);

	for (int from = 0; from < j->n; from += TRAIN_ROWS) {
		int n = min_int(TRAIN_ROWS, j->n - from);

		gemm_serial(0, 1, rows, n, j->d, 1, j->test + (size_t)first * (size_t)j->d, j->d,
			    j->train + (size_t)from * (size_t)j->d, j->d, 0, s->similarity,
			    TRAIN_ROWS);
		for (int i = 0; i < rows; i++)
			heap_add_rows(s->heap + (size_t)i * (size_t)j->k, j->k,
				      s->similarity + (size_t)i * TRAIN_ROWS, from, n);
	}
	for (int i = 0; i < rows; i++)
		classify_row(j, first + i, s->heap + (size_t)i * (size_t)j->k, s->votes,
			     &j->hits[3 * block]);
}

static struct scratch *scratch_new(int threads, int k, int classes)
{
	struct scratch *s = xcalloc((unsigned long)threads, sizeof *s);

	for (int i = 0; i < threads; i++) {
		s[i].similarity = xmalloc(sizeof(real) * TEST_ROWS * TRAIN_ROWS);
		s[i].heap = xmalloc(sizeof(struct neighbour) * TEST_ROWS * (unsigned long)k);
		s[i].votes = xmalloc(sizeof(double) * (unsigned long)classes);
	}
	return s;
}

static void scratch_free(struct scratch *s, int threads)
{
	for (int i = 0; i < threads; i++) {
		free(s[i].similarity);
		free(s[i].heap);
		free(s[i].votes);
	}
	free(s);
}

static void check_labels(const int *labels, int n, int classes)
{
	for (int i = 0; i < n; i++)
		if (labels[i] < 0 || labels[i] >= classes)
			BUG("label %d of %d classes", labels[i], classes);
}

void knn_classify(real *train, const int *train_labels, int n, real *test, const int *test_labels,
		  int m, int d, int classes, int k, double temperature, real *votes, int *predicted,
		  struct knn_result *out)
{
	int blocks = (m + TEST_ROWS - 1) / TEST_ROWS, threads = parallel_threads();
	long hits[3] = {0};
	struct job j = {train,   test,          train_labels, test_labels, n,         m,    d,
			classes, k < n ? k : n, temperature,  votes,       predicted, NULL, NULL};

	if (n < 1 || m < 1 || k < 1 || classes < 1)
		BUG("kNN of %d in %d images, k %d, %d classes", m, n, k, classes);
	check_labels(train_labels, n, classes);
	check_labels(test_labels, m, classes);
	normalise(train, n, d);
	normalise(test, m, d);
	j.hits = xcalloc((unsigned long)blocks, 3 * sizeof *j.hits);
	j.scratch = scratch_new(threads, j.k, classes);
	parallel_for(blocks, test_block, &j);
	for (int i = 0; i < 3 * blocks; i++)
		hits[i % 3] += j.hits[i];
	out->top1 = 100.0 * (double)hits[0] / m;
	out->top5 = 100.0 * (double)hits[1] / m;
	out->top5_rule1 = 100.0 * (double)hits[2] / m;
	scratch_free(j.scratch, threads);
	free(j.hits);
}
