/*
 * Measures of collapse, on embeddings {n, d} as they leave the projector (methods.md, section 9;
 * golden: collapse.safetensors). Scratch comes from an arena, so a training step can afford them.
 */
#ifndef SSL_EVAL_COLLAPSE_H
#define SSL_EVAL_COLLAPSE_H

#include "core/base/arena.h"
#include "core/base/real.h"

/* Mean over the dimensions of the (biased) std over the images of z / |z|: about 1 / sqrt(d) when
 * the embeddings are spread over the sphere, 0 when all are the same (SimSiam, 2011.10566,
 * section 4.1). NaN when an embedding is not finite. */
double collapse_std(const real *z, int n, int d, struct arena *scratch);

#endif
