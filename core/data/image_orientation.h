/* Inside core/data: the orientation of a camera that is stored with an image. */
#ifndef SSL_DATA_IMAGE_ORIENTATION_H
#define SSL_DATA_IMAGE_ORIENTATION_H

#include <stddef.h>
#include <stdint.h>

/* The orientation in EXIF data (a TIFF header, with or without "Exif\0\0" before it): 1 to 8, or
 * 0 if there is none. */
int orientation_of_exif(const uint8_t *data, size_t n);
/* The same, in an XMP packet. */
int orientation_of_xmp(const uint8_t *data, size_t n);

/* Turns and mirrors height x width x 3 pixels as the orientation requires. From 5 on, height and
 * width are swapped. */
void orient_pixels(const uint8_t *in, int height, int width, int orientation, uint8_t *out);

#endif
