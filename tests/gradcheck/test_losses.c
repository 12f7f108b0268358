/*
 * Protects: the gradient of the loss of every method, with both computations of the
 * cross-correlation (N < D: Gram matrices; N >= D: C itself), and with active and inactive hinges.
 * Losses are scaled so that their largest gradient is above 1 and the error is relative.
 */
#include "core/base/parallel.h"
#include "core/methods/losses.h"
#include "core/ops/ops.h"
#include "core/tensor/memory.h"
#include "tests/check.h"
#include "tests/gradcheck/gradcheck.h"

static const double worst_allowed = 1e-6;

/* Checks `fn` on `inputs` embeddings {n, d}. */
static double run(gradcheck_fn fn, void *ctx, int inputs, int n, int d, double spread)
{
	struct gradcheck g;
	double worst;

	gradcheck_init(&g);
	for (int i = 0; i < inputs; i++)
		gradcheck_input(&g, 2, (const int[]){n, d}, spread);
	worst = gradcheck_run(&g, fn, ctx, 0);
	gradcheck_release(&g);
	return worst;
}

static const int shape[][2] = {{6, 5}, {5, 5}, {5, 9}, {7, 70}, {40, 3}, {2, 3}};
enum { SHAPES = sizeof shape / sizeof *shape };

static struct tensor *barlow(struct tape *t, struct tensor *const *in, void *ctx)
{
	return op_scale(t, loss_barlow(t, in[0], in[1], ctx, NULL), 100);
}

/* Two samples standardise to +-1, and every gradient is nearly 0, so N = 2 is not checked here. */
static void test_barlow(void)
{
	static const double weight[][2] = {{1, 0.0051}, {1, 0.102}, {1, 2.04}, {1, 0}, {0, 1}};

	for (int i = 0; i < SHAPES - 1; i++)
		for (int j = 0; j < 5; j++) {
			struct barlow_weights w = {weight[j][0], weight[j][1], 1e-5, 0};

			CU_ASSERT(run(barlow, &w, 2, shape[i][0], shape[i][1], 1.3) <=
				  worst_allowed);
		}
}

struct still {
	struct barlow_weights w;
	struct tensor *z2;
};

static struct tensor *barlow_still(struct tape *t, struct tensor *const *in, void *ctx)
{
	const struct still *s = ctx;

	return op_scale(t, loss_barlow(t, in[0], s->z2, &s->w, NULL), 100);
}

/* With a stop-gradient: the gradient of z1 for a constant z2, and no gradient into z2. */
static void test_barlow_stopped(void)
{
	for (int i = 0; i < SHAPES - 1; i++) {
		struct still s = {{1, 0.102, 1e-5, 1}, NULL};
		struct gradcheck other;

		gradcheck_init(&other);
		for (int j = 0; j < 2; j++) /* another seed than z1 */
			gradcheck_input(&other, 2, shape[i], 0.7);
		s.z2 = other.in[1];
		CU_ASSERT(run(barlow_still, &s, 1, shape[i][0], shape[i][1], 1.3) <= worst_allowed);
		for (size_t k = 0; k < s.z2->n; k++)
			CU_ASSERT(s.z2->mem->grad->mem->data[k] == 0);
		gradcheck_release(&other);
	}
}

static struct tensor *vicreg(struct tape *t, struct tensor *const *in, void *ctx)
{
	return op_scale(t, loss_vicreg(t, in[0], in[1], ctx, NULL), 10);
}

/* At spread 1 some of the hinges are active; at 0.3 all are, at 3 none. */
static void test_vicreg(void)
{
	struct vicreg_weights w = {25, 25, 1, 1, 1e-4, 'p'};
	static const double spread[] = {0.3, 1, 3};

	for (int i = 0; i < SHAPES; i++) {
		for (int j = 0; j < 6; j++) {
			w.form = j % 2 ? 'o' : 'p';
			w.nu = j % 2 ? 3 : 1;
			CU_ASSERT(run(vicreg, &w, 2, shape[i][0], shape[i][1], spread[j / 2]) <=
				  worst_allowed);
		}
	}
}

