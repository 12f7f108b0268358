/*
 * What the tests of a device's kernels share: tensors with the same numbers on the CPU and on the test
 * device, so that a test calls a kernel of either table and compares what they wrote. Orders of
 * threads, types of elements and the watcher are those of harness.h.
 */
#ifndef SSL_TESTS_CUDA_TWIN_H
#define SSL_TESTS_CUDA_TWIN_H

#include "core/tensor/cuda/device.h"
#include "core/tensor/kernels.h"
#include "core/tensor/tape.h"
#include "tests/cuda/harness.h"

struct twin {
	struct cuda_device *c;
	const struct kernels *cpu, *gpu;
	struct tape here, there; /* of the CPU, of the device */
	enum element element;    /* of the elements that a test may let vary */
	uint64_t digest, random;
};

/* A tensor twice, or memory twice. */
struct both {
	struct tensor *cpu, *gpu;
};
struct both_bytes {
	void *cpu, *gpu;
	size_t n;
};

/* Runs fn in every order, on a device of one multiprocessor and on one of 12, with ELEMENT_REAL and, if
 * `bf16`, with ELEMENT_BF16. The bits that twin_compare() and twin_read() read on the device must be the
 * same in every order; nothing may be left allocated, and the device must not have failed. */
void twin_run(void (*fn)(struct twin *t), int bf16);

/* Tensors of random numbers in [-scale, scale] + shift, rounded to the element on both sides; or of NaN.
 * The CPU's tensor is real. They live until the end of fn. */
struct both twin_random(struct twin *t, enum element e, int ndim, const int *shape, double scale,
			double shift);
struct both twin_new(struct twin *t, enum element e, int ndim, const int *shape);
struct both twin_random2(struct twin *t, int rows, int cols, double scale, double shift);
struct both twin_new2(struct twin *t, int rows, int cols);
/* Views of both, as tensor_view(). */
struct both twin_view(struct twin *t, struct both x, size_t from, int ndim, const int *shape);
/* Changes one element of both to a value that the element can hold: NaN, -0, infinity. */
void twin_set(struct both x, size_t i, double v);
/* A uniform number in [0, 1), the same in each order. */
double twin_uniform(struct twin *t);

/* Memory with these bytes; or of NaN (0xff), as cells, indices and what a kernel saves. */
struct both_bytes twin_put(struct twin *t, const void *host, size_t bytes);
struct both_bytes twin_bytes(struct twin *t, size_t bytes);

/* ||gpu - cpu|| / ||cpu|| (or ||gpu|| where that is 0) must be at most the tolerance; in bf16, at most
 * 4e-3 where that is more. */
void twin_compare(struct twin *t, const char *what, struct both x, double tolerance);
/* The same of n doubles. */
void twin_compare_doubles(struct twin *t, const char *what, struct both_bytes x, double tolerance);
/* Each value must be the same: NaN where the CPU has NaN, -0 where it has -0. */
void twin_equal(struct twin *t, const char *what, struct both x);
/* The bytes must be equal. */
void twin_same(struct twin *t, const char *what, struct both_bytes x);

/* The relative rounding of sums in `real`: 1e-5, in the double build 1e-12. */
double twin_tolerance(void);

#endif
