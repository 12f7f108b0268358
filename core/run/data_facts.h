/*
 * Sizes and class counts of a dataset, which decide what a recipe can do with it. They are read
 * from the file without decoding an image; those of `shapes` are known before it is made.
 */
#ifndef SSL_RUN_DATA_FACTS_H
#define SSL_RUN_DATA_FACTS_H

#include "core/data/dataset.h"
#include "core/store/datasets.h"

struct data_facts {
	char name[64];
	char sha256[HASH_HEX]; /* "" where there is no file yet */
	int height, width, channels;
	int classes;              /* named classes */
	uint32_t n[SPLIT_COUNT];  /* images */
	int present[SPLIT_COUNT]; /* classes with an image in the split */
};

void data_facts_of(struct data_facts *f, const struct dataset *d, const char *name);

/* Finds those of the dataset `name`; the store may be open for reading only. ERR_NOT_FOUND with the
 * nearest name; ERR_CORRUPT when its file is missing or damaged. */
int data_facts_find(struct data_facts *f, struct store *s, const char *name, struct error *err);

/* Those of `shapes`, as it will be made. */
void data_facts_shapes(struct data_facts *f);

/* A cache, so that the cells of a sweep open each dataset once. All zero at first. */
struct data_facts_cache {
	struct data_facts *list;
	int n;
};
int data_facts_cached(struct data_facts_cache *c, struct store *s, const char *name,
		      struct data_facts *out, struct error *err);
void data_facts_cache_release(struct data_facts_cache *c);

#endif
