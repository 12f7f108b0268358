/* `ssl export`: runs as one file that another store can take in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmds/execute.h"
#include "cmds/select.h"
#include "core/archive/pack.h"
#include "core/base/fs.h"
#include "core/base/log.h"
#include "core/base/output.h"
#include "core/report/tensorboard.h"
#include "core/store/bundle/bundle.h"
#include "core/store/object.h"
#include "core/store/runs.h"

extern const struct cmd cmd_export;

struct work {
	struct store *store;
	struct pack *pack;
	struct strbuf files; /* the manifest's lines, but the first */
	int n;
};

static void list(struct work *w, const char *name, const char *sha256, int64_t bytes)
{
	strbuf_adds(&w->files, "{\"name\":");
	strbuf_add_json(&w->files, name);
	strbuf_addf(&w->files, ",\"sha256\":\"%s\",\"bytes\":%lld}\n", sha256, (long long)bytes);
	w->n++;
}

static int add_text(struct work *w, const char *folder, const char *name, const struct strbuf *text,
		    struct error *err)
{
	char path[128], sha256[HASH_HEX];

	snprintf(path, sizeof path, "%s/%s.jsonl", folder, name);
	hash_buffer(text->buf, text->len, sha256);
	list(w, path, sha256, (int64_t)text->len);
	return pack_data(w->pack, path, text->buf, text->len, err);
}

static int add_shared(struct work *w, const struct selection *sel, struct error *err)
{
	const char *table;
	int ret = 0;

	for (int i = 0; !ret && (table = bundle_shared(i)); i++) {
		struct strbuf text = STRBUF_INIT;

		ret = bundle_export_shared(w->store, sel, table, &text, err) ||
		      add_text(w, "shared", table, &text, err);
		strbuf_release(&text);
	}
	return ret ? -1 : 0;
}

/* In the order of their uuids, which is the same in every store. */
struct run_id {
	char uuid[37];
	int64_t id;
};

static int by_uuid(const void *a, const void *b)
{
	return strcmp(((const struct run_id *)a)->uuid, ((const struct run_id *)b)->uuid);
}

static int sorted_runs(struct work *w, const struct selection *sel, struct run_id *out,
		       struct error *err)
{
	for (int i = 0; i < sel->n; i++) {
		struct run_row row;

		if (runs_get(w->store, sel->run[i].id, &row, err))
			return -1;
		snprintf(out[i].uuid, sizeof out[i].uuid, "%s", row.uuid);
		out[i].id = row.id;
		run_row_release(&row);
	}
	qsort(out, (size_t)sel->n, sizeof *out, by_uuid);
	return 0;
}

static int add_runs(struct work *w, const struct selection *sel, struct error *err)
{
	struct run_id *run = xcalloc((size_t)sel->n + 1, sizeof *run);
	int ret = sorted_runs(w, sel, run, err);

	for (int i = 0; !ret && i < sel->n && !signal_received; i++) {
		struct strbuf text = STRBUF_INIT;
		char uuid[37];

		ret = bundle_export_run(w->store, run[i].id, NULL, &text, uuid, err) ||
		      add_text(w, "runs", uuid, &text, err);
		strbuf_release(&text);
	}
	free(run);
	return ret ? -1 : 0;
}

struct plan {
	char uuid[37];
	struct strbuf text;
};

static int by_plan_uuid(const void *a, const void *b)
{
	return strcmp(((const struct plan *)a)->uuid, ((const struct plan *)b)->uuid);
}

static int add_sweeps(struct work *w, const struct selection *sel, struct error *err)
{
	struct plan *plan = xcalloc((size_t)sel->sweeps + 1, sizeof *plan);
	int ret = 0;

	for (int i = 0; i < sel->sweeps; i++) {
		plan[i].text = (struct strbuf)STRBUF_INIT;
		ret = ret || bundle_export_sweep(w->store, sel, sel->sweep[i], &plan[i].text,
						 plan[i].uuid, err);
	}
	qsort(plan, (size_t)sel->sweeps, sizeof *plan, by_plan_uuid);
	for (int i = 0; i < sel->sweeps; i++) {
		ret = ret || add_text(w, "sweeps", plan[i].uuid, &plan[i].text, err);
		strbuf_release(&plan[i].text);
	}
	free(plan);
	return ret ? -1 : 0;
}

static int add_object(void *ctx, const char *sha256, int64_t bytes, struct error *err)
{
	struct work *w = ctx;
	char path[4200], name[80];

	if (signal_received)
		return error_set(err, ERR_FAILED, "export: stopped by signal %d", signal_received);
	if (object_verify(w->store, sha256, err))
		return -1;
	object_path(w->store, sha256, path, sizeof path);
	snprintf(name, sizeof name, "objects/%.2s/%s", sha256, sha256 + 2);
	list(w, name, sha256, bytes);
	return pack_file(w->pack, name, path, err);
}

static int add_manifest(struct work *w, struct error *err)
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

/* As they all are at one moment, whoever works meanwhile. */
static int add_rows(struct work *w, const struct selection *sel, struct error *err)
{
	int ret;

	if (bundle_begin(w->store, err))
		return -1;
	ret = add_shared(w, sel, err) || add_runs(w, sel, err) || add_sweeps(w, sel, err);
	bundle_end(w->store);
	return ret ? -1 : 0;
}

