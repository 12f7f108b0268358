#include "core/methods/siamese.h"

#include <stdio.h>
#include <string.h>

#include "core/ops/ops.h"
#include "core/optim/schedule.h"
#include "core/tensor/kernels.h"

/* The name of a key, METHOD.LEAF. */
struct key {
	char text[64];
};

static struct key key(const char *method, const char *leaf)
{
	struct key k;

	snprintf(k.text, sizeof k.text, "%s.%s", method, leaf);
	return k;
}

static enum siamese_target target_of(const char *text)
{
	if (!strcmp(text, "ema"))
		return TARGET_EMA;
	return strcmp(text, "none") ? TARGET_SHARED : TARGET_NONE;
}

int siamese_init(struct siamese *s, const struct method_env *env, const char *method,
		 struct error *err)
{
	const struct recipe *r = env->recipe;
	const int stop = recipe_bool(r, key(method, "stop_gradient").text);

	s->encoder = env->encoder;
	s->params = env->params;
	s->kind = target_of(recipe_text(r, key(method, "target").text));
	s->tau = recipe_real(r, key(method, "tau").text);
	s->cosine = !strcmp(recipe_text(r, key(method, "tau_schedule").text), "cosine");
	s->pair.normalize = normalize_of(recipe_text(r, key(method, "normalize").text));
	s->pair.one_sided = !recipe_bool(r, key(method, "symmetric").text);
	s->pair.both_ways = s->kind == TARGET_NONE || !stop;
	s->spread = (struct vicreg_weights){.eps = 1e-4, .form = 'o'};
	s->spread.mu = recipe_real(r, key(method, "mu").text);
	s->spread.nu = recipe_real(r, key(method, "nu").text);
	s->spread.gamma = recipe_real(r, key(method, "gamma").text);
	if (s->kind == TARGET_EMA && !stop)
		return error_set(err, ERR_USAGE,
				 "%s.stop_gradient: false, but an ema target has no gradient; "
				 "use %s.target=shared",
				 method, method);
	if (head_init(&s->projector, env, "projector", "", PART_PROJECTOR, encoder_dim(s->encoder),
		      0, err))
		return -1;
	return s->kind == TARGET_EMA ? target_init(&s->target, env, err) : 0;
}

int siamese_init_heads(struct siamese *s, const struct method_env *env, const char *method,
		       struct error *err)
{
	if (siamese_init(s, env, method, err) ||
	    predictor_init(&s->predictor, env, &s->projector, err))
		return -1;
	s->symmetric_predictor = recipe_bool(env->recipe, "predictor.symmetric");
	if (s->symmetric_predictor && !mlp_is_linear(&s->predictor))
		return error_set(err, ERR_USAGE,
				 "predictor.symmetric: needs a predictor of one Linear layer "
				 "without bias and norm, such as predictor.dims=%d",
				 mlp_out_dim(&s->projector));
	return 0;
}

void siamese_start(void *self, int resumed)
{
	struct siamese *s = self;

	if (!resumed && s->kind == TARGET_EMA)
		target_copy(&s->target);
}

struct siamese_batch siamese_forward(const struct siamese *s, struct tape *t, const struct batch *b,
				     struct method_out *out)
{
	struct tensor *z = embed_views(t, b, s->encoder, &s->projector);
	struct tensor *p = mlp_forward(&s->predictor, t, z);
	struct tensor *y = s->kind == TARGET_EMA ? target_embed(&s->target, t, b) : z;
	struct siamese_batch v;

	for (int i = 0; i < 2; i++) {
		v.z[i] = view_of(t, z, b, i);
		v.p[i] = view_of(t, p, b, i);
		v.y[i] = view_of(t, y, b, i);
	}
	out->embedding = z;
	if (s->predictor.layers)
		out->prediction = p;
	if (mlp_is_linear(&s->predictor))
		out->predictor_weight = &s->predictor.weight[0]->t;
	return v;
}

struct tensor *siamese_spread(const struct siamese *s, struct tape *t,
			      const struct siamese_batch *v, struct tensor *l,
			      struct method_out *out)
{
	if (s->spread.mu <= 0 && s->spread.nu <= 0)
		return l;
	return op_add(t, l, loss_spread(t, v->z[0], v->z[1], &s->spread, out));
}

int siamese_without(const struct recipe *rc, const char *series)
{
	const char *method = recipe_text(rc, "method");

	if (!strcmp(series, "tau"))
		return target_of(recipe_text(rc, key(method, "target").text)) != TARGET_EMA;
	return (!strcmp(series, "loss.variance") || !strcmp(series, "loss.covariance")) &&
	       recipe_real(rc, key(method, "mu").text) <= 0 &&
	       recipe_real(rc, key(method, "nu").text) <= 0;
}

void siamese_after_step(void *self, long k, long total, struct method_out *out)
{
	struct siamese *s = self;
	const double tau = schedule_tau(s->tau, k, total, s->cosine);
	struct tensor *w;

	if (s->symmetric_predictor) {
		w = &s->predictor.weight[0]->t;
		tensor_kernels(w)->symmetrize(w, s->params->gate);
	}
	if (s->kind != TARGET_EMA)
		return;
	target_follow(&s->target, tau);
	method_constant(out, "tau", tau);
}
