#include "cmds/select.h"

int select_runs(struct cmd_ctx *ctx, char **ref, int n, const char *where, int newest,
		struct selection *out, struct error *err)
{
	int ret = 0;

	*out = (struct selection){0};
	for (int i = 0; i < n && !ret; i++)
		ret = selection_add_ref(ctx->store, out, ref[i], err);
	if (!ret && (where || (!n && !newest)))
		ret = selection_add_where(ctx->store, out, where, err);
	else if (!ret && !n)
		ret = selection_add_ref(ctx->store, out, "@", err);
	if (!ret && !out->n)
		ret = error_set(err, ERR_NOT_FOUND,
				where ? "-w %s: no run matches" : "no run yet: `ssl run` makes one",
				where);
	if (ret)
		selection_release(out);
	return ret;
}
