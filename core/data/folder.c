/*
 * The format of image folders: reads and decodes the images. Their splits and classes follow from
 * the paths after all were read (layout.h), so that an archive and its folder give the same
 * dataset.
 *
 * Files are decoded in batches (folder_batch.h), of which one is read while another is decoded. A
 * file that does not decode is recorded as bad (import_add_bad()) and otherwise ignored: it affects
 * neither the size of the images nor whether they are grey. What became of each file is also
 * recorded in the journal (partial.h), so that an interrupted import can be continued: then the
 * files of the journal are not read again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/data/folder_batch.h"
#include "core/data/folder_report.h"
#include "core/data/image.h"
#include "core/data/import.h"
#include "core/data/layout.h"
#include "core/data/label_list.h"
#include "core/data/partial.h"

enum { FILE_MAX = 256 << 20 };

struct folder {
	struct batch batch[2];
	int at;         /* the batch that is being filled; the other one is decoded, or empty */
	int begun;      /* the batches and the spool are open */
	int continuing; /* all files so far were in the journal */
	uint32_t slots; /* images in the spool */
	struct folder_kinds kinds;
};

static int folder_has_name(const char *name)
{
	return label_list_has_name(name) || image_has_name(name);
}

static int begin(struct import *im, struct folder *f, struct error *err)
{
	if (import_spool_open_partial(im, err))
		return -1;
	batch_init(&f->batch[0]);
	batch_init(&f->batch[1]);
	f->begun = 1;
	f->continuing = im->partial != NULL;
	im->grey = 1;
	return 0;
}

/* collecting */

/* Adds an image that was decoded. Without --size all must have the size of the first. */
static int add_image(struct import *im, struct folder *f, const struct partial_file *of,
		     struct error *err)
{
	int size = im->opts->size;
	struct import_image *image;

	if (import_check_size(im, size ? size : of->info.height, size ? size : of->info.width, 3,
			      of->name, err))
		return -1;
	image = import_append(im, 1, "", err);
	if (!image)
		return -1;
	image->name = of->name;
	image->spool = of->slot;
	im->grey &= of->found.grey;
	folder_count(&f->kinds, &of->info, &of->found);
	return 0;
}

/* Adds a file that was read, in this import or, as the journal says, in an earlier one. */
static int add_file(struct import *im, struct folder *f, const struct partial_file *of,
		    struct error *err)
{
	if (!of->why)
		return add_image(im, f, of, err);
	import_add_bad(im, of->name, of->why);
	return 0;
}

/* Takes over the files of a batch that is decoded. */
static int collect(struct import *im, struct folder *f, struct batch *b, struct error *err)
{
	int ret = 0;

	batch_wait(b);
	for (int i = 0; i < b->n && !ret; i++) {
		const struct picture *p = &b->picture[i];
		struct partial_file of = {p->name, p->bytes, p->time, p->failed ? p->err.msg : NULL,
					  p->info, p->found, p->slot, p->pixels};

		if (p->unwritten) {
			*err = p->err;
			ret = -1;
		} else {
			ret = add_file(im, f, &of, err);
		}
		if (!ret && im->partial)
			partial_add(im->partial, &of);
	}
	batch_clear(b);
	/* also after an error: the files before it need not be read again */
	if (im->partial && partial_flush(im->partial, ret ? NULL : err))
		ret = -1;
	return ret;
}

/* Sets the size of all images: --size, or that of the first image that can be read. 0 if none in
 * this batch is. */
static int choose_size(const struct import *im, struct batch *b)
{
	b->size = im->opts->size;
	b->height = b->size ? b->size : im->height;
	b->width = b->size ? b->size : im->width;
	for (int i = 0; i < b->n && !b->height; i++)
		if (batch_try(b, i)) {
			b->height = b->picture[i].info.height;
			b->width = b->picture[i].info.width;
		}
	return b->height != 0;
}

/* Collects the batch that is being decoded, and starts the one that is full. */
static int turn(struct import *im, struct folder *f, struct error *err)
{
	struct batch *full = &f->batch[f->at], *other = &f->batch[!f->at];

	if (collect(im, f, other, err))
		return -1;
	f->at = !f->at;
	full->spool = im->opts->dry ? NULL : &im->spool;
	if (!choose_size(im, full)) /* all have failed */
		return collect(im, f, full, err);
	batch_start(full);
	return 0;
}

