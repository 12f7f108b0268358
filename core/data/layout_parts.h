/* Which folders of an image folder are its splits. Internal to core/data: the first half of
 * layout_settle(). */
#ifndef SSL_DATA_LAYOUT_PARTS_H
#define SSL_DATA_LAYOUT_PARTS_H

#include "core/data/layout_tree.h"

/* A split's folder; or, where no folder is one, the folder of the class folders or of the images. */
struct part {
	int split; /* enum dataset_split */
	int named; /* by its name or --split; 0: the folder is not called like a split */
	struct node dir;
};

struct parts {
	struct part *part;
	int n;
};

/* All n images in the order of their paths. Every image is in one part, or it is ERR_USAGE. Memory
 * from im->arena. */
int layout_parts(struct import *im, struct import_image **sorted, uint32_t n, struct parts *out,
		 struct error *err);

#endif
