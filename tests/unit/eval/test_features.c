/* Protects: a feature depends only on its image and the weights, not on other images. */
#include "core/eval/features.h"

#include <string.h>

#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/tensor/memory.h"
#include "tests/check.h"

enum { N = 260, SIDE = 8, SIZE = SIDE * SIDE * 3 }; /* more than one batch */

struct fixture {
	uint8_t pixels[N * SIZE];
	int16_t labels[N];
	struct dataset data;
	struct augment plain;
	struct params params;
	struct encoder *encoder;
	struct tape tape;
};

static void setup(struct fixture *f)
{
	struct encoder_spec spec = {.arch = "convnet",
				    .stem = "cifar",
				    .width = 4,
				    .depth = 2,
				    .height = SIDE,
				    .width_px = SIDE,
				    .channels = 3};
	struct error err;
	struct rng rng;

	memset(f, 0, sizeof *f);
	rng_init(&rng, 6, RNG_TEST, 0, 0);
	for (int i = 0; i < N * SIZE; i++)
		f->pixels[i] = (uint8_t)rng_below(&rng, 256);
	for (int i = 0; i < N; i++)
		f->labels[i] = (int16_t)(i % 3);
	f->data = (struct dataset){.height = SIDE, .width = SIDE, .channels = 3, .classes = 3};
	f->data.n[SPLIT_TEST] = N;
	f->data.pixels[SPLIT_TEST] = f->pixels;
	f->data.labels[SPLIT_TEST] = f->labels;
	f->plain = (struct augment){.fixed = {.mean = {0.5, 0.5, 0.5},
					      .std = {0.2, 0.2, 0.2},
					      .height = SIDE,
					      .width = SIDE,
					      .channels = 3,
					      .out_height = SIDE,
					      .out_width = SIDE}};
	params_init(&f->params, &device_cpu);
	f->encoder = encoder_new(&spec, &f->params, "encoder.", PART_ENCODER, 0, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f->encoder);
	params_build(&f->params, 1);
	tape_init(&f->tape, &device_cpu);
}

static void teardown(struct fixture *f)
{
	tape_release(&f->tape);
	params_release(&f->params);
}

static void test_alone(void)
{
	static struct fixture f;
	static real all[N * 64], some[3 * 64];
	uint32_t index[] = {259, 0, 255};
	int labels[3], d;

	setup(&f);
	d = encoder_dim(f.encoder);
	CU_ASSERT_FATAL(d <= 64);
	f.tape.groups = 2;
	parallel_set_threads(2);
	features_extract(f.encoder, &f.tape, &f.data, SPLIT_TEST, NULL, N, &f.plain, all);
	parallel_set_threads(1);
	features_extract(f.encoder, &f.tape, &f.data, SPLIT_TEST, index, 3, &f.plain, some);
	for (int i = 0; i < 3; i++)
		for (int j = 0; j < d; j++)
			CU_ASSERT_DOUBLE_EQUAL(some[i * d + j],
					       all[index[i] * (uint32_t)d + (uint32_t)j], 1e-5);
	CU_ASSERT(all[0] != all[d]);
	CU_ASSERT(f.tape.record == 1 && f.tape.train == 1 && f.tape.groups == 2 && f.tape.n == 0);
	features_labels(&f.data, SPLIT_TEST, index, 3, labels);
	CU_ASSERT(labels[0] == 259 % 3 && labels[1] == 0 && labels[2] == 0);
	f.data.labels[SPLIT_TEST] = NULL;
	features_labels(&f.data, SPLIT_TEST, NULL, 1, labels);
	CU_ASSERT_EQUAL(labels[0], -1);
	teardown(&f);
}

/* Evaluation uses the running statistics and must not change them. */
static void test_weights_untouched(void)
{
	static struct fixture f;
	static real before[4096], out[N * 64];
	size_t n = 0;

	setup(&f);
	for (int i = 0; i < f.params.n; i++)
		for (size_t j = 0; j < f.params.list[i]->t.n && n < 4096; j++)
			before[n++] = f.params.list[i]->t.mem->data[j];
	features_extract(f.encoder, &f.tape, &f.data, SPLIT_TEST, NULL, N, &f.plain, out);
	n = 0;
	for (int i = 0; i < f.params.n; i++)
		for (size_t j = 0; j < f.params.list[i]->t.n && n < 4096; j++, n++)
			CU_ASSERT_EQUAL(f.params.list[i]->t.mem->data[j], before[n]);
	teardown(&f);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"by index, in any batch, with any number of threads", test_alone},
	    {"weights and statistics do not change", test_weights_untouched},
	    {0}};

	return check_run("eval/features", cases);
}
