/* Pixels as a PNG file in memory. The same pixels give the same bytes (of one libpng and zlib). */
#ifndef SSL_DATA_PNG_WRITE_H
#define SSL_DATA_PNG_WRITE_H

#include <stdint.h>

#include "core/base/error.h"
#include "core/base/strbuf.h"

/* rgb is height x width x 3. Appends to *out. */
int png_write(const uint8_t *rgb, int width, int height, struct strbuf *out, struct error *err);

#endif
