#include "core/tensor/safetensors.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/strbuf.h"
#include "core/base/utf8.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "safetensors data is little-endian, and is read and written as it lies in memory"
#endif

enum { HEADER_MAX = 100000000, DIMS_MAX = 8 }; /* the format's own limit on the header */

static const struct dtype {
	const char *name;
	unsigned size;
} dtypes[] = {
    [ST_F32] = {"F32", 4}, [ST_F64] = {"F64", 8}, [ST_I64] = {"I64", 8},
    [ST_I32] = {"I32", 4}, [ST_U8] = {"U8", 1},
};

enum { N_DTYPES = sizeof dtypes / sizeof *dtypes };

struct reader {
	const char *path;
	struct json json; /* the header */
	uint64_t data_size;
	struct safetensors *st;
	int cap_entry, cap_meta;
	uint64_t *begin; /* of each entry's data, for the check of holes and overlaps */
	struct strbuf text;
	struct error *err;
};

static int corrupt(struct reader *r, const char *why)
{
	return error_set(r->err, ERR_CORRUPT, "%s: not a valid safetensors file: %s", r->path, why);
}

/* True, and past it, when the next character is c. */
static int skip(struct reader *r, char c)
{
	return json_skip(&r->json, c);
}

/* A string into r->text. */
static int string(struct reader *r)
{
	strbuf_clear(&r->text);
	if (json_read_string(&r->json, &r->text))
		return corrupt(r, r->json.why);
	return utf8_is_valid(r->text.buf) ? 0 : corrupt(r, "a string that is not UTF-8");
}

static int string_dup(struct reader *r, char **out)
{
	if (string(r))
		return -1;
	*out = xstrdup(r->text.buf);
	return 0;
}

/* [1, 2, ...]: up to `max` non-negative integers. */
static int integers(struct reader *r, uint64_t *out, int max, int *n)
{
	*n = 0;
	if (!skip(r, '['))
		return corrupt(r, "a list of integers is expected");
	if (skip(r, ']'))
		return 0;
	do {
		struct json_number v;

		if (json_read_number(&r->json, &v))
			return corrupt(r, r->json.why);
		if (!v.is_integer || v.i < 0)
			return corrupt(r, "an integer is expected");
		if (*n == max)
			return corrupt(r, "too many dimensions or offsets");
		out[(*n)++] = (uint64_t)v.i;
	} while (skip(r, ','));
	return skip(r, ']') ? 0 : corrupt(r, "a list without end");
}

static int metadata(struct reader *r)
{
	struct safetensors *st = r->st;

	if (st->meta_key)
		return corrupt(r, "two __metadata__ objects");
	st->meta_key = xcalloc(1, sizeof *st->meta_key);
	st->meta_value = xcalloc(1, sizeof *st->meta_value);
	if (!skip(r, '{'))
		return corrupt(r, "__metadata__ is not an object");
	if (skip(r, '}'))
		return 0;
	do {
		if (st->n_meta == r->cap_meta) {
			r->cap_meta = r->cap_meta ? 2 * r->cap_meta : 16;
			st->meta_key = xrealloc(st->meta_key, (size_t)r->cap_meta * sizeof(char *));
			st->meta_value =
			    xrealloc(st->meta_value, (size_t)r->cap_meta * sizeof(char *));
		}
		st->meta_key[st->n_meta] = st->meta_value[st->n_meta] = NULL;
		st->n_meta++;
		if (string_dup(r, &st->meta_key[st->n_meta - 1]))
			return -1;
		if (!skip(r, ':'))
			return corrupt(r, "':' is expected");
		if (string_dup(r, &st->meta_value[st->n_meta - 1]))
			return -1;
	} while (skip(r, ','));
	return skip(r, '}') ? 0 : corrupt(r, "__metadata__ without end");
}

static int dtype(struct reader *r, enum st_dtype *out)
{
	if (string(r))
		return -1;
	for (int i = 0; i < N_DTYPES; i++)
		if (!strcmp(r->text.buf, dtypes[i].name)) {
			*out = (enum st_dtype)i;
			return 0;
		}
	if (r->text.len > 16)
		return corrupt(r, "unknown dtype");
	return error_set(r->err, ERR_CORRUPT, "%s: dtype %s is not supported (F32 F64 I64 I32 U8)",
			 r->path, r->text.buf);
}

