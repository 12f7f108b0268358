/*
 * Protects: views that are made on a device equal those of the CPU in every pixel: for plans drawn
 * from every preset, for each operation alone, for all orders of the jitter operations, for 1 to 4
 * channels, and for views that fit in shared memory and those that do not.
 */
#include "core/tensor/cuda/views.h"

#include <float.h>
#include <math.h>

#include "core/augment/augment.h"
#include "core/augment/augment_ops.h"
#include "core/base/rng.h"
#include "tests/cuda/harness.h"

enum { IMAGES = 5 };

static const char *const presets[] = {"cifar",   "imagenet", "byol", "simclr",
				      "simsiam", "digits",   "none"};
enum { PRESETS = sizeof presets / sizeof *presets };

/* --- images and what is made of them ------------------------------------------------------- */

struct shape {
	int height, width, channels, out_height, out_width;
};

static struct augment_fixed fixed_of(const struct shape *s)
{
	return (struct augment_fixed){.mean = {0.49, 0.48, 0.45, 0.5},
				      .std = {0.25, 0.24, 0.26, 0.5},
				      .solarize_threshold = 0.5,
				      .height = s->height,
				      .width = s->width,
				      .channels = s->channels,
				      .out_height = s->out_height,
				      .out_width = s->out_width};
}

/* Noise; every second image smooth, and one grey. */
static uint8_t *images_of(struct harness *h, const struct augment_fixed *f)
{
	const int pixels = f->height * f->width, n = IMAGES * pixels;
	uint8_t *image = (uint8_t *)harness_host(h, (size_t)n * (size_t)f->channels / 8 + 1);
	struct rng rng;

	rng_init(&rng, 3, RNG_TEST, 0, 0);
	for (int i = 0; i < n; i++)
		for (int c = 0; c < f->channels; c++) {
			const int kind = i / pixels, x = i % f->width, y = i % pixels / f->width;
			const int noise = (int)rng_below(&rng, 256);
			const int smooth = (x * (5 + c) + y * 3) % 256;

			image[i * f->channels + c] = (uint8_t)(kind % 2 ? smooth : noise);
			if (kind == IMAGES - 1)
				image[i * f->channels + c] = image[i * f->channels];
		}
	return image;
}

static void *put_bytes(struct harness *h, const void *host, size_t bytes)
{
	void *p = harness_new(h, bytes);
	struct error err;

	CU_ASSERT(!cuda_upload(&h->q, p, host, bytes, &err));
	return p;
}

/* The views of the device; image i of the batch is number[i]. */
static double *on_device(struct harness *h, const struct augment_fixed *f, const uint8_t *image,
			 const struct augment_plan *plan, const uint32_t *number, int n)
{
	const size_t in = (size_t)f->height * (size_t)f->width * (size_t)f->channels;
	const size_t out = (size_t)f->out_height * (size_t)f->out_width * (size_t)f->channels;
	struct cuda_views v = {.fixed = *f, .n = n};
	size_t scratch;

	v.images.pixels = put_bytes(h, image, IMAGES * in);
	if (number)
		v.images.number = put_bytes(h, number, (size_t)n * sizeof *number);
	if (plan)
		v.plan = put_bytes(h, plan, (size_t)n * sizeof *plan);
	v.x = harness_new(h, (size_t)n * out * sizeof *v.x);
	scratch = cuda_views_scratch(&h->q, &v);
	cuda_views_make(&h->q, &v, scratch ? harness_new(h, scratch) : NULL);
	return harness_get(h, CUDA_REAL, v.x, (size_t)n * out);
}

/* --- comparing ----------------------------------------------------------------------------- */

/* The view of the CPU; plan NULL: that of an evaluation. */
static void on_host(const struct augment_fixed *f, const struct augment_plan *plan,
		    const uint8_t *image, real *x)
{
	void *scratch = aligned_alloc(64, augment_scratch(f));

	if (plan)
		augment_apply(f, plan, image, x, scratch);
	else
		augment_plain(f, image, x, scratch);
	free(scratch);
}

