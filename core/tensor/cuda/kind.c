/* CUDA devices, for devices.c, in a build with CUDA. */
#include "core/tensor/cuda/device.h"
#include "core/tensor/cuda/kind.h"

const struct device_kind device_kind_cuda = {.name = "cuda",
					     .is_numbered = 1,
					     .get = cuda_kind_get,
					     .describe = cuda_kind_describe,
					     .count = cuda_kind_count};
