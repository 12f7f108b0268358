/* Protects: every protocol of the table on images that are easy to classify, its name and settings,
 * the shares of labels, that the encoder does not change, and equal predictions with any number of
 * threads. */
#include "core/eval/protocol.h"

#include <string.h>

#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/run/keys.h"
#include "core/tensor/memory.h"
#include "tests/check.h"

enum { TRAIN = 400, TEST = 60, SIDE = 8, SIZE = SIDE * SIDE * 3, CLASSES = 4 };

struct fixture {
	uint8_t train[TRAIN * SIZE], test[TEST * SIZE];
	int16_t train_y[TRAIN], test_y[TEST];
	struct dataset data;
	struct augment plain;
	struct params params;
	struct encoder_spec spec;
	struct encoder *encoder;
	struct tape tape;
	struct recipe recipe;
	struct eval_images few, evaluated;
};

/* Each class is a colour with noise; every tenth training image has no label. */
static void draw(uint8_t *pixels, int16_t *label, int n, int unlabeled, struct rng *r)
{
	static const int colour[CLASSES][3] = {
	    {60, 60, 60}, {180, 60, 60}, {60, 180, 60}, {60, 60, 180}};

	for (int i = 0; i < n; i++) {
		int y = (int)rng_below(r, CLASSES);

		label[i] = (int16_t)(unlabeled && i % 10 == 0 ? -1 : y);
		for (int j = 0; j < SIZE; j++)
			pixels[i * SIZE + j] = (uint8_t)(colour[y][j % 3] + (int)rng_below(r, 50));
	}
}

static void setup(struct fixture *f)
{
	static const struct recipe_set set[] = {
	    {"eval.finetune.epochs=15"}, {"eval.finetune.lr=1"}, {"eval.knn.k=5"}};
	struct error err = {0};
	struct rng rng;

	memset(f, 0, sizeof *f);
	rng_init(&rng, 7, RNG_TEST, 0, 0);
	draw(f->train, f->train_y, TRAIN, 1, &rng);
	draw(f->test, f->test_y, TEST, 0, &rng);
	f->data = (struct dataset){
	    .height = SIDE, .width = SIDE, .channels = 3, .classes = CLASSES, .n = {TRAIN, TEST}};
	f->data.pixels[SPLIT_TRAIN] = f->train;
	f->data.pixels[SPLIT_TEST] = f->test;
	f->data.labels[SPLIT_TRAIN] = f->train_y;
	f->data.labels[SPLIT_TEST] = f->test_y;
	f->plain = (struct augment){.flip_p = 0.5,
				    .jitter_p = 1,
				    .hue = 0.5,
				    .fixed = {.mean = {0.4, 0.4, 0.4},
					      .std = {0.2, 0.2, 0.2},
					      .height = SIDE,
					      .width = SIDE,
					      .channels = 3,
					      .out_height = SIDE,
					      .out_width = SIDE}};
	f->spec = (struct encoder_spec){.arch = "convnet",
					.stem = "cifar",
					.width = 4,
					.depth = 2,
					.height = SIDE,
					.width_px = SIDE,
					.channels = 3};
	params_init(&f->params, &device_cpu);
	f->encoder = encoder_new(&f->spec, &f->params, "encoder.", PART_ENCODER, 0, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f->encoder);
	params_build(&f->params, 1);
	tape_init(&f->tape, &device_cpu);
	CU_ASSERT_EQUAL_FATAL(recipe_load(&f->recipe, keys_schema(), NULL, set, 3, &err), 0);
	images_init(&f->few, &f->data, SPLIT_TRAIN, NULL, TRAIN);
	images_init(&f->evaluated, &f->data, SPLIT_TEST, NULL, TEST);
}

static void teardown(struct fixture *f)
{
	images_release(&f->few);
	images_release(&f->evaluated);
	recipe_release(&f->recipe);
	tape_release(&f->tape);
	params_release(&f->params);
}

static struct eval_task task_of(struct fixture *f)
{
	struct eval_task t = {.recipe = &f->recipe, .train = &f->few, .evaluated = &f->evaluated};

	t.source = (struct eval_source){.data = &f->data,
					.plain = &f->plain,
					.encoder = f->encoder,
					.spec = &f->spec,
					.params = &f->params,
					.tape = &f->tape};
	return t;
}

static uint64_t sum_of(const struct params *p)
{
	uint64_t sum = 0;

	for (int i = 0; i < p->n; i++)
		for (size_t j = 0; j < p->list[i]->t.n; j++) {
			uint64_t bits = 0;

			memcpy(&bits, &p->list[i]->t.mem->data[j], sizeof(real));
			sum = sum * 31 + bits;
		}
	return sum;
}

