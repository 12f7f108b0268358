/*
 * The dataset file, versions 1 and 2. All integers are little-endian; every section begins at a
 * multiple of 64 bytes, the gaps are zero. The same images give the same bytes, whatever they were
 * imported from.
 *
 *     offset  bytes  what
 *          0      8  "ssl data"
 *          8      4  version: 1; 2 of a file with a val split
 *         12      4  bytes of the header: 128; version 2: 192
 *         16     16  height, width, channels (1 grey, 3 red green blue), classes: 4 bytes each
 *         32     12  images in train, test, unlabeled: 4 bytes each
 *         44      4  version 2: images in val, at least 1; version 1: zero
 *         48     16  class names: offset, bytes; the names in order, each ended by a zero byte
 *         64     16  train: offset of the labels, offset of the pixels
 *         80     16  test
 *         96     16  unlabeled
 *        112      8  bytes of the file
 *        120      8  zero
 *        128     16  version 2 only: val
 *        144     48  version 2 only: zero
 *
 *     labels   2 bytes per image: 0 .. classes-1; in unlabeled -1
 *     pixels   height * width * channels bytes per image, row by row, pixel by pixel
 *
 * The sections are in the order names, then labels and pixels of train, test, unlabeled and, in
 * version 2, val. So the sizes determine every offset, and a file whose offsets differ is refused.
 * A dataset without a val split is always written as version 1, so that its hash does not change.
 */
#include "core/data/dataset.h"

#include <stdlib.h>
#include <string.h>

#include "core/data/dataset_file.h"

const char *dataset_split_name(int split)
{
	static const char *const names[] = {"train", "test", "unlabeled", "val"};

	if (split < 0 || split >= SPLIT_COUNT)
		BUG("split %d", split);
	return names[split];
}

static uint64_t align(uint64_t x)
{
	return (x + DATASET_ALIGN - 1) / DATASET_ALIGN * DATASET_ALIGN;
}

void dataset_layout(struct dataset_layout *l, uint64_t names_size, const uint32_t n[SPLIT_COUNT],
		    uint64_t image)
{
	uint64_t at = n[SPLIT_VAL] ? DATASET_HEADER_VAL : DATASET_HEADER;

	l->header = at;
	l->names = at;
	l->names_size = names_size;
	at = align(at + names_size);
	for (int s = 0; s < SPLIT_COUNT; s++) {
		if (s == SPLIT_VAL && !n[s]) { /* version 1 has no such section */
			l->labels[s] = l->pixels[s] = at;
			break;
		}
		l->labels[s] = at;
		at = align(at + 2 * (uint64_t)n[s]);
		l->pixels[s] = at;
		at = align(at + n[s] * image);
	}
	l->size = at;
}

static uint32_t get32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint64_t get64(const uint8_t *p)
{
	return get32(p) | (uint64_t)get32(p + 4) << 32;
}

static int corrupt(const char *path, const char *why, struct error *err)
{
	return error_set(err, ERR_CORRUPT, "%s: not a complete dataset file: %s", path, why);
}

/* Reads the sizes into *d and checks their limits. */
static int read_sizes(struct dataset *d, const char *path, struct error *err)
{
	const uint8_t *h = d->map.data;
	uint32_t side[2] = {get32(h + 16), get32(h + 20)}, channels = get32(h + 24);
	uint64_t images = 0;

	if (side[0] < 1 || side[0] > DATASET_SIDE_MAX || side[1] < 1 || side[1] > DATASET_SIDE_MAX)
		return corrupt(path, "impossible image size", err);
	if (channels != 1 && channels != 3)
		return corrupt(path, "impossible number of channels", err);
	if (get32(h + 28) > DATASET_CLASSES_MAX)
		return corrupt(path, "impossible number of classes", err);
	d->height = (int)side[0];
	d->width = (int)side[1];
	d->channels = (int)channels;
	d->classes = (int)get32(h + 28);
	for (int s = 0; s < SPLIT_COUNT; s++) { /* of version 1 the number in val is zero */
		d->n[s] = get32(h + 32 + 4 * s);
		images += d->n[s];
	}
	if (!d->n[SPLIT_VAL] != (get32(h + 8) == DATASET_VERSION))
		return corrupt(path, "its header contradicts itself", err);
	if (!images || images > DATASET_IMAGES_MAX)
		return corrupt(path, "impossible number of images", err);
	return 0;
}

/* The offsets of a split in the header. */
static const uint8_t *split_offsets(const uint8_t *h, int split)
{
	return h + (split == SPLIT_VAL ? DATASET_HEADER : 64 + 16 * split);
}

static int all_zero(const uint8_t *p, size_t n)
{
	while (n && !*p)
		p++, n--;
	return !n;
}

