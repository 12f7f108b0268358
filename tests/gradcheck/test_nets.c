/*
 * Protects: the structure of whole networks: shortcuts, strides, stems, heads. Checks the gradients
 * of the images and of sampled elements of some parameters, in training mode with statistics per
 * view.
 */
#include <stdio.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/nn/encoder.h"
#include "core/nn/mlp.h"
#include "core/tensor/memory.h"
#include "tests/check.h"
#include "tests/gradcheck/gradcheck.h"

enum { SAMPLES = 4 };
static const double worst_allowed = 1e-6;

static void check_worst(const char *what, double worst)
{
	if (!(worst <= worst_allowed))
		printf("\n    %s: %g\n", what, worst);
	CU_ASSERT(worst <= worst_allowed);
}

/* Adds a parameter to the inputs that are checked. */
static void add_parameter(struct gradcheck *g, struct params *p, const char *name)
{
	struct param *q = params_find(p, name);

	CU_ASSERT_FATAL(q != NULL && g->n < GRADCHECK_INPUTS);
	g->in[g->n++] = &q->t;
}

static struct tensor *encode(struct tape *t, struct tensor *const *in, void *ctx)
{
	t->groups = 2;
	return gradcheck_project(t, encoder_forward(ctx, t, in[0]));
}

/* `images`: the number of images; with `all` their gradients are also checked. */
static void check_encoder(struct encoder_spec spec, int images, int all, const char *const *watched)
{
	struct params p = PARAMS_CPU;
	struct gradcheck g;
	struct error err;
	struct encoder *e;

	spec.stem = spec.stem ? spec.stem : "cifar";
	spec.channels = 3;
	gradcheck_init(&g);
	e = encoder_new(&spec, &p, "encoder.", PART_ENCODER, 0, &err);
	CU_ASSERT_FATAL(e != NULL);
	params_build(&p, 1);
	gradcheck_input(&g, 4, (const int[]){images, spec.height, spec.width_px, 3}, 1)
	    ->needs_grad = all;
	for (; *watched; watched++)
		add_parameter(&g, &p, *watched);
	check_worst(spec.arch, gradcheck_run(&g, encode, e, SAMPLES));
	gradcheck_release(&g);
	params_release(&p);
}

static void test_resnet18(void)
{
	static const char *const watched[] = {
	    "encoder.conv1.weight",
	    "encoder.bn1.bias",
	    "encoder.layer1.0.conv2.weight",
	    "encoder.layer2.0.downsample.0.weight",
	    "encoder.layer2.0.downsample.1.weight",
	    "encoder.layer4.1.conv2.weight",
	    "encoder.layer4.1.bn2.weight",
	    NULL,
	};
	const struct encoder_spec spec = {
	    .arch = "resnet18", .stem = "imagenet", .width = 2, .height = 33, .width_px = 48};

	check_encoder(spec, 8, 1, watched);
}

/* Fifty layers amplify a difference in the first ones until it crosses the kinks of ReLUs, so only
 * the last stage can be checked. The golden vectors cover the rest. */
static void test_resnet50(void)
{
	static const char *const watched[] = {
	    "encoder.layer4.0.conv1.weight",        "encoder.layer4.0.conv2.weight",
	    "encoder.layer4.0.downsample.0.weight", "encoder.layer4.1.conv3.weight",
	    "encoder.layer4.2.bn2.weight",          NULL,
	};
	const struct encoder_spec spec = {
	    .arch = "resnet50", .stem = "cifar", .width = 2, .height = 8, .width_px = 8};

	check_encoder(spec, 16, 0, watched);
}

static void test_convnet(void)
{
	static const char *const watched[] = {"encoder.conv1.weight", "encoder.bn2.weight",
					      "encoder.conv3.weight", NULL};
	const struct encoder_spec spec = {
	    .arch = "convnet", .width = 2, .depth = 3, .height = 9, .width_px = 12};

	check_encoder(spec, 8, 1, watched);
}

static void test_flat(void)
{
	static const char *const watched[] = {"encoder.0.weight", "encoder.1.bias",
					      "encoder.3.weight", NULL};
	const struct encoder_spec spec = {
	    .arch = "mlp", .width = 5, .depth = 2, .height = 4, .width_px = 3};

	check_encoder(spec, 8, 1, watched);
}

static struct tensor *head(struct tape *t, struct tensor *const *in, void *ctx)
{
	t->groups = 2;
	return gradcheck_project(t, mlp_forward(ctx, t, in[0]));
}

/* Every kind of output norm, with and without biases and hidden norms. */
static void test_head(void)
{
	for (int kind = 0; kind < 8; kind++) {
		const struct mlp_opts o = {.hidden_bias = kind % 2,
					   .out_bias = kind / 2 % 2,
					   .hidden_norm = kind < 6,
					   .norm_affine = kind % 3 != 1,
					   .out_norm = (enum mlp_out_norm)(kind % 4)};
		struct params p = PARAMS_CPU;
		struct gradcheck g;
		struct mlp m;

		gradcheck_init(&g);
		mlp_init(&m, &p, "projector.", PART_PROJECTOR, 5, (const int[]){6, 4, 3}, 3, o);
		params_build(&p, 1);
		gradcheck_input(&g, 2, (const int[]){8, 5}, 1);
		add_parameter(&g, &p, "projector.0.weight");
		for (int i = 0; i < p.n && g.n < GRADCHECK_INPUTS; i++)
			if (p.list[i]->t.needs_grad && p.list[i]->kind != PARAM_WEIGHT)
				g.in[g.n++] = &p.list[i]->t;
		check_worst("head", gradcheck_run(&g, head, &m, SAMPLES));
		gradcheck_release(&g);
		params_release(&p);
	}
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"a residual network of basic blocks", test_resnet18},
	    {"a residual network of bottlenecks", test_resnet50},
	    {"a convnet", test_convnet},
	    {"an MLP on pixels", test_flat},
	    {"projector heads", test_head},
	    {0},
	};
	parallel_set_threads(1); /* the problems are too small for threads to help */
	return check_run("gradcheck/nets", cases);
}
