#include "core/run/extract.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/json.h"
#include "core/base/output.h"
#include "core/base/utf8.h"
#include "core/eval/features.h"
#include "core/nn/mlp.h"
#include "core/tensor/npy.h"

enum { ROWS = 1000 }; /* at a time */

int extract_dim(const struct extract *x)
{
	const struct mlp *head = method_projector(x->run->method, x->run->self);

	if (!x->embedding)
		return encoder_dim(x->run->encoder);
	return head ? mlp_out_dim(head) : 0;
}

static uint32_t image_of(const struct extract *x, uint32_t i)
{
	return x->index ? x->index[i] : i;
}

static int label_of(const struct extract *x, uint32_t i)
{
	const int16_t *label = x->run->data.labels[x->split];

	return label ? label[image_of(x, i)] : -1;
}

int extract_has_labels(const struct extract *x)
{
	for (uint32_t i = 0; i < x->n; i++)
		if (label_of(x, i) >= 0)
			return 1;
	return 0;
}

static size_t image_size(const struct dataset *d)
{
	return (size_t)d->height * (size_t)d->width * (size_t)d->channels;
}

static const uint8_t *pixels_of(const struct extract *x, uint32_t i)
{
	return x->run->data.pixels[x->split] + image_of(x, i) * image_size(&x->run->data);
}

static const char *class_of(const struct extract *x, int label)
{
	const struct dataset *d = &x->run->data;

	return label >= 0 && label < d->classes ? d->class_name[label] : "";
}

/* Computes the embeddings of n rows of features. */
static void project(const struct extract *x, const real *h, int n, real *out)
{
	const struct mlp *head = method_projector(x->run->method, x->run->self);
	struct tape *t = &x->run->eval_tape;
	int d = encoder_dim(x->run->encoder);
	struct tensor *in, *y;

	tape_reset(t);
	in = tensor_new2(&t->arena, n, d);
	tensor_write(in, h);
	y = mlp_forward(head, t, in);
	tensor_read(y, out);
	tape_reset(t);
}

/* A pass over the images: `out` holds the rows of images first .. first + n - 1. */
struct pass {
	const struct extract *x;
	uint32_t *index;
	real *h, *out;
	uint32_t first, n;
	int dim;
};

static void pass_begin(struct pass *p, const struct extract *x)
{
	size_t d = (size_t)encoder_dim(x->run->encoder);

	*p = (struct pass){.x = x, .dim = extract_dim(x)};
	p->index = xmalloc(ROWS * sizeof *p->index);
	p->h = xmalloc(ROWS * d * sizeof *p->h);
	p->out = x->embedding ? xmalloc(ROWS * (size_t)p->dim * sizeof *p->out) : p->h;
}

static void pass_end(struct pass *p)
{
	if (p->out != p->h)
		free(p->out);
	free(p->h);
	free(p->index);
}

static int is_stopped(const struct extract *x)
{
	return x->stop && *x->stop;
}

/* Computes the next rows: 1; 0 at the end, or when stopped; -1 if the device fails. */
static int pass_next(struct pass *p, struct error *err)
{
	const struct extract *x = p->x;
	struct run *r = x->run;
	uint32_t left;

	p->first += p->n;
	left = x->n - p->first;
	p->n = left < ROWS ? left : ROWS;
	if (!p->n || is_stopped(x))
		return 0;
	for (uint32_t i = 0; i < p->n; i++)
		p->index[i] = image_of(x, p->first + i);
	features_extract(r->encoder, &r->eval_tape, &r->data, x->split, p->index, p->n, &r->plain,
			 p->h);
	if (x->embedding)
		project(x, p->h, (int)p->n, p->out);
	return r->device->check(r->device, err) ? -1 : 1;
}

/* ---- .npy ---- */

void extract_path(const char *path, enum extract_file file, struct strbuf *out)
{
	static const char *const end[] = {".npy", ".labels.npy", ".classes.json", ".images.npy"};

	strbuf_add(out, path, strlen(path) - strlen(".npy"));
	strbuf_adds(out, end[file]);
}