/* Shape and offsets agree with each other and with the file. */
static int place(struct reader *r, struct st_entry *e, const uint64_t *shape, int ndim,
		 const uint64_t *offset)
{
	uint64_t n = 1;

	for (int i = 0; i < ndim; i++) {
		if (shape[i] && n > (uint64_t)INT64_MAX / 8 / shape[i])
			return corrupt(r, "a shape is too large");
		n *= shape[i];
		e->shape[i] = (int64_t)shape[i];
	}
	if (offset[0] > offset[1] || offset[1] > r->data_size)
		return corrupt(r, "data_offsets lie outside the file");
	if (offset[1] - offset[0] != n * dtypes[e->dtype].size)
		return corrupt(r, "data_offsets do not match shape and dtype");
	e->ndim = ndim;
	e->n = n;
	r->begin[r->st->n - 1] = offset[0];
	return 0;
}

/* {"dtype": ..., "shape": [...], "data_offsets": [...]} in any order, each once. */
static int tensor_object(struct reader *r, struct st_entry *e)
{
	uint64_t shape[DIMS_MAX], offset[2];
	int seen = 0, bit, ndim = 0, n_offset = 0, bad;

	if (!skip(r, '{'))
		return corrupt(r, "a tensor's entry is not an object");
	do {
		if (string(r))
			return -1;
		bit = !strcmp(r->text.buf, "dtype")          ? 1
		      : !strcmp(r->text.buf, "shape")        ? 2
		      : !strcmp(r->text.buf, "data_offsets") ? 4
							     : 0;
		if (!bit || seen & bit)
			return corrupt(r, "unknown or repeated key in a tensor's entry");
		seen |= bit;
		if (!skip(r, ':'))
			return corrupt(r, "':' is expected");
		bad = bit == 1   ? dtype(r, &e->dtype)
		      : bit == 2 ? integers(r, shape, DIMS_MAX, &ndim)
				 : integers(r, offset, 2, &n_offset);
		if (bad)
			return -1;
	} while (skip(r, ','));
	if (!skip(r, '}'))
		return corrupt(r, "a tensor's entry without end");
	if (seen != 7 || n_offset != 2)
		return corrupt(r, "dtype, shape or data_offsets is missing");
	return place(r, e, shape, ndim, offset);
}

