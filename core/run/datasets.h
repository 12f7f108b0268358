/* Datasets by name: from a finished file to a row of the store, and `shapes`, made when it is first
 * asked for. */
#ifndef SSL_RUN_DATASETS_H
#define SSL_RUN_DATASETS_H

#include <stdint.h>

#include "core/base/error.h"
#include "core/store/datasets.h"
#include "core/store/store.h"

#define DATASET_SHAPES "shapes"
enum { SHAPES_SEED = 1, SHAPES_TRAIN = 10000, SHAPES_TEST = 2000 }; /* of the built-in one */

/* ERR_USAGE unless `name` can name a dataset: letters, digits, - _ . and at most 63 of them. */
int dataset_check_name(const char *name, struct error *err);

/* Fills in what the file says of itself: bytes, the images' shape, classes, how many. ERR_CORRUPT
 * unless it is whole. */
int dataset_describe(const char *path, struct dataset_row *row, struct error *err);

/* Takes the finished dataset file `tmp`, of content `hash`, into the store under row->name;
 * row->source and source_sha256 are the caller's, the rest is filled in. The file is gone from
 * `tmp` afterwards, whatever happens. ERR_USAGE when the name is taken by other content (unless
 * replace). */
int dataset_record(struct store *s, const char *tmp, const char *hash, struct dataset_row *row,
		   int replace, struct error *err);

/* Finds the dataset; the name "shapes" is made on first use (two processes may do so at once).
 * ERR_NOT_FOUND with the nearest name. `made` is "", but where the store is not writable and `shapes` was
 * made: then it is the file, a temporary one that the caller removes once it is open. */
enum { DATASET_PATH = 4200 };
int dataset_ensure(struct store *s, const char *name, struct dataset_row *out,
		   char made[DATASET_PATH], struct error *err);

#endif
