#include "core/run/datasets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/log.h"
#include "core/data/dataset.h"
#include "core/store/object.h"

int dataset_check_name(const char *name, struct error *err)
{
	static const char good[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
	const size_t max = sizeof((struct dataset_row *)NULL)->name - 1;

	if (!*name || strchr("-_.", *name) || strlen(name) > max || name[strspn(name, good)])
		return error_set(
		    err, ERR_USAGE,
		    "dataset name '%s': letters, digits, - _ . are allowed, at most %zu, "
		    "the first a letter or digit",
		    name, max);
	return 0;
}

int dataset_describe(const char *path, struct dataset_row *row, struct error *err)
{
	struct dataset d;

	if (dataset_open(&d, path, err))
		return -1;
	row->bytes = (int64_t)d.map.size;
	row->height = d.height;
	row->width = d.width;
	row->channels = d.channels;
	row->classes = d.classes;
	row->n_train = d.n[SPLIT_TRAIN];
	row->n_test = d.n[SPLIT_TEST];
	row->n_unlabeled = d.n[SPLIT_UNLABELED];
	row->n_val = d.n[SPLIT_VAL];
	dataset_close(&d);
	return 0;
}

int dataset_record(struct store *s, const char *tmp, const char *hash, struct dataset_row *row,
		   int replace, struct error *err)
{
	snprintf(row->sha256, sizeof row->sha256, "%s", hash);
	if (dataset_check_name(row->name, err) || dataset_describe(tmp, row, err) ||
	    object_adopt(s, tmp, hash, err)) {
		unlink(tmp);
		return -1;
	}
	if (!datasets_insert(s, row, replace, err))
		return datasets_find(s, row->name, row, err);
	object_drop_unused(s, hash, NULL); /* the first error is the one to report */
	return -1;
}

/* Makes `shapes` as a temporary file, where the store may not be written. */
static int make_shapes_temporary(struct dataset_row *out, char made[DATASET_PATH],
				 struct error *err)
{
	const char *tmp = getenv("TMPDIR");
	struct dataset_row row = {.source = "built in"};

	snprintf(row.name, sizeof row.name, "%s", DATASET_SHAPES);
	if (dataset_shapes(SHAPES_SEED, SHAPES_TRAIN, SHAPES_TEST, tmp && *tmp ? tmp : "/tmp", made,
			   DATASET_PATH, row.sha256, err))
		return -1;
	if (dataset_describe(made, &row, err)) {
		unlink(made);
		return -1;
	}
	*out = row;
	return 0;
}

static int make_shapes(struct store *s, struct dataset_row *out, struct error *err)
{
	struct dataset_row row = {.source = "built in"};
	char tmp[4200], hash[HASH_HEX];
	int lock, ret;

	log_info("making the dataset `%s`: %d + %d images", DATASET_SHAPES, SHAPES_TRAIN,
		 SHAPES_TEST);
	snprintf(row.name, sizeof row.name, "%s", DATASET_SHAPES);
	lock = fs_lock_dir_shared(store_tmp_dir(s)); /* keeps `ssl gc` from the new file */
	ret = dataset_shapes(SHAPES_SEED, SHAPES_TRAIN, SHAPES_TEST, store_tmp_dir(s), tmp,
			     sizeof tmp, hash, err) ||
	      dataset_record(s, tmp, hash, &row, 0, err);
	fs_unlock(lock);
	if (ret)
		return -1;
	*out = row;
	return 0;
}

int dataset_ensure(struct store *s, const char *name, struct dataset_row *out,
		   char made[DATASET_PATH], struct error *err)
{
	struct error why = {0};

	made[0] = 0;
	if (!datasets_find(s, name, out, &why))
		return 0;
	if (why.code == ERR_NOT_FOUND && !strcmp(name, DATASET_SHAPES))
		return store_is_writable(s) ? make_shapes(s, out, err)
					    : make_shapes_temporary(out, made, err);
	if (err)
		*err = why;
	return -1;
}
