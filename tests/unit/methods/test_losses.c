/*
 * Protects: every loss, compared with values computed outside this project, for N = 4, D = 3,
 * A[b][i] = sin(1 + 3b + i), B = A + 0.3 cos(2 + 3 (3b + i)), six digits each.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/error.h"
#include "core/methods/losses.h"
#include "core/tensor/kernels/spectral.h"
#include "core/tensor/memory.h"
#include "tests/check.h"

enum { N = 4, D = 3 };

struct views {
	struct tape t;
	struct tensor *a, *b;
	struct method_out out;
	double value[METHOD_TERMS]; /* of its terms */
};

static void views_init(struct views *v)
{
	memset(v, 0, sizeof *v);
	tape_init(&v->t, &device_cpu);
	v->a = tensor_new2(&v->t.arena, N, D);
	v->b = tensor_new2(&v->t.arena, N, D);
	for (int k = 0; k < N * D; k++) {
		v->a->mem->data[k] = (real)sin(1 + k);
		v->b->mem->data[k] = (real)(sin(1 + k) + 0.3 * cos(2 + 3 * k));
	}
	v->a->needs_grad = v->b->needs_grad = 1;
}

/* Reads the terms, before the tape is released. */
static void keep_terms(struct views *v)
{
	scalars_post(&v->t.scalars, 0);
	for (int i = 0; i < v->out.n_terms; i++)
		v->value[i] = method_term_value(&v->out, i, &v->t.scalars, 0);
}

static double term(const struct views *v, const char *name)
{
	for (int i = 0; i < v->out.n_terms; i++)
		if (!strcmp(v->out.term[i].name, name))
			return v->value[i];
	CU_FAIL("no such term");
	return NAN;
}

static void near(double got, double want)
{
	if (!(fabs(got - want) < 2e-6 + 1e-6 * fabs(want)))
		printf("\n    %.9g, not %.9g\n", got, want);
	CU_ASSERT(fabs(got - want) < 2e-6 + 1e-6 * fabs(want));
}

/* Checks the loss, and ||dL/dA||_F and dL/dA[0][0] if they are known. */
static void check(struct views *v, struct tensor *loss, double want, double norm, double first)
{
	double sum = 0;

	near((double)loss->mem->data[0], want);
	tape_backward(&v->t, loss);
	keep_terms(v);
	for (int k = 0; k < N * D; k++)
		sum +=
		    (double)v->a->mem->grad->mem->data[k] * (double)v->a->mem->grad->mem->data[k];
	if (norm > 0) {
		near(sqrt(sum), norm);
		if (!isnan(first))
			near((double)v->a->mem->grad->mem->data[0], first);
	}
	tape_release(&v->t);
}

static void test_simclr(void)
{
	struct simclr_opts o = {.temperature = 0.5, .form = 'p'};
	struct views v;

	views_init(&v);
	check(&v, loss_simclr(&v.t, v.a, v.b, &o, &v.out), 1.082969, 0.177746, 0.004241);
	CU_ASSERT(term(&v, "entropy") > 0 && term(&v, "entropy") < log(2 * N - 1));
	o.form = 'o';
	views_init(&v);
	check(&v, loss_simclr(&v.t, v.a, v.b, &o, NULL), 2 * 1.082969, 2 * 0.177746, 2 * 0.004241);
	views_init(&v);
	memcpy(v.b->mem->data, v.a->mem->data,
	       sizeof(real) * N * D); /* equal views: each is nearest to the other */
	tape_backward(&v.t, loss_simclr(&v.t, v.a, v.b, &o, &v.out));
	keep_terms(&v);
	CU_ASSERT(term(&v, "accuracy") == 100);
	tape_release(&v.t);
}

/* All embeddings are equal: none is nearest, and every other row has the same probability. */
static void test_simclr_collapsed(void)
{
	const struct simclr_opts o = {.temperature = 0.1, .form = 'p'};
	struct views v;

	views_init(&v);
	for (int k = 0; k < N * D; k++)
		v.a->mem->data[k] = v.b->mem->data[k] = 1;
	check(&v, loss_simclr(&v.t, v.a, v.b, &o, &v.out), log(2 * N - 1), -1, NAN);
	near(term(&v, "entropy"), log(2 * N - 1));
	CU_ASSERT(term(&v, "accuracy") == 0);
}

