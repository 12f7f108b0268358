/* What a kind of CUDA device has in common: the card itself (kind.c), and the test device that takes
 * its place in tests/cuda. */
#ifndef SSL_TENSOR_CUDA_KIND_H
#define SSL_TENSOR_CUDA_KIND_H

#include "core/tensor/devices.h"

extern const struct device_kind device_kind_cuda;

/* As `get`, `describe` and `count` of struct device_kind. A device is opened when it is first asked for, and stays
 * open as long as the process; each number once. */
const struct device *cuda_kind_get(int number, struct error *err);
void cuda_kind_describe(struct strbuf *out);
int cuda_kind_count(void);

#endif
