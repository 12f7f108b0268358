#include <stdio.h>
#include <string.h>

#include "cmds/cmd.h"
#include "cmds/execute.h"
#include "cmds/pager.h"
#include "cmds/usage.h"
#include "core/base/log.h"
#include "core/base/output.h"
#include "core/report/human.h"
#include "core/run/checkpoint.h"
#include "core/store/object.h"
#include "core/store/query/refs.h"

static int checkpoint_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err);

const struct cmd cmd_checkpoint = {
    .name = "checkpoint",
    .summary = "list checkpoints, or export an encoder for PyTorch",
    .usage = "checkpoint ls [REF]\n"
	     "checkpoint export [--whole] [-f] -o FILE REF",
    .needs = NEED_STORE_READ,
    .run = checkpoint_run,
};

struct ls {
	struct table *t;
	struct store *store;
	const char *name;
	int for_people;
};

static int ls_row(void *ctx, const struct checkpoint_row *ck)
{
	struct ls *l = ctx;
	struct strbuf created = STRBUF_INIT;

	table_text(l->t, l->name);
	table_int(l->t, ck->epoch);
	table_int(l->t, ck->step);
	table_int(l->t, ck->bytes);
	if (l->for_people)
		human_time(ck->created, &created);
	else
		strbuf_adds(&created, ck->created);
	table_text(l->t, created.buf);
	strbuf_release(&created);
	table_text(l->t, ck->sha256);
	return 0;
}

static int list(struct cmd_ctx *ctx, const char *ref, struct error *err)
{
	static const char *const column[] = {"run", "epoch", "step", "bytes", "created", "sha256"};
	struct ls l = {table_new(), ctx->store, NULL, table_is_for_people(ctx->format)};
	struct run_row row;
	int64_t id;
	long epoch;
	int ret = -1;

	for (unsigned i = 0; i < sizeof column / sizeof *column; i++)
		table_column(l.t, column[i]);
	if (refs_resolve(ctx->store, ref, &id, &epoch, err) || runs_get(ctx->store, id, &row, err))
		goto done;
	l.name = row.name;
	pager_start(ctx);
	ret = checkpoints_each(ctx->store, id, ls_row, &l, err);
	run_row_release(&row);
	if (!ret)
		table_print(l.t, ctx->format, ctx->out);
done:
	table_free(l.t);
	return ret;
}

static int export_to(struct cmd_ctx *ctx, const struct run_row *row, long epoch, int whole,
		     const char *path, struct error *err)
{
	struct checkpoint_row ck;
	char object[4200];

	if (checkpoints_find(ctx->store, row->id, epoch, &ck, err))
		return -1;
	object_path(ctx->store, ck.sha256, object, sizeof object);
	cmd_catch_signals(); /* so that a file that is begun is finished */
	if (object_verify(ctx->store, ck.sha256, err) ||
	    checkpoint_export(object, whole ? "" : "encoder.", ctx->dry_run ? "/dev/null" : path,
			      cmd_output_flags(ctx), err))
		return -1;
	if (signal_received)
		return cmd_end_by_signal(ctx);
	log_info("%s: %s%s of %s at epoch %ld", path, ctx->dry_run ? "would be " : "",
		 whole ? "all parameters" : "the encoder", row->name, ck.epoch);
	return 0;
}

static int export(struct cmd_ctx *ctx, const char *ref, int whole, struct error *err)
{
	const char *path = cmd_claim_output(ctx);
	struct run_row row;
	int64_t id;
	long epoch;
	int ret;

	if (!path)
		return error_set(err, ERR_USAGE,
				 "checkpoint export: no output file: give one with -o FILE");
	if (refs_resolve(ctx->store, ref, &id, &epoch, err) || runs_get(ctx->store, id, &row, err))
		return -1;
	ret = export_to(ctx, &row, epoch, whole, path, err);
	run_row_release(&row);
	return ret;
}

static int checkpoint_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	int whole = 0, n, ret;
	const struct opt table[] = {{0, "whole", OPT_FLAG, &whole, NULL,
				     "export heads and buffers too, names in full", 0, 0},
				    {0}};

	ret = opt_parse(ctx, &cmd_checkpoint, table, argc, argv, 1, 2, &n, err);
	if (ret)
		return ret < 0 ? -1 : 0;
	if (!strcmp(argv[1], "ls"))
		return list(ctx, n > 1 ? argv[2] : "@", err);
	if (strcmp(argv[1], "export") != 0)
		return error_set(err, ERR_USAGE, "checkpoint %s: no such command: ls or export",
				 argv[1]);
	return usage_check(&cmd_checkpoint, "export", argv + 2, n - 1, 1, 1, err) ||
		       usage_no_table(ctx, "checkpoint export", "a file of tensors has one format",
				      err)
		   ? -1
		   : export(ctx, argv[2], whole, err);
}
