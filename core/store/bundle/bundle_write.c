#include "core/store/bundle/bundle_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/archive/pack.h"
#include "core/base/json.h"
#include "core/store/bundle/bundle.h"
#include "core/store/object.h"
#include "core/store/runs.h"

struct writer {
	struct store *store;
	const struct selection *sel;
	const volatile sig_atomic_t *stop;
	struct pack *pack;
	struct strbuf files; /* lines of the manifest, except the first */
	int n;
};

/* Adds a line of the manifest. */
static void add_line(struct writer *w, const char *name, const char *sha256, int64_t bytes)
{
	strbuf_addc(&w->files, '{');
	json_add_name(&w->files, "name");
	json_add_string(&w->files, name);
	json_add_name(&w->files, "sha256");
	json_add_string(&w->files, sha256);
	json_add_name(&w->files, "bytes");
	strbuf_addf(&w->files, "%lld}\n", (long long)bytes);
	w->n++;
}

static int add_text(struct writer *w, const char *folder, const char *name,
		    const struct strbuf *text, struct error *err)
{
	char path[128], sha256[HASH_HEX];

	snprintf(path, sizeof path, "%s/%s.jsonl", folder, name);
	hash_buffer(text->buf, text->len, sha256);
	add_line(w, path, sha256, (int64_t)text->len);
	return pack_data(w->pack, path, text->buf, text->len, err);
}

static int add_shared(struct writer *w, struct error *err)
{
	const char *table;
	int ret = 0;

	for (int i = 0; !ret && (table = bundle_shared(i)); i++) {
		struct strbuf text = STRBUF_INIT;

		ret = bundle_export_shared(w->store, w->sel, table, &text, err) ||
		      add_text(w, "shared", table, &text, err);
		strbuf_release(&text);
	}
	return ret ? -1 : 0;
}

/* Runs are written in the order of their uuids, which is the same in every store. */
struct run_id {
	char uuid[37];
	int64_t id;
};

static int compare_runs(const void *a, const void *b)
{
	return strcmp(((const struct run_id *)a)->uuid, ((const struct run_id *)b)->uuid);
}

static int sort_runs(struct writer *w, struct run_id *out, struct error *err)
{
	const struct selection *sel = w->sel;

	for (int i = 0; i < sel->n; i++) {
		struct run_row row;

		if (runs_get(w->store, sel->run[i].id, &row, err))
			return -1;
		snprintf(out[i].uuid, sizeof out[i].uuid, "%s", row.uuid);
		out[i].id = row.id;
		run_row_release(&row);
	}
	qsort(out, (size_t)sel->n, sizeof *out, compare_runs);
	return 0;
}

static int add_runs(struct writer *w, struct error *err)
{
	struct run_id *run = xcalloc((size_t)w->sel->n + 1, sizeof *run);
	int ret = sort_runs(w, run, err);

	for (int i = 0; !ret && i < w->sel->n && !*w->stop; i++) {
		struct strbuf text = STRBUF_INIT;
		char uuid[37];

		ret = bundle_export_run(w->store, run[i].id, NULL, &text, uuid, err) ||
		      add_text(w, "runs", uuid, &text, err);
		strbuf_release(&text);
	}
	free(run);
	return ret ? -1 : 0;
}

struct sweep_text {
	char uuid[37];
	struct strbuf text;
};

static int compare_sweeps(const void *a, const void *b)
{
	return strcmp(((const struct sweep_text *)a)->uuid, ((const struct sweep_text *)b)->uuid);
}

static int add_sweeps(struct writer *w, struct error *err)
{
	int n = w->sel->sweeps, ret = 0;
	struct sweep_text *sweep = xcalloc((size_t)n + 1, sizeof *sweep);

	for (int i = 0; i < n; i++) {
		sweep[i].text = (struct strbuf)STRBUF_INIT;
		ret = ret || bundle_export_sweep(w->store, w->sel, w->sel->sweep[i], &sweep[i].text,
						 sweep[i].uuid, err);
	}
	qsort(sweep, (size_t)n, sizeof *sweep, compare_sweeps);
	for (int i = 0; i < n; i++) {
		ret = ret || add_text(w, "sweeps", sweep[i].uuid, &sweep[i].text, err);
		strbuf_release(&sweep[i].text);
	}
	free(sweep);
	return ret ? -1 : 0;
}

/* All rows as of one moment, whatever other processes write meanwhile. */
static int add_rows(struct writer *w, struct error *err)
{
	int ret;

	if (bundle_begin(w->store, err))
		return -1;
	ret = add_shared(w, err) || add_runs(w, err) || add_sweeps(w, err);
	bundle_end(w->store);
	return ret ? -1 : 0;
}

static int add_object(void *ctx, const char *sha256, int64_t bytes, struct error *err)
{
	struct writer *w = ctx;
	char path[4200], name[80];

	if (*w->stop)
		return error_set(err, ERR_FAILED, "export: stopped by signal %d", (int)*w->stop);
	if (object_verify(w->store, sha256, err))
		return -1;
	object_path(w->store, sha256, path, sizeof path);
	snprintf(name, sizeof name, "objects/%.2s/%s", sha256, sha256 + 2);
	add_line(w, name, sha256, bytes);
	return pack_file(w->pack, name, path, err);
}

static int add_manifest(struct writer *w, struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	int ret, schema;

	if (bundle_schema_version(w->store, &schema, err))
		return -1;
	strbuf_addf(&text, "{\"format\":\"ssl bundle\",\"version\":1,\"schema\":%d,\"files\":%d}\n",
		    schema, w->n);
	strbuf_add(&text, w->files.buf, w->files.len);
	ret = pack_data(w->pack, "manifest.jsonl", text.buf, text.len, err);
	strbuf_release(&text);
	return ret;
}

int bundle_write(struct store *s, const struct selection *sel, int fd, const char *path,
		 const volatile sig_atomic_t *stop, struct error *err)
{
	struct writer w = {.store = s, .sel = sel, .stop = stop, .files = STRBUF_INIT};
	int ret;

	if (pack_open(&w.pack, fd, path, err))
		return -1;
	ret = add_rows(&w, err) || bundle_objects(s, sel, add_object, &w, err) ||
	      add_manifest(&w, err);
	strbuf_release(&w.files);
	if (!ret && !*stop)
		return pack_close(w.pack, err);
	pack_abort(w.pack);
	return *stop ? 1 : -1;
}
