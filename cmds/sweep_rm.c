/* ssl sweep rm and rename. */
#include <stdlib.h>

#include "cmds/sweep.h"
#include "cmds/usage.h"
#include "core/base/log.h"
#include "core/report/rows.h"
#include "core/run/run.h"
#include "core/store/query/lists.h"
#include "core/store/sweep_trash.h"

extern const struct cmd cmd_sweep;

static int list(struct sweep_args *a, struct error *err)
{
	struct rows rows;
	struct query_sink sink;
	int ret;

	rows_init(&rows, 1, a->ctx->format);
	sink = rows_sink(&rows);
	ret = query_sweep_trash(a->ctx->store, &sink, err);
	if (!ret)
		cmd_print(a->ctx, rows.table, "no sweep is in the trash");
	rows_release(&rows);
	return ret;
}

/* With -f the sweep may be in the trash already. */
static int resolve(struct sweep_args *a, const char *name, int64_t *id, struct error *err)
{
	struct sweep_row w;
	int found = 0;

	if (a->restore || a->ctx->force)
		found = sweeps_find_trash(a->ctx->store, name, id, err);
	if (found)
		return found < 0 ? -1 : 0;
	if (a->restore)
		return error_set(err, ERR_NOT_FOUND,
				 "sweep %.70s: not in the trash: see `ssl sweep rm --list`", name);
	if (sweeps_find(a->ctx->store, name, &w, err))
		return -1;
	*id = w.id;
	sweep_row_release(&w);
	return 0;
}

/* "weights: moved to the trash, with 8 cells and 8 runs; 2 runs of other sweeps stay: `ssl ...`
 * restores it" */
static void report(const struct sweep_args *a, const char *name, const struct sweep_removal *r)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "%s: %s%s, with %lld cell%s and %lld run%s", name,
		    a->ctx->dry_run ? "would be " : "",
		    a->restore      ? "restored from the trash"
		    : a->ctx->force ? "deleted for good"
				    : "moved to the trash",
		    (long long)r->cells, r->cells == 1 ? "" : "s", (long long)r->runs,
		    r->runs == 1 ? "" : "s");
	if (r->kept)
		strbuf_addf(&text, "; %lld run%s%s stay%s", (long long)r->kept,
			    r->kept == 1 ? "" : "s", a->ctx->force ? "" : " of other sweeps",
			    r->kept == 1 ? "s" : "");
	if (!a->restore && !a->ctx->force && !a->ctx->dry_run)
		strbuf_addf(&text, ": `ssl sweep rm --restore %s` restores it", name);
	log_info("%s", text.buf);
	strbuf_release(&text);
}

static int act(struct sweep_args *a, const char *name, int64_t id, struct error *err)
{
	struct store *s = a->ctx->store;
	struct sweep_removal r;
	int ret;

	if (a->restore)
		ret = a->ctx->dry_run ? sweeps_return(s, id, &r, err)
				      : sweeps_restore(s, id, &r, err);
	else if (a->ctx->dry_run)
		ret = sweeps_removal(s, id, a->ctx->force, RUN_STALE, &r, err);
	else if (a->ctx->force)
		ret = sweeps_delete(s, id, RUN_STALE, &r, err);
	else
		ret = sweeps_trash(s, id, RUN_STALE, &r, err);
	if (ret)
		return error_prefix(err, "%s", name);
	report(a, name, &r);
	return 0;
}

/* All names are looked up before anything is done, so that a wrong one changes nothing. */
static int act_all(struct sweep_args *a, struct error *err)
{
	int64_t *id = xcalloc((size_t)a->n_operands, sizeof *id);
	int ret = 0;

	for (int i = 0; !ret && i < a->n_operands; i++)
		ret = resolve(a, a->operands[i], &id[i], err);
	for (int i = 0; !ret && i < a->n_operands; i++) {
		int again = 0;

		for (int k = 0; k < i; k++)
			again |= id[k] == id[i];
		if (!again)
			ret = act(a, a->operands[i], id[i], err);
	}
	free(id);
	return ret;
}

int sweep_rm(struct sweep_args *a, struct error *err)
{
	int reads = a->list || a->ctx->dry_run;

	if (a->list + a->restore + a->ctx->force > 1)
		return error_set(err, ERR_USAGE,
				 "sweep rm: --list, --restore and -f exclude each other");
	if (usage_check(&cmd_sweep,
			a->list      ? "rm --list"
			: a->restore ? "rm --restore"
				     : "rm",
			a->operands, a->n_operands, !a->list, a->list ? 0 : SWEEPS_MAX, err))
		return -1;
	if (cmd_open_store(a->ctx, reads ? NEED_STORE_READ : NEED_STORE_WRITE, err))
		return -1;
	return a->list ? list(a, err) : act_all(a, err);
}

int sweep_rename(struct sweep_args *a, struct error *err)
{
	const char *name = a->operands[1];
	struct sweep_row w;
	int ret;

	if (cmd_open_store(a->ctx, a->ctx->dry_run ? NEED_STORE_READ : NEED_STORE_WRITE, err) ||
	    sweeps_find(a->ctx->store, a->operand, &w, err))
		return -1;
	ret = a->ctx->dry_run ? sweeps_check_rename(a->ctx->store, w.id, name, err)
			      : sweeps_rename(a->ctx->store, w.id, name, err);
	if (!ret)
		log_info("%s: %s %s", w.name, a->ctx->dry_run ? "would be called" : "is called",
			 name);
	sweep_row_release(&w);
	return ret ? -1 : 0;
}
