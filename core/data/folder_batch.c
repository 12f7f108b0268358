#include "core/data/folder_batch.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/base/thread.h"
#include "core/data/partial.h"
#include "core/data/resize.h"

/* Of a batch, or of each thread where that is more: with many threads, a batch has enough images to
 * keep them all at work, also where these are large. */
enum {
	BATCH_IMAGES = 512,
	BATCH_BYTES = 16 << 20, /* of files */
	THREAD_BYTES = 2 << 20,
	BATCH_AREA = 32 << 20, /* pixels, decoded and not yet scaled */
	THREAD_AREA = 12 << 20,
};

void batch_init(struct batch *b)
{
	*b = (struct batch){.content = STRBUF_INIT};
	b->picture = xcalloc(BATCH_IMAGES, sizeof *b->picture);
}

void batch_release(struct batch *b)
{
	batch_wait(b);
	strbuf_release(&b->content);
	free(b->picture);
	b->picture = NULL;
}

static size_t limit(size_t of_batch, size_t of_thread)
{
	size_t all = of_thread * (size_t)parallel_threads();

	return all > of_batch ? all : of_batch;
}

int batch_is_full(const struct batch *b)
{
	return b->n == BATCH_IMAGES || b->content.len >= limit(BATCH_BYTES, THREAD_BYTES) ||
	       b->area >= limit(BATCH_AREA, THREAD_AREA);
}

/* Decodes a picture into a new buffer of its own size. NULL, with p->failed set, if it is bad. */
static uint8_t *decode_full(const struct batch *b, struct picture *p)
{
	size_t bytes = (size_t)p->info.width * (size_t)p->info.height * 3;
	uint8_t *full = xmalloc(bytes);

	p->failed = image_decode((const uint8_t *)b->content.buf + p->at, p->n, &p->info, full,
				 &p->found, &p->err);
	if (!p->failed)
		return full;
	free(full);
	return NULL;
}

int batch_try(const struct batch *b, int i)
{
	struct picture *p = &b->picture[i];

	if (!p->failed)
		free(decode_full(b, p));
	return !p->failed;
}

static void store(const struct batch *b, struct picture *p, const uint8_t *image)
{
	size_t bytes = (size_t)b->height * (size_t)b->width * 3;

	p->pixels = partial_checksum(image, bytes);
	p->unwritten = spool_write(b->spool, p->slot * (uint64_t)bytes, image, bytes, &p->err);
}

static void decode_one(void *ctx, int i)
{
	const struct batch *b = ctx;
	struct picture *p = &b->picture[i];
	int fits = p->info.width == b->width && p->info.height == b->height;
	uint8_t *full = p->failed ? NULL : decode_full(b, p), *scaled = NULL;

	if (full && b->size && !fits) {
		scaled = xmalloc((size_t)b->size * (size_t)b->size * 3);
		resize_square(full, p->info.height, p->info.width, 3, scaled, b->size);
	}
	if (full && b->spool && (scaled || fits))
		store(b, p, scaled ? scaled : full);
	free(scaled);
	free(full);
}

static void *decode_all(void *ctx)
{
	struct batch *b = ctx;

	parallel_for(b->n, decode_one, b);
	return NULL;
}

void batch_start(struct batch *b)
{
	b->running = 1;
	b->threaded = !thread_start(&b->thread, decode_all, b);
	if (!b->threaded)
		decode_all(b);
}

void batch_wait(struct batch *b)
{
	if (b->running && b->threaded)
		pthread_join(b->thread, NULL);
	b->running = 0;
}

void batch_clear(struct batch *b)
{
	b->n = 0;
	b->area = 0;
	strbuf_clear(&b->content);
}
