/*
 * Residual networks (He et al., 1512.03385), with the structure and names of torchvision: resnet18
 * and resnet34 consist of basic blocks, resnet50 of bottlenecks with the stride in the 3x3
 * convolution
 * ("v1.5"). With base width w the stages have w, 2w, 4w and 8w channels (four times that at the
 * output of a bottleneck). The features are the mean over all pixels of the last stage.
 */
#include <stdio.h>
#include <string.h>

#include "core/nn/arch.h"
#include "core/ops/ops.h"

enum { STAGES = 4, BLOCK_CONVS = 3, EXPANSION = 4 };

/* relu(F(x) + shortcut(x)), F = conv norm relu conv norm [relu conv norm]. */
struct block {
	int convs; /* 2: basic, 3: bottleneck */
	struct conv conv[BLOCK_CONVS];
	struct norm norm[BLOCK_CONVS];
	int has_down; /* 1: the shortcut is a 1x1 convolution and a norm; 0: the identity */
	struct conv down;
	struct norm down_norm;
};

struct resnet {
	int imagenet_stem;
	struct conv stem;
	struct norm stem_norm;
	int n_blocks;
	struct block *block;
};

static void block_init(struct block *b, const struct declare *d, const char *name, int in,
		       int width, int stride, int zero_gamma)
{
	const int basic = b->convs == 2, out = basic ? width : EXPANSION * width;
	/* kernel, output channels and stride of each convolution */
	const int plan[2][BLOCK_CONVS][3] = {
	    {{3, width, stride}, {3, width, 1}, {0}},
	    {{1, width, 1}, {3, width, stride}, {1, out, 1}},
	};
	int c = in;
	char leaf[64];

	for (int i = 0; i < b->convs; i++) {
		const int *p = plan[!basic][i];

		snprintf(leaf, sizeof leaf, "%s.conv%d", name, i + 1);
		conv_init(&b->conv[i], d, leaf, c, p[1], p[0], p[2]);
		snprintf(leaf, sizeof leaf, "%s.bn%d", name, i + 1);
		norm_init(&b->norm[i], d, leaf, p[1], zero_gamma && i == b->convs - 1);
		c = p[1];
	}
	b->has_down = stride != 1 || in != out;
	if (!b->has_down)
		return;
	snprintf(leaf, sizeof leaf, "%s.downsample.0", name);
	conv_init(&b->down, d, leaf, in, out, 1, stride);
	snprintf(leaf, sizeof leaf, "%s.downsample.1", name);
	norm_init(&b->down_norm, d, leaf, out, 0);
}

static struct tensor *block_forward(const struct block *b, struct tape *t, struct tensor *x)
{
	struct tensor *y = x, *shortcut = x;

	if (b->has_down)
		shortcut = norm_forward(&b->down_norm, t, conv_forward(&b->down, t, x), NULL, 0);
	for (int i = 0; i < b->convs; i++) {
		struct tensor *residual = i == b->convs - 1 ? shortcut : NULL;

		y = norm_forward(&b->norm[i], t, conv_forward(&b->conv[i], t, y), residual, 1);
	}
	return y;
}

/* The four stages halve the image three times, and the imagenet stem two more times. */
static int check_images(const struct encoder *e, int imagenet_stem, struct error *err)
{
	const int least = imagenet_stem ? 32 : 8;

	if (e->spec.height >= least && e->spec.width_px >= least)
		return 0;
	return error_set(
	    err, ERR_USAGE,
	    "encoder.stem: images of %d x %d are too small for the %s stem of a ResNet: at "
	    "least %d pixels%s",
	    e->spec.height, e->spec.width_px, e->spec.stem, least,
	    imagenet_stem ? "; try encoder.stem=cifar" : "; try encoder.arch=convnet");
}

static int resnet_init(struct encoder *e, const struct declare *d, int convs,
		       const int count[STAGES], struct error *err)
{
	const int imagenet = !strcmp(e->spec.stem, "imagenet"), width = e->spec.width;
	struct resnet *net = arena_zalloc(&d->params->arena.host, sizeof *net);
	int in = width;
	char name[32];

	if (check_images(e, imagenet, err))
		return -1;
	net->imagenet_stem = imagenet;
	conv_init(&net->stem, d, "conv1", e->spec.channels, width, imagenet ? 7 : 3,
		  imagenet ? 2 : 1);
	norm_init(&net->stem_norm, d, "bn1", width, 0);
	for (int s = 0; s < STAGES; s++)
		net->n_blocks += count[s];
	net->block =
	    arena_zalloc(&d->params->arena.host, (size_t)net->n_blocks * sizeof *net->block);
	for (int s = 0, k = 0; s < STAGES; s++) {
		for (int i = 0; i < count[s]; i++, k++) {
			int stride = s > 0 && i == 0 ? 2 : 1;

			net->block[k].convs = convs;
			snprintf(name, sizeof name, "layer%d.%d", s + 1, i);
			block_init(&net->block[k], d, name, in, width << s, stride,
				   e->spec.zero_gamma);
			in = (convs == 2 ? 1 : EXPANSION) * (width << s);
		}
	}
	e->dim = in;
	e->net = net;
	return 0;
}

static struct tensor *resnet_forward(const struct encoder *e, struct tape *t, struct tensor *x)
{
	const struct resnet *net = e->net;

	x = norm_forward(&net->stem_norm, t, conv_forward(&net->stem, t, x), NULL, 1);
	if (net->imagenet_stem)
		x = op_maxpool(t, x, 3, 2, 1);
	for (int i = 0; i < net->n_blocks; i++)
		x = block_forward(&net->block[i], t, x);
	return op_avgpool_global(t, x);
}

static int resnet18_init(struct encoder *e, const struct declare *d, struct error *err)
{
	return resnet_init(e, d, 2, (const int[STAGES]){2, 2, 2, 2}, err);
}

static int resnet34_init(struct encoder *e, const struct declare *d, struct error *err)
{
	return resnet_init(e, d, 2, (const int[STAGES]){3, 4, 6, 3}, err);
}

static int resnet50_init(struct encoder *e, const struct declare *d, struct error *err)
{
	return resnet_init(e, d, 3, (const int[STAGES]){3, 4, 6, 3}, err);
}

static const struct hparam hparams[] = {
    {"encoder.stem", HP_ENUM, "auto", 0, 0, "auto|cifar|imagenet",
     "ResNets: cifar = 3x3 stride 1 without pooling; imagenet = 7x7 stride 2 and max-pool; auto "
     "= cifar for images of at most 64 pixels (as in solo-learn)"},
    {"encoder.zero_gamma", HP_BOOL, "false", 0, 0, NULL,
     "ResNets: initialise gamma of the last norm of every residual block to 0 (the official "
     "ImageNet code of most methods; off in torchvision and solo-learn)"},
    {0},
};

const struct encoder_arch arch_resnet18 = {
    .name = "resnet18",
    .hparams = hparams,
    .init = resnet18_init,
    .forward = resnet_forward,
};

const struct encoder_arch arch_resnet34 = {
    .name = "resnet34",
    .hparams = hparams,
    .init = resnet34_init,
    .forward = resnet_forward,
};

const struct encoder_arch arch_resnet50 = {
    .name = "resnet50",
    .hparams = hparams,
    .init = resnet50_init,
    .forward = resnet_forward,
};
