/* Protects: kernels on rows and columns of a device give the CPU's values: for short rows (a
 * warp's) and long ones (a block's), widths that are no multiples of a vector, one row and many,
 * and matrices that start anywhere; a row of zeros is divided by eps; logits may be far apart,
 * infinite or NaN. */
#include "tests/cuda/twin.h"

#include <math.h>

/* from: the element of a larger tensor at which a matrix starts */
struct shape {
	int rows, cols, from;
};
static const struct shape shapes[] = {{1, 1, 0},    {5, 3, 0},   {33, 128, 0},
				      {33, 128, 1}, {7, 37, 0},  {9, 1028, 0},
				      {2, 1031, 3}, {65, 10, 0}, {300, 6, 2}};

static int n_shapes(void)
{
	return (int)(sizeof shapes / sizeof *shapes) - (shim_watcher ? 2 : 0);
}

static struct both matrix(struct twin *t, const struct shape *s, double scale, double shift)
{
	const int all[] = {s->rows * s->cols + s->from}, shape[] = {s->rows, s->cols};

	return twin_view(t, twin_random(t, ELEMENT_REAL, 1, all, scale, shift), (size_t)s->from, 2,
			 shape);
}

static struct both_bytes number_per_row(struct twin *t, const struct shape *s)
{
	return twin_bytes(t, (size_t)s->rows * sizeof(double));
}

static void check_l2(struct twin *t, const struct shape *s)
{
	const struct both x = matrix(t, s, 2, 0.5), y = matrix(t, s, 1, 0);
	const struct both dy = matrix(t, s, 1, 0), dx = matrix(t, s, 1, 0);
	const struct both_bytes norm = number_per_row(t, s);

	for (int c = 0; s->rows > 2 && c < s->cols; c++)
		twin_set(x, (size_t)(s->cols + c), 0);
	t->cpu->l2_normalize_forward(x.cpu, 1e-3, norm.cpu, y.cpu);
	t->gpu->l2_normalize_forward(x.gpu, 1e-3, norm.gpu, y.gpu);
	twin_compare(t, "normalised rows", y, twin_tolerance());
	twin_compare_doubles(t, "their norms", norm, 1e-12);
	for (int accumulate = 0; accumulate < 2; accumulate++) {
		t->cpu->l2_normalize_backward(y.cpu, dy.cpu, norm.cpu, dx.cpu, accumulate);
		t->gpu->l2_normalize_backward(y.gpu, dy.gpu, norm.gpu, dx.gpu, accumulate);
		twin_compare(t, "the gradient of normalised rows", dx, twin_tolerance());
	}
}

static void l2(struct twin *t)
{
	for (int i = 0; i < n_shapes(); i++)
		check_l2(t, &shapes[i]);
}

static void test_l2(void)
{
	twin_run(l2, 0);
}

static void centers(struct twin *t)
{
	for (int i = 0; i < n_shapes(); i++)
		for (int accumulate = 0; accumulate < 2; accumulate++) {
			const struct both x = matrix(t, &shapes[i], 1, 0.5);
			const struct both y = matrix(t, &shapes[i], 1, 1);
			const struct both z = matrix(t, &shapes[i], 1, 1);

			t->cpu->center_rows(x.cpu, y.cpu, accumulate);
			t->gpu->center_rows(x.gpu, y.gpu, accumulate);
			twin_compare(t, "centred rows", y, twin_tolerance());
			t->cpu->center_columns(x.cpu, z.cpu, accumulate);
			t->gpu->center_columns(x.gpu, z.gpu, accumulate);
			twin_compare(t, "centred columns", z, twin_tolerance());
		}
}

static void test_centers(void)
{
	twin_run(centers, 0);
}

static struct both_bytes random_labels(struct twin *t, const struct shape *s)
{
	int *labels = xmalloc((size_t)s->rows * sizeof *labels);
	struct both_bytes b;

	for (int r = 0; r < s->rows; r++)
		labels[r] = (int)(twin_uniform(t) * s->cols);
	b = twin_put(t, labels, (size_t)s->rows * sizeof *labels);
	free(labels);
	return b;
}

