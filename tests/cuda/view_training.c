/*
 * Protects: a run on a device that makes views records what a run on the same device records for
 * which the host makes them: losses, norms of gradients and the features that are evaluated, to
 * rounding.
 */
#include <math.h>

#include "core/run/keys.h"
#include "core/run/run.h"
#include "core/tensor/cuda/device.h"
#include "core/tensor/kernels.h"
#include "tests/cuda/shim/runtime.h"
#include "tests/unit/run/tiny_dataset.h"

enum { NOTES = 400 };

struct recorded {
	struct note {
		long step;
		char name[40];
		double value;
	} note[NOTES];
	int n;
};

static int begin(void *ctx, const struct recorder_run *run, struct run_handle *out, int *rules,
		 struct error *err)
{
	(void)ctx;
	(void)run;
	(void)err;
	snprintf(out->name, sizeof out->name, "views");
	*rules = RUN_RULES;
	return 0;
}

/* Neither times nor accuracies, which a single image changes. */
static void note(void *ctx, long step, const char *name, double value)
{
	struct recorded *r = ctx;

	if (strncmp(name, "loss", 4) && strcmp(name, "grad_norm") &&
	    strcmp(name, "embedding_std") && strncmp(name, "collapse.std", 12))
		return;
	CU_ASSERT_FATAL(r->n < NOTES);
	r->note[r->n].step = step;
	snprintf(r->note[r->n].name, sizeof r->note->name, "%s", name);
	r->note[r->n++].value = value;
}

static void train(struct scratch *x, const char *preset, int host_views, struct recorded *out)
{
	static const struct recorder_ops ops = {.begin = begin, .note = note};
	const struct recorder rec = {&ops, out};
	char augment[40];
	const struct recipe_set set[] = {
	    {"method=simsiam"},       {"projector.dims=16,16"},  {"predictor.dims=8,16"},
	    {"encoder.arch=convnet"}, {"encoder.width=4"},       {"augment.size=12"},
	    {"optim.batch=8"},        {"optim.epochs=1"},        {"optim.warmup=0"},
	    {"eval.every=1"},         {"collapse.images=16"},    {"collapse.every=1"},
	    {"checkpoint.every=0"},   {"guard.collapse=record"}, {augment}};
	struct run r = {.store = x->s};
	struct kernels without;
	struct cuda_device *c;

	*out = (struct recorded){0};
	snprintf(augment, sizeof augment, "augment.preset=%s", preset);
	CU_ASSERT_FATAL(!cuda_device_open("cuda-shim", 0, &c, &x->err));
	without = *c->device.k;
	without.views_apply = NULL;
	if (host_views)
		c->device.k = &without;
	CU_ASSERT_FATAL(
	    !recipe_load(&r.recipe, keys_schema(), NULL, set, sizeof set / sizeof *set, &x->err));
	r.opts.command = "test";
	r.opts.threads = 2;
	r.opts.recorder = &rec;
	r.opts.device = &c->device;
	if (run_execute(&r, &x->err)) {
		fprintf(stderr, "\n  %s: %s\n", preset, x->err.msg);
		CU_FAIL("run_execute");
	}
	CU_ASSERT((r.batcher.resident.pixels == NULL) == host_views);
	run_release(&r);
	cuda_device_close(c);
	CU_ASSERT(shim_live() == 0);
}

static void check_preset(const char *preset)
{
	static struct recorded host, device;
	struct scratch x;
	int differ = 0;

	scratch_open(&x);
	tiny_dataset(&x);
	train(&x, preset, 1, &host);
	train(&x, preset, 0, &device);
	CU_ASSERT(host.n > 15);
	CU_ASSERT_EQUAL_FATAL(host.n, device.n);
	for (int i = 0; i < host.n; i++) {
		const struct note *a = &host.note[i], *b = &device.note[i];
		const double scale = fmax(fabs(a->value), 1e-2);
		const double error = fabs(a->value - b->value) / scale;

		CU_ASSERT(a->step == b->step && !strcmp(a->name, b->name));
		differ += a->value != b->value;
		CU_ASSERT(error <= (a->step > 1 ? 1e-3 : 1e-5));
		if (!(error <= (a->step > 1 ? 1e-3 : 1e-5)))
			printf("\n    %s: %s at step %ld: %.9g and %.9g\n", preset, a->name,
			       a->step, a->value, b->value);
	}
	printf("%d of %d values differ in their last bits ... ", differ, host.n);
	scratch_close(&x);
}

static void test_training(void)
{
	check_preset("byol");
	check_preset("simclr");
	check_preset("digits");
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"training with the views of the device and of the host", test_training}, {0}};

	return check_run("cuda/view_training", cases);
}
