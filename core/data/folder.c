/*
 * The format of image folders: reads and decodes the images. Their splits and classes follow from
 * the paths after all were read (layout.h), so that an archive and its folder give the same
 * dataset.
 *
 * Files are decoded in batches, in parallel; the order of the images is fixed before. A file that
 * does not decode is recorded as bad (import_add_bad()) and otherwise ignored: it affects neither
 * the size of the images nor whether they are grey.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/data/folder_report.h"
#include "core/data/image.h"
#include "core/data/import.h"
#include "core/data/layout.h"
#include "core/data/label_list.h"
#include "core/data/resize.h"

/* A batch ends when it reaches one of these limits, which bound the memory for images of any size.
 */
enum {
	BATCH_IMAGES = 512,
	BATCH_BYTES = 16 << 20,  /* of files */
	BATCH_PIXELS = 32 << 20, /* decoded, before scaling */
	BATCH_OUT = 32 << 20,    /* bytes, after scaling */
	FILE_MAX = 256 << 20,
};

struct picture {
	const char *name;
	size_t at, n; /* the bytes of its file */
	struct image_info info;
	struct image_found found;
	int failed;
	struct error err;
};

struct folder {
	struct picture *picture; /* BATCH_IMAGES */
	int n;
	struct strbuf bytes;
	size_t pixels, out_bytes;
	uint8_t *out;
	size_t out_cap, image; /* image: bytes of one, scaled */
	int size;              /* --size, or 0 */
	int height, width;     /* of all images, once known */
	struct folder_kinds kinds;
};

static int folder_has_name(const char *name)
{
	return label_list_has_name(name) || image_has_name(name);
}

/* Decodes a picture into a new buffer of its own size. NULL, with p->failed set, if it is bad. */
static uint8_t *decode_full(const struct folder *f, struct picture *p)
{
	size_t bytes = (size_t)p->info.width * (size_t)p->info.height * 3;
	uint8_t *full = xmalloc(bytes);

	p->failed = image_decode((const uint8_t *)f->bytes.buf + p->at, p->n, &p->info, full,
				 &p->found, &p->err);
	if (!p->failed)
		return full;
	free(full);
	return NULL;
}

static int fits(const struct folder *f, const struct picture *p)
{
	return p->info.width == f->width && p->info.height == f->height;
}

/* Decodes picture i to its place in f->out. A picture of another size is decoded even without
 * scaling, to find out whether it is bad. */
static void decode_one(void *ctx, int i)
{
	struct folder *f = ctx;
	struct picture *p = &f->picture[i];
	uint8_t *out = f->out + (size_t)i * f->image, *full;

	if (fits(f, p)) {
		p->failed = image_decode((const uint8_t *)f->bytes.buf + p->at, p->n, &p->info, out,
					 &p->found, &p->err);
		return;
	}
	full = decode_full(f, p);
	if (full && f->size)
		resize_square(full, p->info.height, p->info.width, 3, out, f->size);
	free(full);
}

/* Sets the size of all images: --size, or that of the first image that decodes. 0 if none in this
 * batch does. */
static int choose_size(const struct import *im, struct folder *f)
{
	f->height = f->size ? f->size : im->height;
	f->width = f->size ? f->size : im->width;
	for (int i = 0; i < f->n && !f->height; i++) {
		uint8_t *full = decode_full(f, &f->picture[i]);

		if (full) {
			f->height = f->picture[i].info.height;
			f->width = f->picture[i].info.width;
		}
		free(full);
	}
	return f->height != 0;
}

/* Records the bad pictures of the decoded batch and closes the gaps that they leave. Returns the
 * number of good ones, or -1 if one has another size. */
static int remove_bad(struct import *im, struct folder *f, struct error *err)
{
	int kept = 0;

	for (int i = 0; i < f->n; i++) {
		struct picture *p = &f->picture[i];

		if (p->failed) {
			import_add_bad(im, p->name, p->err.msg);
			continue;
		}
		if (!f->size &&
		    import_check_size(im, p->info.height, p->info.width, 3, p->name, err))
			return -1;
		im->grey &= p->found.grey;
		folder_count(&f->kinds, &p->info, &p->found);
		if (kept < i) {
			memcpy(f->out + (size_t)kept * f->image, f->out + (size_t)i * f->image,
			       f->image);
			f->picture[kept] = *p;
		}
		kept++;
	}
	return kept;
}

