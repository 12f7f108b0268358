/*
 * STL-10, binary version (Coates, Lee, Ng 2011): X files of 96x96 images, one plane per channel,
 * each column by column; y files of one byte per label, 1 to 10; unlabeled_X.bin; class_names.txt.
 */
#include <stdlib.h>
#include <string.h>

#include "core/data/import.h"
#include "core/data/records.h"

/* Its splits are train, test and unlabeled. */
enum { CLASSES = 10, META_MAX = 1 << 16, SPLITS = SPLIT_UNLABELED + 1 };

struct stl10 {
	uint32_t first[SPLITS], n[SPLITS];
	int seen[SPLITS];
	uint8_t *label[SPLITS]; /* NULL: not seen */
	size_t n_labels[SPLITS];
	const char *names;
};

static const char *const images_file[] = {"train_X.bin", "test_X.bin", "unlabeled_X.bin"};
static const char *const labels_file[] = {"train_y.bin", "test_y.bin"};

static int stl10_has_name(const char *name)
{
	const char *base = import_base_name(name);

	for (int s = 0; s < SPLITS; s++)
		if (!strcmp(base, images_file[s]) ||
		    (s < SPLIT_UNLABELED && !strcmp(base, labels_file[s])))
			return 1;
	return !strcmp(base, "class_names.txt");
}

static int read_images(struct import *im, struct unpack *u, const char *name, int split,
		       struct error *err)
{
	static const struct record_shape shape = {0, 96, 96, 3, ORDER_COLUMNS};
	struct stl10 *x = im->state;

	if (x->seen[split]++)
		return error_set(err, ERR_FAILED, "%s: %s: occurs twice", im->path, name);
	x->first[split] = im->n;
	if (import_records(im, u, name, &shape, -1, split, 0, err))
		return -1;
	x->n[split] = im->n - x->first[split];
	return 0;
}

static int read_labels(struct import *im, struct unpack *u, const char *name, int split,
		       struct error *err)
{
	struct strbuf bytes = STRBUF_INIT;
	struct stl10 *x = im->state;
	int ret = -1;

	if (x->label[split])
		return error_set(err, ERR_FAILED, "%s: %s: occurs twice", im->path, name);
	if (unpack_read_all(u, &bytes, 1u << 26, err))
		goto done;
	for (size_t i = 0; i < bytes.len; i++) {
		int y = (uint8_t)bytes.buf[i];

		if (y < 1 || y > CLASSES) {
			error_set(err, ERR_FAILED, "%s: %s: label %zu is %d, out of range: 1 to %d",
				  im->path, name, i, y, CLASSES);
			goto done;
		}
	}
	x->label[split] = arena_alloc(&im->arena, bytes.len);
	memcpy(x->label[split], bytes.buf, bytes.len);
	x->n_labels[split] = bytes.len;
	ret = 0;
done:
	strbuf_release(&bytes);
	return ret;
}

static int stl10_entry(struct import *im, struct unpack *u, const char *name, struct error *err)
{
	const char *base = import_base_name(name);
	struct strbuf text = STRBUF_INIT;
	struct stl10 *x = im->state;
	int ret;

	for (int s = 0; s < SPLITS; s++) {
		if (!strcmp(base, images_file[s]))
			return read_images(im, u, name, s, err);
		if (s < SPLIT_UNLABELED && !strcmp(base, labels_file[s]))
			return read_labels(im, u, name, s, err);
	}
	ret = unpack_read_all(u, &text, META_MAX, err);
	if (!ret)
		x->names = arena_strdup(&im->arena, text.buf);
	strbuf_release(&text);
	return ret;
}

static int stl10_finish(struct import *im, struct error *err)
{
	const struct stl10 *x = im->state;

	for (int s = 0; s < SPLIT_UNLABELED; s++) {
		if (!x->seen[s] != !x->label[s])
			return error_set(err, ERR_USAGE, "%s: %s is missing", im->path,
					 x->seen[s] ? labels_file[s] : images_file[s]);
		if (x->n[s] != x->n_labels[s])
			return error_set(err, ERR_FAILED,
					 "%s: %u images in %s, but %zu labels in %s", im->path,
					 x->n[s], images_file[s], x->n_labels[s], labels_file[s]);
		for (uint32_t i = 0; i < x->n[s]; i++)
			im->image[x->first[s] + i].label = (int16_t)(x->label[s][i] - 1);
	}
	return import_name_classes(im, CLASSES, x->names, "class_names.txt", err);
}

const struct import_format import_stl10 = {
    .title = "STL-10",
    .state_size = sizeof(struct stl10),
    .has_name = stl10_has_name,
    .entry = stl10_entry,
    .finish = stl10_finish,
};
