/*
 * A tensor: a dense block of `real` with up to four dimensions, the last one fastest. Images and
 * activations are NHWC: shape {N, H, W, C}; embeddings {N, D}; a scalar {1}. Convolution weights are
 * stored {KH, KW, Cin, Cout}, linear weights {out, in} (as torchvision and PyTorch name them).
 * A tensor never owns its memory: that belongs to an arena (activations) or to `params`.
 *
 * Shapes are checked once, when a net is built from a recipe; a later mismatch is a BUG(), so ops
 * return tensors and not errors, and a loss reads as its formula.
 */
#ifndef SSL_TENSOR_TENSOR_H
#define SSL_TENSOR_TENSOR_H

#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/real.h"

enum { TENSOR_DIMS = 4, OP_INPUTS = 6 };

struct op;
struct tape;

struct tensor {
	int ndim, shape[TENSOR_DIMS];
	size_t n;       /* number of elements */
	real *data;
	real *grad;     /* d(loss)/d(data): NULL until the backward pass reaches it */
	int needs_grad; /* a parameter that trains, or computed from one */

	/* how it was made; all zero for parameters and inputs */
	struct tape *tape; /* that recorded it: where its backward finds scratch memory */
	const struct op *op;
	struct tensor *in[OP_INPUTS]; /* inputs, NULL where absent */
	void *save;                   /* what backward needs, in the tape's arena */
};

/* One kind of op: knows how to send out->grad on to its inputs' gradients. */
struct op {
	const char *name;
	void (*backward)(struct tensor *out);
};

/* An uninitialised tensor with its struct and data in `a`. */
struct tensor *tensor_new(struct arena *a, int ndim, const int *shape);
struct tensor *tensor_new1(struct arena *a, int d0);
struct tensor *tensor_new2(struct arena *a, int d0, int d1);
struct tensor *tensor_new4(struct arena *a, int n, int h, int w, int c);

/* A tensor of the given shape around `data`, which it does not own. */
struct tensor *tensor_wrap(struct arena *a, real *data, int ndim, const int *shape);

int tensor_same_shape(const struct tensor *a, const struct tensor *b);

/* Product of all dimensions but the last: rows of a matrix, pixels of a batch of images. */
size_t tensor_rows(const struct tensor *t);
/* The last dimension: features or channels. */
int tensor_cols(const struct tensor *t);

/* "[256, 32, 32, 16]", for BUG() messages; writes into buf and returns it. */
const char *tensor_shape_text(const struct tensor *t, char *buf, size_t size);

#endif
