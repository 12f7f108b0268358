/*
 * What the name of a folder says about a split. Case never counts. Internal to core/data.
 */
#ifndef SSL_DATA_SPLIT_WORDS_H
#define SSL_DATA_SPLIT_WORDS_H

#include <stddef.h>

struct split_name {
	int split;     /* enum dataset_split */
	int exact;     /* the word alone: "train", "Training"; else one word of several: "seg_train" */
	char rest[64]; /* the other words, but for numbers and general ones such as "images": "seg" */
};

/* 1 when the name (n bytes) is the word for a split, or has the words for just one; else 0. */
int split_name_read(const char *name, size_t n, struct split_name *out);

/* The name says that images are inside, not which: "images", "imgs", "JPEGImages". */
int split_name_is_images(const char *name, size_t n);

#endif
