/*
 * The tape of the automatic differentiation. An op is evaluated immediately; if one of its inputs
 * needs a gradient, its output is appended to the tape. The order of the nodes is therefore a
 * topological order, and the backward pass is one reverse loop:
 *
 *     for (i = n - 1; i >= 0; i--) node[i]->op->backward(node[i]);
 *
 * Activations and their gradients are allocated in the tape's arena and discarded by tape_reset()
 * at the start of the next step; after the first step nothing is allocated any more. A gradient
 * buffer is reused as soon as the backward of its node is done, and so is, with
 * `reuse`, the output of the node: a step then needs little more memory than its activations.
 */
#ifndef SSL_TENSOR_TAPE_H
#define SSL_TENSOR_TAPE_H

#include "core/tensor/profile.h"
#include "core/tensor/scalars.h"
#include "core/tensor/tensor.h"

struct tape_pool; /* free gradient buffers, by size */

enum { TAPE_KEPT = 8 };

/* Where the memory of a step goes, in bytes. */
struct tape_use {
	size_t activations; /* the outputs of ops, and a batch that was copied to the device */
	size_t gradients;   /* of activations; buffers that are used again count once */
	size_t saved;       /* what ops keep for their backward passes */
	size_t scratch;     /* the block that all ops share */
	size_t host;        /* structs */
};

struct tape {
	struct tensor_arena arena; /* memory for one step */
	const struct kernels *k;   /* of the device that the arena is on */
	struct tensor **node;
	int n, cap;
	int record; /* 0: evaluation: nothing is appended, no tensor needs a gradient */
	int train;  /* 1: batch norm uses (and updates) batch statistics; 0: running statistics */
	int groups; /* number of equal parts of the batch with separate batch-norm statistics */
	enum precision precision; /* f32 unless it is set */
	struct profile *profile; /* of the step, or NULL */
	struct tape_pool *pool;
	struct scalars scalars;
	struct tensor_arena scratch; /* the block of tape_scratch() */
	void *scratch_block;
	size_t scratch_size;
	int reuse; /* 1: what nodes computed is lost in the backward pass, but for what tape_keep() names */
	const void *kept[TAPE_KEPT];
	int n_kept;
	size_t gradients, saved; /* bytes of the values arena that are used for these */
};

/* Initialises an empty tape on a device, with record = train = groups = 1. */
void tape_init(struct tape *t, const struct device *device);
void tape_release(struct tape *t);

/* Discards the last step and all memory allocated in it. */
void tape_reset(struct tape *t);

/* As tape_reset(), and returns the memory to the system. */
void tape_trim(struct tape *t);

/* For ops. Sets out->needs_grad if the tape records and an input needs a gradient; if so, stores
 * the op and its inputs in `out` and appends it to the tape. Inputs may be NULL. Returns out. */
struct tensor *tape_append(struct tape *t, const struct op *op, struct tensor *out,
                           struct tensor *const *in, int n_in);

/* For an op's backward: returns the gradient of input x, a tensor of x's size, or NULL if x needs no
 * gradient. *accumulate is 0 for the first contribution (the gradient is NOT cleared and must be
 * overwritten), and 1 if the contribution must be added. The gradient of a leaf is always added to: that of a
 * parameter is in `params`; for another leaf without a buffer, a cleared one is allocated from the
 * tape's arena when the leaf is first used. */
struct tensor *tape_grad(struct tensor *x, int *accumulate);

/* For an op's backward: returns the gradient of out as a tensor that only `out` refers to (a copy if it
 * was shared), so that the backward can compute in place and then pass it on with tape_pass_grad(). */
struct tensor *tape_own_grad(struct tensor *out);

/* For the backward of an op whose input gradient equals its output gradient, such as an addition or
 * a reshape: x shares the buffer of out's gradient if it has none yet; otherwise that is added to x's
 * gradient. */
void tape_pass_grad(struct tensor *x, struct tensor *out);

/* Memory until the next tape_reset(), not cleared: of the host, for structs that an op keeps for its
 * backward, and (tape_values) of the device, for values that only kernels write and read. */
void *tape_alloc(struct tape *t, size_t bytes);
void *tape_values(struct tape *t, size_t bytes);

/* A cell of the step's scalars, for a number that is recorded. */
double *tape_scalar(struct tape *t);

/* As tape_values(), with a copy of the bytes at `host`. */
void *tape_upload(struct tape *t, const void *host, size_t bytes);

/* Scratch memory for a kernel, valid until the next call: one block that all ops of the tape share.
 * It grows during the first step and is reused afterwards, so it stays in cache. 64-byte aligned,
 * not cleared. */
void *tape_scratch(struct tape *t, size_t bytes);

/* Keeps the values of x, which may be a view, in a backward pass that reuses memory. */
void tape_keep(struct tape *t, const struct tensor *x);

/* What the step has used since tape_reset(). */
struct tape_use tape_use(const struct tape *t);

/* Runs the backward pass from the scalar `loss` (shape {1}) with d(loss) = 1. It adds to the
 * gradients of parameters, so clear these first (params_zero_grad()). Afterwards only leaves have a
 * gradient; the buffers of the nodes have been released. */
void tape_backward(struct tape *t, struct tensor *loss);

/* As tape_backward(), from any tensor y with the given d(loss)/dy of the same size; for golden
 * tests. */
void tape_backward_from(struct tape *t, struct tensor *y, const real *dy);

#endif
