/*
 * Safetensors files (an 8-byte little-endian header length, a JSON header, raw little-endian data):
 * checkpoints, exported encoders and golden vectors. Reading checks every offset and length against
 * the file, so that a damaged or hostile file is an error (ERR_CORRUPT) and never a crash. The JSON
 * accepted is what the format allows: flat objects, strings, integers, arrays of integers.
 */
#ifndef SSL_TENSOR_SAFETENSORS_H
#define SSL_TENSOR_SAFETENSORS_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/fs.h"

enum st_dtype { ST_F32, ST_F64, ST_I64, ST_I32, ST_U8 };

struct st_entry {
	char *name;
	enum st_dtype dtype;
	int ndim;
	int64_t shape[8];
	size_t n;         /* elements */
	const void *data; /* inside the mapped file: may be unaligned */
};

struct safetensors {
	struct st_entry *entry; /* in the file's order */
	int n;
	char **meta_key, **meta_value; /* __metadata__, strings as the format says */
	int n_meta;
	struct fs_map map;
};

int st_open(const char *path, struct safetensors *st, struct error *err);
void st_close(struct safetensors *st);

const struct st_entry *st_find(const struct safetensors *st, const char *name);
/* NULL when absent. */
const char *st_meta(const struct safetensors *st, const char *key);

/* Copies (and converts) entry e to doubles or floats; out holds e->n elements. */
void st_to_double(const struct st_entry *e, double *out);
void st_to_float(const struct st_entry *e, float *out);

/* Writing: the header is built from a list, the data is written in the same order. The file appears
 * whole or not at all, and its bytes depend only on the arguments. When `sha256` is not NULL it
 * gets the file's hash (HASH_HEX bytes). st_write_to() writes to what the caller opened and
 * commits. ERR_CORRUPT for a name that stands twice, or is "__metadata__". */
int st_write_to(struct fs_out *o, const struct st_entry *entry, int n, const char *const *meta_key,
		const char *const *meta_value, int n_meta, char *sha256, struct error *err);
int st_write(const char *path, const struct st_entry *entry, int n, const char *const *meta_key,
	     const char *const *meta_value, int n_meta, char *sha256, struct error *err);

#endif
