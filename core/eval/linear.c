#include "core/eval/linear.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/base/ints.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/eval/draws.h"
#include "core/eval/lbfgs.h"
#include "core/eval/scores.h"
#include "core/tensor/kernels/gemm.h"

/* Rows are divided into at most PARTS parts of at least PART_ROWS rows. Each part has its own
 * gradient and processes its rows in blocks. */
enum { PARTS = 16, PART_ROWS = 64, BLOCK = 128, HISTORY = 20 };

struct logistic_memory {
	int threads;
	double *grad;  /* PARTS x size */
	double *loss;  /* PARTS */
	double *block; /* BLOCK x (d + classes) per thread */
};

struct pass {
	const struct logistic *l;
	const double *w;
	int rows; /* per part */
};

size_t logistic_size(const struct logistic *l)
{
	return (size_t)l->classes * (size_t)(l->d + 1);
}

static size_t block_size(const struct logistic *l)
{
	return (size_t)BLOCK * (size_t)(l->d + l->classes);
}

void logistic_init(struct logistic *l)
{
	struct logistic_memory *m = xcalloc(1, sizeof *m);

	if (l->n < 1 || l->d < 1 || l->classes < 1)
		BUG("logistic regression of %d rows, %d columns, %d classes", l->n, l->d,
		    l->classes);
	m->threads = parallel_threads();
	m->grad = xmalloc(PARTS * logistic_size(l) * sizeof *m->grad);
	m->loss = xmalloc(PARTS * sizeof *m->loss);
	m->block = xmalloc((size_t)m->threads * block_size(l) * sizeof *m->block);
	l->memory = m;
}

void logistic_release(struct logistic *l)
{
	if (!l->memory)
		return;
	free(l->memory->grad);
	free(l->memory->loss);
	free(l->memory->block);
	free(l->memory);
	l->memory = NULL;
}

/* Converts n rows to double, x {n, d}, and computes z {n, classes} = x W^T + b. */
static void score_block(const struct logistic *l, const double *w, const real *const *row, int n,
			double *x, double *z)
{
	const double *b = w + (size_t)l->classes * (size_t)l->d;

	for (int i = 0; i < n; i++) {
		for (int j = 0; j < l->d; j++)
			x[(size_t)i * (size_t)l->d + (size_t)j] = (double)row[i][j];
		memcpy(z + (size_t)i * (size_t)l->classes, b, (size_t)l->classes * sizeof *z);
	}
	gemm_serial_double(0, 1, n, l->classes, l->d, 1, x, l->d, w, l->d, 1, z, l->classes);
}

/* Returns -log softmax(z)[y]; z is replaced by the gradient, softmax(z) - onehot(y). */
static double cross_entropy(double *z, int classes, int y)
{
	double most = z[0], sum = 0, loss;

	for (int c = 1; c < classes; c++)
		most = z[c] > most ? z[c] : most;
	loss = most - z[y];
	for (int c = 0; c < classes; c++)
		sum += z[c] = exp(z[c] - most);
	for (int c = 0; c < classes; c++)
		z[c] /= sum;
	z[y] -= 1;
	return loss + log(sum);
}

static void loss_part(void *ctx, int part)
{
	const struct pass *p = ctx;
	const struct logistic *l = p->l;
	double *grad = l->memory->grad + (size_t)part * logistic_size(l), loss = 0;
	double *grad_b = grad + (size_t)l->classes * (size_t)l->d;
	double *x = l->memory->block + (size_t)parallel_id() * block_size(l);
	double *z = x + (size_t)BLOCK * (size_t)l->d;
	int to = min_int((part + 1) * p->rows, l->n);

	memset(grad, 0, logistic_size(l) * sizeof *grad);
	for (int from = part * p->rows; from < to; from += BLOCK) {
		const real *row[BLOCK];
		int n = min_int(BLOCK, to - from), y[BLOCK];

		for (int i = 0; i < n; i++) {
			size_t r = l->index ? l->index[from + i] : (size_t)(from + i);

			row[i] = l->x + r * (size_t)l->d;
			y[i] = l->label[r];
		}
		score_block(l, p->w, row, n, x, z);
		for (int i = 0; i < n; i++) {
			loss += cross_entropy(z + i * l->classes, l->classes, y[i]);
			for (int c = 0; c < l->classes; c++)
				grad_b[c] += z[i * l->classes + c];
		}
		gemm_serial_double(1, 0, l->classes, l->d, n, 1, z, l->classes, x, l->d, 1, grad,
				   l->d);
	}
	l->memory->loss[part] = loss;
}

/* dL/dz = (softmax(z) - onehot(y)) / n, dL/dW = dz^T x + l2 W, dL/db = sum dz */
double logistic_loss(void *ctx, const double *w, double *grad)
{
	const struct logistic *l = ctx;
	const struct logistic_memory *m = l->memory;
	size_t size = logistic_size(l), weights = (size_t)l->classes * (size_t)l->d;
	int parts = min_int(PARTS, (l->n + PART_ROWS - 1) / PART_ROWS);
	struct pass p = {l, w, (l->n + parts - 1) / parts};
	double loss = 0, squares = 0;

	parts = (l->n + p.rows - 1) / p.rows;
	parallel_for(parts, loss_part, &p);
	memset(grad, 0, size * sizeof *grad);
	for (int k = 0; k < parts; k++) {
		loss += m->loss[k];
		for (size_t i = 0; i < size; i++)
			grad[i] += m->grad[(size_t)k * size + i];
	}
	for (size_t i = 0; i < size; i++)
		grad[i] /= l->n;
	for (size_t i = 0; i < weights; i++) {
		grad[i] += l->l2 * w[i];
		squares += w[i] * w[i];
	}
	return loss / l->n + l->l2 / 2 * squares;
}

