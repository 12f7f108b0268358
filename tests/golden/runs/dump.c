/* The inputs of a run for reference.py, as one safetensors file: tensors "start.NAME" of the
 * initial checkpoint, "views" {steps, views, batch, H, W, C}, "labels" {steps, batch}, "images"
 * {RUNS_IMAGES, H, W, C} of the test split, and as metadata "recipe", all keys as JSON, with
 * "recipe_hash". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "tests/golden/runs/runs.h"

struct batches {
	real *views;
	int32_t *labels;
	size_t n_views, n_labels; /* values so far */
};

static void keep_batch(void *ctx, const struct run *r)
{
	struct batches *b = ctx;
	const size_t n = golden_batch_size(r), images = (size_t)r->loader.batch;

	b->views = xrealloc(b->views, (b->n_views + n) * sizeof *b->views);
	memcpy(b->views + b->n_views, r->batcher.x, n * sizeof *b->views);
	b->n_views += n;
	b->labels = xrealloc(b->labels, (b->n_labels + images) * sizeof *b->labels);
	for (size_t i = 0; i < images; i++)
		b->labels[b->n_labels++] = r->batcher.labels[i];
}

static struct st_entry entry(const char *name, enum st_dtype dtype, int ndim, const int64_t *shape,
			     const void *data)
{
	struct st_entry e = {.name = xstrdup(name), .dtype = dtype, .ndim = ndim, .n = 1};

	for (int i = 0; i < ndim; i++) {
		e.shape[i] = shape[i];
		e.n *= (size_t)shape[i];
	}
	e.data = data;
	return e;
}

static real *plain_images(const struct run *r)
{
	const struct augment_fixed *f = &r->plain.fixed;
	const size_t in = (size_t)f->height * (size_t)f->width * (size_t)f->channels;
	const size_t out = (size_t)f->out_height * (size_t)f->out_width * (size_t)f->channels;
	struct arena scratch = ARENA_INIT;
	void *work = arena_alloc(&scratch, augment_scratch(f));
	real *x = xmalloc(RUNS_IMAGES * out * sizeof *x);

	for (size_t i = 0; i < RUNS_IMAGES; i++)
		augment_plain(f, r->data.pixels[SPLIT_TEST] + i * in, x + i * out, work);
	arena_release(&scratch);
	return x;
}

static int add_start(const struct safetensors *st, struct st_entry *e)
{
	char name[300];
	int n = 0;

	for (int i = 0; i < st->n; i++) {
		const struct st_entry *t = &st->entry[i];

		if (!strncmp(t->name, "optim.", 6)) /* zero */
			continue;
		snprintf(name, sizeof name, "start.%s", t->name);
		e[n++] = entry(name, t->dtype, t->ndim, t->shape, t->data);
	}
	return n;
}

static int write_inputs(const struct record *rec, const struct batches *b, const char *path,
			struct error *err)
{
	const struct run *r = &rec->run;
	const struct augment_fixed *f = &r->plain.fixed;
	const int64_t h = f->out_height, w = f->out_width, c = f->channels, n = r->loader.batch;
	const int64_t views[] = {rec->steps, r->method->views, n, h, w, c};
	const int64_t labels[] = {rec->steps, n}, images[] = {RUNS_IMAGES, h, w, c};
	struct st_entry *e = xcalloc((size_t)rec->start.n + 3, sizeof *e);
	struct strbuf json = STRBUF_INIT;
	real *plain = plain_images(r);
	int k = add_start(&rec->start, e), ret;

	e[k++] = entry("images", ST_F64, 4, images, plain);
	if (rec->steps) {
		e[k++] = entry("views", ST_F64, 6, views, b->views);
		e[k++] = entry("labels", ST_I32, 2, labels, b->labels);
	}
	recipe_json(&r->recipe, &json);
	ret = st_write(path, e, k, (const char *const[]){"recipe", "recipe_hash"},
		       (const char *const[]){json.buf, r->recipe.hash}, 2, NULL, err);
	while (k)
		free(e[--k].name);
	free(e);
	free(plain);
	strbuf_release(&json);
	return ret;
}

int golden_dump(const struct golden_run *which, const struct way *way, const char *folder,
		struct error *err)
{
	struct batches b = {0};
	struct record rec = {.batch = keep_batch, .ctx = &b};
	char path[4200];
	int ret = -1;

	if (!REAL_IS_DOUBLE)
		return error_set(err, ERR_USAGE, "only the double build writes inputs");
	snprintf(path, sizeof path, "%s/%s.safetensors", folder, which->name);
	if (!fs_mkdirs(folder, err) && !golden_train(&rec, which, way, err))
		ret = write_inputs(&rec, &b, path, err);
	golden_release(&rec);
	free(b.views);
	free(b.labels);
	return ret;
}
