/* Protects: what a step measures on a device: cosines, hits, the spread of embeddings, and whether
 * loss and norm are finite; shapes that fill no warp, tile or part of the rows evenly; golden
 * vectors; numbers that are not finite. */
#include <math.h>

#include "tests/cuda/twin.h"

static const double exact = 1e-12; /* of sums in double */

/* The cell of a measure on both sides: equal, or NaN on both, or as small as rounding. */
static void check_cell(struct twin *t, const char *what, struct both_bytes cell)
{
	double got;

	if (fabs(*(double *)cell.cpu) > 1e-12) {
		twin_compare_doubles(t, what, cell, exact);
		return;
	}
	t->c->device.download(&t->c->device, &got, cell.gpu, sizeof got);
	CU_ASSERT(isnan(*(double *)cell.cpu) ? isnan(got) : fabs(got) <= 1e-12);
}

static struct both_bytes new_cell(struct twin *t)
{
	return twin_bytes(t, sizeof(double));
}

/* --- single numbers ------------------------------------------------------------------------ */

static void single(struct twin *t)
{
	const double values[] = {1, -3e300, INFINITY, -INFINITY, NAN};
	const struct both_bytes from = twin_put(t, values, sizeof values);
	const struct both y = twin_random(t, ELEMENT_REAL, 1, (int[]){1}, 1, 0);
	struct both_bytes cell = new_cell(t);

	t->cpu->scalar_of(y.cpu, cell.cpu);
	t->gpu->scalar_of(y.gpu, cell.gpu);
	twin_same(t, "scalar", cell);
	for (int i = 0; i < 25; i++) {
		const double *cpu = from.cpu, *gpu = from.gpu;

		t->cpu->both_finite(&device_cpu, cpu + i / 5, cpu + i % 5, cell.cpu);
		t->gpu->both_finite(&t->c->device, gpu + i / 5, gpu + i % 5, cell.gpu);
		twin_same(t, "finite", cell);
	}
}

static void test_single(void)
{
	twin_run(single, 0);
}

/* --- cosines ------------------------------------------------------------------------------- */

static void check_cosine(struct twin *t, int n, int d, double scale)
{
	const struct both a = twin_random2(t, n, d, scale, 0.2 * scale);
	const struct both b = twin_random2(t, n, d, scale, 0);
	struct both_bytes cell = new_cell(t);

	t->cpu->mean_cosine(a.cpu, b.cpu, 1e-16, cell.cpu);
	t->gpu->mean_cosine(a.gpu, b.gpu, 1e-16, cell.gpu);
	check_cell(t, "cosine", cell);
}

static void all_cosines(struct twin *t)
{
	check_cosine(t, 1, 1, 1);
	check_cosine(t, 7, 33, 1);
	check_cosine(t, shim_watcher ? 20 : 150, 70, 1);
	check_cosine(t, 5, 8, 1e-9); /* below the least product of norms */
	check_cosine(t, 3, 8, 0);
}

static void test_cosines(void)
{
	twin_run(all_cosines, 0);
}

/* --- hits ---------------------------------------------------------------------------------- */

/* Logits of few different values, so that many are equal: the first of the largest counts. */
static void check_hits(struct twin *t, int n, int classes, real special)
{
	const struct both x = twin_random2(t, n, classes, 2, 0);
	int *labels = xcalloc((size_t)n, sizeof *labels);
	struct both_bytes cell = new_cell(t), at;

	for (size_t i = 0; i < x.cpu->n; i++)
		x.cpu->mem->data[i] =
		    twin_uniform(t) < 0.1 ? special : (real)rint((double)x.cpu->mem->data[i]);
	tensor_write(x.gpu, x.cpu->mem->data);
	for (int i = 0; i < n; i++) { /* half of them right */
		const real *row = x.cpu->mem->data + (size_t)i * (size_t)classes;

		for (int j = 1; j < classes; j++)
			labels[i] = row[j] > row[labels[i]] ? j : labels[i];
		labels[i] = twin_uniform(t) < 0.5 ? labels[i] : (labels[i] + 1) % classes;
	}
	at = twin_put(t, labels, (size_t)n * sizeof *labels);
	t->cpu->top1_percent(x.cpu, at.cpu, cell.cpu);
	t->gpu->top1_percent(x.gpu, at.gpu, cell.gpu);
	twin_same(t, "hits", cell);
	free(labels);
}

static void all_hits(struct twin *t)
{
	check_hits(t, 1, 1, 0);
	check_hits(t, 40, 3, 1);
	check_hits(t, shim_watcher ? 20 : 150, 100, (real)NAN);
	check_hits(t, 30, 2, (real)NAN);
	check_hits(t, 30, 2, (real)-INFINITY);
	check_hits(t, 9, 33, (real)INFINITY);
}

static void test_hits(void)
{
	twin_run(all_hits, 0);
}

/* --- the spread of embeddings -------------------------------------------------------------- */

static void check_spread(struct twin *t, struct both z)
{
	struct both_bytes cell = new_cell(t);

	t->cpu->collapse_std_of(z.cpu, tape_scratch(&t->here, t->cpu->collapse_std_scratch(z.cpu)),
				cell.cpu);
	t->gpu->collapse_std_of(z.gpu, tape_scratch(&t->there, t->gpu->collapse_std_scratch(z.gpu)),
				cell.gpu);
	check_cell(t, "spread", cell);
}

static void spreads(struct twin *t)
{
	struct both z = twin_random2(t, 33, 70, 1, 0.5);

	check_spread(t, twin_random2(t, 1, 1, 1, 0));
	check_spread(t, twin_random2(t, 2, 3, 1, 0));
	check_spread(t, z);
	check_spread(t, twin_random2(t, shim_watcher ? 40 : 301, 37, 1, 0));
	check_spread(t, twin_random2(t, 9, shim_watcher ? 40 : 530, 1, 1));
	check_spread(t, twin_random2(t, 9, 12, 0, 0)); /* norms of 0 */
	check_spread(t, twin_random2(t, 9, 12, 0, 3)); /* all equal */
	check_spread(t, twin_random2(t, 9, 12, 1e-3, 3));
	z.cpu->mem->data[70] = (real)INFINITY;
	tensor_write(z.gpu, z.cpu->mem->data);
	check_spread(t, z);
}

static void test_spreads(void)
{
	twin_run(spreads, 0);
}

static void golden(struct twin *t)
{
	struct both_bytes cell = new_cell(t);
	struct safetensors st;
	struct both z;
	double *v;

	harness_golden(&st, "collapse");
	z = twin_new2(t, harness_size(&st, "in.z1", 0), harness_size(&st, "in.z1", 1));
	v = xcalloc(z.cpu->n, sizeof *v);
	st_to_double(st_find(&st, "in.z1"), v);
	for (size_t i = 0; i < z.cpu->n; i++)
		z.cpu->mem->data[i] = (real)v[i];
	tensor_write(z.gpu, z.cpu->mem->data);
	st_to_double(st_find(&st, "out.std"), cell.cpu);
	t->gpu->collapse_std_of(z.gpu, tape_scratch(&t->there, t->gpu->collapse_std_scratch(z.gpu)),
				cell.gpu);
	twin_compare_doubles(t, "out.std", cell, 1e-6);
	free(v);
	st_close(&st);
}

static void test_golden(void)
{
	twin_run(golden, 0);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"single numbers", test_single},
	    {"cosines of rows", test_cosines},
	    {"hits, with ties and NaN", test_hits},
	    {"the spread of embeddings", test_spreads},
	    {"golden vectors of the spread", test_golden},
	    {0},
	};

	return check_run("cuda/kernels/measures", cases);
}