/* reading */

/* Appends the file to the batch. 0; 1 if it is larger than FILE_MAX; -1 on error. */
static int read_content(struct unpack *u, struct batch *b, struct error *err)
{
	char buf[1 << 15];
	size_t start = b->content.len;
	ssize_t n;

	while ((n = unpack_read(u, buf, sizeof buf, err)) > 0) {
		if (b->content.len - start + (size_t)n > FILE_MAX)
			return 1;
		strbuf_add(&b->content, buf, (size_t)n);
	}
	return n < 0 ? -1 : 0;
}

/* Reads the file into *p, the next picture of the batch. One that cannot be an image has failed
 * already, and its content is dropped. */
static int read_picture(struct import *im, struct unpack *u, struct batch *b, struct picture *p,
			struct error *err)
{
	int r;

	p->at = b->content.len;
	r = read_content(u, b, err);
	if (r < 0)
		return -1;
	p->n = b->content.len - p->at;
	im->read_bytes += (int64_t)p->n;
	if (r)
		p->failed = error_set(&p->err, ERR_FAILED, "larger than 256 MB");
	else
		p->failed =
		    image_probe((const uint8_t *)b->content.buf + p->at, p->n, &p->info, &p->err);
	if (p->failed)
		strbuf_shorten(&b->content, p->n);
	else
		b->area += (size_t)p->info.width * (size_t)p->info.height;
	return 0;
}

/* Says once how many files of an interrupted import were taken over. */
static void end_continuing(struct import *im, struct folder *f)
{
	f->continuing = 0;
	if (!im->continued)
		return;
	import_pause(im);
	if (im->of)
		import_remark(im, REMARK_INFO,
			      "%s: continues an interrupted import: %u of %u images are there",
			      im->path, im->continued, im->of);
	else
		import_remark(im, REMARK_INFO,
			      "%s: continues an interrupted import: %u images are there", im->path,
			      im->continued);
}

/* 1 if the journal has the file; then it is added without reading it. */
static int take_over(struct import *im, struct folder *f, const struct picture *p,
		     struct error *err)
{
	struct partial_file of = {.name = p->name, .bytes = p->bytes, .time = p->time};

	if (!f->continuing)
		return 0;
	if (!partial_next(im->partial, &of)) {
		end_continuing(im, f);
		return 0;
	}
	im->continued++;
	if (!of.why)
		f->slots = of.slot + 1;
	return add_file(im, f, &of, err) ? -1 : 1;
}

static int folder_entry(struct import *im, struct unpack *u, const char *name, struct error *err)
{
	struct folder *f = im->state;
	struct picture next = {0};
	struct batch *b;
	int r;

	if (label_list_has_name(name))
		return label_list_read(im, u, name, err);
	if (!f->begun && begin(im, f, err))
		return -1;
	next.name = arena_strdup(&im->arena, name);
	unpack_stat(u, &next.bytes, &next.time);
	r = take_over(im, f, &next, err);
	if (r)
		return r < 0 ? -1 : 0;
	b = &f->batch[f->at];
	if (read_picture(im, u, b, &next, err))
		return -1;
	next.slot = f->slots++;
	b->picture[b->n++] = next;
	return batch_is_full(b) ? turn(im, f, err) : 0;
}

/* Stops a decoder after an error. What it has decoded is recorded, for an import that continues. */
static void folder_release(struct import *im)
{
	struct folder *f = im->state;
	struct error ignored;

	if (!f->begun)
		return;
	if (im->partial)
		collect(im, f, &f->batch[!f->at], &ignored);
	batch_release(&f->batch[0]);
	batch_release(&f->batch[1]);
}

/* Adds the images of the last two batches. */
static int folder_end(struct import *im, struct error *err)
{
	struct folder *f = im->state;

	if (f->continuing)
		end_continuing(im, f);
	return f->begun && (turn(im, f, err) || collect(im, f, &f->batch[!f->at], err)) ? -1 : 0;
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
