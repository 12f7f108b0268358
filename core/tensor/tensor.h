/*
 * A tensor is a dense block of numbers with up to four dimensions, of which the last varies fastest.
 * Images and activations are NHWC, with shape {N, H, W, C}; embeddings have shape {N, D}, a scalar
 * {1}. Convolution weights are stored as {KH, KW, Cin, Cout}, linear weights as {out, in}. A tensor
 * never owns its memory, which belongs to an arena: that of a tape (activations) or of `params`.
 *
 * Its values are in the memory of a device (device.h). Kernels compute with them; tensor_read() and
 * tensor_write() are the only doors between them and the host.
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

/* How a device keeps an element. The host always sees `real`. */
enum element {
	ELEMENT_REAL,
	ELEMENT_BF16, /* the upper 16 bits of a float; not on the CPU, whose kernels need `real` */
};
size_t tensor_element_size(enum element e); /* in bytes */

/* How the products of convolutions and linear layers are computed: the key `precision` of a recipe. The
 * CPU knows f32 only, which in the gradient-check build is double. */
enum precision {
	PRECISION_F32,
	PRECISION_TF32, /* factors rounded to 10 bits of mantissa, sums in f32 */
	PRECISION_BF16, /* factors in bf16, sums in f32; the encoder's activations are bf16 */
};

struct device;
struct kernels;
struct memory;
struct op;
struct tape;

/* Where tensors are allocated: the structs on the host, the values in the memory of a device. */
struct tensor_arena {
	struct arena host, values;
	const struct device *device;
};

struct tensor {
	int ndim, shape[TENSOR_DIMS];
	size_t n;           /* number of elements */
	enum element element;
	struct memory *mem; /* the values and their gradient; what is in it is core/tensor's own */
	int needs_grad;     /* 1: a trained parameter, or computed from one */

	/* how it was computed; all zero for parameters and inputs */
	struct tape *tape; /* the tape that recorded it, from which backward gets scratch memory */
	const struct op *op;
	struct tensor *in[OP_INPUTS]; /* inputs, NULL where absent */
	void *save;                   /* what backward needs, in the tape's arena */
};

/* One kind of op. backward() computes the gradients of the inputs from that of the output. */
struct op {
	const char *name;
	void (*backward)(struct tensor *out);
	int part; /* enum profile_part: the kind of work */
};

void tensor_arena_init(struct tensor_arena *a, const struct device *device);
void tensor_arena_reset(struct tensor_arena *a);   /* as arena_reset() */
void tensor_arena_release(struct tensor_arena *a); /* as arena_release() */

size_t tensor_arena_peak(const struct tensor_arena *a); /* bytes, of both together */

/* Allocates an uninitialised tensor, both the struct and its values, in `a`. */
struct tensor *tensor_new(struct tensor_arena *a, int ndim, const int *shape);
struct tensor *tensor_new_as(struct tensor_arena *a, enum element element, int ndim,
			     const int *shape);
struct tensor *tensor_new1(struct tensor_arena *a, int d0);
struct tensor *tensor_new2(struct tensor_arena *a, int d0, int d1);
struct tensor *tensor_new4(struct tensor_arena *a, int n, int h, int w, int c);

/* A tensor of another shape for a part of the memory of x: the n elements of that shape from element
 * `from` on. */
struct tensor *tensor_view(struct tensor_arena *a, const struct tensor *x, size_t from, int ndim,
                           const int *shape);

/* A tensor whose values are those at `host`, which must outlive it and is not changed: a device that
 * shares the host's memory does not copy them. */
struct tensor *tensor_of_host(struct tensor_arena *a, real *host, int ndim, const int *shape);

/* The doors between a tensor and the host: all its values, in order, from and to the n values at
 * `host`. A value is rounded to the nearest that the element can hold, to even where two are as near. */
void tensor_read(const struct tensor *t, real *host);
void tensor_write(struct tensor *t, const real *host);

/* d(loss)/dt, of t's shape: for an op's backward that of its output, for a parameter what the backward
 * pass has added up. NULL: there is none. */
struct tensor *tensor_grad(const struct tensor *t);

/* The kernels of the device that t's values are on. */
const struct kernels *tensor_kernels(const struct tensor *t);

/* The value of a scalar {1}. */
double tensor_value(const struct tensor *t);

/* Clears all values, or those of the elements [from, to). */
void tensor_zero(struct tensor *t);
void tensor_zero_range(struct tensor *t, size_t from, size_t to);

/* Copies the values of `from`, a tensor of the same size and element. */
void tensor_copy(struct tensor *to, const struct tensor *from);

int tensor_same_shape(const struct tensor *a, const struct tensor *b);

/* The product of all dimensions except the last: rows of a matrix, pixels of a batch of images. */
size_t tensor_rows(const struct tensor *t);
/* The last dimension: features or channels. */
int tensor_cols(const struct tensor *t);

/* Writes the shape, such as "[256, 32, 32, 16]", to buf and returns buf; for BUG() messages. */
const char *tensor_shape_text(const struct tensor *t, char *buf, size_t size);

#endif