static void test_paired(void)
{
	struct pair_opts o = {0};
	struct views v;

	views_init(&v);
	near(*pair_cosine(&v.t, v.a, v.b), 0.978132);
	check(&v, loss_simsiam(&v.t, v.a, v.b, v.a, v.b, &o, &v.out), -0.978132, -1, NAN);
	near(term(&v, "cosine"), 0.978132);
	views_init(&v);
	check(&v, loss_byol(&v.t, v.a, v.b, v.a, v.b, &o, &v.out), 0.087473, -1, NAN);
	near(term(&v, "cosine"), 0.978132);
	o.one_sided = 1; /* only the first half, with weight 1 in SimSiam as in BYOL */
	views_init(&v);
	check(&v, loss_simsiam(&v.t, v.a, v.b, v.a, v.b, &o, NULL), 2 * -0.489066, 2 * 0.041186,
	      NAN);
	views_init(&v);
	check(&v, loss_byol(&v.t, v.a, v.b, v.a, v.b, &o, NULL), 0.087473 / 2, 4 * 0.041186, NAN);
}

static void test_barlow(void)
{
	struct barlow_weights w = {1, 0.0051, 1e-5, 0};
	struct views v;
	double on;

	views_init(&v);
	check(&v, loss_barlow(&v.t, v.a, v.b, &w, &v.out), 0.026666, 0.011933, -0.000178);
	on = term(&v, "on_diagonal");
	near(on + w.lambda * term(&v, "off_diagonal"), 0.026666);
	w.lambda = 0;
	views_init(&v);
	check(&v, loss_barlow(&v.t, v.a, v.b, &w, NULL), on, -1, NAN);
}

static void test_vicreg(void)
{
	struct vicreg_weights w = {25, 25, 1, 1, 1e-4, 'o'};
	struct views v;

	views_init(&v);
	check(&v, loss_vicreg(&v.t, v.a, v.b, &w, &v.out), 7.527775, 4.290731, -0.431661);
	near(N * D * term(&v, "invariance"), 0.297933);
	near(2 * term(&v, "variance"), 0.253311 + 0.173496);
	near(term(&v, "covariance"), 0.728268 + 0.843721);
	w.form = 'p';
	views_init(&v);
	check(&v, loss_vicreg(&v.t, v.a, v.b, &w, NULL), 14.104255, -1, NAN);
	w.form = 'o';
	w.mu = 50; /* solo-learn does not divide by 2 */
	views_init(&v);
	check(&v, loss_vicreg(&v.t, v.a, v.b, &w, NULL), 12.862866, -1, NAN);
}

static void test_directpred(void)
{
	struct spectral_opts o = {.alpha = 0.5, .epsilon = 0.1, .form = 'o'};
	double f[D * D];
	real z[2 * N * D], w[D * D], kept[D * D];
	struct error err;
	struct views v;

	views_init(&v);
	memcpy(z, v.a->mem->data, sizeof z / 2);
	memcpy(z + N * D, v.b->mem->data, sizeof z / 2);
	tape_release(&v.t);
	spectral_correlate(f, 1, 0.3, 0, z, 2 * N, D);
	near(f[0] + f[4] + f[8], 1.537980 + 0.053249 + 0.010456);
	CU_ASSERT(!spectral_predictor(f, D, &o, w, &err));
	near((double)w[0], 0.499330);
	o.form = 'p';
	CU_ASSERT(!spectral_predictor(f, D, &o, w, &err));
	near((double)w[0], 0.649028);
	/* alpha 1: F divided by its norm, plus epsilon, so the eigenvectors do not matter */
	o = (struct spectral_opts){.alpha = 1, .epsilon = 0.1, .form = 'o'};
	CU_ASSERT(!spectral_predictor(f, D, &o, w, &err));
	for (int k = 0; k < D * D; k++)
		near((double)w[k], f[k] / 1.5379803 + (k % (D + 1) ? 0 : 0.1));
	/* a second batch updates F; F = 0 gives a multiple of the identity; NaN does not change W
	 */
	spectral_correlate(f, 0, 1, 0, z, N, D);
	near(f[0] + f[4] + f[8], 1.537980 + 0.053249 + 0.010456);
	memset(f, 0, sizeof f);
	CU_ASSERT(!spectral_predictor(f, D, &o, w, &err));
	near((double)w[4], 0.1);
	near((double)w[1], 0);
	memcpy(kept, w, sizeof w);
	f[1] = f[3] = NAN;
	CU_ASSERT(spectral_predictor(f, D, &o, w, &err) == -1);
	CU_ASSERT(!memcmp(kept, w, sizeof w));
}

