/* In the place of CUDA devices (kind.c), in a build without CUDA. */
#include "core/tensor/devices.h"

extern const struct device_kind device_kind_cuda;

const struct device_kind device_kind_cuda = {
    .name = "cuda", .is_numbered = 1, .missing = "this ssl was built without CUDA"};
