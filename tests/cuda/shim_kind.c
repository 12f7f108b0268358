/* The test device as a kind of device, in the place of CUDA devices. */
#include "core/tensor/cuda/kind.h"

const struct device_kind device_kind_cuda = {.name = "cuda-shim",
					     .get = cuda_kind_get,
					     .describe = cuda_kind_describe,
					     .count = cuda_kind_count};