int extract_has(const struct extract *x, enum extract_file file)
{
	if (file == EXTRACT_LABELS || file == EXTRACT_CLASSES)
		return extract_has_labels(x);
	return file == EXTRACT_FEATURES || x->images;
}

static int write_features(const struct extract *x, struct fs_out *o, struct error *err)
{
	const int64_t shape[] = {x->n, extract_dim(x)};
	struct strbuf head = STRBUF_INIT;
	struct pass p;
	float *row;
	int ret, more = 0;

	npy_header(NPY_F32, shape, 2, &head);
	ret = fs_out_write(o, head.buf, head.len, err);
	strbuf_release(&head);
	pass_begin(&p, x);
	row = xmalloc((size_t)p.dim * sizeof *row);
	while (!ret && (more = pass_next(&p, err)) > 0)
		for (uint32_t i = 0; !ret && i < p.n; i++) {
			for (int j = 0; j < p.dim; j++)
				row[j] = (float)p.out[(size_t)i * (size_t)p.dim + (size_t)j];
			ret = fs_out_write(o, row, (size_t)p.dim * sizeof *row, err);
		}
	free(row);
	pass_end(&p);
	return more < 0 ? -1 : ret;
}

static int write_labels(const struct extract *x, struct fs_out *o, struct error *err)
{
	const int64_t shape[] = {x->n};
	struct strbuf text = STRBUF_INIT;
	int ret;

	npy_header(NPY_I64, shape, 1, &text);
	for (uint32_t i = 0; i < x->n; i++) {
		int64_t label = label_of(x, i);

		strbuf_add(&text, &label, sizeof label);
	}
	ret = fs_out_write(o, text.buf, text.len, err);
	strbuf_release(&text);
	return ret;
}

static int write_classes(const struct extract *x, struct fs_out *o, struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	int ret;

	strbuf_addc(&text, '[');
	for (int c = 0; c < x->run->data.classes; c++) {
		strbuf_adds(&text, c ? ", " : "");
		json_add_visible(&text, x->run->data.class_name[c]);
	}
	strbuf_adds(&text, "]\n");
	ret = fs_out_write(o, text.buf, text.len, err);
	strbuf_release(&text);
	return ret;
}

static int write_images(const struct extract *x, struct fs_out *o, struct error *err)
{
	const struct dataset *d = &x->run->data;
	const int64_t shape[] = {x->n, d->height, d->width, d->channels};
	struct strbuf head = STRBUF_INIT;
	int ret;

	npy_header(NPY_U8, shape, 4, &head);
	ret = fs_out_write(o, head.buf, head.len, err);
	for (uint32_t i = 0; !ret && i < x->n; i++)
		ret = fs_out_write(o, pixels_of(x, i), image_size(d), err);
	strbuf_release(&head);
	return ret;
}

static int (*const write_file[])(const struct extract *, struct fs_out *, struct error *) = {
    [EXTRACT_FEATURES] = write_features,
    [EXTRACT_LABELS] = write_labels,
    [EXTRACT_CLASSES] = write_classes,
    [EXTRACT_IMAGES] = write_images,
};

/* All files get their final names after all are written; the features, which the others depend on,
 * last. */
static int commit(const struct extract *x, struct output *o, const char *path, int replace,
		  struct error *err)
{
	int ret = 0;

	for (int f = EXTRACT_FILES - 1; !ret && f >= 0; f--) {
		struct strbuf name = STRBUF_INIT;

		extract_path(path, (enum extract_file)f, &name);
		if (extract_has(x, (enum extract_file)f))
			ret = output_commit(&o[f], err);
		else if (replace && unlink(name.buf) && errno != ENOENT)
			ret = error_errno(err, ERR_FAILED, "%s", name.buf);
		strbuf_release(&name);
	}
	return ret;
}

