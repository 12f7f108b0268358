#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/json.h"
#include "core/base/strbuf.h"
#include "core/tensor/safetensors.h"

static const struct {
	const char *name;
	unsigned size;
} dtypes[] = {
    [ST_F32] = {"F32", 4}, [ST_F64] = {"F64", 8}, [ST_I64] = {"I64", 8},
    [ST_I32] = {"I32", 4}, [ST_U8] = {"U8", 1},
};

static void add_metadata(struct strbuf *h, const char *const *key, const char *const *value, int n)
{
	json_add_name(h, "__metadata__");
	strbuf_addc(h, '{');
	for (int i = 0; i < n; i++) {
		json_add_name(h, key[i]);
		json_add_string(h, value[i]);
	}
	strbuf_addc(h, '}');
}

static size_t entry_bytes(const struct st_entry *e)
{
	size_t n = dtypes[e->dtype].size;

	for (int i = 0; i < e->ndim; i++)
		n *= (size_t)e->shape[i];
	if (n != e->n * dtypes[e->dtype].size)
		BUG("%s: %zu elements do not fill its shape", e->name, e->n);
	return n;
}

static void add_entry(struct strbuf *h, const struct st_entry *e, size_t *offset)
{
	size_t end = *offset + entry_bytes(e);

	json_add_name(h, e->name);
	strbuf_addc(h, '{');
	json_add_name(h, "dtype");
	json_add_string(h, dtypes[e->dtype].name);
	json_add_name(h, "shape");
	strbuf_addc(h, '[');
	for (int i = 0; i < e->ndim; i++)
		strbuf_addf(h, "%s%lld", i ? "," : "", (long long)e->shape[i]);
	strbuf_addc(h, ']');
	json_add_name(h, "data_offsets");
	strbuf_addf(h, "[%zu,%zu]}", *offset, end);
	*offset = end;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names may come from a file that somebody else wrote. */
static int check_names(const struct st_entry *entry, int n, struct error *err)
{
	const char **name = xmalloc((size_t)n * sizeof *name + 1);
	int ret = 0;

	for (int i = 0; i < n; i++)
		name[i] = entry[i].name;
	qsort(name, (size_t)n, sizeof *name, by_text);
	for (int i = 0; i < n && !ret; i++)
		if (!strcmp(name[i], "__metadata__") || (i && !strcmp(name[i], name[i - 1])))
			ret =
			    error_set(err, ERR_CORRUPT,
				      "no safetensors file: a tensor cannot be called '%.100s'%s",
				      name[i], i && !strcmp(name[i], name[i - 1]) ? " twice" : "");
	free(name);
	return ret;
}

/* The 8 bytes of length and the header, padded with spaces so that the data is 8-byte aligned. */
static void build_header(struct strbuf *h, const struct st_entry *entry, int n,
			 const char *const *meta_key, const char *const *meta_value, int n_meta)
{
	size_t offset = 0;
	uint64_t length;

	strbuf_add(h, "\0\0\0\0\0\0\0\0", 8);
	strbuf_addc(h, '{');
	if (n_meta)
		add_metadata(h, meta_key, meta_value, n_meta);
	for (int i = 0; i < n; i++)
		add_entry(h, &entry[i], &offset);
	strbuf_addc(h, '}');
	while (h->len % 8)
		strbuf_addc(h, ' ');
	length = h->len - 8;
	memcpy(h->buf, &length, 8);
}

static int write_part(struct fs_out *o, struct hash *hash, const void *data, size_t n,
		      struct error *err)
{
	if (hash)
		hash_add(hash, data, n);
	return fs_out_write(o, data, n, err);
}

static void folder_of(const char *path, char *dir, size_t size)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		snprintf(dir, size, ".");
	else
		snprintf(dir, size, "%.*s", (int)(slash == path ? 1 : slash - path), path);
}

int st_write_to(struct fs_out *o, const struct st_entry *entry, int n, const char *const *meta_key,
		const char *const *meta_value, int n_meta, char *sha256, struct error *err)
{
	struct strbuf h = STRBUF_INIT;
	struct hash *hash;
	char hex[HASH_HEX];
	int ret;

	if (check_names(entry, n, err))
		return -1;
	hash = hash_new();
	build_header(&h, entry, n, meta_key, meta_value, n_meta);
	ret = write_part(o, hash, h.buf, h.len, err);
	for (int i = 0; !ret && i < n; i++)
		ret = write_part(o, hash, entry[i].data, entry_bytes(&entry[i]), err);
	hash_final(hash, hex);
	if (!ret && sha256)
		memcpy(sha256, hex, HASH_HEX);
	strbuf_release(&h);
	return ret;
}

int st_write(const char *path, const struct st_entry *entry, int n, const char *const *meta_key,
	     const char *const *meta_value, int n_meta, char *sha256, struct error *err)
{
	struct fs_out o = {.fd = -1};
	char dir[4096];
	int ret;

	folder_of(path, dir, sizeof dir);
	if (fs_out_open(&o, dir, err))
		return -1;
	ret = st_write_to(&o, entry, n, meta_key, meta_value, n_meta, sha256, err) ||
		      fs_out_commit(&o, path, err)
		  ? -1
		  : 0;
	fs_out_abort(&o);
	return ret;
}
