/*
 * Protects: torchvision's names and shapes, the sizes of features, frozen parameters, initial
 * values, and that an invalid spec is an error instead of a broken network.
 */
#include <math.h>
#include <string.h>

#include "core/nn/encoder.h"
#include "core/nn/mlp.h"
#include "core/tensor/memory.h"
#include "tests/check.h"

static struct encoder_spec spec_of(const char *arch, const char *stem, int width, int depth,
				   int size)
{
	return (struct encoder_spec){.arch = arch,
				     .stem = stem,
				     .width = width,
				     .depth = depth,
				     .height = size,
				     .width_px = size,
				     .channels = 3};
}

struct net {
	struct params params;
	struct encoder *encoder;
};

static struct net net_of(struct encoder_spec spec, const char *prefix, enum param_part part,
			 int frozen)
{
	struct net n = {PARAMS_CPU, NULL};
	struct error err;

	n.encoder = encoder_new(&spec, &n.params, prefix, part, frozen, &err);
	CU_ASSERT_FATAL(n.encoder != NULL);
	return n;
}

/* The number of trainable elements. */
static size_t trainable(const struct params *p)
{
	size_t n = 0;

	for (int i = 0; i < p->n; i++)
		n += p->list[i]->t.needs_grad ? p->list[i]->t.n : 0;
	return n;
}

/* torchvision's models without their fc layer have this many parameters. */
static void test_sizes(void)
{
	static const struct {
		const char *arch;
		size_t parameters;
		int dim;
	} known[] = {
	    {"resnet18", 11689512 - 513000, 512},
	    {"resnet34", 21797672 - 513000, 512},
	    {"resnet50", 25557032 - 2049000, 2048},
	};

	for (int i = 0; i < 3; i++) {
		struct net n =
		    net_of(spec_of(known[i].arch, "imagenet", 64, 0, 224), "", PART_ENCODER, 0);

		CU_ASSERT(trainable(&n.params) == known[i].parameters);
		CU_ASSERT(encoder_dim(n.encoder) == known[i].dim);
		params_release(&n.params);
	}
}

static int has_shape(const struct params *p, const char *name, int ndim, const int *shape)
{
	const struct param *q = params_find(p, name);

	if (!q || q->t.ndim != ndim)
		return 0;
	return !memcmp(q->t.shape, shape, (size_t)ndim * sizeof(int));
}

static void test_names(void)
{
	struct net n = net_of(spec_of("resnet50", "cifar", 4, 0, 32), "encoder.", PART_ENCODER, 0);
	const struct params *p = &n.params;

	CU_ASSERT(has_shape(p, "encoder.conv1.weight", 4, (const int[]){3, 3, 3, 4}));
	CU_ASSERT(has_shape(p, "encoder.bn1.running_var", 1, (const int[]){4}));
	CU_ASSERT(
	    has_shape(p, "encoder.layer1.0.downsample.0.weight", 4, (const int[]){1, 1, 4, 16}));
	CU_ASSERT(has_shape(p, "encoder.layer4.2.bn3.bias", 1, (const int[]){128}));
	CU_ASSERT(!params_find(p, "encoder.layer1.1.downsample.0.weight"));
	CU_ASSERT(params_find(p, "encoder.bn1.running_mean")->kind == PARAM_BUFFER);
	CU_ASSERT(params_find(p, "encoder.bn1.weight")->kind == PARAM_NORM);
	params_release(&n.params);
}

/* auto: cifar up to 64 pixels. */
static void test_stem(void)
{
	static const struct {
		const char *stem;
		int size, kernel;
	} want[] = {{"auto", 32, 3},
		    {"auto", 64, 3},
		    {"auto", 65, 7},
		    {"imagenet", 32, 7},
		    {"cifar", 96, 3}};

	for (int i = 0; i < 5; i++) {
		struct net n = net_of(spec_of("resnet18", want[i].stem, 2, 0, want[i].size), "",
				      PART_ENCODER, 0);

		CU_ASSERT(params_find(&n.params, "conv1.weight")->t.shape[0] == want[i].kernel);
		params_release(&n.params);
	}
}

static void test_small_nets(void)
{
	struct net n = net_of(spec_of("convnet", "auto", 4, 3, 8), "", PART_ENCODER, 0);

	CU_ASSERT(encoder_dim(n.encoder) == 16);
	CU_ASSERT(has_shape(&n.params, "conv3.weight", 4, (const int[]){3, 3, 8, 16}));
	params_release(&n.params);
	n = net_of(spec_of("mlp", "auto", 7, 2, 5), "", PART_ENCODER, 0);
	CU_ASSERT(encoder_dim(n.encoder) == 7);
	CU_ASSERT(has_shape(&n.params, "0.weight", 2, (const int[]){7, 75}));
	CU_ASSERT(has_shape(&n.params, "3.weight", 2, (const int[]){7, 7}));
	CU_ASSERT(has_shape(&n.params, "4.running_mean", 1, (const int[]){7}));
	params_release(&n.params);
}

