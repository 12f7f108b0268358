/*
 * Where a tensor's values are. Only core/tensor and tests may include this header (tests/layers.sh):
 * everyone else names tensors, and reads and writes values through tensor_read() and tensor_write(),
 * so that nothing above the kernels depends on where values are kept.
 */
#ifndef SSL_TENSOR_MEMORY_H
#define SSL_TENSOR_MEMORY_H

#include <stdint.h>

#include "core/tensor/device.h"
#include "core/tensor/tensor.h"

struct memory {
	const struct device *device;
	/* the values, in the device's memory: `data` of ELEMENT_REAL, `bits` of ELEMENT_BF16 */
	real *data;
	uint16_t *bits;
	int owned; /* 1: no other tensor had these values before */
	/* d(loss)/d(data), of the tensor's shape: NULL until the backward pass reaches it */
	struct tensor *grad;
};

/* Allocates a tensor struct in `a` for values in a's device, which it does not own: real ones at
 * `data`, or of any element. */
struct tensor *tensor_wrap(struct tensor_arena *a, real *data, int ndim, const int *shape);
struct tensor *tensor_at(struct tensor_arena *a, enum element element, void *values, int ndim,
			 const int *shape);

/* Where the values are, in the memory of the device. */
void *tensor_values(const struct tensor *t);

#endif
