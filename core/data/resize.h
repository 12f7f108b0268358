/* Scales 8-bit images in integer arithmetic, so that the bytes are the same on every machine. */
#ifndef SSL_DATA_RESIZE_H
#define SSL_DATA_RESIZE_H

#include <stdint.h>

/* Scales the centre square (side min(h, w)) of src (h x w x c) to dst (size x size x c). The
 * filter is a triangle as wide as the step between samples of the smaller image: bilinear for
 * enlarging, antialiased for shrinking, as Pillow's BILINEAR. */
void resize_square(const uint8_t *src, int h, int w, int c, uint8_t *dst, int size);

#endif