static void test_initial(void)
{
	struct encoder_spec spec = spec_of("resnet18", "cifar", 8, 0, 32);
	struct net n;
	const struct tensor *w;
	double sum = 0;

	spec.zero_gamma = 1;
	n = net_of(spec, "", PART_ENCODER, 0);
	params_build(&n.params, 1);
	CU_ASSERT(params_find(&n.params, "layer1.0.bn2.weight")->t.mem->data[0] == 0);
	CU_ASSERT(params_find(&n.params, "layer1.0.bn1.weight")->t.mem->data[0] == 1);
	CU_ASSERT(params_find(&n.params, "layer2.0.downsample.1.weight")->t.mem->data[0] == 1);
	w = &params_find(&n.params, "layer4.0.conv2.weight")->t;
	for (size_t i = 0; i < w->n; i++)
		sum += (double)w->mem->data[i] * (double)w->mem->data[i];
	/* N(0, 2 / fan_out), fan_out = 9 * 64: the mean square of 36,864 draws */
	CU_ASSERT_DOUBLE_EQUAL(sum / (double)w->n * 9 * 64 / 2, 1, 0.03);
	params_release(&n.params);
}

static void test_frozen(void)
{
	struct net n =
	    net_of(spec_of("resnet18", "cifar", 2, 0, 8), "target.encoder.", PART_TARGET, 1);

	CU_ASSERT(trainable(&n.params) == 0);
	for (int i = 0; i < n.params.n; i++)
		CU_ASSERT(n.params.list[i]->part == PART_TARGET);
	params_release(&n.params);
}

static void test_nonsense(void)
{
	const struct encoder_spec bad[] = {
	    spec_of("resnet18", "imagenet", 8, 0, 31), spec_of("resnet18", "cifar", 8, 0, 7),
	    spec_of("resnet18", "cifar", 0, 0, 32),    spec_of("resnet19", "cifar", 8, 0, 32),
	    spec_of("convnet", "auto", 8, 5, 8),       spec_of("convnet", "auto", 8, 0, 8),
	    spec_of("mlp", "auto", 8, 9, 8),           spec_of("resnet18", "cifar", 8, 0, 0),
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct params p = PARAMS_CPU;
		struct error err = {0};

		CU_ASSERT(!encoder_new(&bad[i], &p, "", PART_ENCODER, 0, &err));
		CU_ASSERT(err.code == ERR_USAGE && err.msg[0] && !strchr(err.msg, '\n'));
		params_release(&p);
	}
}

/* Are the names of all parameters those in `list` (ended by NULL)? */
static int are_names(const struct params *p, const char *const *list)
{
	int n = 0;

	for (; list[n]; n++)
		if (!params_find(p, list[n]))
			return 0;
	return p->n == n;
}

static void test_head(void)
{
	static const char *const plain[] = {"h.0.weight", "h.0.bias", "h.2.weight", NULL};
	static const char *const full[] = {
	    "h.0.weight",       "h.1.weight",      "h.1.bias", "h.1.running_mean",
	    "h.1.running_var",  "h.3.weight",      "h.3.bias", "h.4.weight",
	    "h.4.running_mean", "h.4.running_var", NULL};
	struct params p = PARAMS_CPU;
	struct mlp m;

	mlp_init(&m, &p, "h.", PART_PROJECTOR, 5, (const int[]){4, 3}, 2,
		 (struct mlp_opts){.hidden_bias = 1});
	CU_ASSERT(are_names(&p, plain) && mlp_out_dim(&m) == 3);
	params_release(&p);
	mlp_init(
	    &m, &p, "h.", PART_PROJECTOR, 5, (const int[]){4, 3}, 2,
	    (struct mlp_opts){
		.hidden_norm = 1, .norm_affine = 1, .out_bias = 1, .out_norm = MLP_NORM_NO_BETA});
	CU_ASSERT(are_names(&p, full));
	params_release(&p);
	mlp_init(&m, &p, "h.", PART_PROJECTOR, 5, NULL, 0, (struct mlp_opts){0});
	CU_ASSERT(p.n == 0 && mlp_out_dim(&m) == 5);
	params_release(&p);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"as many parameters as torchvision's", test_sizes},
	    {"torchvision's names", test_names},
	    {"stem=auto depends on the size of the images", test_stem},
	    {"convnet and mlp", test_small_nets},
	    {"initial values", test_initial},
	    {"a target network is not trained", test_frozen},
	    {"an invalid spec is an error", test_nonsense},
	    {"heads", test_head},
	    {0},
	};
	return check_run("nn", cases);
}
