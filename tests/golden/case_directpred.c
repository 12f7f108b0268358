/* Protects: the correlation of the predictor's input, and the predictor computed from it, over
 * several batches. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/tensor/kernels/spectral.h"
#include "core/tensor/memory.h"
#include "tests/golden/golden.h"

/* W is compared for the F that is accumulated in double, so that the root of a rounding error is
 * detected. */
static void check_batches(struct golden *g, const struct spectral_opts *o)
{
	const double rho = golden_number(g, "rho");
	char in[32], out_f[32], out_w[32];
	double *f = NULL;

	for (int k = 0;; k++) {
		const struct tensor *z;
		real *w, *single;
		struct error err;
		int d;

		snprintf(in, sizeof in, "in.z%d", k);
		snprintf(out_f, sizeof out_f, "out.F%d", k);
		snprintf(out_w, sizeof out_w, "out.W%d", k);
		if (k && !golden_has(g, in))
			return;
		if (!(z = golden_tensor(g, in)))
			return;
		d = z->shape[1];
		if (!f)
			f = arena_zalloc(&g->arena.host, (size_t)d * (size_t)d * sizeof *f);
		w = arena_alloc(&g->arena.host, (size_t)d * (size_t)d * sizeof *w);
		single = arena_alloc(&g->arena.host, (size_t)d * (size_t)d * sizeof *single);
		spectral_correlate(f, k == 0, rho, 0, z->mem->data, z->shape[0], d);
		for (int i = 0; i < d * d; i++)
			single[i] = (real)f[i];
		golden_check(g, out_f, single, (size_t)(d * d), GOLDEN_TIGHT);
		if (spectral_predictor(f, d, o, w, &err))
			g->failures++;
		else
			golden_check(g, out_w, w, (size_t)(d * d), GOLDEN_TIGHT);
	}
}

void golden_directpred(struct golden *g)
{
	const int copy = !strncmp(g->name, "directcopy", strlen("directcopy"));
	/* the formula of the files has no lower bound for the eigenvalues */
	struct spectral_opts o = {.alpha = copy ? 1 : 0.5, .form = 'o'};

	o.epsilon = golden_number(g, "eps");
	check_batches(g, &o);
}
