/* NumPy's .npy files, version 1.0: a header, then the values, row by row, little-endian. */
#ifndef SSL_TENSOR_NPY_H
#define SSL_TENSOR_NPY_H

#include <stdint.h>

#include "core/base/strbuf.h"

enum npy_type { NPY_F32, NPY_I64, NPY_U8 };

/* "float32", "int64", "uint8". */
const char *npy_type_name(enum npy_type type);

/* Appends the header of an array of this shape. Its length is a multiple of 64, so that the values
 * behind it are aligned when the file is mapped. */
void npy_header(enum npy_type type, const int64_t *shape, int ndim, struct strbuf *out);

#endif
