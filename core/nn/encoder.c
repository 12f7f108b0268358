#include "core/nn/encoder.h"

#include <stdio.h>
#include <string.h>

#include "core/nn/arch.h"
#include "core/ops/ops.h"

const struct hparam encoder_hparams[] = {
    {"encoder.arch", HP_ENUM, "resnet18", 0, 0, NULL,
     "the encoder: torchvision's ResNets (1512.03385), a small convnet, or an MLP on the pixels"},
    {"encoder.width", HP_INT, "64", 1, 1024, NULL,
     "channels of the first stage (64: the published ResNets); for an mlp, units of every layer"},
    {"encoder.depth", HP_INT, "4", 1, 8, NULL,
     "number of layers of a convnet or mlp; the depth of a ResNet is fixed"},
    {0},
};

/* All architectures. A new one needs its file and one line here. */
#define ENCODERS(_)                                                                                \
	_(resnet18)                                                                                \
	_(resnet34)                                                                                \
	_(resnet50)                                                                                \
	_(convnet)                                                                                 \
	_(mlp)

#define DECLARE(name) extern const struct encoder_arch arch_##name;
ENCODERS(DECLARE)
#undef DECLARE

#define ADDRESS(name) &arch_##name,
static const struct encoder_arch *const archs[] = {ENCODERS(ADDRESS) NULL};
#undef ADDRESS

const char *encoder_name(int i)
{
	const int n = sizeof archs / sizeof *archs - 1;

	return i >= 0 && i < n ? archs[i]->name : NULL;
}

/* The architectures of a family share one table of keys, which is counted once: is this the first
 * of them? */
static int is_first_with(const struct encoder_arch *const *arch)
{
	for (const struct encoder_arch *const *a = archs; a < arch; a++)
		if ((*a)->hparams == (*arch)->hparams)
			return 0;
	return (*arch)->hparams != NULL;
}

int encoder_group(int i, struct hparam_group *out)
{
	for (const struct encoder_arch *const *a = archs; *a; a++) {
		if (!is_first_with(a) || i--)
			continue;
		*out = (struct hparam_group){
		    (*a)->hparams, (*a)->hparams_with ? "encoder.arch" : NULL, (*a)->hparams_with};
		return 1;
	}
	return 0;
}

static const struct encoder_arch *arch_find(const char *name)
{
	for (int i = 0; archs[i]; i++)
		if (!strcmp(archs[i]->name, name))
			return archs[i];
	return NULL;
}

const struct hparam_default *encoder_defaults(const char *arch)
{
	const struct encoder_arch *a = arch_find(arch);

	return a ? a->defaults : NULL;
}

void encoder_spec_from_recipe(struct encoder_spec *s, const struct recipe *r, int height, int width,
			      int channels)
{
	s->arch = recipe_text(r, "encoder.arch");
	s->stem = recipe_text(r, "encoder.stem");
	s->width = (int)recipe_int(r, "encoder.width");
	s->depth = (int)recipe_int(r, "encoder.depth");
	s->zero_gamma = recipe_bool(r, "encoder.zero_gamma");
	s->height = height;
	s->width_px = width;
	s->channels = channels;
	s->recipe = r;
}

static int check_spec(const struct encoder_spec *s, struct error *err)
{
	if (s->width < 1 || s->depth < 0)
		return error_set(err, ERR_USAGE, "encoder: width %d and depth %d are not possible",
				 s->width, s->depth);
	if (s->height < 1 || s->width_px < 1 || s->channels < 1)
		return error_set(err, ERR_USAGE, "encoder: images of %d x %d x %d have no pixels",
				 s->height, s->width_px, s->channels);
	return 0;
}

struct encoder *encoder_new(const struct encoder_spec *spec, struct params *p, const char *prefix,
			    enum param_part part, int frozen, struct error *err)
{
	const struct encoder_arch *arch = arch_find(spec->arch);
	struct declare d = {p, prefix, part, frozen};
	struct encoder *e;

	if (!arch) {
		error_set(err, ERR_USAGE, "encoder.arch: '%s' is not known", spec->arch);
		return NULL;
	}
	if (check_spec(spec, err))
		return NULL;
	e = arena_zalloc(&p->arena.host, sizeof *e);
	e->arch = arch;
	e->spec = *spec;
	e->spec.arch = arch->name;
	if (!strcmp(spec->stem, "auto"))
		e->spec.stem = spec->height > 64 || spec->width_px > 64 ? "imagenet" : "cifar";
	else
		e->spec.stem = arena_strdup(&p->arena.host, spec->stem);
	if (arch->init(e, &d, err))
		return NULL;
	e->spec.recipe = NULL;
	return e;
}

int encoder_dim(const struct encoder *e)
{
	return e->dim;
}

struct tensor *encoder_forward(const struct encoder *e, struct tape *t, struct tensor *images)
{
	if (images->ndim != 4 || images->shape[1] != e->spec.height ||
	    images->shape[2] != e->spec.width_px || images->shape[3] != e->spec.channels) {
		char text[80];

		BUG("%s for %d x %d x %d images got %s", e->arch->name, e->spec.height,
		    e->spec.width_px, e->spec.channels,
		    tensor_shape_text(images, text, sizeof text));
	}
	return e->arch->forward(e, t, images);
}

static struct param *declare(const struct declare *d, const char *name, const char *leaf,
			     enum param_kind kind, int ndim, const int *shape, enum param_init init,
			     int fan_in, int fan_out)
{
	struct param *p;
	char full[160];

	snprintf(full, sizeof full, "%s%s.%s", d->prefix, name, leaf);
	p = params_add(d->params, full, kind, d->part, ndim, shape, init, fan_in, fan_out);
	if (d->frozen)
		p->t.needs_grad = 0;
	return p;
}

void conv_init(struct conv *c, const struct declare *d, const char *name, int in, int out,
	       int kernel, int stride)
{
	const int shape[4] = {kernel, kernel, in, out};

	c->stride = stride;
	c->padding = kernel / 2;
	c->weight = declare(d, name, "weight", PARAM_WEIGHT, 4, shape, INIT_HE_FAN_OUT,
			    kernel * kernel * in, kernel * kernel * out);
}

struct tensor *conv_forward(const struct conv *c, struct tape *t, struct tensor *x)
{
	return op_conv(t, x, &c->weight->t, c->stride, c->padding);
}

void norm_init(struct norm *n, const struct declare *d, const char *name, int channels,
	       int zero_gamma)
{
	n->gamma = declare(d, name, "weight", PARAM_NORM, 1, &channels,
			   zero_gamma ? INIT_ZERO : INIT_ONE, 0, 0);
	n->beta = declare(d, name, "bias", PARAM_NORM, 1, &channels, INIT_ZERO, 0, 0);
	n->mean = declare(d, name, "running_mean", PARAM_BUFFER, 1, &channels, INIT_ZERO, 0, 0);
	n->var = declare(d, name, "running_var", PARAM_BUFFER, 1, &channels, INIT_ONE, 0, 0);
}

struct tensor *norm_forward(const struct norm *n, struct tape *t, struct tensor *x,
			    struct tensor *residual, int relu)
{
	const struct bn_opts opts = {.eps = 1e-5, .momentum = 0.1, .relu = relu};

	return op_batchnorm(t, x, &n->gamma->t, &n->beta->t, &n->mean->t, &n->var->t, residual,
			    opts);
}
