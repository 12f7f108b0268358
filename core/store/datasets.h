/* The dataset table: names for imported dataset files in the object store. */
#ifndef SSL_STORE_DATASETS_H
#define SSL_STORE_DATASETS_H

#include "core/base/clock.h"
#include "core/base/hash.h"
#include "core/store/store.h"

struct dataset_row {
	int64_t id;
	char name[64], sha256[HASH_HEX], created[CLOCK_TEXT];
	char source[512];             /* the path, or "built in" */
	char source_sha256[HASH_HEX]; /* of the file that it was read from; "" for a folder */
	int64_t bytes;                /* of the object */
	int height, width, channels, classes;
	int64_t n_train, n_test, n_unlabeled;
	int64_t n_val;       /* images of the dataset's own validation split; 0: it has none */
	int64_t n_skipped;   /* files that the import left out (set by reading) */
	const char *skipped; /* for inserting: the JSON array of these files; NULL: none. Not owned */
	int64_t runs;        /* how many runs used it (set by reading) */
};

/* Inserts the row. ERR_USAGE if the name is taken by other content (unless replace); 0 if the
 * dataset is there with the same content. The object must be in place. */
int datasets_insert(struct store *s, const struct dataset_row *row, int replace, struct error *err);
/* Checks as datasets_insert() would: 0, or ERR_USAGE if the name is taken by other content. */
int datasets_check(struct store *s, const struct dataset_row *row, int replace, struct error *err);
/* ERR_CORRUPT unless the dataset refers to an object whose row has the dataset's hash. */
int datasets_check_object(struct store *s, int64_t id, struct error *err);
/* Calls fn for each file that the import of the dataset left out. */
int datasets_skipped(struct store *s, int64_t id,
		     int (*fn)(void *ctx, const char *file, const char *why), void *ctx,
		     struct error *err);
/* ERR_NOT_FOUND with the nearest name. */
int datasets_find(struct store *s, const char *name, struct dataset_row *out, struct error *err);
/* Calls fn for each, by name. */
int datasets_each(struct store *s, int (*fn)(void *ctx, const struct dataset_row *row), void *ctx,
		  struct error *err);
/* Calls fn for each dataset that was removed or replaced and still has runs, with its label
 * (v_dataset), by label. */
int datasets_gone(struct store *s, int (*fn)(void *ctx, const char *label, int64_t runs), void *ctx,
		  struct error *err);
/* Frees the name. The row is kept while runs refer to it. The object is removed unless another row
 * refers to it. */
int datasets_remove(struct store *s, const char *name, struct error *err);

#endif
