#include "core/store/bundle/bundle_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/archive/unpack.h"
#include "core/base/fs.h"
#include "core/base/hash.h"
#include "core/store/bundle/jsonline.h"
#include "core/store/object.h"

enum { TEXT_MAX = 1 << 30, BLOCK = 1 << 16 };
/* The largest ratio of unpacked to packed size, for archives whose content is larger than SMALL.
 * Rows and weights compress to about a tenth, never to a thousandth. */
enum { RATIO_MAX = 1000, SMALL = 1 << 28 };

struct file {
	char name[128], sha256[HASH_HEX];
	char *staged;       /* of an object: path of the temporary copy; NULL in a dry run */
	int64_t bytes;      /* of an object: its size */
	struct strbuf text; /* of any other file: its content */
	int listed, is_new; /* the manifest names it; the object was added to the store */
};
struct reader {
	struct store *store;
	struct file *file, **sorted; /* sorted: by name, once all are staged */
	int n;
	struct strbuf manifest;
	const char *sweep_name;
	int schema;   /* version of the schema that the bundle was made with; 0: unknown */
	int64_t left; /* bytes that the archive may still unpack to */
	int dry;
};

/* ---- staging ---- */

static int is_hex(const char *s, size_t n)
{
	return strlen(s) == n && strspn(s, "0123456789abcdef") == n;
}

/* Is it the name of a file that an export writes? */
static int is_expected(const char *name)
{
	char word[64], rest[80];
	int end = 0;

	if (sscanf(name, "shared/%63[a-z_].jsonl%n", word, &end) == 1 && end && !name[end]) {
		for (int i = 0; bundle_shared(i); i++)
			if (!strcmp(word, bundle_shared(i)))
				return 1;
		return 0;
	}
	if (sscanf(name, "runs/%36[0-9a-f-].jsonl%n", word, &end) == 1 && end && !name[end])
		return strlen(word) == 36;
	if (sscanf(name, "sweeps/%36[0-9a-f-].jsonl%n", word, &end) == 1 && end && !name[end])
		return strlen(word) == 36;
	return sscanf(name, "objects/%2[0-9a-f]/%70[0-9a-f]%n", word, rest, &end) == 2 &&
	       !name[end] && is_hex(word, 2) && is_hex(rest, 62);
}

/* Counts n unpacked bytes; ERR_CORRUPT once they are too many. */
static int count_bytes(struct reader *b, size_t n, struct error *err)
{
	b->left -= (int64_t)n;
	if (b->left >= 0)
		return 0;
	return error_set(err, ERR_CORRUPT,
			 "it unpacks to more than %d times its size: no bundle of runs", RATIO_MAX);
}

static int read_text(struct reader *b, struct unpack *u, struct strbuf *out, struct error *err)
{
	char *block = xmalloc(BLOCK);
	ssize_t n;
	int ret = 0;

	while (!ret && (n = unpack_read(u, block, BLOCK, err)) != 0) {
		ret = n < 0 || count_bytes(b, (size_t)n, err) ? -1 : 0;
		if (!ret && out->len + (size_t)n > TEXT_MAX)
			ret = error_set(err, ERR_CORRUPT, "a text of more than %d MB",
					TEXT_MAX >> 20);
		if (!ret)
			strbuf_add(out, block, (size_t)n);
	}
	free(block);
	return ret;
}

static int stage_object(struct reader *b, struct unpack *u, struct file *f, struct error *err)
{
	struct fs_out out = {.fd = -1};
	struct strbuf path = STRBUF_INIT;
	struct hash *hash = hash_new();
	char *block = xmalloc(BLOCK);
	ssize_t n;
	int ret = b->dry ? 0 : fs_out_open(&out, store_tmp_dir(b->store), err);

	while (!ret && (n = unpack_read(u, block, BLOCK, err)) != 0) {
		ret = n < 0 || count_bytes(b, (size_t)n, err) ||
			      (!b->dry && fs_out_write(&out, block, (size_t)n, err))
			  ? -1
			  : 0;
		if (ret)
			break;
		hash_add(hash, block, (size_t)n);
		f->bytes += n;
	}
	hash_final(hash, f->sha256);
	strbuf_addf(&path, "%s/import.%ld.%d", store_tmp_dir(b->store), (long)getpid(), b->n);
	if (!ret && !b->dry)
		ret = fs_out_commit(&out, path.buf, err);
	if (!ret && !b->dry)
		f->staged = strbuf_detach(&path);
	fs_out_abort(&out);
	strbuf_release(&path);
	free(block);
	return ret;
}

static int is_object(const struct file *f)
{
	return !strncmp(f->name, "objects/", 8);
}

static int stage(struct reader *b, struct unpack *u, const struct unpack_entry *e,
		 struct error *err)
{
	struct file *f;

