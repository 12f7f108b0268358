/* Inside core/data: finds the folders that are the splits, as the first part of layout_assign(). */
#ifndef SSL_DATA_LAYOUT_PARTS_H
#define SSL_DATA_LAYOUT_PARTS_H

#include "core/data/layout_tree.h"

/* The folder of a split; if no folder is one, the folder of the class folders or of the images. */
struct part {
	int split; /* enum dataset_split */
	int named; /* the split follows from the folder's name or --split */
	struct node dir;
};

struct parts {
	struct part *part;
	int n;
};

/* Divides the n images, which are sorted by their paths, into parts. ERR_USAGE if an image
 * belongs to none. The memory is in im->arena. */
int layout_parts(struct import *im, struct import_image **sorted, uint32_t n, struct parts *out,
		 struct error *err);

#endif
