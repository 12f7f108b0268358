/*
 * Copies that change the type or the order of numbers, for what cuDNN and cuBLAS multiply: other types,
 * filters with their inputs last, and channels padded with zeros to a multiple of what the device
 * likes.
 */
#ifndef SSL_TENSOR_CUDA_LAYOUT_H
#define SSL_TENSOR_CUDA_LAYOUT_H

#include "core/tensor/cuda/queue.h"

#ifdef __cplusplus
extern "C" {
#endif

/* to[r][c] = from[r][c] for c < cols, 0 for cols <= c < padded. Types: CUDA_REAL or CUDA_BF16. */
void cuda_pad_columns(const struct cuda_queue *q, const void *from, enum cuda_type from_type, void *to,
		      enum cuda_type to_type, size_t rows, int cols, int padded);

/* to[r][c] (+)= from[r][c] for c < cols, with rows of `padded` numbers in `from`. */
void cuda_unpad_columns(const struct cuda_queue *q, const void *from, enum cuda_type from_type,
			void *to, enum cuda_type to_type, size_t rows, int cols, int padded,
			int accumulate);

/* The filters of a convolution, from {pixels, cin, cout} as the host and the optimiser keep them to {cout,
 * pixels, padded} of a type, with 0 in the channels cin and above. */
struct cuda_filters {
	int pixels, cin, cout, padded;
	enum cuda_type type; /* of the packed ones */
};
void cuda_filters_pack(const struct cuda_queue *q, const struct cuda_filters *f, const real *w,
		       void *packed);

/* The way back, for gradients: w (+)= packed. */
void cuda_filters_unpack(const struct cuda_queue *q, const struct cuda_filters *f, const void *packed,
			 real *w, int accumulate);

#ifdef __cplusplus
}
#endif

#endif
