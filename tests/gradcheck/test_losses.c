/*
 * Protects: the gradient of every method's loss, through both routes of the cross-correlation (N <
 * D: Gram matrices; N >= D: C itself), hinges open and closed. Losses are scaled so that their
 * largest gradient is above 1 and the error is a relative one.
 */
#include "core/base/parallel.h"
#include "core/methods/losses.h"
#include "core/ops/ops.h"
#include "tests/check.h"
#include "tests/gradcheck/gradcheck.h"

static const double worst_allowed = 1e-6;

/* A check of `fn` on `inputs` embeddings of {n, d}. */
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
	const double lambda = *(const double *)ctx;

	return op_scale(t, loss_barlow(t, in[0], in[1], lambda, 1e-5, NULL), 100);
}

/* Two samples standardise to +-1: every gradient is nearly 0, so that shape is left to the others.
 */
static void test_barlow(void)
{
	for (int i = 0; i < SHAPES - 1; i++)
		for (double lambda = 0.0051; lambda < 2; lambda *= 20)
			CU_ASSERT(run(barlow, &lambda, 2, shape[i][0], shape[i][1], 1.3) <=
				  worst_allowed);
}

static struct tensor *vicreg(struct tape *t, struct tensor *const *in, void *ctx)
{
	return op_scale(t, loss_vicreg(t, in[0], in[1], ctx, NULL), 10);
}

/* At spread 1 some of the hinges are open and some closed; at 0.3 all are open, at 3 all closed. */
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

/* Each term alone: a large one cannot hide a wrong small one. */
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

/* The targets are inputs too, but no gradient may reach them. */
static struct tensor *byol(struct tape *t, struct tensor *const *in, void *ctx)
{
	struct tensor *const *target = ctx;

	return op_scale(t, loss_byol(t, in[0], in[1], target[0], target[1], NULL), 10);
}

static void test_byol(void)
{
	for (int i = 0; i < SHAPES; i++) {
		struct gradcheck targets;

		gradcheck_init(&targets);
		for (int j = 0; j < 4;
		     j++) /* unlike the inputs, which are seeded by their number */
			gradcheck_input(&targets, 2, shape[i], 0.7);
		CU_ASSERT(run(byol, targets.in + 2, 2, shape[i][0], shape[i][1], 1.3) <=
			  worst_allowed);
		for (int j = 2; j < 4; j++)
			for (size_t k = 0; k < targets.in[j]->n; k++)
				CU_ASSERT(targets.in[j]->grad[k] == 0);
		gradcheck_release(&targets);
	}
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"Barlow Twins", test_barlow},
	    {"VICReg, both forms", test_vicreg},
	    {"VICReg, each term alone", test_vicreg_terms},
	    {"BYOL", test_byol},
	    {0},
	};
	parallel_set_threads(1); /* small problems: threads would only wait for each other */
	return check_run("gradcheck/losses", cases);
}