/* Each term alone, so that a large term cannot hide a wrong small one. */
static void test_vicreg_terms(void)
{
	static const struct vicreg_weights alone[] = {
	    {10, 0, 0, 1, 1e-4, 'o'},
	    {0, 10, 0, 1.5, 1e-2, 'o'},
	    {0, 0, 10, 1, 1e-4, 'o'},
	};

	for (int i = 0; i < SHAPES; i++) {
		for (int j = 0; j < 3; j++) {
			struct vicreg_weights w = alone[j];

			CU_ASSERT(run(vicreg, &w, 2, shape[i][0], shape[i][1], 1) <= worst_allowed);
		}
	}
}

static struct tensor *simclr(struct tape *t, struct tensor *const *in, void *ctx)
{
	return op_scale(t, loss_simclr(t, in[0], in[1], ctx, NULL), 10);
}

static void test_simclr(void)
{
	struct simclr_opts o = {.form = 'p'};

	for (int i = 0; i < SHAPES; i++)
		for (int j = 0; j < 6; j++) {
			o.form = j % 2 ? 'o' : 'p';
			o.temperature = j / 2 ? 0.5 : 0.2;
			o.normalize = (enum normalize)(j / 2);
			CU_ASSERT(run(simclr, &o, 2, shape[i][0], shape[i][1], 1.3) <=
				  worst_allowed);
		}
}

/* A loss of predictions and targets, and its options. */
struct paired {
	struct tensor *(*loss)(struct tape *t, struct tensor *p1, struct tensor *p2,
			       struct tensor *y1, struct tensor *y2, const struct pair_opts *o,
			       struct method_out *out);
	struct pair_opts opts;
	struct tensor *const *target; /* constant targets, if no gradient flows into them */
};

static struct tensor *paired(struct tape *t, struct tensor *const *in, void *ctx)
{
	const struct paired *c = ctx;
	struct tensor *const *y = c->opts.both_ways ? in + 2 : c->target;

	return op_scale(t, c->loss(t, in[0], in[1], y[0], y[1], &c->opts, NULL), 10);
}

/* Targets are also inputs, but gradients reach them only with both_ways. */
static void check_paired(struct paired c, int n, int d)
{
	struct gradcheck targets;

	gradcheck_init(&targets);
	for (int j = 0; j < 4; j++) /* other seeds than the inputs */
		gradcheck_input(&targets, 2, (const int[]){n, d}, 0.7);
	c.target = targets.in + 2;
	CU_ASSERT(run(paired, &c, c.opts.both_ways ? 4 : 2, n, d, 1.3) <= worst_allowed);
	for (int j = 2; j < 4; j++)
		for (size_t k = 0; k < targets.in[j]->n; k++)
			CU_ASSERT(targets.in[j]->mem->grad->mem->data[k] == 0);
	gradcheck_release(&targets);
}

/* Every normalisation, one and both halves, with and without stop-gradient. */
static void test_paired(void)
{
	for (int i = 0; i < SHAPES - 1; i++)
		for (int j = 0; j < 32; j++) {
			struct paired c = {.loss = j % 2 ? loss_simsiam : loss_byol};

			c.opts.one_sided = j / 2 % 2;
			c.opts.both_ways = j / 4 % 2;
			c.opts.normalize = (enum normalize)(j / 8);
			check_paired(c, shape[i][0], shape[i][1]);
		}
}

static struct tensor *spread(struct tape *t, struct tensor *const *in, void *ctx)
{
	return op_scale(t, loss_spread(t, in[0], in[1], ctx, NULL), 10);
}

/* VICReg's terms, as other methods add them to their loss. */
static void test_spread(void)
{
	struct vicreg_weights w = {.mu = 1, .nu = 0.3, .gamma = 1, .eps = 1e-4, .form = 'o'};

	for (int i = 0; i < SHAPES; i++)
		CU_ASSERT(run(spread, &w, 2, shape[i][0], shape[i][1], 1) <= worst_allowed);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"Barlow Twins", test_barlow},
	    {"Barlow Twins with a stop-gradient", test_barlow_stopped},
	    {"VICReg, both forms", test_vicreg},
	    {"VICReg, each term alone", test_vicreg_terms},
	    {"SimCLR, both forms, every normalisation", test_simclr},
	    {"BYOL and SimSiam, every option", test_paired},
	    {"VICReg's terms alone", test_spread},
	    {0},
	};
	parallel_set_threads(1); /* the problems are too small for threads to help */
	return check_run("gradcheck/losses", cases);
}
