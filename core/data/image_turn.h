/* The orientation that a camera notes with an image, and turning by it. Internal to core/data. */
#ifndef SSL_DATA_IMAGE_TURN_H
#define SSL_DATA_IMAGE_TURN_H

#include <stddef.h>
#include <stdint.h>

/* The orientation in EXIF data (a TIFF header, with or without "Exif\0\0" before it): 1 to 8; 0:
 * none is there. */
int turn_of_exif(const uint8_t *data, size_t n);
/* In an XMP packet. */
int turn_of_xmp(const uint8_t *data, size_t n);

/* Turns height x width x 3 pixels as orientation `turn` asks; sides change places from 5 on. */
void turn_pixels(const uint8_t *in, int height, int width, int turn, uint8_t *out);

#endif
