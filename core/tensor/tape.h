/*
 * The eager tape. An op computes at once; if one of its inputs wants a gradient it appends its
 * output here, so the order of creation is a topological order, and backward is one reverse loop:
 *
 *     for (i = n - 1; i >= 0; i--) node[i]->op->backward(node[i]);
 *
 * Activations, their gradients and the scratch of kernels live in the tape's step arena and are all
 * forgotten by tape_reset() at the start of the next step: after the first step nothing is
 * allocated. A gradient buffer is given back for reuse as soon as the backward of its node is done,
 * so the backward pass needs little more memory than the widest part of the net.
 */
#ifndef SSL_TENSOR_TAPE_H
#define SSL_TENSOR_TAPE_H

#include "core/tensor/tensor.h"

struct tape_pool; /* gradient buffers waiting for reuse, by size */

struct tape {
	struct arena arena; /* everything that lives for one step */
	struct tensor **node;
	int n, cap;
	int record; /* 0: evaluation, nothing is appended, nothing wants a gradient */
	int train;  /* 1: batch norm uses (and updates) batch statistics; 0: running statistics */
	int groups; /* the batch is this many equal parts with batch-norm statistics of their own */
	struct tape_pool *pool;
	struct arena scratch; /* of tape_scratch(): one block */
	void *scratch_block;
	size_t scratch_size;
};

/* record = train = 1, groups = 1. */
void tape_init(struct tape *t);
void tape_release(struct tape *t);

/* Forgets the last step. */
void tape_reset(struct tape *t);

/* For ops. Makes `out` remember (op, inputs) and appends it if the tape records and an input needs a
 * gradient; sets out->needs_grad accordingly. Inputs may be NULL. Returns out. */
struct tensor *tape_append(struct tape *t, const struct op *op, struct tensor *out,
                           struct tensor *const *in, int n_in);

/* For an op's backward: the gradient buffer of input x, or NULL if x wants none. *accumulate is 0
 * when this is the first contribution (the buffer is NOT cleared: overwrite it), 1 when it must be
 * added to. A leaf's gradient always accumulates: a parameter's lies in `params`; an input that wants
 * one and brings no memory gets it, cleared, from the tape's arena when it is first used. */
real *tape_grad(struct tensor *x, int *accumulate);

/* For an op's backward: out->grad, as a buffer to which nobody but `out` refers (copied if need be), so
 * that the backward may compute in place and then hand it on with tape_pass_grad(). */
real *tape_own_grad(struct tensor *out);

/* For an op's backward whose input gradient is exactly its output gradient (an add, a reshape): hands
 * dy on to x without a copy where nobody else uses the buffer, or adds it. */
void tape_pass_grad(struct tensor *x, struct tensor *out);

/* Scratch memory for the rest of the step (not cleared). */
void *tape_alloc(struct tape *t, size_t bytes);

/* Scratch memory of a kernel, good until the next call: one block, shared by all ops of the tape, that
 * grows in the first step and is then the same (and warm in cache) ever after. 64-byte aligned, not
 * cleared. */
void *tape_scratch(struct tape *t, size_t bytes);

/* Runs backward from the scalar `loss` (shape {1}) with d(loss) = 1. Parameter gradients are added
 * to, so zero them first (params_zero_grad). Afterwards only leaves have a gradient: those of the
 * nodes were given back on the way. */
void tape_backward(struct tape *t, struct tensor *loss);

/* As tape_backward() from any tensor with a given d(loss)/d(y) (same size as y): golden tests. */
void tape_backward_from(struct tape *t, struct tensor *y, const real *dy);

#endif