static int begin(const struct extract *x, struct output *o, const char *path,
		 enum extract_file file, int replace, struct error *err)
{
	struct strbuf name = STRBUF_INIT;
	int ret;

	extract_path(path, file, &name);
	ret = output_open(o, name.buf, replace ? OUTPUT_REPLACE : 0, err) ||
		      write_file[file](x, &o->out, err)
		  ? -1
		  : 0;
	strbuf_release(&name);
	return ret;
}

int extract_npy(const struct extract *x, const char *path, int replace, struct error *err)
{
	struct output o[EXTRACT_FILES] = {{.flags = 0}};
	int ret = 0;

	for (int f = 0; !ret && f < EXTRACT_FILES; f++)
		if (extract_has(x, (enum extract_file)f))
			ret = begin(x, &o[f], path, (enum extract_file)f, replace, err);
	if (!ret && is_stopped(x))
		ret = 1;
	if (!ret)
		ret = commit(x, o, path, replace, err);
	for (int f = 0; f < EXTRACT_FILES; f++)
		output_abort(&o[f]);
	return ret;
}

/* ---- CSV ---- */

static void add_header(const struct extract *x, struct strbuf *out)
{
	const int dim = extract_dim(x);

	strbuf_adds(out, "index,label,class");
	for (int j = 0; j < dim; j++)
		strbuf_addf(out, ",%c%d", x->embedding ? 'z' : 'f', j);
	for (size_t j = 0; x->images && j < image_size(&x->run->data); j++)
		strbuf_addf(out, ",p%zu", j);
	strbuf_adds(out, "\n");
}

static void add_quoted(const char *s, struct strbuf *out)
{
	if (!s[strcspn(s, "\",\r\n")]) {
		strbuf_adds(out, s);
		return;
	}
	strbuf_addc(out, '"');
	for (; *s; s++)
		strbuf_adds(out, *s == '"' ? "\"\"" : (char[]){*s, 0});
	strbuf_addc(out, '"');
}

/* Appends as few digits as are needed to read back the same float. */
static void add_float(float v, struct strbuf *out)
{
	char text[32];

	if (!isfinite(v)) {
		strbuf_adds(out, isnan(v) ? "nan" : v < 0 ? "-inf" : "inf");
		return;
	}
	for (int digits = 6; digits <= 9; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, (double)v);
		if (strtof(text, NULL) == v)
			break;
	}
	strbuf_adds(out, text);
}

static void add_line(const struct pass *p, uint32_t i, struct strbuf *out)
{
	const struct extract *x = p->x;
	const uint8_t *pixel = pixels_of(x, p->first + i);
	const int label = label_of(x, p->first + i);

	strbuf_add_int(out, image_of(x, p->first + i));
	strbuf_addc(out, ',');
	if (label >= 0)
		strbuf_add_int(out, label);
	strbuf_addc(out, ',');
	add_quoted(class_of(x, label), out);
	for (int j = 0; j < p->dim; j++) {
		strbuf_addc(out, ',');
		add_float((float)p->out[(size_t)i * (size_t)p->dim + (size_t)j], out);
	}
	for (size_t j = 0; x->images && j < image_size(&x->run->data); j++) {
		strbuf_addc(out, ',');
		strbuf_add_int(out, pixel[j]);
	}
	strbuf_addc(out, '\n');
}

int extract_csv(const struct extract *x, FILE *out, struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	struct pass p;
	int bad, more = 0;

	add_header(x, &text);
	bad = fwrite(text.buf, 1, text.len, out) != text.len;
	pass_begin(&p, x);
	while (!bad && (more = pass_next(&p, err)) > 0)
		for (uint32_t i = 0; !bad && i < p.n; i++) {
			strbuf_clear(&text);
			add_line(&p, i, &text);
			bad = fwrite(text.buf, 1, text.len, out) != text.len;
		}
	pass_end(&p);
	strbuf_release(&text);
	if (more < 0)
		return -1;
	if (bad)
		return error_errno(err, ERR_FAILED, "cannot write");
	return is_stopped(x);
}