	if (e->is_link)
		return error_set(err, ERR_CORRUPT, "%s: a link has no place in a bundle", e->name);
	if (!strcmp(e->name, "manifest.jsonl")) {
		if (b->manifest.len)
			return error_set(err, ERR_CORRUPT, "two manifests");
		return read_text(b, u, &b->manifest, err);
	}
	if (!is_expected(e->name))
		return error_set(err, ERR_CORRUPT, "%s: no part of a bundle of runs", e->name);
	b->file = xrealloc(b->file, (size_t)(b->n + 1) * sizeof *b->file);
	f = &b->file[b->n++];
	*f = (struct file){.text = STRBUF_INIT};
	snprintf(f->name, sizeof f->name, "%s", e->name);
	if (is_object(f))
		return stage_object(b, u, f, err);
	if (read_text(b, u, &f->text, err))
		return -1;
	hash_buffer(f->text.buf, f->text.len, f->sha256);
	return 0;
}

static int stage_all(struct reader *b, const char *path, struct error *err)
{
	struct unpack_entry e;
	struct unpack *u;
	struct stat st;
	int more;

	b->left = INT64_MAX; /* a folder has no ratio */
	if (!stat(path, &st) && S_ISREG(st.st_mode) && st.st_size < INT64_MAX / RATIO_MAX)
		b->left = st.st_size * RATIO_MAX > SMALL ? st.st_size * RATIO_MAX : SMALL;
	if (unpack_open(&u, path, err))
		return -1;
	while ((more = unpack_next(u, &e, err)) > 0)
		if (stage(b, u, &e, err)) {
			more = -1;
			break;
		}
	unpack_close(u);
	return more;
}

/* Removes the staged copies and, after a failure, the new objects that no row names. */
static void clean_up(struct reader *b, int failed)
{
	for (int i = 0; i < b->n; i++) {
		struct file *f = &b->file[i];

		if (f->staged)
			unlink(f->staged);
		if (failed && f->is_new)
			object_drop_unused(b->store, f->sha256, NULL);
		free(f->staged);
		strbuf_release(&f->text);
	}
	free(b->file);
	free(b->sorted);
	strbuf_release(&b->manifest);
}

/* ---- the manifest ---- */

static int compare_names(const void *a, const void *b)
{
	return strcmp((*(struct file *const *)a)->name, (*(struct file *const *)b)->name);
}

static int sort_files(struct reader *b, struct error *err)
{
	b->sorted = xcalloc((size_t)b->n + 1, sizeof(struct file *));
	for (int i = 0; i < b->n; i++)
		b->sorted[i] = &b->file[i];
	qsort(b->sorted, (size_t)b->n, sizeof *b->sorted, compare_names);
	for (int i = 1; i < b->n; i++)
		if (!strcmp(b->sorted[i - 1]->name, b->sorted[i]->name))
			return error_set(err, ERR_CORRUPT, "%s: twice", b->sorted[i]->name);
	return 0;
}

/* Compares a line of the manifest with the file that it names. */
static int check_line(struct reader *b, const struct jsonline *line, struct error *err)
{
	const struct json_field *name = jsonline_find(line, "name");
	const struct json_field *sha256 = jsonline_find(line, "sha256");
	struct file key, *wanted = &key, **found, *f;

	if (!name || name->kind != JSON_TEXT || !sha256 || sha256->kind != JSON_TEXT)
		return error_set(err, ERR_CORRUPT, "the manifest is damaged");
	snprintf(key.name, sizeof key.name, "%s", jsonline_text(line, name));
	found = bsearch(&wanted, b->sorted, (size_t)b->n, sizeof *b->sorted, compare_names);
	f = found ? *found : NULL;
	if (!f || strcmp(f->name, jsonline_text(line, name)) != 0) /* key.name may be cut */
		return error_set(err, ERR_CORRUPT, "%s: missing", jsonline_text(line, name));
	if (strcmp(f->sha256, jsonline_text(line, sha256)) != 0)
		return error_set(err, ERR_CORRUPT,
				 "%s: damaged: its hash differs from the manifest's", f->name);
	f->listed = 1;
	return 0;
}

/* The first line: is it a bundle, and one that this version can read? */
static int check_head(struct reader *b, const struct jsonline *line, struct error *err)
{
	const struct json_field *schema = jsonline_find(line, "schema");
	const struct json_field *format = jsonline_find(line, "format");
	const struct json_field *version = jsonline_find(line, "version");

	if (!format || format->kind != JSON_TEXT ||
	    strcmp(jsonline_text(line, format), "ssl bundle") != 0 || !version)
		return error_set(err, ERR_CORRUPT, "not a bundle of runs");
	if (version->kind != JSON_INTEGER || version->i != 1)
		return error_set(err, ERR_USAGE, "made by a newer ssl");
	if (schema && schema->kind == JSON_INTEGER && schema->i > 0 && schema->i < 1000000)
		b->schema = (int)schema->i;
	return 0;
}

