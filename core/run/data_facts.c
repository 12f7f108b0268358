#include "core/run/data_facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/run/datasets.h"
#include "core/store/object.h"

/* The number of classes that have an image in the split. */
static int count_classes(const struct dataset *d, int split)
{
	uint8_t *seen = xcalloc((size_t)d->classes + 1, 1);
	int n = 0;

	for (uint32_t i = 0; d->labels[split] && i < d->n[split]; i++) {
		int label = d->labels[split][i];

		if (label < 0 || seen[label])
			continue;
		seen[label] = 1;
		n++;
	}
	free(seen);
	return n;
}

void data_facts_of(struct data_facts *f, const struct dataset *d, const char *name)
{
	*f = (struct data_facts){
	    .height = d->height, .width = d->width, .channels = d->channels, .classes = d->classes};
	snprintf(f->name, sizeof f->name, "%s", name);
	memcpy(f->sha256, d->hash, sizeof f->sha256);
	for (int s = 0; s < SPLIT_COUNT; s++) {
		f->n[s] = d->n[s];
		f->present[s] = count_classes(d, s);
	}
}

void data_facts_shapes(struct data_facts *f)
{
	enum { SIDE = 32, CLASSES = 10 };

	*f = (struct data_facts){.name = DATASET_SHAPES,
				 .height = SIDE,
				 .width = SIDE,
				 .channels = 3,
				 .classes = CLASSES};
	f->n[SPLIT_TRAIN] = SHAPES_TRAIN;
	f->n[SPLIT_TEST] = SHAPES_TEST;
	f->present[SPLIT_TRAIN] = f->present[SPLIT_TEST] = CLASSES;
}

int data_facts_find(struct data_facts *f, struct store *s, const char *name, struct error *err)
{
	struct error why = {0};
	struct dataset_row row;
	struct dataset d;
	char path[4200];
	int there;

	if (datasets_find(s, name, &row, &why)) {
		if (why.code == ERR_NOT_FOUND && !strcmp(name, DATASET_SHAPES)) {
			data_facts_shapes(f);
			return 0;
		}
		*err = why;
		return -1;
	}
	object_path(s, row.sha256, path, sizeof path);
	there = object_exists(s, row.sha256, err);
	if (there < 0)
		return -1;
	if (!there)
		return error_set(err, ERR_CORRUPT, "dataset %s: its file is missing: %s", name,
				 path);
	if (dataset_open(&d, path, err))
		return error_prefix(err, "dataset %s", name);
	data_facts_of(f, &d, name);
	snprintf(f->sha256, sizeof f->sha256, "%s", row.sha256);
	dataset_close(&d);
	return 0;
}

int data_facts_cached(struct data_facts_cache *c, struct store *s, const char *name,
		      struct data_facts *out, struct error *err)
{
	int i = 0;

	while (i < c->n && strcmp(c->list[i].name, name))
		i++;
	if (i == c->n) {
		c->list = xrealloc(c->list, (size_t)(c->n + 1) * sizeof *c->list);
		if (data_facts_find(&c->list[c->n], s, name, err))
			return -1;
		c->n++;
	}
	*out = c->list[i];
	return 0;
}

void data_facts_cache_release(struct data_facts_cache *c)
{
	free(c->list);
	*c = (struct data_facts_cache){0};
}