static void check_one(struct fixture *f, const struct protocol_row *row)
{
	struct eval_task t = task_of(f);
	struct eval_result one, two;
	struct error err = {0};
	uint32_t n[CLASSES * CLASSES], right = 0, all = 0;

	parallel_set_threads(1);
	CU_ASSERT_EQUAL_FATAL(protocol_run(row, &t, &one, &err), 0);
	parallel_set_threads(2);
	CU_ASSERT_EQUAL_FATAL(protocol_run(row, &t, &two, &err), 0);
	CU_ASSERT_STRING_EQUAL(one.name, row->name);
	CU_ASSERT(one.score.top1 > (row->labels > 0 && row->labels < 0.1 ? 40 : 85));
	CU_ASSERT(one.score.top5 >= one.score.top1 && one.score.top5 <= 100);
	CU_ASSERT_EQUAL(one.missing[0], 0);
	CU_ASSERT_EQUAL(one.evaluated, TEST);
	CU_ASSERT(row->labels > 0 ? one.trained < TRAIN / 8 : one.trained == TRAIN * 9 / 10);
	CU_ASSERT_STRING_EQUAL(one.settings.buf, two.settings.buf);
	CU_ASSERT_EQUAL(memcmp(one.predicted, two.predicted, TEST * sizeof *one.predicted), 0);
	CU_ASSERT_EQUAL(one.settings.buf[0], '{');
	CU_ASSERT_EQUAL(one.settings.buf[one.settings.len - 1], '}');
	eval_confusion(&one, &f->evaluated, CLASSES, n);
	for (int i = 0; i < CLASSES * CLASSES; i++) {
		all += n[i];
		right += i % (CLASSES + 1) ? 0 : n[i];
	}
	CU_ASSERT_EQUAL(all, TEST);
	CU_ASSERT_DOUBLE_EQUAL(100.0 * right / TEST, one.score.top1, 1e-9);
	eval_result_release(&one);
	eval_result_release(&two);
}

static void test_table(void)
{
	static struct fixture f;
	uint64_t before;
	const struct protocol_row *row;

	setup(&f);
	before = sum_of(&f.params);
	for (int i = 0; (row = protocol_at(i)); i++) {
		CU_ASSERT_PTR_EQUAL(protocol_find(row->name), row);
		check_one(&f, row);
	}
	CU_ASSERT_EQUAL(sum_of(&f.params), before);
	CU_ASSERT_PTR_NULL(protocol_find("nosuch"));
	teardown(&f);
}

/* The task's share overrides the row's, and the row's overrides the recipe's. */
static void test_names(void)
{
	static struct fixture f;
	static const struct recipe_set half[] = {{"eval.linear.labels=0.5"}};
	struct eval_task t;
	struct eval_result r;
	struct recipe changed;
	struct error err = {0};

	setup(&f);
	t = task_of(&f);
	CU_ASSERT_EQUAL_FATAL(
	    recipe_changed(&changed, &f.recipe, keys_schema(), NULL, half, 1, &err), 0);
	t.recipe = &changed;
	CU_ASSERT_EQUAL_FATAL(protocol_run(protocol_find("linear"), &t, &r, &err), 0);
	CU_ASSERT_STRING_EQUAL(r.name, "linear-50pct");
	CU_ASSERT(r.trained > TRAIN * 9 / 20 - CLASSES && r.trained < TRAIN * 9 / 20 + CLASSES);
	eval_result_release(&r);
	t.labels = 0.025;
	CU_ASSERT_EQUAL_FATAL(protocol_run(protocol_find("linear-10pct"), &t, &r, &err), 0);
	CU_ASSERT_STRING_EQUAL(r.name, "linear-2.5pct");
	eval_result_release(&r);
	CU_ASSERT_EQUAL_FATAL(protocol_run(protocol_find("knn"), &t, &r, &err), 0);
	CU_ASSERT_STRING_EQUAL(r.name, "knn");
	eval_result_release(&r);
	f.evaluated.n = 0;
	CU_ASSERT_EQUAL(protocol_run(protocol_find("knn"), &t, &r, &err), -1);
	CU_ASSERT_EQUAL(err.code, ERR_USAGE);
	recipe_release(&changed);
	teardown(&f);
}

static int contains(const struct eval_images *m, uint32_t index)
{
	for (int i = 0; i < m->n; i++)
		if (m->index[i] == index)
			return 1;
	return 0;
}

static void count(const struct eval_images *m, int *n)
{
	memset(n, 0, CLASSES * sizeof *n);
	for (int i = 0; i < m->n; i++)
		n[m->label[i]]++;
}

/* Shares are balanced, ascending and reproducible, depend on the seed, and a smaller share is a
 * subset of a larger one. */
static void test_share(void)
{
	static struct fixture f;
	struct eval_images tenth, again, other, third;
	int all[CLASSES], n[CLASSES], differ = 0;

	setup(&f);
	images_share(&f.few, 0.1, 5, CLASSES, 0, &tenth);
	images_share(&f.few, 0.1, 5, CLASSES, 0, &again);
	images_share(&f.few, 0.1, 6, CLASSES, 0, &other);
	images_share(&f.few, 1.0 / 3, 5, CLASSES, 0, &third);
	count(&f.few, all);
	count(&tenth, n);
	for (int c = 0; c < CLASSES; c++)
		CU_ASSERT_EQUAL(n[c], (int)(0.1 * all[c] + 0.5));
	CU_ASSERT_EQUAL_FATAL(again.n, tenth.n);
	CU_ASSERT_EQUAL_FATAL(other.n, tenth.n);
	for (int i = 0; i < tenth.n; i++) {
		CU_ASSERT(i == 0 || tenth.index[i] > tenth.index[i - 1]);
		CU_ASSERT_EQUAL(tenth.index[i], again.index[i]);
		CU_ASSERT_EQUAL(tenth.label[i], f.train_y[tenth.index[i]]);
		CU_ASSERT(contains(&third, tenth.index[i]));
		differ += tenth.index[i] != other.index[i];
	}
	CU_ASSERT(differ > 0);
	images_release(&third);
	images_share(&f.few, 1e-4, 5, CLASSES, 0, &third);
	CU_ASSERT_EQUAL(third.n, CLASSES);
	images_release(&tenth);
	images_release(&again);
	images_release(&other);
	images_release(&third);
	teardown(&f);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"every protocol, at one and two threads", test_table},
	    {"names and shares", test_names},
	    {"a share of the labels", test_share},
	    {0}};

	return check_run("eval/protocols", cases);
}
