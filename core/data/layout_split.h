/* A split of an image folder, while it is read. Internal to core/data: layout.c. */
#ifndef SSL_DATA_LAYOUT_SPLIT_H
#define SSL_DATA_LAYOUT_SPLIT_H

#include "core/data/layout_parts.h"

/* A split with what lies in it: class folders, or images. */
struct split_dir {
	const struct part *part;
	struct node dir; /* of the class folders */
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

/* An ERR_USAGE of this text, which is released. */
int layout_refuse(const struct layout *l, struct strbuf *why, struct error *err);

/* Appends "1 image", "2 images". */
void layout_add_count(struct strbuf *out, uint32_t n, const char *what);

#endif