static int fill_bundle(struct work *w, const struct selection *sel, const struct output *o,
		       const char *path, struct error *err)
{
	int ret;

	if (pack_open(&w->pack, o->out.fd, path, err))
		return -1;
	ret = add_rows(w, sel, err) || bundle_objects(w->store, sel, add_object, w, err) ||
	      add_manifest(w, err);
	if (!ret && !signal_received)
		return pack_close(w->pack, err);
	pack_abort(w->pack);
	return ret ? -1 : 0;
}

static int write_bundle(struct cmd_ctx *ctx, const struct selection *sel, const char *path,
			struct error *err)
{
	struct work w = {.store = ctx->store, .files = STRBUF_INIT};
	struct output o;
	int ret;

	if (output_open(&o, path, cmd_output_flags(ctx), err))
		return -1;
	ret = fill_bundle(&w, sel, &o, path, err);
	if (!ret && !signal_received)
		ret = output_commit(&o, err);
	output_abort(&o);
	strbuf_release(&w.files);
	return ret;
}

/* ---- TensorBoard ---- */

struct events {
	struct store *store;
	int64_t run;
	double created;
	struct strbuf out;
};

static int add_series(void *ctx, const char *metric, double created, struct error *err)
{
	struct events *e = ctx;
	struct series series;

	if (!e->out.len)
		tensorboard_begin(&e->out, created);
	e->created = created;
	if (series_read(e->store, e->run, metric, &series, err))
		return -1;
	for (int i = 0; i < series.n; i++)
		tensorboard_scalar(&e->out, created, (int64_t)series.step[i], metric,
				   series.value[i]);
	series_release(&series);
	return 0;
}

/* DIR/NAME/events.out.tfevents.TIME.ssl: a folder a run, as TensorBoard wants it. A name that came
 * from elsewhere stays one word. */
static int write_events(struct cmd_ctx *ctx, const struct selected *r, const char *dir,
			struct error *err)
{
	struct events e = {.store = ctx->store, .run = r->id, .out = STRBUF_INIT};
	struct strbuf path = STRBUF_INIT;
	int ret = series_each(ctx->store, r->id, add_series, &e, err);

	if (!ret && e.out.len && !ctx->dry_run) {
		strbuf_addf(&path, "%s/", dir);
		for (const char *p = r->name; *p; p++)
			strbuf_addc(&path, *p == '/' || (p == r->name && *p == '.') ? '_' : *p);
		ret = fs_mkdirs(path.buf, err);
		strbuf_addf(&path, "/events.out.tfevents.%.0f.ssl", e.created);
		if (!ret)
			ret = output_write(path.buf, OUTPUT_REPLACE, e.out.buf, e.out.len, err);
	}
	strbuf_release(&e.out);
	strbuf_release(&path);
	return ret;
}

static int write_all_events(struct cmd_ctx *ctx, const struct selection *sel, const char *dir,
			    struct error *err)
{
	for (int i = 0; i < sel->n; i++)
		if (write_events(ctx, &sel->run[i], dir, err))
			return -1;
	return 0;
}

static int run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	struct select what = {0};
	const char *path;
	int tensorboard = 0;
	const struct opt table[] = {
	    {'w', "where", OPT_TEXT, &what.where, "EXPR", "runs for which EXPR is true", 0, 0},
	    {0, "sweep", OPT_TEXT, &what.sweep, "SWEEP", "a sweep, with its runs", 0, 0},
	    {0, "tensorboard", OPT_FLAG, &tensorboard, NULL, "event files in the folder FILE", 0,
	     0},
	    {0},
	};
	struct selection sel;
	int n, ret = opt_parse(ctx, &cmd_export, table, argc, argv, 0, 1000, &n, err);

	if (ret)
		return ret < 0 ? -1 : 0;
	path = ctx->output;
	if (!path)
		return error_set(err, ERR_USAGE, "export: say where to with -o FILE.tar.zst");
	if (tensorboard ? output_check_dir(path, err)
			: output_check(path, cmd_output_flags(ctx), err))
		return -1;
	what.ref = argv + 1;
	what.n = n;
	what.plans = !tensorboard;
	if (select_runs(ctx, &what, &sel, err))
		return -1;
	cmd_catch_signals();
	ret = tensorboard ? write_all_events(ctx, &sel, path, err)
			  : write_bundle(ctx, &sel, ctx->dry_run ? "/dev/null" : path, err);
	if (signal_received) {
		selection_release(&sel);
		return cmd_end_by_signal(ctx);
	}
	if (!ret && ctx->dry_run)
		log_info("would export %d runs and %d sweeps to %s", sel.n,
			 tensorboard ? 0 : sel.sweeps, path);
	else if (!ret)
		log_info("%d run%s and %d sweep%s in %s", sel.n, sel.n == 1 ? "" : "s",
			 tensorboard ? 0 : sel.sweeps, sel.sweeps == 1 ? "" : "s", path);
	selection_release(&sel);
	return ret;
}

const struct cmd cmd_export = {
    .name = "export",
    .summary = "runs and sweeps as one file, for another store",
    .usage = "export [-w EXPR] [--sweep SWEEP] [--tensorboard] -o FILE [REF|SWEEP...]",
    .needs = NEED_STORE_READ,
    .own_output = 1,
    .no_table = "a bundle has one format; `ssl log --csv` prints runs as a table",
    .run = run,
};
