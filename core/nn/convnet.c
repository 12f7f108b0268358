/*
 * A small network for sweeps on a CPU: `depth` 3x3 convolutions of stride 2 with batch norm and
 * ReLU, whose number of channels starts at `width` and doubles, followed by the mean over all
 * pixels. With width 32 and depth 4 it is the 32-64-128-256 network of many small benchmarks.
 */
#include <stdio.h>

#include "core/nn/arch.h"
#include "core/ops/ops.h"

struct convnet {
	int layers;
	struct conv *conv;
	struct norm *norm;
};

static int convnet_init(struct encoder *e, const struct declare *d, struct error *err)
{
	const int n = e->spec.depth, least = 1 << (n > 0 ? n - 1 : 0);
	struct convnet *net = arena_zalloc(&d->params->arena.host, sizeof *net);
	int in = e->spec.channels;
	char name[32];

	if (n < 1)
		return error_set(err, ERR_USAGE,
				 "encoder.depth: a convnet needs at least one layer");
	if (e->spec.height < least || e->spec.width_px < least)
		return error_set(err, ERR_USAGE,
				 "encoder.depth: images of %d x %d are too small for %d layers of "
				 "stride 2",
				 e->spec.height, e->spec.width_px, n);
	net->layers = n;
	net->conv = arena_zalloc(&d->params->arena.host, (size_t)n * sizeof *net->conv);
	net->norm = arena_zalloc(&d->params->arena.host, (size_t)n * sizeof *net->norm);
	for (int i = 0; i < n; i++) {
		int out = e->spec.width << i;

		snprintf(name, sizeof name, "conv%d", i + 1);
		conv_init(&net->conv[i], d, name, in, out, 3, 2);
		snprintf(name, sizeof name, "bn%d", i + 1);
		norm_init(&net->norm[i], d, name, out, 0);
		in = out;
	}
	e->dim = in;
	e->net = net;
	return 0;
}

static struct tensor *convnet_forward(const struct encoder *e, struct tape *t, struct tensor *x)
{
	const struct convnet *net = e->net;

	for (int i = 0; i < net->layers; i++)
		x = norm_forward(&net->norm[i], t, conv_forward(&net->conv[i], t, x), NULL, 1);
	return op_avgpool_global(t, x);
}

static const struct hparam_default defaults[] = {
    {"encoder.width", "32"},
    {"encoder.depth", "4"},
    {0},
};

const struct encoder_arch arch_convnet = {
    .name = "convnet",
    .defaults = defaults,
    .init = convnet_init,
    .forward = convnet_forward,
};
