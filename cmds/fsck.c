#include <stdio.h>
#include <string.h>

#include "cmds/brief.h"
#include "cmds/cmd.h"
#include "core/base/log.h"
#include "core/base/strbuf.h"
#include "core/run/checkpoint.h"
#include "core/store/config.h"
#include "core/store/digests.h"
#include "core/store/object.h"
#include "core/store/upkeep/fsck.h"

static int fsck_cmd(struct cmd_ctx *ctx, int argc, char **argv, struct error *err);

const struct cmd cmd_fsck = {
    .name = "fsck",
    .summary = "check the store: database, files, summaries, digests",
    .usage = "fsck [--fix] [--quick]",
    .needs = NEED_NOTHING, /* --fix writes */
    .run = fsck_cmd,
};

struct findings {
	struct table *t;
	struct brief brief;
};

static void add_row(struct table *t, const char *finding, const char *kind, const char *what,
		    const char *why)
{
	table_text(t, finding);
	table_text(t, kind);
	table_text(t, what);
	table_text(t, why);
}

static void add_finding(void *ctx, const struct fsck_finding *f)
{
	struct findings *all = ctx;
	const char *finding = f->note                   ? "note"
			      : !f->fixed               ? "damage"
			      : all->brief.ctx->dry_run ? "fixable"
							: "fixed";

	if (brief_shows(&all->brief, finding, f->kind))
		add_row(all->t, finding, f->kind, f->what, f->why);
}

/* Adds a row for each kind of which not all findings are shown. */
static void add_counts(struct findings *all)
{
	char what[40];

	for (int i = 0; i < all->brief.n; i++) {
		const struct brief_kind *k = &all->brief.kind[i];

		if (!brief_is_cut(&all->brief, k))
			continue;
		snprintf(what, sizeof what, "%ld in all", k->n);
		add_row(all->t, k->word[0], k->word[1], what, "`ssl fsck -v` lists them");
	}
}

/* "damaged: 3 digest, 1 object" */
static void add_verdict(const struct fsck *f, const struct brief *b, struct strbuf *out)
{
	const char *comma = ": ";

	strbuf_adds(out, f->damages ? "damaged" : "sound");
	for (int i = 0; i < b->n; i++) {
		if (strcmp(b->kind[i].word[0], "damage") != 0)
			continue;
		strbuf_addf(out, "%s%ld %s", comma, b->kind[i].n, b->kind[i].word[1]);
		comma = ", ";
	}
}

/* ---- checkpoints: their tensors against the digest chain ---- */

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
		return found < 0 ? -1 : 0; /* fsck_run() has reported a missing file */
	object_path(c->ctx->store, ck->sha256, path, sizeof path);
	c->checkpoints++;
	snprintf(what, sizeof what, "%.90s step %ld", c->run, ck->step);
	if (checkpoint_state(path, state, &why))
		fsck_report(c->f, "checkpoint", what, why.msg, 0, 0);
	else if (found && link.step == ck->step && strcmp(state, link.state))
		fsck_report(c->f, "checkpoint", what,
			    "its tensors differ from those in the digest chain", 0, 0);
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
			if (fsck_report_row(c->f, id, &why, err))
				return -1;
			continue;
		}
		c->run = row.name;
		c->err = &why;
		more = checkpoints_each(c->ctx->store, id, check_checkpoint, c, &why);
		run_row_release(&row);
		if (more && fsck_report_row(c->f, id, &why, err))
			return -1;
	}
	return more;
}

static int check_and_print(struct cmd_ctx *ctx, struct fsck *f, struct error *err)
{
	static const char *const column[] = {"finding", "kind", "what", "why"};
	struct check c = {ctx, f, NULL, 0, err};
	struct findings all = {table_new(), {.ctx = ctx}};
	struct strbuf verdict = STRBUF_INIT;
	int ret;

	for (unsigned i = 0; i < sizeof column / sizeof *column; i++)
		table_column(all.t, column[i]);
	f->found = add_finding;
	f->ctx = &all;
	ret = fsck_run(ctx->store, f, err);
	if (!ret && !f->quick && !f->no_rows)
		ret = check_checkpoints(&c, err);
	if (!ret) {
		add_counts(&all);
		cmd_print(ctx, all.t, NULL);
		add_verdict(f, &all.brief, &verdict);
		log_info("%ld objects, %ld checkpoints, %ld series, %ld digests: %s", f->objects,
			 c.checkpoints, f->series, f->links, verdict.buf);
	}
	table_free(all.t);
	brief_release(&all.brief);
	strbuf_release(&verdict);
	return ret ? -1 : f->damages ? ERR_CORRUPT : 0;
}

static int fsck_cmd(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	struct fsck f = {.age = 0};
	const struct opt table[] = {
	    {0, "fix", OPT_FLAG, &f.fix, NULL, "rebuild summaries from their series", 0, 0},
	    {0, "quick", OPT_FLAG, &f.quick, NULL, "check the sizes of files, not their contents",
	     0, 0},
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
	return check_and_print(ctx, &f, err);
}
