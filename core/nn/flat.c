/*
 * An MLP on the flattened image: `depth` Linear layers of `width` units, each with batch norm and
 * ReLU. It does not use the structure of the image, so it is a baseline for what the other encoders
 * gain from that.
 */
#include "core/nn/arch.h"
#include "core/nn/mlp.h"
#include "core/ops/ops.h"

static int flat_init(struct encoder *e, const struct declare *d, struct error *err)
{
	const struct mlp_opts opts = {
	    .hidden_norm = 1, .norm_affine = 1, .out_norm = MLP_NORM, .frozen = d->frozen};
	struct mlp *m = arena_zalloc(&d->params->arena.host, sizeof *m);
	int dim[MLP_LAYERS];

	if (e->spec.depth < 1 || e->spec.depth > MLP_LAYERS)
		return error_set(err, ERR_USAGE, "encoder.depth: an mlp has 1 to %d layers, not %d",
				 MLP_LAYERS, e->spec.depth);
	for (int i = 0; i < e->spec.depth; i++)
		dim[i] = e->spec.width;
	mlp_init(m, d->params, d->prefix, d->part,
		 e->spec.height * e->spec.width_px * e->spec.channels, dim, e->spec.depth, opts);
	e->dim = e->spec.width;
	e->net = m;
	return 0;
}

static struct tensor *flat_forward(const struct encoder *e, struct tape *t, struct tensor *x)
{
	return op_relu(t, mlp_forward(e->net, t, op_flatten(t, x)));
}

static const struct hparam_default defaults[] = {
    {"encoder.width", "512"},
    {"encoder.depth", "2"},
    {0},
};

const struct encoder_arch arch_mlp = {
    .name = "mlp",
    .defaults = defaults,
    .init = flat_init,
    .forward = flat_forward,
};
