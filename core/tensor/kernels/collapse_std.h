/* The spread of embeddings over the sphere, a measure of collapse that is cheap enough for every
 * training step. */
#ifndef SSL_TENSOR_KERNELS_COLLAPSE_STD_H
#define SSL_TENSOR_KERNELS_COLLAPSE_STD_H

#include "core/tensor/tensor.h"

/* The standard deviation of z / |z| over the images (biased), averaged over the dimensions: about 1
 * / sqrt(d) if the embeddings z {n, d} are spread over the sphere, 0 if all are equal (SimSiam,
 * 2011.10566, section 4.1). NaN if an embedding is not finite. The sums are in double, in a fixed
 * order. */
double collapse_std(const real *z, int n, int d, struct arena *scratch);
/* *cell = the same of z {n, d}; the bytes of scratch that it needs. */
void collapse_std_of(const struct tensor *z, void *scratch, double *cell);
size_t collapse_std_scratch(const struct tensor *z);

#endif