/* A pixel that rounding may move to the other side of a threshold, where it jumps (not at 1/2). */
static void exempt(const struct augment_fixed *f, const struct augment_plan *plan,
		   const uint8_t *image, real *x, size_t n, const double *got, long *exempted)
{
	struct augment_fixed plain = *f;
	struct augment_plan before = *plan;
	real *v = xmalloc(n * sizeof *v);

	before.solarize = 0;
	for (int c = 0; c < 4; c++) {
		plain.mean[c] = 0;
		plain.std[c] = 1;
	}
	on_host(&plain, &before, image, v);
	for (size_t i = 0; i < n; i++)
		if (fabs((double)v[i] - f->solarize_threshold) < harness_tolerance(CUDA_REAL) &&
		    fabs(got[i] - (double)x[i]) > harness_tolerance(CUDA_REAL)) {
			x[i] = (real)got[i];
			++*exempted;
		}
	free(v);
}

/* Does this build's compiler fuse a product and a sum, so that the product is not rounded? */
static int fuses_products(void)
{
	const real h = REAL_IS_DOUBLE ? (real)0x1p-27 : (real)0x1p-12;
	volatile real a = 1 + h, b = 1 + 2 * h, one = 1;
	const real x = a, y = b, z = one;

	return x * x - y * z > 0; /* exactly h^2 */
}

/* The position of a rotated pixel is a sum of two products, of which the device does not round one.
 * Where the CPU does, the position differs, and in noise and at borders the value by up to 1 / std
 * of that. */
static double tolerance_of(const struct augment_fixed *f, const struct augment_plan *plan)
{
	const int side = f->out_height > f->out_width ? f->out_height : f->out_width;
	const double position = side * (REAL_IS_DOUBLE ? DBL_EPSILON : (double)FLT_EPSILON);
	const int differs = plan && plan->rotate && !fuses_products();

	return harness_tolerance(CUDA_REAL) + (differs ? 5 * position : 0);
}

static void check(struct harness *h, const char *what, const struct augment_fixed *f,
		  const struct augment_plan *plan, const uint32_t *number, int n, long *exempted)
{
	const size_t in = (size_t)f->height * (size_t)f->width * (size_t)f->channels;
	const size_t out = (size_t)f->out_height * (size_t)f->out_width * (size_t)f->channels;
	const uint8_t *image = images_of(h, f);
	const double *got = on_device(h, f, image, plan, number, n);
	real *ref = xmalloc(out * sizeof *ref);
	double most = 0; /* as a multiple of the tolerance */

	for (int i = 0; i < n; i++) {
		const uint8_t *own = image + (number ? number[i] : (uint32_t)i) * in;

		on_host(f, plan ? &plan[i] : NULL, own, ref);
		if (exempted && plan)
			exempt(f, &plan[i], own, ref, out, got + (size_t)i * out, exempted);
		for (size_t k = 0; k < out; k++) {
			const double error = fabs(got[(size_t)i * out + k] - (double)ref[k]) /
					     tolerance_of(f, plan ? &plan[i] : NULL);

			most = error <= most ? most : error; /* NaN too */
		}
	}
	free(ref);
	CU_ASSERT(most <= 1);
	if (!(most <= 1))
		printf("\n    %s, %d x %d: a pixel differs by %.3g tolerances\n", what,
		       f->out_height, f->out_width, most);
}

/* --- plans of presets ---------------------------------------------------------------------- */

/* Recipes of the keys of augmentation alone. */
static int only_group(int i, struct hparam_group *out)
{
	*out = (struct hparam_group){augment_hparams, NULL, NULL};
	return i == 0;
}

static const struct hparam_default *defaults(const char *key, const char *value)
{
	return strcmp(key, "augment.preset") ? NULL : augment_preset(value);
}

static const char *no_choice(const char *key, int i)
{
	(void)key;
	(void)i;
	return NULL;
}

static const struct recipe_schema schema = {
    .group = only_group, .defaults = defaults, .choice = no_choice, .check = augment_check};

