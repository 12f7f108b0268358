/*
 * The convolutions of the stand-in for cuDNN: everything comes from the descriptors.
 */
#ifndef SSL_TESTS_CUDA_CONVOLVE_H
#define SSL_TESTS_CUDA_CONVOLVE_H

#include "tests/cuda/fake/descriptor.h"

/* The first attribute of an operation of this kind; 0 if it is not a convolution. */
int operation_first(int kind);

/* The status of a convolution before it is finalized: do the shapes and types fit? */
int operation_check(const struct descriptor *operation);

/* The images of a plan's batch. */
int64_t operation_batch(const struct descriptor *plan);

/* Computes a plan for the pointers of a variant pack; returns a status. */
int operation_run(const struct descriptor *plan, const struct descriptor *pack);

#endif
