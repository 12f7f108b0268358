/* Protects: the correlation of two views on a device, as C and by Gram matrices: its diagonal, the
 * squares off it, and both gradients, written and added, for shapes that fill no block evenly,
 * views that are not aligned, and a correlation of a view with itself. */
#include "tests/cuda/twin.h"

/* Rows, columns; are the views one; elements by which the views and gradients are not aligned. */
struct shape {
	int n, d, same, shift;
};

static struct both matrix(struct twin *t, const struct shape *s, double shift)
{
	const struct both x =
	    twin_random(t, ELEMENT_REAL, 1, (int[]){s->n * s->d + s->shift}, 1, shift);

	return twin_view(t, x, (size_t)s->shift, 2, (int[]){s->n, s->d});
}

static struct both_bytes doubles(struct twin *t, int n)
{
	double *v = xcalloc((size_t)n, sizeof *v);
	struct both_bytes x;

	for (int i = 0; i < n; i++)
		v[i] = twin_uniform(t) * 2 - 1;
	x = twin_put(t, v, (size_t)n * sizeof *v);
	free(v);
	return x;
}

typedef void grad_fn(const struct correlation *x, const struct correlation_slopes *s,
		     struct tensor *g, int accumulate);

static void check_grad(struct twin *t, const struct shape *s, const struct correlation *here,
		       const struct correlation *there, grad_fn *cpu, grad_fn *gpu)
{
	const struct both_bytes off = doubles(t, 1), diagonal = doubles(t, s->d);
	const struct correlation_slopes slopes = {off.cpu, diagonal.cpu},
					slopes_there = {off.gpu, diagonal.gpu};
	const struct both g = matrix(t, s, 0);

	for (int accumulate = 0; accumulate < 2; accumulate++) {
		cpu(here, &slopes, g.cpu, accumulate);
		gpu(there, &slopes_there, g.gpu, accumulate);
		twin_compare(t, "gradient", g, 4 * twin_tolerance());
	}
}

static void check(struct twin *t, const struct shape *s)
{
	const double m = s->n > 1 ? s->n - 1 : 1;
	const struct both a = matrix(t, s, 0.2), b = s->same ? a : matrix(t, s, 0);
	struct correlation here, there;

	t->cpu->correlation_init(&here, &t->here, a.cpu, b.cpu, m);
	t->gpu->correlation_init(&there, &t->there, a.gpu, b.gpu, m);
	twin_compare_doubles(
	    t, "diagonal",
	    (struct both_bytes){here.diagonal, there.diagonal, (size_t)s->d * sizeof(double)},
	    1e-12);
	/* by Gram matrices it is a difference of close numbers where d is little more than n */
	twin_compare_doubles(t, "off", (struct both_bytes){here.off, there.off, sizeof(double)},
			     s->n < s->d ? 2e-5 : twin_tolerance());
	check_grad(t, s, &here, &there, t->cpu->correlation_grad_a, t->gpu->correlation_grad_a);
	check_grad(t, s, &here, &there, t->cpu->correlation_grad_b, t->gpu->correlation_grad_b);
}

static void all(struct twin *t)
{
	static const struct shape shapes[] = {{1, 1, 0, 0},   {5, 2, 1, 0},     {4, 7, 0, 0},
					      {7, 12, 0, 0},  {6, 36, 1, 0},    {3, 8, 0, 1},
					      {40, 33, 0, 1}, {9, 130, 0, 0},   {70, 33, 1, 0},
					      {37, 70, 0, 0}, {300, 271, 0, 0}, {260, 264, 0, 0}};
	const int n = shim_watcher ? 9 : (int)(sizeof shapes / sizeof *shapes);

	for (int i = 0; i < n; i++)
		check(t, &shapes[i]);
}

static void test_all(void)
{
	twin_run(all, 0);
}

int main(void)
{
	static const struct check_case cases[] = {{"correlations and their gradients", test_all},
						  {0}};

	return check_run("cuda/kernels/correlation", cases);
}
