/* The table of kernels of CUDA devices. */
#ifndef SSL_TENSOR_CUDA_TABLE_H
#define SSL_TENSOR_CUDA_TABLE_H

#include "core/tensor/kernels.h"

extern const struct kernels cuda_kernels;

#endif
