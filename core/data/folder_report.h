/* What is told of an image folder once its images are read. Internal to core/data. */
#ifndef SSL_DATA_FOLDER_REPORT_H
#define SSL_DATA_FOLDER_REPORT_H

#include "core/data/image.h"
#include "core/data/import.h"

/* How many of the images that are kept are of which kind. */
struct folder_kinds {
	uint32_t of_format[IMAGE_FORMATS_MAX];
	uint32_t several, wide; /* as in struct image_found */
};

void folder_count(struct folder_kinds *k, const struct image_info *info,
		  const struct image_found *found);

/* log_info() and log_warn(): the formats, files of several images, grey that was cut off, and
 * folders of which no image could be read. When the bad ones are sorted. */
void folder_report(const struct import *im, const struct folder_kinds *k);

#endif
