/* NumPy's .npy file format, version 1.0: a header, followed by the values, row by row and
 * little-endian. This module writes the header. */
#ifndef SSL_TENSOR_NPY_H
#define SSL_TENSOR_NPY_H

#include <stdint.h>

#include "core/base/strbuf.h"

enum npy_type { NPY_F32, NPY_I64, NPY_U8 };

/* NumPy's name of the type: "float32", "int64" or "uint8". */
const char *npy_type_name(enum npy_type type);

/* Appends the header of an array with ndim dimensions. Its length is a multiple of 64, so that the
 * values after it are aligned when the file is mapped into memory. */
void npy_header(enum npy_type type, const int64_t *shape, int ndim, struct strbuf *out);

#endif
