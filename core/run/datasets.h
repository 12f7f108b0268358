/* Datasets of the store by name: a finished file becomes a row, and `shapes` is made when it is
 * first used. */
#ifndef SSL_RUN_DATASETS_H
#define SSL_RUN_DATASETS_H

#include <stdint.h>

#include "core/base/error.h"
#include "core/store/datasets.h"
#include "core/store/store.h"

#define DATASET_SHAPES "shapes"
enum { SHAPES_SEED = 1, SHAPES_TRAIN = 10000, SHAPES_TEST = 2000 }; /* the built-in dataset */

/* ERR_USAGE unless `name` can name a dataset: at most 63 letters, digits, - _ . */
int dataset_check_name(const char *name, struct error *err);

/* Fills in what the file contains: bytes, shape of the images, number of classes and images.
 * ERR_CORRUPT if it is damaged. */
int dataset_describe(const char *path, struct dataset_row *row, struct error *err);

/* Moves the finished dataset file `tmp`, of content `hash`, into the store and records it under
 * row->name. The caller sets row->source and source_sha256; the rest is filled in. `tmp` no longer
 * exists afterwards, also on failure. ERR_USAGE if the name belongs to other content, unless
 * `replace`. */
int dataset_record(struct store *s, const char *tmp, const char *hash, struct dataset_row *row,
		   int replace, struct error *err);

/* Finds the dataset; "shapes" is made on first use (two processes may do so at once). ERR_NOT_FOUND
 * with the nearest name. `made` is "" except where `shapes` is made and the store is not writable:
 * then it is the path of a temporary file, which the caller removes once it is open. */
enum { DATASET_PATH = 4200 };
int dataset_ensure(struct store *s, const char *name, struct dataset_row *out,
		   char made[DATASET_PATH], struct error *err);

#endif
