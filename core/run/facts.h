/*
 * What a dataset offers a recipe, in numbers: known from its file without looking at a pixel, and
 * of `shapes` before it is made.
 */
#ifndef SSL_RUN_FACTS_H
#define SSL_RUN_FACTS_H

#include "core/data/dataset.h"
#include "core/store/datasets.h"

struct data_facts {
	char name[64];
	char sha256[HASH_HEX]; /* "" where there is no file yet */
	int height, width, channels;
	int classes;              /* that have a name */
	uint32_t n[SPLIT_COUNT];  /* images */
	int present[SPLIT_COUNT]; /* classes that have an image in the split */
};

void data_facts_of(struct data_facts *f, const struct dataset *d, const char *name);

/* Of the dataset of that name; the store may be open for reading only. ERR_NOT_FOUND with the
 * nearest name; ERR_CORRUPT when its file is missing or damaged. */
int data_facts_find(struct data_facts *f, struct store *s, const char *name, struct error *err);

/* Of `shapes` as it will be made. */
void data_facts_shapes(struct data_facts *f);

/* Facts that were asked for, so that the cells of a sweep open a dataset once. All zero at first.
 */
struct facts_cache {
	struct data_facts *list;
	int n;
};
int facts_cached(struct facts_cache *c, struct store *s, const char *name, struct data_facts *out,
		 struct error *err);
void facts_cache_release(struct facts_cache *c);

#endif
