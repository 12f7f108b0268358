#include "core/run/open_datasets.h"

#include <string.h>

int open_datasets_find(const struct open_datasets *o, const char *name, const char *sha256,
		       struct dataset *data, struct dataset_row *row)
{
	for (int i = 0; i < o->n; i++) {
		const struct dataset_row *at = &o->list[i].row;

		if (!sha256 || strcmp(at->sha256, sha256) || strcmp(at->name, name))
			continue;
		*data = o->list[i].data;
		*row = *at;
		return 1;
	}
	return 0;
}

void open_datasets_add(struct open_datasets *o, const struct dataset *data,
		       const struct dataset_row *row)
{
	if (o->n == OPEN_DATASETS) {
		dataset_close(&o->list[0].data);
		memmove(&o->list[0], &o->list[1], (OPEN_DATASETS - 1) * sizeof o->list[0]);
		o->n--;
	}
	o->list[o->n].data = *data;
	o->list[o->n++].row = *row;
}

void open_datasets_release(struct open_datasets *o)
{
	for (int i = 0; i < o->n; i++)
		dataset_close(&o->list[i].data);
	memset(o, 0, sizeof *o);
}
