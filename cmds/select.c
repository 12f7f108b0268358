#include "cmds/select.h"

#include <string.h>

#include "core/base/log.h"
#include "core/store/query/refs.h"
#include "core/store/query/selection_add.h"
#include "core/store/sweeps.h"

static int add_sweep(struct cmd_ctx *ctx, struct select *what, struct selection *out,
		     struct error *err)
{
	int found = selection_add_sweep(ctx->store, out, what->sweep, err);

	if (found)
		return found < 0 ? -1 : 0;
	return sweeps_require(ctx->store, what->sweep, err); /* suggests a name */
}

/* A sweep with that name, or else a run. */
static int add_ref(struct cmd_ctx *ctx, const char *ref, struct selection *out, struct error *err)
{
	int found = selection_add_sweep(ctx->store, out, ref, err);

	if (found)
		return found < 0 ? -1 : 0;
	return selection_add_ref(ctx->store, out, ref, err);
}

int select_runs(struct cmd_ctx *ctx, struct select *what, struct selection *out, struct error *err)
{
	int chosen = what->n || what->where || what->sweep, ret = 0;

	*out = (struct selection){0};
	for (int i = 0; i < what->n && !ret; i++)
		ret = add_ref(ctx, what->ref[i], out, err);
	if (!ret && what->sweep)
		ret = add_sweep(ctx, what, out, err);
	if (!ret && what->where)
		ret = selection_add_where(ctx->store, out, what->where, err);
	if (!ret && !chosen)
		ret = what->newest ? selection_add_ref(ctx->store, out, "@", err)
				   : selection_add_where(ctx->store, out, NULL, err);
	if (!ret && !chosen && what->plans)
		ret = selection_add_sweeps(ctx->store, out, err);
	if (!ret && !out->n && !(what->plans && out->sweeps))
		ret = what->where
			  ? error_set(err, ERR_NOT_FOUND, "-w %s: no run matches", what->where)
		      : chosen ? error_set(err, ERR_NOT_FOUND, "the sweep has no run yet")
			       : error_set(err, ERR_NOT_FOUND, "no run yet: `ssl run` makes one");
	if (ret)
		selection_release(out);
	return ret;
}

void select_explain(const struct metric_choice *choice, const char *option)
{
	if (choice->why[0])
		log_info("%s%s%s%s", choice->why, option ? "; " : "", option ? option : "",
			 option ? " chooses another" : "");
}
