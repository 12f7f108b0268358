/*
 * The ops of the tape. Each op immediately computes its result into a new tensor in the tape's
 * arena, and has a backward. There is one file per family: linear.c conv.c norm.c pool.c act.c
 * reduce.c shape.c. A new op is a static `struct op` in one of them (template: act.c) and a
 * declaration here.
 *
 * x is {N, H, W, C} or {N, D}. Parameters are passed as tensors (&param->t). In the double build
 * each op is checked on its own against finite differences (tests/gradcheck).
 */
#ifndef SSL_OPS_OPS_H
#define SSL_OPS_OPS_H

#include "core/tensor/tape.h"

/* linear.c: y = x W^T + b; x {N, in}, w {out, in}, b {out} or NULL. */
struct tensor *op_linear(struct tape *t, struct tensor *x, struct tensor *w, struct tensor *b);

/* linear.c: y = a b for a {N, K}, b {K, M}; ta, tb as in gemm(). */
struct tensor *op_matmul(struct tape *t, int ta, int tb, struct tensor *a, struct tensor *b);

/* conv.c: 2-d convolution without bias, square kernel, zero padding. x {N,H,W,Cin},
 * w {KH,KW,Cin,Cout}. The algorithm depends only on the shape: core/tensor/kernels/conv.h. */
struct tensor *op_conv(struct tape *t, struct tensor *x, struct tensor *w, int stride, int padding);

/* norm.c: batch normalisation over all dimensions except the last, optionally followed by a
 * residual addition and a ReLU, in one pass:
 *
 *     y = act( gamma (x - mean) / sqrt(var + eps) + beta  [+ residual] )
 *
 * In training (t->train), mean and biased var are those of each of the t->groups equal parts of the
 * batch, and the running statistics take a step of `momentum` towards those of each part in order
 * (with the unbiased variance). In evaluation the running statistics are used. gamma and beta may
 * be NULL (no affine transformation), and so may residual. running_mean and running_var are buffers
 * {C}, or both NULL. Ioffe & Szegedy, 1502.03167. */
struct bn_opts {
	double eps, momentum;
	int relu;
};
struct tensor *op_batchnorm(struct tape *t, struct tensor *x, struct tensor *gamma,
                            struct tensor *beta, struct tensor *running_mean,
                            struct tensor *running_var, struct tensor *residual,
                            struct bn_opts opts);

/* norm.c: each column minus its mean, divided by sqrt(biased variance + eps): batch norm without
 * affine transformation and running statistics, over all rows, independent of t->groups and
 * t->train. */
struct tensor *op_standardize(struct tape *t, struct tensor *x, double eps);

/* pool.c: the maximum over a square window; positions outside the image are ignored. */
struct tensor *op_maxpool(struct tape *t, struct tensor *x, int kernel, int stride, int padding);
/* {N,H,W,C} -> {N,C}: the mean over all pixels. */
struct tensor *op_avgpool_global(struct tape *t, struct tensor *x);

/* act.c */
struct tensor *op_relu(struct tape *t, struct tensor *x);
/* a + b, a - b, a * b, of equal shapes. */
struct tensor *op_add(struct tape *t, struct tensor *a, struct tensor *b);
struct tensor *op_sub(struct tape *t, struct tensor *a, struct tensor *b);
struct tensor *op_mul(struct tape *t, struct tensor *a, struct tensor *b);
/* s * x */
struct tensor *op_scale(struct tape *t, struct tensor *x, double s);

/* shape.c: rows [from, from + n) of the first dimension, as a view of the same memory. */
struct tensor *op_rows(struct tape *t, struct tensor *x, int from, int n);
/* a and b concatenated along the first dimension. */
struct tensor *op_concat(struct tape *t, struct tensor *a, struct tensor *b);
/* A view of the same memory with shape {N, product of the other dimensions}. */
struct tensor *op_flatten(struct tape *t, struct tensor *x);
/* Stop-gradient: a view of the same memory through which no gradient flows. */
struct tensor *op_detach(struct tape *t, struct tensor *x);

/* reduce.c */
struct tensor *op_sum(struct tape *t, struct tensor *x);        /* -> {1} */
struct tensor *op_mean(struct tape *t, struct tensor *x);       /* -> {1} */
struct tensor *op_sum_squares(struct tape *t, struct tensor *x); /* -> {1} */
/* Each row divided by max(||row||_2, eps). */
struct tensor *op_l2_normalize(struct tape *t, struct tensor *x, double eps);
/* Each column minus its mean. */
struct tensor *op_center(struct tape *t, struct tensor *x);
/* Each row minus its mean. */
struct tensor *op_center_rows(struct tape *t, struct tensor *x);
/* The mean cross-entropy of softmax(x) and labels[N] -> {1}. */
struct tensor *op_cross_entropy(struct tape *t, struct tensor *x, const int *labels);

#endif