/* The covariance is the correlation of the centred embeddings. */
static void test_center(void)
{
	real z[N * D], moved[N * D];
	double a[D * D], b[D * D], mean[D] = {0};

	for (int k = 0; k < N * D; k++)
		z[k] = (real)sin(1 + k);
	for (int k = 0; k < N * D; k++)
		mean[k % D] += (double)z[k] / N;
	for (int k = 0; k < N * D; k++)
		moved[k] = (real)((double)z[k] - mean[k % D]);
	spectral_correlate(a, 1, 0.3, 1, z, N, D);
	spectral_correlate(b, 1, 0.3, 0, moved, N, D);
	for (int k = 0; k < D * D; k++)
		near(a[k], b[k]);
}

/* Standardised columns: rows have norm 1 on average; l2: every row has norm 1; none: unchanged. */
static void test_normalize(void)
{
	struct views v;
	double sum = 0;
	struct tensor *x;

	views_init(&v);
	x = embedding_normalize(&v.t, v.a, NORMALIZE_BATCH);
	for (int k = 0; k < N * D; k++)
		sum += (double)x->mem->data[k] * (double)x->mem->data[k];
	CU_ASSERT_DOUBLE_EQUAL(sum / N, 1, 1e-3);
	x = embedding_normalize(&v.t, v.a, NORMALIZE_L2);
	CU_ASSERT_DOUBLE_EQUAL((double)(x->mem->data[0] * x->mem->data[0] +
					x->mem->data[1] * x->mem->data[1] +
					x->mem->data[2] * x->mem->data[2]),
			       1, 1e-6);
	x = embedding_normalize(&v.t, v.a, NORMALIZE_LAYER);
	for (int i = 0; i < N; i++) { /* (x - m) / sqrt(sum (x - m)^2) */
		const double a = sin(1 + 3 * i), b = sin(2 + 3 * i), c = sin(3 + 3 * i);
		const double m = (a + b + c) / 3;
		const double by = sqrt((a - m) * (a - m) + (b - m) * (b - m) + (c - m) * (c - m));

		CU_ASSERT_DOUBLE_EQUAL((double)x->mem->data[3 * i], (a - m) / by, 1e-6);
		CU_ASSERT_DOUBLE_EQUAL((double)x->mem->data[3 * i + 1], (b - m) / by, 1e-6);
	}
	CU_ASSERT(embedding_normalize(&v.t, v.a, NORMALIZE_NONE) == v.a);
	CU_ASSERT(normalize_of("l2") == NORMALIZE_L2 && normalize_of("bn") == NORMALIZE_BATCH &&
		  normalize_of("none") == NORMALIZE_NONE && normalize_of("ln") == NORMALIZE_LAYER);
	tape_release(&v.t);
}

/* Two orthogonal pairs with z2 = z1: in each row of the softmax the positive has weight 1 and the
 * two negatives e = exp(-1/T) each. The loss and the gradient are far below the rounding error of 1
 * in float. */
static void test_simclr_far_ahead(void)
{
	static const double temperature[] = {0.2, 0.07, 0.05};

	for (int i = 0; i < 3; i++) {
		struct simclr_opts o = {.temperature = temperature[i], .form = 'p'};
		double e = exp(-1 / o.temperature), step;
		struct tensor *z[2], *l;
		struct tape t;

		tape_init(&t, &device_cpu);
		for (int v = 0; v < 2; v++) {
			z[v] = tensor_new2(&t.arena, 2, 2);
			z[v]->mem->data[0] = z[v]->mem->data[3] = 1;
			z[v]->mem->data[1] = z[v]->mem->data[2] = 0;
			z[v]->needs_grad = 1;
		}
		l = loss_simclr(&t, z[0], z[1], &o, NULL);
		CU_ASSERT_DOUBLE_EQUAL((double)l->mem->data[0] / log1p(2 * e), 1, 1e-5);
		tape_backward(&t, l);
		step = 4 * e / (1 + 2 * e) / (4 * o.temperature);
		CU_ASSERT_DOUBLE_EQUAL((double)z[0]->mem->grad->mem->data[1] / step, 1, 1e-5);
		tape_release(&t);
	}
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"NT-Xent", test_simclr},
	    {"NT-Xent with much nearer positives", test_simclr_far_ahead},
	    {"NT-Xent of collapsed embeddings", test_simclr_collapsed},
	    {"BYOL and SimSiam", test_paired},
	    {"Barlow Twins", test_barlow},
	    {"VICReg, all three forms", test_vicreg},
	    {"W of DirectPred in both forms, and of DirectCopy", test_directpred},
	    {"the covariance instead of the correlation", test_center},
	    {"normalisations", test_normalize},
	    {0},
	};
	return check_run("methods/losses", cases);
}
