/*
 * Datasets that stay mapped between the runs of one process, so that a worker maps each dataset
 * once and not once per cell. At most one run at a time may use them.
 */
#ifndef SSL_RUN_OPEN_DATASETS_H
#define SSL_RUN_OPEN_DATASETS_H

#include "core/data/dataset.h"
#include "core/store/datasets.h"

enum { OPEN_DATASETS = 8 };

struct open_datasets { /* all zero at first */
	struct {
		struct dataset data;
		struct dataset_row row;
	} list[OPEN_DATASETS];
	int n;
};

/* 1, with *data and *row, when the dataset of that name and content is open; 0 otherwise, also
 * without a sha256 (NULL). *data is borrowed: the caller does not close it. */
int open_datasets_find(const struct open_datasets *o, const char *name, const char *sha256,
		       struct dataset *data, struct dataset_row *row);
/* Takes over an open dataset. A full list closes its oldest one. */
void open_datasets_add(struct open_datasets *o, const struct dataset *data,
		       const struct dataset_row *row);
void open_datasets_release(struct open_datasets *o);

#endif
