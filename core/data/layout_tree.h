/* Inside core/data: the tree of folders that follows from the sorted paths of images. Folders
 * without images do not appear in it. */
#ifndef SSL_DATA_LAYOUT_TREE_H
#define SSL_DATA_LAYOUT_TREE_H

#include "core/data/import.h"

/* A folder. It contains, at any depth, the images *lo .. *(hi - 1); the first `at` bytes of their
 * names are its path, including the last '/'. */
struct node {
	struct import_image **lo, **hi;
	size_t at;
};

struct child {
	struct node in;
	const char *name; /* n bytes, within the path of its first image */
	size_t n;
};

/* The direct contents of a folder. */
struct level {
	struct child *child; /* its folders, sorted by name */
	uint32_t n;
	uint32_t direct;   /* number of its images */
	const char *first; /* path of the first of them, or NULL */
};

/* Allocates in the arena. */
void node_level(const struct node *dir, struct arena *a, struct level *out);

uint32_t node_images(const struct node *dir);

/* Appends the path of the folder, such as "data/train/"; "." for the top. */
void node_path(const struct node *dir, struct strbuf *out);

/* Appends the names of the folders for which `filter` (NULL: all) is true: "cat/, dog/ and 8
 * more". */
void level_names(const struct level *l, int (*filter)(const struct child *c), struct strbuf *out);

/* True if both have the same names, and at least one. */
int level_same_names(const struct level *a, const struct level *b);

#endif