static int entry(struct reader *r)
{
	struct safetensors *st = r->st;
	struct st_entry *e;

	if (string(r))
		return -1;
	if (!skip(r, ':')) /* the name stays in r->text */
		return corrupt(r, "':' is expected");
	if (!strcmp(r->text.buf, "__metadata__"))
		return metadata(r);
	if (st->n == r->cap_entry) {
		r->cap_entry = r->cap_entry ? 2 * r->cap_entry : 64;
		st->entry = xrealloc(st->entry, (size_t)r->cap_entry * sizeof *st->entry);
		r->begin = xrealloc(r->begin, (size_t)r->cap_entry * sizeof *r->begin);
	}
	e = &st->entry[st->n++];
	memset(e, 0, sizeof *e);
	e->name = xstrdup(r->text.buf);
	return tensor_object(r, e);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int all_differ(struct reader *r, char **text, int n)
{
	qsort(text, (size_t)n, sizeof *text, by_text);
	for (int i = 1; i < n; i++)
		if (!strcmp(text[i - 1], text[i]))
			return corrupt(r, "a name occurs twice");
	return 0;
}

static int names_differ(struct reader *r)
{
	struct safetensors *st = r->st;
	char **name = xmalloc((size_t)(st->n + st->n_meta + 1) * sizeof *name);
	int bad;

	for (int i = 0; i < st->n; i++)
		name[i] = st->entry[i].name;
	bad = all_differ(r, name, st->n);
	for (int i = 0; i < st->n_meta; i++)
		name[i] = st->meta_key[i];
	bad = bad || all_differ(r, name, st->n_meta);
	free(name);
	return bad ? -1 : 0;
}

struct span {
	uint64_t begin, end;
};

static int by_begin(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	if (x->begin != y->begin)
		return x->begin < y->begin ? -1 : 1;
	return (x->end > y->end) - (x->end < y->end);
}

/* The tensors cover the data without hole or overlap, as the format demands. */
static int covers(struct reader *r)
{
	struct safetensors *st = r->st;
	struct span *s = xmalloc((size_t)(st->n + 1) * sizeof *s);
	uint64_t at = 0;
	int bad = 0;

	for (int i = 0; i < st->n; i++)
		s[i] = (struct span){
		    r->begin[i], r->begin[i] + st->entry[i].n * dtypes[st->entry[i].dtype].size};
	qsort(s, (size_t)st->n, sizeof *s, by_begin);
	for (int i = 0; i < st->n && !bad; i++) {
		bad = s[i].begin != at;
		at = s[i].end;
	}
	free(s);
	if (bad || at != r->data_size)
		return corrupt(r, "the tensors leave a hole in the data, or overlap");
	return 0;
}

static int header(struct reader *r, const unsigned char *data)
{
	struct safetensors *st = r->st;

	if (r->json.p == r->json.end || *r->json.p != '{') /* without a blank before it */
		return corrupt(r, "the header is not an object");
	r->json.p++;
	if (!skip(r, '}')) {
		do {
			if (entry(r))
				return -1;
		} while (skip(r, ','));
		if (!skip(r, '}'))
			return corrupt(r, "the header has no end");
	}
	if (!json_at_end(&r->json))
		return corrupt(r, "something follows the header");
	if (names_differ(r) || covers(r))
		return -1;
	for (int i = 0; i < st->n; i++)
		st->entry[i].data = data + r->begin[i];
	return 0;
}

int st_open(const char *path, struct safetensors *st, struct error *err)
{
	struct safetensors fresh = {0};
	struct reader r = {.path = path, .st = &fresh, .text = STRBUF_INIT, .err = err};
	uint64_t length = 0;
	int bad;

	if (fs_map(path, &fresh.map, err))
		return -1;
	if (fresh.map.size >= 8)
		memcpy(&length, fresh.map.data, 8);
	if (fresh.map.size < 8) {
		bad = corrupt(&r, "shorter than 8 bytes");
	} else if (length > HEADER_MAX || length > fresh.map.size - 8) {
		bad = corrupt(&r, "the header's length exceeds the file");
	} else {
		r.json.p = (const char *)fresh.map.data + 8;
		r.json.end = r.json.p + length;
		r.data_size = fresh.map.size - 8 - length;
		bad = header(&r, (const unsigned char *)r.json.end);
	}
	free(r.begin);
	strbuf_release(&r.text);
	if (bad) {
		st_close(&fresh);
		return -1;
	}
	*st = fresh;
	return 0;
}

void st_close(struct safetensors *st)
{
	for (int i = 0; i < st->n; i++)
		free(st->entry[i].name);
	for (int i = 0; i < st->n_meta; i++) {
		free(st->meta_key[i]);
		free(st->meta_value[i]);
	}
	free(st->entry);
	free(st->meta_key);
	free(st->meta_value);
	fs_unmap(&st->map);
	memset(st, 0, sizeof *st);
}

const struct st_entry *st_find(const struct safetensors *st, const char *name)
{
	for (int i = 0; i < st->n; i++)
		if (!strcmp(st->entry[i].name, name))
			return &st->entry[i];
	return NULL;
}

const char *st_meta(const struct safetensors *st, const char *key)
{
	for (int i = 0; i < st->n_meta; i++)
		if (!strcmp(st->meta_key[i], key))
			return st->meta_value[i];
	return NULL;
}

static double value(const struct st_entry *e, size_t i)
{
	const unsigned char *p = (const unsigned char *)e->data + i * dtypes[e->dtype].size;
	float f;
	double d;
	int64_t l;
	int32_t w;

	switch (e->dtype) {
	case ST_F32:
		memcpy(&f, p, sizeof f);
		return f;
	case ST_F64:
		memcpy(&d, p, sizeof d);
		return d;
	case ST_I64:
		memcpy(&l, p, sizeof l);
		return (double)l;
	case ST_I32:
		memcpy(&w, p, sizeof w);
		return w;
	case ST_U8:
		return *p;
	}
	BUG("dtype %d", (int)e->dtype);
}

void st_to_double(const struct st_entry *e, double *out)
{
	for (size_t i = 0; i < e->n; i++)
		out[i] = value(e, i);
}

void st_to_float(const struct st_entry *e, float *out)
{
	if (e->dtype == ST_F32) {
		if (e->n)
			memcpy(out, e->data, e->n * sizeof *out);
		return;
	}
	for (size_t i = 0; i < e->n; i++)
		out[i] = (float)value(e, i);
}
