/*
 * A tensor is a dense block of `real` with up to four dimensions, of which the last varies fastest.
 * Images and activations are NHWC, with shape {N, H, W, C}; embeddings have shape {N, D}, a scalar
 * {1}. Convolution weights are stored as {KH, KW, Cin, Cout}, linear weights as {out, in}. A tensor
 * never owns its memory, which belongs to an arena (activations) or to `params`.
 *
 * Shapes are checked once, when a network is built from a recipe. A later mismatch is a BUG(), so
 * ops return tensors instead of errors, and the code of a loss resembles its formula.
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
	struct tensor *grad; /* d(loss)/d(data), of this shape: NULL until the backward pass reaches it */
	int needs_grad; /* 1: a trained parameter, or computed from one */

	/* how it was computed; all zero for parameters and inputs */
	struct tape *tape; /* the tape that recorded it, from which backward gets scratch memory */
	const struct op *op;
	struct tensor *in[OP_INPUTS]; /* inputs, NULL where absent */
	void *save;                   /* what backward needs, in the tape's arena */
};

/* One kind of op. backward() computes the gradients of the inputs from out->grad. */
struct op {
	const char *name;
	void (*backward)(struct tensor *out);
};

/* Allocates an uninitialised tensor, both the struct and its data, in `a`. */
struct tensor *tensor_new(struct arena *a, int ndim, const int *shape);
struct tensor *tensor_new1(struct arena *a, int d0);
struct tensor *tensor_new2(struct arena *a, int d0, int d1);
struct tensor *tensor_new4(struct arena *a, int n, int h, int w, int c);

/* Allocates a tensor struct in `a` for existing `data`, which it does not own. */
struct tensor *tensor_wrap(struct arena *a, real *data, int ndim, const int *shape);

/* A tensor of another shape for a part of the memory of x: the n elements of that shape from element
 * `from` on. */
struct tensor *tensor_view(struct arena *a, const struct tensor *x, size_t from, int ndim,
                           const int *shape);

/* A tensor whose values are those at `host`, which must outlive it and is not changed. */
struct tensor *tensor_of_host(struct arena *a, real *host, int ndim, const int *shape);

/* The doors between a tensor and the host: all its values, in order, from and to the n values at
 * `host`. */
void tensor_read(const struct tensor *t, real *host);
void tensor_write(struct tensor *t, const real *host);

/* The value of a scalar {1}. */
double tensor_value(const struct tensor *t);

/* Clears all values; copies those of `from`, a tensor of the same size. */
void tensor_zero(struct tensor *t);
void tensor_zero_range(struct tensor *t, size_t from, size_t to); /* elements [from, to) */
void tensor_copy(struct tensor *to, const struct tensor *from);

int tensor_same_shape(const struct tensor *a, const struct tensor *b);

/* The product of all dimensions except the last: rows of a matrix, pixels of a batch of images. */
size_t tensor_rows(const struct tensor *t);
/* The last dimension: features or channels. */
int tensor_cols(const struct tensor *t);

/* Writes the shape, such as "[256, 32, 32, 16]", to buf and returns buf; for BUG() messages. */
const char *tensor_shape_text(const struct tensor *t, char *buf, size_t size);

#endif
