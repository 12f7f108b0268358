/* Inside core/data: reports what an import of an image folder found. */
#ifndef SSL_DATA_FOLDER_REPORT_H
#define SSL_DATA_FOLDER_REPORT_H

#include "core/data/image.h"
#include "core/data/import.h"

/* Counts of the images that were imported. */
struct folder_kinds {
	uint32_t of_format[IMAGE_FORMATS_MAX];
	uint32_t several, wide; /* as in struct image_found */
};

void folder_count(struct folder_kinds *k, const struct image_info *info,
		  const struct image_found *found);

/* Reports by log_info() and log_warn() the formats, files of several images, grey values that were
 * cut off, and folders of which no image could be read. The bad files must be sorted. */
void folder_report(const struct import *im, const struct folder_kinds *k);

#endif
