/* `ssl export`: writes runs and sweeps to one file, which another store imports, or as event files
 * for TensorBoard. */
#include <stdio.h>
#include <string.h>

#include "cmds/execute.h"
#include "cmds/select.h"
#include "core/base/fs.h"
#include "core/base/log.h"
#include "core/base/output.h"
#include "core/report/tensorboard.h"
#include "core/store/bundle/bundle_write.h"
#include "core/store/query/series.h"

extern const struct cmd cmd_export;

static int write_bundle(struct cmd_ctx *ctx, const struct selection *sel, const char *path,
			struct error *err)
{
	struct output o;
	int ret;

	if (output_open(&o, path, cmd_output_flags(ctx), err))
		return -1;
	ret = bundle_write(ctx->store, sel, o.out.fd, path, &signal_received, err);
	if (!ret && !signal_received)
		ret = output_commit(&o, err);
	output_abort(&o);
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

/* Writes DIR/NAME/events.out.tfevents.TIME.ssl: TensorBoard expects a folder per run. A slash or a
 * leading dot in the name of an imported run becomes _. */
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
		return error_set(err, ERR_USAGE,
				 "export: missing -o FILE.tar.zst, the file to write");
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
    .summary = "write runs and sweeps to one file, for another store",
    .usage = "export [-w EXPR] [--sweep SWEEP] [--tensorboard] -o FILE [REF|SWEEP...]",
    .needs = NEED_STORE_READ,
    .own_output = 1,
    .no_table = "a bundle has one format; `ssl log --csv` prints runs as a table",
    .run = run,
};