static int check_manifest(struct reader *b, struct error *err)
{
	struct jsonline line = {.text = STRBUF_INIT};
	const char *p = b->manifest.buf;
	int ret = *p ? sort_files(b, err)
		     : error_set(err, ERR_CORRUPT, "not a bundle of runs: it has no manifest");

	for (int first = 1; !ret && *p; first = 0) {
		const char *end = strchr(p, '\n');

		if (!end)
			end = p + strlen(p);
		ret = jsonline_read(&line, p, end, err) ||
		      (first ? check_head(b, &line, err) : check_line(b, &line, err));
		p = *end ? end + 1 : end;
	}
	for (int i = 0; !ret && i < b->n; i++)
		if (!b->file[i].listed)
			ret =
			    error_set(err, ERR_CORRUPT, "%s: not in the manifest", b->file[i].name);
	strbuf_release(&line.text);
	return ret ? -1 : 0;
}

/* ---- the import ---- */

/* Moves staged objects into the store, under the hash of what was read; their names in the bundle
 * must be these hashes. */
static int adopt_objects(struct reader *b, struct error *err)
{
	for (int i = 0; i < b->n; i++) {
		struct file *f = &b->file[i];

		if (!is_object(f))
			continue;
		if (strncmp(f->name + 8, f->sha256, 2) || strcmp(f->name + 11, f->sha256 + 2))
			return error_set(err, ERR_CORRUPT, "%s: damaged: its hash is %.12s",
					 f->name, f->sha256);
		if (b->dry || !object_verify(b->store, f->sha256, NULL))
			continue; /* the store has it; a damaged one is replaced */
		if (object_adopt(b->store, f->staged, f->sha256, err))
			return -1;
		f->is_new = 1;
	}
	return 0;
}

/* Appends the file, which keeps its text; name: its name within its folder. */
static void add_text(struct bundle_text *list, int *n, const struct file *f, const char *name)
{
	struct bundle_text *out = &list[(*n)++];

	snprintf(out->name, sizeof out->name, "%.*s", (int)strcspn(name, "."), name);
	out->text = f->text;
}

static void add_object(struct bundle_object *list, int *n, const struct file *f)
{
	struct bundle_object *out = &list[(*n)++];

	snprintf(out->sha256, sizeof out->sha256, "%s", f->sha256);
	out->bytes = f->bytes;
}

/* Shared tables come in the order of bundle_shared(). */
static void add_shared(struct reader *b, struct bundle_in *in)
{
	for (int k = 0; bundle_shared(k); k++)
		for (int i = 0; i < b->n; i++) {
			const char *name = b->file[i].name + 7;
			size_t n = strlen(bundle_shared(k));

			if (!strncmp(b->file[i].name, "shared/", 7) &&
			    !strncmp(name, bundle_shared(k), n) && name[n] == '.')
				add_text(in->shared, &in->n_shared, &b->file[i], name);
		}
}

static int import_files(struct reader *b, struct bundle_result *out, struct error *err)
{
	struct bundle_in in = {.sweep_name = b->sweep_name, .schema = b->schema};
	size_t most = (size_t)b->n + 1;
	struct bundle_object *object = xcalloc(most, sizeof *object);
	int ret;

	in.shared = xcalloc(most, sizeof *in.shared);
	in.run = xcalloc(most, sizeof *in.run);
	in.sweep = xcalloc(most, sizeof *in.sweep);
	in.object = object;
	add_shared(b, &in);
	for (int i = 0; i < b->n; i++) {
		const struct file *f = &b->file[i];

		if (!strncmp(f->name, "runs/", 5))
			add_text(in.run, &in.n_runs, f, f->name + 5);
		else if (!strncmp(f->name, "sweeps/", 7))
			add_text(in.sweep, &in.n_sweeps, f, f->name + 7);
		else if (b->dry && is_object(f))
			add_object(object, &in.n_objects, f);
	}
	if (b->sweep_name && in.n_sweeps != 1)
		ret = error_set(err, ERR_USAGE, "--as: the bundle has %d sweeps, not one",
				in.n_sweeps);
	else
		ret = bundle_import(b->store, &in, out, err);
	free(in.shared);
	free(in.run);
	free(in.sweep);
	free(object);
	return ret;
}

int bundle_read(struct store *s, const char *path, const char *sweep_name, int dry,
		struct bundle_result *out, struct error *err)
{
	struct reader b = {
	    .store = s, .sweep_name = sweep_name, .dry = dry, .manifest = STRBUF_INIT};
	int ret = stage_all(&b, path, err); /* its errors name the archive */

	if (!ret &&
	    (check_manifest(&b, err) || adopt_objects(&b, err) || import_files(&b, out, err)))
		ret = error_prefix(err, "%s", path);
	clean_up(&b, ret);
	return ret;
}
