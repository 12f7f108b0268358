/* Protects: the measures of collapse for which the file has references, each by its name. */
#include <stdio.h>
#include <string.h>

#include "core/eval/collapse.h"
#include "core/tensor/kernels/collapse_std.h"
#include "core/tensor/memory.h"
#include "tests/golden/golden.h"

static void check_scalar(struct golden *g, const char *name, double got)
{
	if (golden_has(g, name))
		golden_check_scalar(g, name, got, GOLDEN_TIGHT);
}

void golden_collapse(struct golden *g)
{
	struct tensor *z1 = golden_tensor(g, "in.z1"), *z2 = golden_tensor(g, "in.z2");
	struct collapse_rank r;
	struct error err;
	real *spectrum;
	int n, d;

	if (!z1 || !z2)
		return;
	n = z1->shape[0];
	d = z1->shape[1];
	check_scalar(g, "out.std", collapse_std(z1->mem->data, n, d, &g->arena.host));
	check_scalar(g, "out.alignment",
		     collapse_alignment(z1->mem->data, z2->mem->data, n, d, &g->arena.host));
	check_scalar(g, "out.uniformity", collapse_uniformity(z1->mem->data, n, d, &g->arena.host));
	if (collapse_rank(z1->mem->data, n, d, &g->arena.host, &r, &err)) {
		g->failures++;
		printf("\n    %s: %s\n", g->name, err.msg);
		return;
	}
	check_scalar(g, "out.rankme", r.rankme);
	spectrum = arena_alloc(&g->arena.host, (size_t)r.n * sizeof *spectrum);
	for (int i = 0; i < r.n; i++)
		spectrum[i] = (real)r.spectrum[i];
	if (golden_has(g, "out.covariance_spectrum"))
		golden_check(g, "out.covariance_spectrum", spectrum, (size_t)r.n, GOLDEN_TIGHT);
	for (int i = 0; i < g->st.n; i++) { /* every entry must be used */
		const char *name = g->st.entry[i].name;

		if (strncmp(name, "out.", 4) || !strcmp(name, "out.std") ||
		    !strcmp(name, "out.alignment") || !strcmp(name, "out.uniformity") ||
		    !strcmp(name, "out.rankme") || !strcmp(name, "out.covariance_spectrum"))
			continue;
		g->failures++;
		printf("\n    %s: nothing computes %s\n", g->name, name);
	}
}