static struct augment preset_of(const char *preset, int view, const struct shape *s)
{
	const struct augment_source source = {
	    s->height, s->width, s->channels, {0.49, 0.48, 0.45}, {0.25, 0.24, 0.26}};
	char text[40];
	const struct recipe_set set[] = {{text}};
	struct augment a = {0};
	struct recipe r;
	struct error err;

	snprintf(text, sizeof text, "augment.preset=%s", preset);
	CU_ASSERT_EQUAL_FATAL(recipe_load(&r, &schema, NULL, set, 1, &err), 0);
	CU_ASSERT_EQUAL(augment_from_recipe(&a, &r, view, &source, &err), 0);
	recipe_release(&r);
	a.fixed.out_height = s->out_height;
	a.fixed.out_width = s->out_width;
	return a;
}

static void check_preset(struct harness *h, const char *name, int view, const struct shape *s,
			 int n)
{
	const struct augment a = preset_of(name, view, s);
	struct augment_plan *plan = xmalloc((size_t)n * sizeof *plan);
	uint32_t *number = xmalloc((size_t)n * sizeof *number);

	for (int i = 0; i < n; i++) {
		struct rng rng;

		number[i] = (uint32_t)(i * 3 + view) % IMAGES;
		rng_init(&rng, 5, RNG_AUGMENT, (uint32_t)view, (uint64_t)i);
		augment_draw(&a, &rng, &plan[i]);
	}
	check(h, name, &a.fixed, plan, number, n, NULL);
	free(plan);
	free(number);
}

static void each_preset(struct harness *h, const struct shape *s, int n)
{
	for (int i = 0; i < PRESETS; i++)
		for (int view = 0; view < 2; view++)
			check_preset(h, presets[i], view, s, n);
}

static void all_presets(struct harness *h)
{
	static const struct shape cifar = {32, 32, 3, 32, 32}, mnist = {28, 28, 1, 28, 28},
				  stl = {96, 64, 3, 40, 40}, small = {9, 11, 3, 10, 8},
				  small1 = {9, 11, 1, 11, 9};

	if (shim_watcher) {
		each_preset(h, &small, 6);
		each_preset(h, &small1, 4);
		return;
	}
	each_preset(h, &cifar, 24);
	each_preset(h, &mnist, 12);
	each_preset(h, &stl, 8);
}

static void test_presets(void)
{
	harness_run(all_presets, 0);
}

/* Views that need scratch, more of them than blocks. */
static void all_large(struct harness *h)
{
	static const struct shape imagenet = {130, 170, 3, 224, 224}, wide = {20, 30, 4, 50, 60};

	check_preset(h, "imagenet", 0, &wide, 5);
	if (shim_watcher)
		return;
	check_preset(h, "byol", 0, &imagenet, 3);
	check_preset(h, "digits", 0, &imagenet, 2);
	check_preset(h, "simclr", 1, &imagenet, 2);
}

static void test_large(void)
{
	harness_run(all_large, 0);
}

/* --- operations ---------------------------------------------------------------------------- */

enum { OPERATIONS = 20 };

/* Plans with one operation each. Returns their number. */
static int single_operations(const struct augment_fixed *f, struct augment_plan *plan)
{
	static const double degrees[] = {-180, -37.5, 3, 90};
	static const double factors[JITTER_OPS][2] = {{0.3, 1.9}, {0, 1.7}, {0, 1.8}, {-0.5, 0.17}};
	const int jitters = f->channels == 3 ? JITTER_OPS : JITTER_SATURATION;
	int n = 0;

	for (int i = 0; i < OPERATIONS; i++)
		plan[i] = (struct augment_plan){.box = {0, 0, f->height, f->width}};
	plan[n++].box = (struct image_box){2, 1, 5, 4};
	plan[n++].box = (struct image_box){3, 4, 1, 1};
	plan[n++].flip = 1;
	for (int i = 0; i < 4; i++) {
		plan[n].rotate = 1;
		plan[n++].degrees = degrees[i];
	}
	for (int i = 0; i < 2 * jitters; i++) {
		plan[n].jitter = 1;
		plan[n].order[0] = i / 2;
		plan[n++].factor[i / 2] = factors[i / 2][i % 2];
	}
	plan[n++].gray = f->channels == 3;
	plan[n].blur = 1;
	plan[n++].sigma = 0.3;
	plan[n].blur = 1;
	plan[n++].sigma = 2;
	plan[n++].solarize = 1;
	return n;
}

