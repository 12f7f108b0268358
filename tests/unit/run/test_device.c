/*
 * Protects: nothing above the kernels touches a value. Runs of every method, optimiser and encoder,
 * with evaluations and measures of collapse, on a device whose memory the host cannot reach record
 * the same values and end with the same parameters as on the CPU.
 */
#include "core/base/hash.h"
#include "core/eval/protocol.h"
#include "core/run/keys.h"
#include "core/run/run.h"
#include "core/store/digests.h"
#include "tests/unit/run/far.h"
#include "tests/unit/run/tiny_dataset.h"
#include "tests/unit/store/scratch.h"

enum { SETTINGS = 20 };

static const struct recipe_set shared[] = {
    {"encoder.width=4"},    {"augment.size=8"},       {"optim.batch=8"},      {"optim.epochs=1"},
    {"optim.warmup=0"},     {"eval.every=1"},         {"collapse.images=16"}, {"collapse.every=1"},
    {"checkpoint.every=0"}, {"guard.collapse=record"}};

/* What a run records and its parameters at the end. */
struct result {
	struct hash *hash;
	char hex[HASH_HEX];
	int notes;
};

static int begin(void *ctx, const struct recorder_run *run, struct run_handle *out, int *rules,
		 struct error *err)
{
	(void)ctx;
	(void)run;
	(void)err;
	snprintf(out->name, sizeof out->name, "far");
	*rules = RUN_RULES;
	return 0;
}

static void note(void *ctx, long step, const char *name, double value)
{
	struct result *r = ctx;
	uint64_t bits = digest_bits(value);

	if (digest_is_timing(name) || !strcmp(name, "images_per_s"))
		return;
	hash_add(r->hash, &step, sizeof step);
	hash_add(r->hash, name, strlen(name));
	hash_add(r->hash, &bits, sizeof bits);
	r->notes++;
}

static void add_state(struct result *out, const struct params *p)
{
	for (int i = 0; i < p->n; i++) {
		const struct tensor *t = &p->list[i]->t;
		real *host = malloc(t->n * sizeof *host);

		CU_ASSERT_PTR_NOT_NULL_FATAL(host);
		tensor_read(t, host);
		hash_add(out->hash, host, t->n * sizeof *host);
		free(host);
	}
}

static void train(struct scratch *x, const struct device *device, const struct recipe_set *own,
		  struct result *out)
{
	static const struct recorder_ops ops = {.begin = begin, .note = note};
	const struct recorder rec = {&ops, out};
	struct recipe_set all[SETTINGS + sizeof shared / sizeof *shared];
	int n = sizeof shared / sizeof *shared;
	struct run r = {.store = x->s};

	memcpy(all, shared, sizeof shared);
	for (int i = 0; own[i].text; i++)
		all[n++] = own[i];
	out->notes = 0;
	out->hash = hash_new();
	CU_ASSERT_EQUAL_FATAL(recipe_load(&r.recipe, keys_schema(), NULL, all, n, &x->err), 0);
	r.opts.command = "test";
	r.opts.threads = 2;
	r.opts.recorder = &rec;
	r.opts.device = device;
	if (run_execute(&r, &x->err)) {
		fprintf(stderr, "\n  %s: %s\n", own[0].text, x->err.msg);
		CU_FAIL("run_execute");
	}
	add_state(out, &r.params);
	hash_final(out->hash, out->hex);
	run_release(&r);
}

static void compare(const struct recipe_set *own)
{
	struct result here, there;
	struct scratch x;

	scratch_open(&x);
	tiny_dataset(&x);
	train(&x, &device_cpu, own, &here);
	train(&x, far_begin(), own, &there);
	CU_ASSERT(here.notes > 5);
	CU_ASSERT_EQUAL(here.notes, there.notes);
	CU_ASSERT_STRING_EQUAL(here.hex, there.hex);
	far_end();
	scratch_close(&x);
}

static void test_methods(void)
{
	static const struct recipe_set run[][SETTINGS] = {
	    {{"method=simclr"},
	     {"projector.dims=16,16"},
	     {"optim.name=lars"},
	     {"encoder.arch=convnet"}},
	    {{"method=byol"},
	     {"projector.dims=16,16"},
	     {"predictor.dims=8,16"},
	     {"optim.name=adamw"},
	     {"encoder.arch=convnet"}},
	    {{"method=barlow"},
	     {"projector.dims=16,16"},
	     {"optim.name=lars"},
	     {"optim.lars_form=decay_in_norm"}},
	    {{"method=vicreg"},
	     {"projector.dims=16,16"},
	     {"optim.name=adam"},
	     {"encoder.arch=mlp"}},
	    {{"method=simsiam"},
	     {"projector.dims=16,16"},
	     {"predictor.dims=16"},
	     {"predictor.out_bias=false"},
	     {"predictor.symmetric=true"},
	     {"encoder.arch=convnet"}},
	    {{"method=directpred"},
	     {"projector.dims=16,16"},
	     {"optim.name=sgd"},
	     {"encoder.arch=convnet"}},
	    {{"method=supervised"},
	     {"optim.name=sgd"},
	     {"encoder.stem=imagenet"},
	     {"augment.size=32"}},
	    {{"method=random"}, {"encoder.arch=convnet"}},
	};

	for (size_t i = 0; i < sizeof run / sizeof *run; i++)
		compare(run[i]);
}

static void test_protocols(void)
{
	static const struct recipe_set run[][SETTINGS] = {{{"method=vicreg"},
							   {"projector.dims=16,16"},
							   {"encoder.arch=convnet"},
							   {"eval.protocol=knn,linear,finetune"}}};

	for (size_t i = 0; i < sizeof run / sizeof *run; i++)
		compare(run[i]);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"methods, optimisers and encoders on memory that the host cannot touch", test_methods},
	    {"protocols on memory that the host cannot touch", test_protocols},
	    {0}};

	return check_run("run/device", cases);
}
