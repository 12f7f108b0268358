/* Scaling of 8-bit images, in whole numbers only: the same bytes on every machine. */
#ifndef SSL_DATA_RESIZE_H
#define SSL_DATA_RESIZE_H

#include <stdint.h>

/* Scales the centre square (side min(h, w)) of src (h x w x c) to dst (size x size x c). A triangle
 * filter as wide as the step between samples of the smaller image: bilinear when enlarging,
 * antialiased when shrinking; what Pillow calls BILINEAR. */
void resize_square(const uint8_t *src, int h, int w, int c, uint8_t *dst, int size);

#endif