static void all_single(struct harness *h)
{
	for (int channels = 1; channels <= 4; channels++) {
		const struct shape s = {12, 9, channels, 10, 14};
		const struct augment_fixed f = fixed_of(&s);
		struct augment_plan plan[OPERATIONS];
		uint32_t number[OPERATIONS];
		const int n = single_operations(&f, plan);

		for (int image = 0; image < IMAGES; image++) {
			for (int i = 0; i < n; i++)
				number[i] = (uint32_t)image;
			check(h, "one operation", &f, plan, number, n, NULL);
		}
		check(h, "image i for view i", &f, plan, NULL, IMAGES, NULL);
		check(h, "an evaluation", &f, NULL, number, n, NULL);
	}
}

static void test_single(void)
{
	harness_run(all_single, 0);
}

static void all_orders(struct harness *h)
{
	const struct shape s = {12, 9, 3, 11, 7};
	const struct augment_fixed f = fixed_of(&s);
	struct augment_plan plan[4 * 4 * 4 * 4];
	uint32_t number[4 * 4 * 4 * 4];
	int n = 0;

	for (int code = 0; code < 256; code++) {
		const int order[] = {code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6};

		if ((1 << order[0] | 1 << order[1] | 1 << order[2] | 1 << order[3]) != 15)
			continue;
		number[n] = (uint32_t)(n % IMAGES);
		plan[n] = (struct augment_plan){
		    .box = {1, 0, 9, 8}, .jitter = JITTER_OPS, .factor = {1.3, 0.6, 1.4, 0.1}};
		memcpy(plan[n++].order, order, sizeof order);
	}
	CU_ASSERT_EQUAL(n, 24);
	check(h, "an order", &f, plan, number, n, NULL);
}

static void test_orders(void)
{
	harness_run(all_orders, 0);
}

/* Solarization at other thresholds. At most one pixel in ten thousand is so near to one that it may
 * be inverted on one side only. */
static void all_thresholds(struct harness *h)
{
	const struct shape s = {24, 24, 3, shim_watcher ? 8 : 32, shim_watcher ? 8 : 32};
	static const double thresholds[] = {0, 0.2, 0.7, 1};
	struct augment_plan plan[IMAGES] = {0};
	long exempted = 0;

	for (int i = 0; i < IMAGES; i++)
		plan[i] = (struct augment_plan){.box = {i, 0, 24 - i, 20},
						.jitter = 2,
						.order = {JITTER_CONTRAST, JITTER_SATURATION},
						.factor = {1, 0.9, 1.3},
						.blur = i % 2,
						.sigma = 1,
						.solarize = 1};
	for (int i = 0; i < 4; i++) {
		struct augment_fixed f = fixed_of(&s);

		f.solarize_threshold = thresholds[i];
		check(h, "a threshold", &f, plan, NULL, IMAGES, &exempted);
	}
	CU_ASSERT(exempted <= 4 * IMAGES * s.out_height * s.out_width * 3 / 10000);
}

static void test_thresholds(void)
{
	harness_run(all_thresholds, 0);
}

/* --- wrong calls --------------------------------------------------------------------------- */

static void five_channels(struct harness *h)
{
	const struct cuda_views v = {
	    .fixed = {.height = 1, .width = 1, .channels = 5, .out_height = 1, .out_width = 1},
	    .n = 1};

	cuda_views_make(&h->q, &v, NULL);
}

static void test_wrong(void)
{
	harness_must_abort("with 5 channels", five_channels);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"every preset", test_presets},
	    {"views that are too large for shared memory", test_large},
	    {"each operation alone", test_single},
	    {"all orders of the jitter operations", test_orders},
	    {"solarization at other thresholds", test_thresholds},
	    {"five channels are a bug", test_wrong},
	    {0}};

	return check_run("cuda/views", cases);
}
