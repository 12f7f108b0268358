/*
 * Augmentation on a CUDA device: views_apply() of core/tensor/kernels/views.h, with plain pointers. A block
 * of threads makes a view; views of any size are possible.
 */
#ifndef SSL_TENSOR_CUDA_VIEWS_H
#define SSL_TENSOR_CUDA_VIEWS_H

#include "core/tensor/cuda/queue.h"
#include "core/tensor/kernels/views.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Pointers are to memory of the device. */
struct cuda_views {
	struct augment_fixed fixed;
	struct view_images images;
	const struct augment_plan *plan; /* {n}, or NULL */
	int n;
	real *x; /* {n, out_height, out_width, channels} */
};

/* The bytes of scratch that cuda_views_make() needs; 0 for small views. */
size_t cuda_views_scratch(const struct cuda_queue *q, const struct cuda_views *v);

void cuda_views_make(const struct cuda_queue *q, const struct cuda_views *v, void *scratch);

#ifdef __cplusplus
}
#endif

#endif
