/* Protects: the shapes of tensors, and the eigendecomposition. */
#include "core/tensor/memory.h"
#include "core/tensor/tensor.h"

#include <math.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/tensor/kernels/eigen.h"
#include "tests/check.h"

static void test_shapes(void)
{
	struct tensor_arena a = TENSOR_ARENA_CPU;
	struct tensor *x = tensor_new4(&a, 2, 3, 4, 5), *y = tensor_new2(&a, 2, 60), *v;
	char text[64], small[8];

	CU_ASSERT(x->n == 120 && tensor_rows(x) == 24 && tensor_cols(x) == 5);
	CU_ASSERT(!tensor_same_shape(x, y) && tensor_same_shape(x, x));
	CU_ASSERT_STRING_EQUAL(tensor_shape_text(x, text, sizeof text), "[2, 3, 4, 5]");
	CU_ASSERT_EQUAL(strlen(tensor_shape_text(x, small, sizeof small)), 7);
	v = tensor_wrap(&a, x->mem->data, 2, y->shape);
	CU_ASSERT(v->mem->data == x->mem->data && tensor_same_shape(v, y));
	CU_ASSERT(!x->mem->grad && !x->needs_grad && !x->op);
	y = tensor_new1(&a, 7);
	CU_ASSERT(tensor_rows(y) == 1 && tensor_cols(y) == 7);
	tensor_arena_release(&a);
}

/* Expected values: IEEE 754 round-to-nearest-even to 8 significant bits, by hand. */
static void test_bf16(void)
{
	const struct device other = device_cpu; /* the CPU itself keeps no bf16 */
	struct tensor_arena a = {.device = &other};
	const int n = 8;
	struct tensor *t = tensor_new_as(&a, ELEMENT_BF16, 1, &n), *rest, *copy;
	const real in[] = {
	    1,   (real)1.00390625, (real)1.01171875, (real)-1.0040, (real)3e38, INFINITY,
	    NAN, (real)1e-40};
	const real want[] = {
	    1, 1, (real)1.015625, (real)-1.0078125, (real)ldexp(1.765625, 127), INFINITY};
	real out[8];

	CU_ASSERT_EQUAL(tensor_element_size(t->element), 2);
	tensor_write(t, in);
	tensor_read(t, out);
	for (int i = 0; i < 6; i++)
		CU_ASSERT((float)out[i] == (float)want[i]);
	CU_ASSERT(isnan(out[6]) && (double)out[7] == ldexp(1, -133));
	CU_ASSERT(t->mem->data == NULL);
	rest = tensor_view(&a, t, 4, 1, (const int[]){4});
	copy = tensor_new_as(&a, ELEMENT_BF16, 1, (const int[]){4});
	tensor_copy(copy, rest);
	tensor_zero_range(t, 4, 5);
	tensor_read(copy, out);
	CU_ASSERT((float)out[0] == (float)want[4] && (float)out[1] == (float)want[5]);
	tensor_read(rest, out);
	CU_ASSERT(out[0] == 0 && isinf(out[1]));
	tensor_arena_release(&a);
}

enum { D = 23 };

static void test_eigen(void)
{
	double a[D * D], s[D], u[D * D], worst = 0;
	struct rng r;
	struct error err;

	rng_init(&r, 1, RNG_TEST, 0, 0);
	for (int i = 0; i < D; i++)
		for (int j = 0; j <= i; j++)
			a[i * D + j] = a[j * D + i] = rng_normal(&r);
	CU_ASSERT_EQUAL(eigen_symmetric(D, a, s, u, &err), 0);
	for (int j = 1; j < D; j++)
		CU_ASSERT(s[j] >= s[j - 1]);
	for (int j = 0; j < D; j++) /* A u_j = s_j u_j, u_j . u_k = [j = k] */
		for (int i = 0; i < D; i++) {
			double au = 0, uu = 0;

			for (int k = 0; k < D; k++) {
				au += a[i * D + k] * u[j * D + k];
				uu += u[i * D + k] * u[j * D + k];
			}
			worst = fmax(worst, fabs(au - s[j] * u[j * D + i]));
			worst = fmax(worst, fabs(uu - (i == j)));
		}
	CU_ASSERT(worst < 1e-12);
	a[3] = a[3 * D] = NAN;
	CU_ASSERT_EQUAL(eigen_symmetric(D, a, s, u, &err), -1);
	CU_ASSERT_EQUAL(err.code, ERR_FAILED);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"bf16", test_bf16},
	    {"shapes", test_shapes},
	    {"eigen_symmetric: A = U diag(s) U^T", test_eigen},
	    {0}};

	return check_run("tensor/tensor", cases);
}
