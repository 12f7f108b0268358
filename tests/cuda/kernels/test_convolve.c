/* Protects: convolutions of a device, as ops call them, are the CPU's in real and in bf16: filters
 * are kept as on the CPU and reordered for each pass, in more than one tile; channels are padded
 * where bf16 needs it; images may be real where activations are bf16; gradients overwrite or add.
 */
#include "tests/cuda/twin.h"

/* real_x: the images are real whatever the activations are in */
struct shape {
	int n, size, cin, kernel, cout, stride, pad, real_x;
};
static const struct shape shapes[] = {{1, 3, 1, 1, 1, 1, 0, 0},
				      {2, 5, 3, 3, 8, 1, 1, 1},
				      {2, 6, 8, 3, 16, 2, 1, 0},
				      {1, 4, 40, 1, 33, 1, 0, 0},
				      {2, 5, 11, 3, 9, 1, 1, 0}};

/* The gradients of filters come from the library in the type of the activations. */
static double tolerance(const struct twin *t)
{
	return t->element == ELEMENT_BF16 ? harness_tolerance(CUDA_BF16) : 4 * twin_tolerance();
}

/* Filters in real, with values that the type of the activations can hold. */
static struct both filters(struct twin *t, const struct shape *s)
{
	const int shape[] = {s->kernel, s->kernel, s->cin, s->cout};
	const struct both rounded = twin_random(t, t->element, 4, shape, 1, 0);
	const struct both w = twin_new(t, ELEMENT_REAL, 4, shape);

	tensor_read(rounded.gpu, w.cpu->mem->data);
	tensor_write(w.gpu, w.cpu->mem->data);
	return w;
}

static void check(struct twin *t, const struct shape *shape)
{
	struct conv_shape s =
	    conv_shape_of(shape->n, shape->size, shape->size, shape->cin, shape->kernel,
			  shape->kernel, shape->cout, shape->stride, shape->pad);
	const enum element of_x = shape->real_x ? ELEMENT_REAL : t->element;
	const int in[] = {s.n, s.h, s.w, s.cin}, out[] = {s.n, s.oh, s.ow, s.cout};
	const struct both x = twin_random(t, of_x, 4, in, 1, 0), w = filters(t, shape);
	const struct both y = twin_new(t, t->element, 4, out);
	const struct both dy = twin_random(t, t->element, 4, out, 1, 0);
	const struct both dx = twin_random(t, of_x, 4, in, 1, 0), dw = filters(t, shape);
	void *scratch = tape_scratch(&t->here, t->cpu->convolve_scratch(&s));

	t->cpu->convolve_forward(&s, x.cpu, w.cpu, y.cpu, scratch);
	s.precision = t->element == ELEMENT_BF16 ? PRECISION_BF16 : PRECISION_F32;
	t->gpu->convolve_forward(&s, x.gpu, w.gpu, y.gpu, NULL);
	twin_compare(t, "y", y, tolerance(t));
	for (int accumulate = 0; accumulate < 2; accumulate++) {
		t->cpu->convolve_backward_data(&s, dy.cpu, w.cpu, dx.cpu, accumulate, scratch);
		t->gpu->convolve_backward_data(&s, dy.gpu, w.gpu, dx.gpu, accumulate, NULL);
		twin_compare(t, "dx", dx, tolerance(t));
		t->cpu->convolve_backward_weights(&s, x.cpu, dy.cpu, dw.cpu, accumulate, scratch);
		t->gpu->convolve_backward_weights(&s, x.gpu, dy.gpu, dw.gpu, accumulate, NULL);
		twin_compare(t, "dw", dw, tolerance(t));
	}
}

static void all(struct twin *t)
{
	for (int i = 0; i < (int)(sizeof shapes / sizeof *shapes); i++)
		check(t, &shapes[i]);
}

static void test_all(void)
{
	twin_run(all, 1);
}

int main(void)
{
	static const struct check_case cases[] = {{"the three passes", test_all}, {0}};

	return check_run("cuda/kernels/convolve", cases);
}