int linear_lbfgs(struct logistic *l, double tolerance, int max_steps, double *w, int *steps,
		 double *gradient)
{
	struct lbfgs m = {.n = (int)logistic_size(l),
			  .f = logistic_loss,
			  .ctx = l,
			  .history = HISTORY,
			  .max_steps = max_steps,
			  .tolerance = tolerance};
	int ret;

	memset(w, 0, logistic_size(l) * sizeof *w);
	ret = lbfgs_minimise(&m, w);
	*steps = m.steps;
	if (gradient)
		*gradient = m.gradient;
	return ret;
}

static void start_weights(const struct logistic *l, uint64_t seed, double *w)
{
	struct rng r;

	rng_init(&r, seed, RNG_EVAL, 0, DRAW_HEAD);
	memset(w, 0, logistic_size(l) * sizeof *w);
	for (size_t i = 0; i < (size_t)l->classes * (size_t)l->d; i++)
		w[i] = 0.01 * rng_normal(&r);
}

/* v <- mu v + g; w <- w - lr v, or with Nesterov w - lr (g + mu v) */
static void sgd_step(const struct linear_sgd *o, double lr, size_t size, const double *g, double *v,
		     double *w)
{
	for (size_t i = 0; i < size; i++) {
		v[i] = o->momentum * v[i] + g[i];
		w[i] -= lr * (o->nesterov ? g[i] + o->momentum * v[i] : v[i]);
	}
}

void linear_sgd(struct logistic *l, const struct linear_sgd *o, double *w)
{
	size_t size = logistic_size(l);
	double *grad = xmalloc(2 * size * sizeof *grad), *v = grad + size;
	uint32_t *order = xmalloc((size_t)l->n * sizeof *order);
	int batch = min_int(o->batch, l->n), per_epoch = (l->n + batch - 1) / batch;
	struct logistic part = *l;
	double pi = acos(-1), total = (double)o->epochs * per_epoch;

	start_weights(l, o->seed, w);
	memset(v, 0, size * sizeof *v);
	for (int e = 0; e < o->epochs; e++) {
		struct rng r;

		rng_init(&r, o->seed, RNG_EVAL, (uint32_t)e, DRAW_ORDER);
		for (int i = 0; i < l->n; i++)
			order[i] = l->index ? l->index[i] : (uint32_t)i;
		rng_shuffle(&r, order, (uint32_t)l->n);
		for (int k = 0; k < per_epoch; k++) {
			double done = (double)e * per_epoch + k;

			part.index = order + (size_t)k * (size_t)batch;
			part.n = min_int(batch, l->n - k * batch);
			logistic_loss(&part, w, grad);
			sgd_step(o, o->lr * (1 + cos(pi * done / total)) / 2, size, grad, v, w);
		}
	}
	free(order);
	free(grad);
}

struct classify {
	const struct logistic *l;
	const double *w;
	const real *x;
	const int *label;
	int m, *predicted;
	long *hits; /* three per block: top1, top5, rows with scores that are not finite */
};

static int is_finite(const double *score, int classes)
{
	for (int c = 0; c < classes; c++)
		if (!isfinite(score[c]))
			return 0;
	return 1;
}

static void classify_block(void *ctx, int block)
{
	const struct classify *j = ctx;
	const struct logistic *l = j->l;
	double *x = l->memory->block + (size_t)parallel_id() * block_size(l);
	double *z = x + (size_t)BLOCK * (size_t)l->d;
	int from = block * BLOCK, n = min_int(BLOCK, j->m - from);
	const real *row[BLOCK] = {NULL};

	for (int i = 0; i < n; i++)
		row[i] = j->x + (size_t)(from + i) * (size_t)l->d;
	score_block(l, j->w, row, n, x, z);
	for (int i = 0; i < n; i++) {
		const double *score = z + i * l->classes;
		int rank = scores_rank(score, l->classes, j->label[from + i]);

		j->predicted[from + i] = scores_best(score, l->classes);
		j->hits[3 * block] += rank < 1;
		j->hits[3 * block + 1] += rank < SCORES_TOP;
		j->hits[3 * block + 2] += !is_finite(score, l->classes);
	}
}

long linear_classify(const struct logistic *l, const double *w, const real *x, const int *label,
		     int m, int *predicted, long *top1, long *top5)
{
	int blocks = (m + BLOCK - 1) / BLOCK;
	struct classify j = {l, w, x, label, m, predicted, NULL};
	long bad = 0;

	j.hits = xcalloc(3 * (size_t)blocks + 1, sizeof *j.hits);
	parallel_for(blocks, classify_block, &j);
	*top1 = *top5 = 0;
	for (int i = 0; i < blocks; i++) {
		*top1 += j.hits[3 * i];
		*top5 += j.hits[3 * i + 1];
		bad += j.hits[3 * i + 2];
	}
	free(j.hits);
	return bad;
}
