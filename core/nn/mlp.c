#include "core/nn/mlp.h"

#include <stdio.h>

#include "core/base/error.h"
#include "core/ops/ops.h"

/* The arguments with which a layer declares its parameters. */
struct declare_layer {
	struct params *params;
	const char *prefix;
	enum param_part part;
	int frozen, index; /* index: position in torch's Sequential */
};

static struct param *add(const struct declare_layer *at, const char *leaf, enum param_kind kind,
			 int ndim, const int *shape, enum param_init init, int fan_in)
{
	struct param *p;
	char name[160];

	snprintf(name, sizeof name, "%s%d.%s", at->prefix, at->index, leaf);
	p = params_add(at->params, name, kind, at->part, ndim, shape, init, fan_in, 0);
	if (at->frozen)
		p->t.needs_grad = 0;
	return p;
}

static void add_linear(struct mlp *m, int i, const struct declare_layer *at, int in, int bias)
{
	const int shape[2] = {m->dim[i], in};

	m->weight[i] = add(at, "weight", PARAM_WEIGHT, 2, shape, INIT_UNIFORM_FAN_IN, in);
	if (bias)
		m->bias[i] = add(at, "bias", PARAM_BIAS, 1, shape, INIT_UNIFORM_FAN_IN, in);
}

static void add_norm(struct mlp *m, int i, const struct declare_layer *at, int gamma, int beta)
{
	const int *d = &m->dim[i];

	if (gamma)
		m->gamma[i] = add(at, "weight", PARAM_NORM, 1, d, INIT_ONE, 0);
	if (beta)
		m->beta[i] = add(at, "bias", PARAM_NORM, 1, d, INIT_ZERO, 0);
	m->mean[i] = add(at, "running_mean", PARAM_BUFFER, 1, d, INIT_ZERO, 0);
	m->var[i] = add(at, "running_var", PARAM_BUFFER, 1, d, INIT_ONE, 0);
}

void mlp_init(struct mlp *m, struct params *p, const char *prefix, enum param_part part, int in,
	      const int *dim, int layers, struct mlp_opts opts)
{
	struct declare_layer at = {p, prefix, part, opts.frozen, 0};

	if (layers < 0 || layers > MLP_LAYERS)
		BUG("an mlp of %d layers", layers);
	*m = (struct mlp){.layers = layers, .in = in, .opts = opts};
	for (int i = 0; i < layers; i++) {
		const int last = i == layers - 1;

		m->dim[i] = dim[i];
		add_linear(m, i, &at, i ? dim[i - 1] : in, last ? opts.out_bias : opts.hidden_bias);
		at.index++;
		if (last ? opts.out_norm != MLP_PLAIN : opts.hidden_norm) {
			int gamma = last ? opts.out_norm != MLP_NORM_NO_AFFINE : opts.norm_affine;
			int beta = last ? opts.out_norm == MLP_NORM : opts.norm_affine;

			add_norm(m, i, &at, gamma, beta);
			at.index++;
		}
		at.index++; /* of the ReLU */
	}
}

static struct tensor *tensor_of(struct param *p)
{
	return p ? &p->t : NULL;
}

/* h = relu(norm(W h + b)) for the hidden layers; y = [norm](W h + b). */
struct tensor *mlp_forward(const struct mlp *m, struct tape *t, struct tensor *x)
{
	for (int i = 0; i < m->layers; i++) {
		const int relu = i < m->layers - 1;
		const struct bn_opts bn = {.eps = 1e-5, .momentum = 0.1, .relu = relu};

		x = op_linear(t, x, &m->weight[i]->t, tensor_of(m->bias[i]));
		if (m->mean[i])
			x = op_batchnorm(t, x, tensor_of(m->gamma[i]), tensor_of(m->beta[i]),
					 &m->mean[i]->t, &m->var[i]->t, NULL, bn);
		else if (relu)
			x = op_relu(t, x);
	}
	return x;
}

int mlp_out_dim(const struct mlp *m)
{
	return m->layers ? m->dim[m->layers - 1] : m->in;
}

int mlp_is_linear(const struct mlp *m)
{
	return m->layers == 1 && !m->bias[0] && !m->mean[0];
}