static int add_batch(struct import *im, struct folder *f, struct error *err)
{
	struct import_image *image;
	int kept;

	f->image = (size_t)f->height * (size_t)f->width * 3;
	if (f->out_cap < (size_t)f->n * f->image) {
		f->out_cap = (size_t)f->n * f->image;
		f->out = xrealloc(f->out, f->out_cap);
	}
	parallel_for(f->n, decode_one, f);
	kept = remove_bad(im, f, err);
	if (kept <= 0)
		return kept;
	image = import_add_images(im, f->out, (uint32_t)kept, f->height, f->width, 3,
				  f->picture[0].name, err);
	if (!image)
		return -1;
	for (int i = 0; i < kept; i++)
		image[i].name = f->picture[i].name;
	return 0;
}

static int flush(struct import *im, struct folder *f, struct error *err)
{
	int ret = 0;

	if (!f->n)
		return 0;
	if (choose_size(im, f))
		ret = add_batch(im, f, err);
	else
		for (int i = 0; i < f->n; i++)
			import_add_bad(im, f->picture[i].name, f->picture[i].err.msg);
	f->n = 0;
	f->pixels = f->out_bytes = 0;
	strbuf_clear(&f->bytes);
	return ret;
}

static void start(struct import *im, struct folder *f)
{
	f->picture = xcalloc(BATCH_IMAGES, sizeof *f->picture);
	f->bytes = (struct strbuf)STRBUF_INIT;
	f->size = im->opts->size;
	im->grey = 1;
}

/* Appends the file to f->bytes. 0; 1 if it is larger than FILE_MAX; -1 on error. */
static int read_file(struct unpack *u, struct folder *f, struct error *err)
{
	char buf[1 << 15];
	size_t start = f->bytes.len;
	ssize_t n;

	while ((n = unpack_read(u, buf, sizeof buf, err)) > 0) {
		if (f->bytes.len - start + (size_t)n > FILE_MAX)
			return 1;
		strbuf_add(&f->bytes, buf, (size_t)n);
	}
	return n < 0 ? -1 : 0;
}

/* Records a file that cannot be an image, and removes its bytes from the batch. */
static int reject_file(struct import *im, struct folder *f, const char *name, const char *why)
{
	strbuf_shorten(&f->bytes, f->bytes.len - f->picture[f->n].at);
	import_add_bad(im, arena_strdup(&im->arena, name), why);
	return 0;
}

static int folder_entry(struct import *im, struct unpack *u, const char *name, struct error *err)
{
	struct folder *f = im->state;
	struct error why = {0};
	struct picture *p;
	int r;

	if (label_list_has_name(name))
		return label_list_read(im, u, name, err);
	if (!f->picture)
		start(im, f);
	p = &f->picture[f->n];
	*p = (struct picture){.at = f->bytes.len};
	r = read_file(u, f, err);
	if (r)
		return r < 0 ? -1 : reject_file(im, f, name, "larger than 256 MB");
	p->n = f->bytes.len - p->at;
	if (image_probe((const uint8_t *)f->bytes.buf + p->at, p->n, &p->info, &why))
		return reject_file(im, f, name, why.msg);
	p->name = arena_strdup(&im->arena, name);
	f->n++;
	f->pixels += (size_t)p->info.width * (size_t)p->info.height;
	f->out_bytes += 3 * (f->size ? (size_t)f->size * (size_t)f->size
				     : (size_t)p->info.width * (size_t)p->info.height);
	if (f->n == BATCH_IMAGES || f->bytes.len >= BATCH_BYTES || f->pixels >= BATCH_PIXELS ||
	    f->out_bytes >= BATCH_OUT)
		return flush(im, f, err);
	return 0;
}

static void folder_release(struct import *im)
{
	struct folder *f = im->state;

	free(f->picture);
	free(f->out);
	strbuf_release(&f->bytes);
}

/* Adds the images of the last batch. */
static int folder_end(struct import *im, struct error *err)
{
	struct folder *f = im->state;

	return f->picture ? flush(im, f, err) : 0;
}

static int folder_finish(struct import *im, struct error *err)
{
	const struct folder *f = im->state;

	if (layout_assign(im, err))
		return -1;
	folder_report(im, &f->kinds);
	return 0;
}

const struct import_format import_folder = {
    .title = "an image folder",
    .state_size = sizeof(struct folder),
    .is_folder = 1,
    .has_name = folder_has_name,
    .begins = image_is_certain,
    .entry = folder_entry,
    .end = folder_end,
    .finish = folder_finish,
    .release = folder_release,
};
