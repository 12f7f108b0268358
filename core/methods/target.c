#include "core/methods/target.h"

#include <string.h>

#include "core/optim/schedule.h"

#define PREFIX "target."

static void pair_params(struct target *tg, struct params *p)
{
	const size_t skip = strlen(PREFIX);

	tg->dst = arena_alloc(&p->arena.host, (size_t)p->n * sizeof(struct param *));
	tg->src = arena_alloc(&p->arena.host, (size_t)p->n * sizeof(struct param *));
	for (int i = 0; i < p->n; i++) {
		struct param *q = p->list[i], *online;

		if (q->kind == PARAM_BUFFER || strncmp(q->name, PREFIX, skip))
			continue;
		online = params_find(p, q->name + skip);
		if (!online)
			BUG("%s has no online parameter", q->name);
		tg->dst[tg->n] = q;
		tg->src[tg->n++] = online;
	}
}

int target_init(struct target *tg, const struct method_env *env, struct error *err)
{
	tg->encoder =
	    encoder_new(&env->encoder_spec, env->params, PREFIX "encoder.", PART_TARGET, 1, err);
	if (!tg->encoder)
		return -1;
	if (head_init(&tg->projector, env, "projector", PREFIX, PART_TARGET,
		      encoder_dim(tg->encoder), 1, err))
		return -1;
	pair_params(tg, env->params);
	tg->params = env->params;
	return 0;
}

void target_copy(struct target *tg)
{
	for (int i = 0; i < tg->n; i++)
		tensor_copy(&tg->dst[i]->t, &tg->src[i]->t);
}

void target_follow(struct target *tg, double tau)
{
	ema_update(tg->dst, tg->src, tg->n, tau, tg->params->gate);
}

struct tensor *target_embed(const struct target *tg, struct tape *t, const struct batch *b)
{
	const int record = t->record;
	struct tensor *z;

	t->record = 0;
	z = embed_views(t, b, tg->encoder, &tg->projector);
	t->record = record;
	return z;
}
