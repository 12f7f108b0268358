#include <stdio.h>
#include <string.h>

#include "cmds/cmd.h"
#include "core/base/log.h"
#include "core/run/digest.h"
#include "core/store/config.h"
#include "core/store/fsck.h"
#include "core/store/object.h"

static int fsck_cmd(struct cmd_ctx *ctx, int argc, char **argv, struct error *err);

const struct cmd cmd_fsck = {
    .name = "fsck",
    .summary = "check the store: database, files, summaries, digests",
    .usage = "fsck [--fix] [--quick]",
    .needs = NEED_NOTHING, /* --fix writes */
    .run = fsck_cmd,
};

static void add_row(void *ctx, const struct fsck_finding *f)
{
	table_text(ctx, f->note ? "note" : f->fixed ? "fixed" : "damage");
	table_text(ctx, f->kind);
	table_text(ctx, f->what);
	table_text(ctx, f->why);
}

/* ---- checkpoints against the digest chain: their tensors are those that the run computed ---- */

struct check {
	struct cmd_ctx *ctx;
	struct fsck *f;
	const char *run;
	long checkpoints;
	struct error *err;
};

static int check_checkpoint(void *ctx, const struct checkpoint_row *ck)
{
	struct check *c = ctx;
	struct digest_row link;
	struct error why = {0};
	char path[4200], state[HASH_HEX], what[160];
	int found = digests_last(c->ctx->store, ck->run_id, ck->step, &link, c->err);

	if (found < 0 || object_exists(c->ctx->store, ck->sha256, NULL) <= 0)
		return found < 0 ? -1 : 0; /* check_file() has told that */
	object_path(c->ctx->store, ck->sha256, path, sizeof path);
	c->checkpoints++;
	snprintf(what, sizeof what, "%.90s step %ld", c->run, ck->step);
	if (digest_of_checkpoint(path, state, &why))
		fsck_found(c->f, "checkpoint", what, why.msg, 0, 0);
	else if (found && link.step == ck->step && strcmp(state, link.state))
		fsck_found(c->f, "checkpoint", what,
			   "its tensors are not those of the digest chain", 0, 0);
	return 0;
}

static int check_checkpoints(struct check *c, struct error *err)
{
	struct run_row row;
	int64_t id = 0;
	int more;

	while ((more = runs_next(c->ctx->store, id, &id, err)) > 0) {
		struct error why = {0};

		if (runs_get(c->ctx->store, id, &row, &why)) {
			if (fsck_row(c->f, id, &why, err))
				return -1;
			continue;
		}
		c->run = row.name;
		c->err = &why;
		more = checkpoints_each(c->ctx->store, id, check_checkpoint, c, &why);
		run_row_release(&row);
		if (more && fsck_row(c->f, id, &why, err))
			return -1;
	}
	return more;
}

static int look(struct cmd_ctx *ctx, struct fsck *f, struct error *err)
{
	static const char *const column[] = {"finding", "kind", "what", "why"};
	struct check c = {ctx, f, NULL, 0, err};
	struct table *t = table_new();
	int ret;

	for (unsigned i = 0; i < sizeof column / sizeof *column; i++)
		table_column(t, column[i]);
	f->found = add_row;
	f->ctx = t;
	ret = fsck_run(ctx->store, f, err);
	if (!ret && !f->quick && !f->no_rows)
		ret = check_checkpoints(&c, err);
	if (!ret)
		cmd_print(ctx, t, NULL);
	table_free(t);
	if (ret)
		return -1;
	log_info("%ld objects, %ld checkpoints, %ld series, %ld links: %s", f->objects,
		 c.checkpoints, f->series, f->links, f->damages ? "damaged" : "sound");
	return f->damages ? ERR_CORRUPT : 0;
}

static int fsck_cmd(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	struct fsck f = {.age = 0};
	const struct opt table[] = {
	    {0, "fix", OPT_FLAG, &f.fix, NULL, "rebuild summaries from their series", 0, 0},
	    {0, "quick", OPT_FLAG, &f.quick, NULL, "look at the files' sizes only", 0, 0},
	    {0}};
	struct config c;
	int ret = opt_parse(ctx, &cmd_fsck, table, argc, argv, 0, 0, NULL, err);

	if (ret)
		return ret < 0 ? -1 : 0;
	if (cmd_open_store(ctx, f.fix ? NEED_STORE_WRITE : NEED_STORE_READ, err))
		return -1;
	config_of_store(ctx->store, &c);
	if (config_seconds(&c, "gc.age", &f.age, err))
		return -1;
	return look(ctx, &f, err);
}
