/*
 * Inside core/data: recognises splits by the names of folders. Case is ignored.
 */
#ifndef SSL_DATA_SPLIT_NAME_H
#define SSL_DATA_SPLIT_NAME_H

#include <stddef.h>

struct split_name {
	int split;     /* enum dataset_split */
	int exact;     /* the name is that one word ("Training"), not one of several ("seg_train") */
	char rest[64]; /* the other words ("seg"), without numbers and general words ("images") */
};

/* 1 if the name (n bytes) has words for exactly one split; else 0. */
int split_name_read(const char *name, size_t n, struct split_name *out);

/* True if the name only says that it holds images: "images", "imgs", "JPEGImages". */
int split_name_is_images(const char *name, size_t n);

#endif