/* Checks every offset against the sizes. */
static int check_layout(struct dataset *d, const char *path, struct error *err)
{
	const uint8_t *h = d->map.data;
	uint64_t image = (uint64_t)d->height * (uint64_t)d->width * (uint64_t)d->channels;
	uint64_t names = get64(h + 56);
	struct dataset_layout l;

	if (names > d->map.size)
		return corrupt(path, "its header contradicts itself", err);
	dataset_layout(&l, names, d->n, image);
	if (l.size != d->map.size || get64(h + 112) != l.size)
		return corrupt(path, "truncated, or longer than its header says", err);
	if (get64(h + 48) != l.names || get64(h + 120) ||
	    (d->n[SPLIT_VAL] && !all_zero(h + 144, DATASET_HEADER_VAL - 144)))
		return corrupt(path, "its header contradicts itself", err);
	for (int s = 0; s < SPLIT_COUNT; s++) {
		const uint8_t *at = split_offsets(h, s);

		if (s == SPLIT_VAL && !d->n[s])
			break;
		if (get64(at) != l.labels[s] || get64(at + 8) != l.pixels[s])
			return corrupt(path, "its header contradicts itself", err);
		d->labels[s] = (const int16_t *)(const void *)(h + l.labels[s]);
		d->pixels[s] = h + l.pixels[s];
	}
	return 0;
}

static int read_names(struct dataset *d, const char *path, struct error *err)
{
	const char *p = (const char *)d->map.data + get64(d->map.data + 48);
	const char *end = p + get64(d->map.data + 56);

	d->names = xcalloc((size_t)d->classes + 1, sizeof *d->names);
	for (int i = 0; i < d->classes; i++) {
		const char *zero = memchr(p, 0, (size_t)(end - p));

		if (!zero || zero == p || zero - p > DATASET_NAME_MAX)
			return corrupt(path, "damaged class names", err);
		d->names[i] = xstrdup(p);
		p = zero + 1;
	}
	if (p != end)
		return corrupt(path, "damaged class names", err);
	d->class_name = (const char *const *)d->names;
	return 0;
}

static int check_labels(const struct dataset *d, const char *path, struct error *err)
{
	for (int s = 0; s < SPLIT_COUNT; s++)
		for (uint32_t i = 0; i < d->n[s]; i++) {
			int y = d->labels[s][i];

			if (s == SPLIT_UNLABELED ? y != -1 : y < 0 || y >= d->classes)
				return corrupt(path, "a label out of range", err);
		}
	return 0;
}

/* The path of an object is .../ab/cdef...: its last two components are its hash. */
static void hash_of_path(const char *path, char hash[HASH_HEX])
{
	size_t n = strlen(path), digits = HASH_HEX - 1;
	char hex[HASH_HEX];

	hash[0] = 0;
	if (n < digits + 1 || path[n - digits + 1] != '/')
		return;
	memcpy(hex, path + n - digits - 1, 2);
	memcpy(hex + 2, path + n - digits + 2, digits - 2);
	hex[digits] = 0;
	if (strspn(hex, "0123456789abcdef") == digits)
		memcpy(hash, hex, HASH_HEX);
}

/* 0 if the header is complete and of a known version. */
static int check_version(const struct dataset *d, const char *path, struct error *err)
{
	const uint8_t *h = d->map.data;
	uint32_t version, header;

	if (d->map.size < DATASET_HEADER || memcmp(h, DATASET_MAGIC, 8))
		return corrupt(path, "the file begins differently", err);
	version = get32(h + 8);
	header = get32(h + 12);
	if (version != DATASET_VERSION && version != DATASET_VERSION_VAL)
		return corrupt(path, "of another version", err);
	if (header != (version == DATASET_VERSION ? DATASET_HEADER : DATASET_HEADER_VAL))
		return corrupt(path, "its header contradicts itself", err);
	return d->map.size < header ? corrupt(path, "truncated", err) : 0;
}

int dataset_open(struct dataset *out, const char *path, struct error *err)
{
	struct dataset d = {0};

	if (fs_map(path, &d.map, err))
		return -1;
	if (check_version(&d, path, err) || read_sizes(&d, path, err) ||
	    check_layout(&d, path, err) || read_names(&d, path, err) || check_labels(&d, path, err))
		goto fail;
	hash_of_path(path, d.hash);
	*out = d;
	return 0;
fail:
	dataset_close(&d);
	return -1;
}

void dataset_close(struct dataset *d)
{
	for (int i = 0; d->names && i < d->classes; i++)
		free(d->names[i]);
	free(d->names);
	fs_unmap(&d->map);
	memset(d, 0, sizeof *d);
}
