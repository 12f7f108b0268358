/* Writes a dataset file; see dataset_file.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/strbuf.h"
#include "core/data/dataset_file.h"

/* A file whose hash is computed while it is written. */
struct writer {
	struct fs_out out;
	struct hash *hash;
	uint64_t at;
};

enum { BLOCK = 1 << 20 };

static int write_bytes(struct writer *w, const void *data, size_t n, struct error *err)
{
	hash_add(w->hash, data, n);
	w->at += n;
	return fs_out_write(&w->out, data, n, err);
}

static int write_zeros(struct writer *w, uint64_t until, struct error *err)
{
	static const uint8_t zero[DATASET_ALIGN];

	return write_bytes(w, zero, (size_t)(until - w->at), err);
}

static void set32(uint8_t *p, uint32_t x)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(x >> (8 * i));
}

static void set64(uint8_t *p, uint64_t x)
{
	set32(p, (uint32_t)x);
	set32(p + 4, (uint32_t)(x >> 32));
}

static int write_header(struct writer *w, const struct dataset_source *s,
			const struct dataset_layout *l, struct error *err)
{
	uint8_t h[DATASET_HEADER_VAL] = {0};

	memcpy(h, DATASET_MAGIC, 8);
	set32(h + 8, s->n[SPLIT_VAL] ? DATASET_VERSION_VAL : DATASET_VERSION);
	set32(h + 12, (uint32_t)l->header);
	set32(h + 16, (uint32_t)s->height);
	set32(h + 20, (uint32_t)s->width);
	set32(h + 24, (uint32_t)s->channels);
	set32(h + 28, (uint32_t)s->classes);
	set64(h + 48, l->names);
	set64(h + 56, l->names_size);
	for (int i = 0; i < SPLIT_COUNT; i++) {
		uint8_t *at = h + (i == SPLIT_VAL ? DATASET_HEADER : 64 + 16 * i);

		set32(h + 32 + 4 * i, s->n[i]);
		set64(at, l->labels[i]);
		set64(at + 8, l->pixels[i]);
	}
	set64(h + 112, l->size);
	return write_bytes(w, h, (size_t)l->header, err);
}

static int write_labels(struct writer *w, const struct dataset_source *s, int split, uint8_t *block,
			struct error *err)
{
	int16_t *label = (int16_t *)(void *)block;
	uint32_t step = BLOCK / sizeof *label;

	for (uint32_t i = 0; i < s->n[split]; i += step) {
		uint32_t n = s->n[split] - i < step ? s->n[split] - i : step;

		if (s->labels(s->ctx, split, i, n, label, err))
			return -1;
		for (uint32_t k = 0; k < n; k++) {
			uint16_t y = (uint16_t)label[k];

			block[2 * k] = (uint8_t)y;
			block[2 * k + 1] = (uint8_t)(y >> 8);
		}
		if (write_bytes(w, block, 2 * (size_t)n, err))
			return -1;
	}
	return 0;
}

static int write_pixels(struct writer *w, const struct dataset_source *s, int split, size_t image,
			uint8_t *block, struct error *err)
{
	uint32_t step = image < BLOCK ? (uint32_t)(BLOCK / image) : 1;

	for (uint32_t i = 0; i < s->n[split]; i += step) {
		uint32_t n = s->n[split] - i < step ? s->n[split] - i : step;

		if (s->pixels(s->ctx, split, i, n, block, err) ||
		    write_bytes(w, block, n * image, err))
			return -1;
	}
	return 0;
}

static int write_all(struct writer *w, const struct dataset_source *s, struct error *err)
{
	size_t image = (size_t)s->height * (size_t)s->width * (size_t)s->channels;
	uint8_t *block = xmalloc(image < BLOCK ? BLOCK : image);
	struct strbuf names = STRBUF_INIT;
	struct dataset_layout l;
	int ret = -1;

	for (int i = 0; i < s->classes; i++)
		strbuf_add(&names, s->class_name[i], strlen(s->class_name[i]) + 1);
	dataset_layout(&l, names.len, s->n, image);
	if (write_header(w, s, &l, err) || write_bytes(w, names.buf, names.len, err))
		goto done;
	for (int i = 0; i < SPLIT_COUNT; i++)
		if (write_zeros(w, l.labels[i], err) || write_labels(w, s, i, block, err) ||
		    write_zeros(w, l.pixels[i], err) || write_pixels(w, s, i, image, block, err))
			goto done;
	ret = write_zeros(w, l.size, err);
done:
	strbuf_release(&names);
	free(block);
	return ret;
}

int dataset_write(const struct dataset_source *s, const char *dir, char *out_tmp, size_t out_size,
		  char hash[HASH_HEX], struct error *err)
{
	struct writer w = {.out.fd = -1};
	char hex[HASH_HEX];
	int ret = -1;

	if (fs_out_open(&w.out, dir, err))
		return -1;
	w.hash = hash_new();
	if ((size_t)snprintf(out_tmp, out_size, "%s.data", w.out.tmp) >= out_size) {
		error_set(err, ERR_FAILED, "%s: path too long", dir);
	} else if (!write_all(&w, s, err)) {
		ret = fs_out_commit(&w.out, out_tmp, err);
		if (ret)
			unlink(out_tmp); /* it was renamed, but the folder could not be synced */
	}
	hash_final(w.hash, hex);
	fs_out_abort(&w.out);
	if (!ret)
		memcpy(hash, hex, HASH_HEX);
	return ret;
}
