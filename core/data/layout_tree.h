/* The folders of an image folder, as seen from the sorted paths of its images. Internal to
 * core/data. A folder without images below is not there. */
#ifndef SSL_DATA_LAYOUT_TREE_H
#define SSL_DATA_LAYOUT_TREE_H

#include "core/data/import.h"

/* A folder: the images *lo .. *(hi - 1) lie below it; the first `at` bytes of their names are its
 * path, with the last '/'. */
struct node {
	struct import_image **lo, **hi;
	size_t at;
};

struct child {
	struct node in;
	const char *name; /* n bytes, within the path of its first image */
	size_t n;
};

/* What lies directly in a folder. */
struct level {
	struct child *child; /* its folders, in order */
	uint32_t n;
	uint32_t direct;   /* its images */
	const char *first; /* path of the first of them, or NULL */
};

/* Memory from the arena. */
void node_level(const struct node *dir, struct arena *a, struct level *out);

uint32_t node_images(const struct node *dir);

/* Appends the path of the folder, or "." for the top: "data/train/". */
void node_path(const struct node *dir, struct strbuf *out);

/* Appends the folders' names: "cat/, dog/ and 8 more". keep: which of them; NULL: all. */
void level_names(const struct level *l, int (*keep)(const struct child *c), struct strbuf *out);

/* The same names, and at least one. */
int level_same_names(const struct level *a, const struct level *b);

#endif
