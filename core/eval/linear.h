/*
 * The linear probe: multinomial logistic regression on frozen features,
 *
 *     L(W, b) = 1/n sum_i CE(softmax(W x_i + b), y_i) + l2/2 ||W||_F^2        (b is not penalised)
 *
 * either minimised exactly (L-BFGS; golden: evaluation.safetensors), or trained by SGD as the
 * papers do. All in double, in blocks cut by the shapes alone: the same bits at any number of
 * threads.
 */
#ifndef SSL_EVAL_LINEAR_H
#define SSL_EVAL_LINEAR_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/real.h"

/* The objective over rows index[0 .. n-1] of x {., d} (rows 0 .. n-1 where index is NULL), labels
 * by row, 0 .. classes-1. */
struct logistic {
	const real *x;
	const int *label;
	const uint32_t *index;
	int n, d, classes;
	double l2;
	struct logistic_memory *memory;
};

/* Memory for problems of this d and classes, and at most n rows. After parallel_set_threads(). */
void logistic_init(struct logistic *l);
void logistic_release(struct logistic *l);

/* Numbers in w: W {classes, d}, then b {classes}. */
size_t logistic_size(const struct logistic *l);

/* L(w), and its gradient in grad. `ctx` is a struct logistic: fits struct lbfgs. */
double logistic_loss(void *ctx, const double *w, double *grad);

/* The exact minimiser, from zero. *steps: how many it took; *gradient (or NULL): the largest element
 * that is left of it. 0, or 1 when that is above `tolerance`, since `max_steps` were not enough or
 * rounding leaves no way down: w is then the nearest point reached. */
int linear_lbfgs(struct logistic *l, double tolerance, int max_steps, double *w, int *steps,
		 double *gradient);

/* SGD as torch.optim.SGD: W starts at N(0, 0.01) and b at 0, as in the released code of SimSiam,
 * Barlow Twins and VICReg; shuffled batches (the last one may be smaller), lr by a cosine to 0 over
 * all steps, l->l2 as weight decay. Repeatable by seed. */
struct linear_sgd {
	double lr, momentum;
	int nesterov, epochs, batch;
	uint64_t seed;
};
void linear_sgd(struct logistic *l, const struct linear_sgd *o, double *w);

/* Scores W x + b of m rows: the guess for each in predicted[m], and how many (of those rows) have
 * the right class first, and among the first five. x may be of another set: d and classes are l's.
 * Returns how many rows have a score that is not finite: what is said of these means nothing.
 */
long linear_classify(const struct logistic *l, const double *w, const real *x, const int *label,
		     int m, int *predicted, long *top1, long *top5);

/* x {n, d} with mean 0 and variance 1 in every column of `train`, in place, both by train's
 * statistics: train {n, d}, other {m, d}. A constant column becomes 0, and so does what is not
 * finite. */
void linear_standardize(real *train, int n, real *other, int m, int d);

/* What is not finite becomes 0, in place. */
void linear_clean(real *x, int n, int d);

#endif
