/*
 * The ops on the tape. Each computes its result at once into a new tensor in the tape's arena and
 * knows its own backward. One family a file: linear.c conv.c norm.c pool.c act.c reduce.c shape.c.
 * A new op is a static `struct op` in one of them (template: act.c) and a line here.
 *
 * x is {N, H, W, C} or {N, D}. Parameters are passed as tensors (&param->t). In the double
 * build every op is checked by itself against finite differences (tests/gradcheck).
 */
#ifndef SSL_OPS_OPS_H
#define SSL_OPS_OPS_H

#include "core/tensor/tape.h"

/* linear.c: y = x W^T + b; x {N, in}, w {out, in}, b {out} or NULL. */
struct tensor *op_linear(struct tape *t, struct tensor *x, struct tensor *w, struct tensor *b);

/* linear.c: y = a b for a {N, K}, b {K, M}; ta, tb as in gemm(). */
struct tensor *op_matmul(struct tape *t, int ta, int tb, struct tensor *a, struct tensor *b);

/* conv.c: 2-d convolution without bias, square kernel, zero padding. x {N,H,W,Cin},
 * w {KH,KW,Cin,Cout}. The shape alone decides how it is computed: core/tensor/kernels/conv.h. */
struct tensor *op_conv(struct tape *t, struct tensor *x, struct tensor *w, int stride, int padding);

/* norm.c: batch normalisation over all dimensions but the last, then optionally + residual, then
 * optionally ReLU, in one pass:  y = act( gamma (x - mean) / sqrt(var + eps) + beta  [+ residual] ).
 * In training (t->train) mean and biased var are those of each of the t->groups equal parts of the
 * batch, and the running statistics take a step of `momentum` towards each part's (unbiased
 * variance), first part first; in evaluation the running statistics are used. gamma, beta may be
 * NULL (affine off); residual may be NULL. running_mean, running_var: buffers of C elements, or NULL
 * both. Ioffe & Szegedy, 1502.03167. */
struct bn_opts {
	double eps, momentum;
	int relu;
};
struct tensor *op_batchnorm(struct tape *t, struct tensor *x, struct tensor *gamma,
                            struct tensor *beta, real *running_mean, real *running_var,
                            struct tensor *residual, struct bn_opts opts);

/* norm.c: each column minus its mean, divided by sqrt(biased variance + eps): batch norm without affine or
 * running statistics, over all rows whatever t->groups and t->train. */
struct tensor *op_standardize(struct tape *t, struct tensor *x, double eps);

/* pool.c */
struct tensor *op_maxpool(struct tape *t, struct tensor *x, int kernel, int stride, int padding);
/* {N,H,W,C} -> {N,C}: the mean over all pixels. */
struct tensor *op_avgpool_global(struct tape *t, struct tensor *x);

/* act.c */
struct tensor *op_relu(struct tape *t, struct tensor *x);
/* a + b, a - b, a * b: same shapes. */
struct tensor *op_add(struct tape *t, struct tensor *a, struct tensor *b);
struct tensor *op_sub(struct tape *t, struct tensor *a, struct tensor *b);
struct tensor *op_mul(struct tape *t, struct tensor *a, struct tensor *b);
/* s * x */
struct tensor *op_scale(struct tape *t, struct tensor *x, double s);

/* shape.c: rows [from, from + n) of the first dimension, as a view of the same memory. */
struct tensor *op_rows(struct tape *t, struct tensor *x, int from, int n);
/* The two joined along the first dimension. */
struct tensor *op_concat(struct tape *t, struct tensor *a, struct tensor *b);
/* The same memory as {N, the rest}. */
struct tensor *op_flatten(struct tape *t, struct tensor *x);
/* Stop-gradient: the same values, cut from the tape. */
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
/* Mean cross-entropy of softmax(x) against labels[N] -> {1}. */
struct tensor *op_cross_entropy(struct tape *t, struct tensor *x, const int *labels);

#endif
