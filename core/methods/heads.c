#include "core/methods/heads.h"

#include <stdio.h>
#include <string.h>

#include "core/ops/ops.h"

#define OUT_NORMS "none|bn|bn_no_affine|bn_no_beta"

const struct hparam head_hparams[] = {
    {"projector.dims", HP_INTS, "[2048, 2048, 2048]", 1, 65536, NULL,
     "output sizes of the projector's Linear layers; [] = no projector (solo-learn on CIFAR, "
     "Barlow Twins and VICReg)"},
    {"projector.hidden_bias", HP_BOOL, "false", 0, 0, NULL,
     "biases in the projector's hidden Linear layers (Barlow Twins code: none)"},
    {"projector.out_bias", HP_BOOL, "false", 0, 0, NULL,
     "a bias in the projector's last Linear layer (Barlow Twins, VICReg, BYOL code: none)"},
    {"projector.hidden_norm", HP_BOOL, "true", 0, 0, NULL,
     "batch norm after the projector's hidden Linear layers (all official code)"},
    {"projector.norm_affine", HP_BOOL, "true", 0, 0, NULL,
     "gamma and beta in the projector's hidden batch norms (all official code; off in "
     "DirectPred's)"},
    {"projector.out_norm", HP_ENUM, "none", 0, 0, OUT_NORMS,
     "normalisation after the projector's last Linear layer (none: Barlow Twins, VICReg, BYOL; "
     "bn_no_affine: SimSiam; bn_no_beta: SimCLR code)"},
    {"predictor.dims", HP_INTS, "[]", 1, 65536, NULL,
     "output sizes of the predictor's Linear layers, of which the last equals the projector's "
     "output size; [] = no predictor"},
    {"predictor.hidden_bias", HP_BOOL, "true", 0, 0, NULL,
     "biases in the predictor's hidden Linear layers (BYOL code: yes)"},
    {"predictor.out_bias", HP_BOOL, "false", 0, 0, NULL,
     "a bias in the predictor's last Linear layer (BYOL code: none)"},
    {"predictor.hidden_norm", HP_BOOL, "true", 0, 0, NULL,
     "batch norm after the predictor's hidden Linear layers (BYOL, SimSiam)"},
    {"predictor.norm_affine", HP_BOOL, "true", 0, 0, NULL,
     "gamma and beta in the predictor's hidden batch norms (BYOL, SimSiam)"},
    {"predictor.out_norm", HP_ENUM, "none", 0, 0, OUT_NORMS,
     "normalisation after the predictor's last Linear layer (BYOL, SimSiam: none)"},
    {"predictor.symmetric", HP_BOOL, "false", 0, 0, NULL,
     "make a predictor of one Linear layer symmetric after every step, W <- (W + W^T) / 2 "
     "(compared in 2102.06810; BYOL, SimSiam: no)"},
    {"predictor.frozen", HP_BOOL, "false", 0, 0, NULL,
     "keep the predictor at its initial weights; gradients still flow through it (2011.10566, "
     "table 1: it does not collapse, and does not learn)"},
    {0},
};

const struct hparam batch_hparams[] = {
    {"batch.statistics", HP_ENUM, "per_view", 0, 0, "per_view|joint",
     "batch-norm statistics: per_view = computed for each view separately (BYOL, Barlow Twins, "
     "VICReg, SimSiam, solo-learn); joint = computed over both views together (SimCLR code)"},
    {0},
};

int batch_groups(const struct recipe *r, int views)
{
	return strcmp(recipe_text(r, "batch.statistics"), "joint") ? views : 1;
}

static const char *key(char *buf, size_t size, const char *which, const char *leaf)
{
	snprintf(buf, size, "%s.%s", which, leaf);
	return buf;
}

static enum mlp_out_norm out_norm_of(const char *text)
{
	if (!strcmp(text, "bn"))
		return MLP_NORM;
	if (!strcmp(text, "bn_no_affine"))
		return MLP_NORM_NO_AFFINE;
	if (!strcmp(text, "bn_no_beta"))
		return MLP_NORM_NO_BETA;
	return MLP_PLAIN;
}

int head_init(struct mlp *m, const struct method_env *env, const char *which, const char *prefix,
	      enum param_part part, int in, int frozen, struct error *err)
{
	const struct recipe *r = env->recipe;
	struct mlp_opts o = {.frozen = frozen};
	int dim[MLP_LAYERS + 1], n;
	char k[64], full[128];

	n = recipe_ints(r, key(k, sizeof k, which, "dims"), dim, MLP_LAYERS + 1);
	if (n > MLP_LAYERS)
		return error_set(err, ERR_USAGE, "%s: more than %d layers", k, MLP_LAYERS);
	o.hidden_bias = recipe_bool(r, key(k, sizeof k, which, "hidden_bias"));
	o.out_bias = recipe_bool(r, key(k, sizeof k, which, "out_bias"));
	o.hidden_norm = recipe_bool(r, key(k, sizeof k, which, "hidden_norm"));
	o.norm_affine = recipe_bool(r, key(k, sizeof k, which, "norm_affine"));
	o.out_norm = out_norm_of(recipe_text(r, key(k, sizeof k, which, "out_norm")));
	snprintf(full, sizeof full, "%s%s.", prefix, which);
	mlp_init(m, env->params, full, part, in, dim, n, o);
	return 0;
}

int predictor_init(struct mlp *m, const struct method_env *env, const struct mlp *projector,
		   struct error *err)
{
	const int d = mlp_out_dim(projector);
	const int frozen = recipe_bool(env->recipe, "predictor.frozen");

	if (head_init(m, env, "predictor", "", PART_PREDICTOR, d, frozen, err))
		return -1;
	if (mlp_out_dim(m) != d)
		return error_set(
		    err, ERR_USAGE,
		    "predictor.dims: the output size is %d, but that of the projector is %d",
		    mlp_out_dim(m), d);
	return 0;
}

struct tensor *embed_views(struct tape *t, const struct batch *b, const struct encoder *e,
			   const struct mlp *projector)
{
	t->groups = b->groups;
	return mlp_forward(projector, t, encoder_forward(e, t, b->x));
}

struct tensor *view_of(struct tape *t, struct tensor *z, const struct batch *b, int v)
{
	return op_rows(t, z, v * b->n, b->n);
}
