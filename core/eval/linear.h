/*
 * The linear probe: multinomial logistic regression on frozen features,
 *
 *     L(W, b) = 1/n sum_i CE(softmax(W x_i + b), y_i) + l2/2 ||W||_F^2        (b is not penalised)
 *
 * either minimised exactly (L-BFGS; golden values: evaluation.safetensors) or trained by SGD as in
 * the papers. All computation is in double, in blocks that depend only on the shapes, so the result
 * has the same bits with any number of threads.
 */
#ifndef SSL_EVAL_LINEAR_H
#define SSL_EVAL_LINEAR_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/real.h"

/* The objective over rows index[0 .. n-1] of x {., d} (rows 0 .. n-1 if index is NULL). label: the
 * class of each row of x, 0 .. classes-1. */
struct logistic {
	const real *x;
	const int *label;
	const uint32_t *index;
	int n, d, classes;
	double l2;
	struct logistic_memory *memory;
};

/* Allocates l->memory for problems with these d and classes and at most n rows. Call it after
 * parallel_set_threads(). */
void logistic_init(struct logistic *l);
void logistic_release(struct logistic *l);

/* The number of elements of w: W {classes, d}, then b {classes}. */
size_t logistic_size(const struct logistic *l);

/* Returns L(w) and stores its gradient in grad. `ctx` is a struct logistic, as lbfgs.f expects. */
double logistic_loss(void *ctx, const double *w, double *grad);

/* Finds the exact minimiser, starting at zero. *steps: the number of steps taken; *gradient (may be
 * NULL): the largest element of the final gradient. Returns 0, or 1 if that is above `tolerance`
 * because `max_steps` were not enough or rounding prevents a further decrease; w is then the best
 * point found. */
int linear_lbfgs(struct logistic *l, double tolerance, int max_steps, double *w, int *steps,
		 double *gradient);

/* SGD as in torch.optim.SGD. W starts at N(0, 0.01) and b at 0, as in the released code of SimSiam,
 * Barlow Twins and VICReg. Batches are shuffled (the last one may be smaller), a cosine decays lr
 * to 0 over all steps, and l->l2 is the weight decay. The same seed gives the same result. */
struct linear_sgd {
	double lr, momentum;
	int nesterov, epochs, batch;
	uint64_t seed;
};
void linear_sgd(struct logistic *l, const struct linear_sgd *o, double *w);

/* Classifies m rows of x, of any set with l's d and classes, by the scores W x + b. predicted[m]:
 * the predicted classes; *top1, *top5: the number of rows whose class is first, or among the first
 * five. Returns the number of rows with a score that is not finite, whose predictions are
 * meaningless. */
long linear_classify(const struct logistic *l, const double *w, const real *x, const int *label,
		     int m, int *predicted, long *top1, long *top5);

/* Standardises train {n, d} and other {m, d} in place, both by the mean and variance of each
 * column of train. A column that is constant in train becomes 0, and so does a value that is not
 * finite. */
void linear_standardize(real *train, int n, real *other, int m, int d);

/* Replaces values that are not finite by 0, in place. */
void linear_clean(real *x, int n, int d);

#endif
