/*
 * Times the convolutions of a ResNet-18: forward, backward to the image and to the weights, in
 * GFLOP/s counted as direct convolution. b-conv [WIDTH [IMAGES [THREADS [REPEATS]]]]
 */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/arena.h"
#include "core/base/parallel.h"
#include "core/tensor/kernels/conv.h"
#include "tests/bench/bench.h"

struct buffers {
	real *x, *w, *y;
	void *scratch;
};

static void run(int pass, const struct conv_shape *s, const struct buffers *b)
{
	switch (pass) {
	case 0:
		conv2d_forward(s, b->x, b->w, b->y, b->scratch);
		break;
	case 1:
		conv2d_backward_data(s, b->y, b->w, b->x, 0, b->scratch);
		break;
	default:
		conv2d_backward_weights(s, b->x, b->y, b->w, 0, b->scratch);
	}
}

static real *filled(struct arena *a, size_t n)
{
	real *p = arena_alloc(a, n * sizeof *p);

	for (size_t i = 0; i < n; i++)
		p[i] = (real)((double)(i * 2654435761u % 1000) / 1000 - 0.5);
	return p;
}

/* The least of some repeats. */
static double measure(int pass, const struct conv_shape *s, const struct buffers *b, int repeats)
{
	double best = 1e9;

	run(pass, s, b);
	for (int i = 0; i < repeats; i++) {
		double start = bench_now();

		run(pass, s, b);
		start = bench_now() - start;
		best = start < best ? start : best;
	}
	return best;
}

static void layer(struct conv_shape s, int count, int repeats, double total[3])
{
	struct arena a = ARENA_INIT;
	struct buffers b = {
	    .x = filled(&a, (size_t)s.n * s.h * s.w * s.cin),
	    .w = filled(&a, (size_t)s.kh * s.kw * s.cin * s.cout),
	    .y = filled(&a, (size_t)s.n * s.oh * s.ow * s.cout),
	    .scratch = arena_alloc(&a, conv2d_scratch(&s)),
	};
	double flops = 2.0 * s.n * s.oh * s.ow * s.kh * s.kw * s.cin * s.cout;

	printf("%dx %4d -> %4d %dx%d s%d @%-3d %s", count, s.cin, s.cout, s.kh, s.kw, s.stride, s.h,
	       conv2d_uses_winograd(&s) ? "wino  " : "im2col");
	for (int pass = 0; pass < 3; pass++) {
		double t = measure(pass, &s, &b, repeats);

		total[pass] += count * t;
		printf("  %7.2f ms %6.0f", 1e3 * t, flops / t * 1e-9);
	}
	printf("   scratch %.1f MB\n", (double)conv2d_scratch(&s) / (1 << 20));
	arena_release(&a);
}

int main(int argc, char **argv)
{
	int width = argc > 1 ? atoi(argv[1]) : 16, images = argc > 2 ? atoi(argv[2]) : 256;
	int repeats = argc > 4 ? atoi(argv[4]) : 5;
	double total[3] = {0};

	parallel_set_threads(argc > 3 ? atoi(argv[3]) : 2);
	printf("%-37s  forward           data              weights\n", "");
	layer(conv_shape_of(images, 32, 32, 3, 3, 3, width, 1, 1), 1, repeats, total);
	for (int i = 0; i < 4; i++) {
		int c = width << i, size = 32 >> i;

		layer(conv_shape_of(images, size, size, c, 3, 3, c, 1, 1), i ? 3 : 4, repeats,
		      total);
		if (i == 3)
			break;
		layer(conv_shape_of(images, size, size, c, 3, 3, 2 * c, 2, 1), 1, repeats, total);
		layer(conv_shape_of(images, size, size, c, 1, 1, 2 * c, 2, 0), 1, repeats, total);
	}
	printf("sum: forward %.1f ms, data %.1f ms, weights %.1f ms\n", 1e3 * total[0],
	       1e3 * total[1], 1e3 * total[2]);
	return 0;
}
