/* Inside core/data: a split of an image folder while its layout is read, and the check that its
 * folders are clearly its classes. */
#ifndef SSL_DATA_LAYOUT_CHECK_H
#define SSL_DATA_LAYOUT_CHECK_H

#include "core/data/layout_parts.h"

/* A split and its contents: class folders or images. */
struct split_dir {
	const struct part *part;
	struct node dir; /* the folder of the class folders */
	struct level level;
	int labeled;
};

struct layout {
	struct import *im;
	struct split_dir *split;
	int splits;
	uint32_t n[SPLIT_COUNT];
};

/* ERR_USAGE unless the folders of a labeled split are clearly its classes. */
int layout_check_split(const struct layout *l, const struct split_dir *s, struct error *err);

/* Sets ERR_USAGE with the text `why`, which it releases, and returns -1. */
int layout_refuse(const struct layout *l, struct strbuf *why, struct error *err);

/* Appends "1 image", "2 images". */
void layout_add_count(struct strbuf *out, uint32_t n, const char *what);

#endif