/* Logits are up to twice `scale` apart. */
static void check_entropy(struct twin *t, const struct shape *s, double scale)
{
	const struct both x = matrix(t, s, scale, 3), p = matrix(t, s, 1, 0);
	const struct both dx = matrix(t, s, 1, 0), loss = twin_new(t, ELEMENT_REAL, 1, (int[]){1});
	const struct both dloss = twin_random(t, ELEMENT_REAL, 1, (int[]){1}, 0.5, 1);
	const struct both_bytes labels = random_labels(t, s), each = number_per_row(t, s);

	t->cpu->cross_entropy_forward(x.cpu, labels.cpu, cuda_values(p.cpu), each.cpu, loss.cpu);
	t->gpu->cross_entropy_forward(x.gpu, labels.gpu, cuda_values(p.gpu), each.gpu, loss.gpu);
	twin_compare(t, "probabilities", p, twin_tolerance());
	twin_compare(t, "the cross-entropy", loss, twin_tolerance());
	for (int accumulate = 0; accumulate < 2; accumulate++) {
		t->cpu->cross_entropy_backward(cuda_values(p.cpu), labels.cpu, dloss.cpu, dx.cpu,
					       accumulate);
		t->gpu->cross_entropy_backward(cuda_values(p.gpu), labels.gpu, dloss.gpu, dx.gpu,
					       accumulate);
		twin_compare(t, "the gradient of the cross-entropy", dx, twin_tolerance());
	}
}

static void entropies(struct twin *t)
{
	for (int i = 0; i < n_shapes(); i++)
		check_entropy(t, &shapes[i], i & 1 ? 300 : 2);
}

static void test_entropies(void)
{
	twin_run(entropies, 0);
}

/* Row 2 of five has the value v in column c. */
static void check_special(struct twin *t, int cols, int c, double v)
{
	const struct shape s = {5, cols, 0};
	const struct both x = matrix(t, &s, 2, 0), p = matrix(t, &s, 1, 0);
	const struct both loss = twin_new(t, ELEMENT_REAL, 1, (int[]){1});
	const struct both_bytes labels = random_labels(t, &s), each = number_per_row(t, &s);
	const struct both y = twin_new2(t, s.rows, s.cols);
	const int rest[] = {2, cols};

	twin_set(x, (size_t)(2 * cols + c), v);
	t->cpu->cross_entropy_forward(x.cpu, labels.cpu, cuda_values(p.cpu), each.cpu, loss.cpu);
	t->gpu->cross_entropy_forward(x.gpu, labels.gpu, cuda_values(p.gpu), each.gpu, loss.gpu);
	twin_equal(t, "the probabilities of such a row",
		   twin_view(t, p, 2 * (size_t)cols, 1, rest + 1));
	twin_compare(t, "the probabilities of the rows before it", twin_view(t, p, 0, 2, rest),
		     twin_tolerance());
	twin_equal(t, "the loss with such a row", loss);
	t->cpu->l2_normalize_forward(x.cpu, 1e-3, each.cpu, y.cpu);
	t->gpu->l2_normalize_forward(x.gpu, 1e-3, each.gpu, y.gpu);
	twin_compare(t, "rows after such a row", twin_view(t, y, 3 * (size_t)cols, 2, rest),
		     twin_tolerance());
}

static void special(struct twin *t)
{
	check_special(t, 9, 0, (double)NAN);
	check_special(t, 9, 8, (double)NAN);
	check_special(t, 40, 3, (double)INFINITY);
	check_special(t, 1030, 1029, (double)NAN);
}

static void test_special(void)
{
	twin_run(special, 0);
}

int main(void)
{
	static const struct check_case cases[] = {{"rows of norm 1", test_l2},
						  {"centred rows and columns", test_centers},
						  {"the cross-entropy", test_entropies},
						  {"NaN and infinity in a row", test_special},
						  {0}};

	return check_run("cuda/kernels/rows", cases);
}
