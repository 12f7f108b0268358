/*
 * Times whole training steps of a ResNet-18 (forward, backward from a random gradient, SGD with
 * momentum), and where the time goes:
 *     b-step [WIDTH [IMAGES [THREADS [STEPS [ARCH]]]]]
 * Prints the median images per second, milliseconds a step by kind of work, and megabytes by what
 * is in them. The kernels are timed by a device whose table calls those of the CPU.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cpu.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/nn/encoder.h"
#include "core/ops/ops.h"
#include "core/optim/optim.h"
#include "core/tensor/kernels.h"
#include "tests/bench/bench.h"

enum kind { CONV_FORWARD, CONV_DATA, CONV_WEIGHTS, NORM_FORWARD, NORM_BACKWARD, OPTIM, KINDS };

static const char *const kind_name[KINDS] = {"conv forward", "conv data",     "conv weights",
					     "norm forward", "norm backward", "optimiser"};

static double spent[KINDS]; /* seconds since the last step began */

static void convolve_forward_timed(const struct conv_shape *s, const struct tensor *x,
				   const struct tensor *w, struct tensor *y, void *scratch)
{
	double start = bench_now();

	device_cpu.k->convolve_forward(s, x, w, y, scratch);
	spent[CONV_FORWARD] += bench_now() - start;
}

static void convolve_data_timed(const struct conv_shape *s, const struct tensor *dy,
				const struct tensor *w, struct tensor *dx, int accumulate,
				void *scratch)
{
	double start = bench_now();

	device_cpu.k->convolve_backward_data(s, dy, w, dx, accumulate, scratch);
	spent[CONV_DATA] += bench_now() - start;
}

static void convolve_weights_timed(const struct conv_shape *s, const struct tensor *x,
				   const struct tensor *dy, struct tensor *dw, int accumulate,
				   void *scratch)
{
	double start = bench_now();

	device_cpu.k->convolve_backward_weights(s, x, dy, dw, accumulate, scratch);
	spent[CONV_WEIGHTS] += bench_now() - start;
}

static void norm_forward_timed(const struct batchnorm *b, double eps, double momentum,
			       struct tensor *mean, struct tensor *var, struct tensor *y,
			       void *scratch)
{
	double start = bench_now();

	device_cpu.k->batchnorm_forward(b, eps, momentum, mean, var, y, scratch);
	spent[NORM_FORWARD] += bench_now() - start;
}

static void norm_sums_timed(const struct batchnorm *b, const struct batchnorm_grads *g,
			    void *scratch)
{
	double start = bench_now();

	device_cpu.k->batchnorm_backward_sums(b, g, scratch);
	spent[NORM_BACKWARD] += bench_now() - start;
}

static void norm_data_timed(const struct batchnorm *b, const struct batchnorm_grads *g,
			    struct tensor *dx, int accumulate)
{
	double start = bench_now();

	device_cpu.k->batchnorm_backward_data(b, g, dx, accumulate);
	spent[NORM_BACKWARD] += bench_now() - start;
}

/* The CPU, with the kernels that take the most time timed. */
static const struct device *timed_device(void)
{
	static struct kernels k;
	static struct device d;

	k = *device_cpu.k;
	k.convolve_forward = convolve_forward_timed;
	k.convolve_backward_data = convolve_data_timed;
	k.convolve_backward_weights = convolve_weights_timed;
	k.batchnorm_forward = norm_forward_timed;
	k.batchnorm_backward_sums = norm_sums_timed;
	k.batchnorm_backward_data = norm_data_timed;
	d = device_cpu;
	d.k = &k;
	return &d;
}

struct bench {
	struct params params;
	struct tape tape;
	struct encoder *encoder;
	struct tensor_arena arena;
	struct tensor *images;
	real *dy;
};

static real *normals(struct arena *a, size_t n, uint64_t which, double scale)
{
	real *p = arena_alloc(a, n * sizeof *p);
	struct rng r;

	rng_init(&r, 1, RNG_TEST, 0, which);
	for (size_t i = 0; i < n; i++)
		p[i] = (real)(scale * rng_normal(&r));
	return p;
}

static int bench_init(struct bench *b, const char *arch, int width, int images)
{
	const struct encoder_spec spec = {.arch = arch,
					  .stem = "cifar",
					  .width = width,
					  .depth = 4,
					  .height = 32,
					  .width_px = 32,
					  .channels = 3};
	struct error err;

	memset(b, 0, sizeof *b);
	params_init(&b->params, &device_cpu);
	tensor_arena_init(&b->arena, &device_cpu);
	b->encoder = encoder_new(&spec, &b->params, "encoder.", PART_ENCODER, 0, &err);
	if (!b->encoder) {
		fprintf(stderr, "b-step: %s\n", err.msg);
		return -1;
	}
	params_build(&b->params, 1);
	params_add_slots(&b->params, 1);
	tape_init(&b->tape, timed_device());
	b->tape.reuse = 1;
	b->tape.groups = 2;
	b->images =
	    tensor_of_host(&b->arena, normals(&b->arena.host, (size_t)images * 32 * 32 * 3, 1, 1),
			   4, (const int[]){images, 32, 32, 3});
	b->dy = normals(&b->arena.host, (size_t)images * (size_t)encoder_dim(b->encoder), 2, 1e-3);
	return 0;
}

/* One step; returns its seconds. */
static double step(struct bench *b, long k)
{
	static const struct optim_opts opts = {.momentum = 0.9, .weight_decay = 5e-4};
	double start = bench_now(), update;
	struct tensor *y;

	memset(spent, 0, sizeof spent);
	tape_reset(&b->tape);
	params_zero_grad(&b->params);
	y = encoder_forward(b->encoder, &b->tape, b->images);
	tape_backward_from(&b->tape, y, b->dy);
	update = bench_now();
	optim_step(optim_find("sgd"), &opts, &b->params, 0.01, k);
	spent[OPTIM] = bench_now() - update;
	return bench_now() - start;
}

static int ascending(const void *a, const void *b)
{
	double d = *(const double *)a - *(const double *)b;

	return (d > 0) - (d < 0);
}

static void print_megabytes(const char *what, size_t bytes)
{
	printf("  %-15s %8.1f MB\n", what, (double)bytes / 1e6);
}

/* Where the memory of a step is, after it. */
static void print_use(const struct bench *b)
{
	const struct tape_use u = tape_use(&b->tape);

	print_megabytes("activations", u.activations);
	print_megabytes("their gradients", u.gradients);
	print_megabytes("saved", u.saved);
	print_megabytes("scratch", u.scratch);
	print_megabytes("structs", u.host);
	print_megabytes("parameters", tensor_arena_peak(&b->params.arena));
}

int main(int argc, char **argv)
{
	int width = argc > 1 ? atoi(argv[1]) : 16, images = argc > 2 ? atoi(argv[2]) : 512;
	int threads = argc > 3 ? atoi(argv[3]) : 2, steps = argc > 4 ? atoi(argv[4]) : 7;
	double time[1000], best[KINDS], all = 0;
	struct bench b;

	steps = steps < 1 ? 1 : steps > 1000 ? 1000 : steps;
	parallel_set_threads(threads);
	if (bench_init(&b, argc > 5 ? argv[5] : "resnet18", width, images))
		return 2;
	step(&b, 0);
	for (int i = 0; i < steps; i++) {
		time[i] = step(&b, i + 1);
		for (int k = 0; k < KINDS; k++)
			best[k] = i && best[k] < spent[k] ? best[k] : spent[k];
	}
	qsort(time, (size_t)steps, sizeof *time, ascending);
	printf("width %d, %d images, %d threads: median %.1f images/s, best %.1f; %.0f MB\n", width,
	       images, threads, images / time[steps / 2], images / time[0],
	       (double)cpu_peak_rss() / 1e6);
	for (int k = 0; k < KINDS; k++) {
		printf("  %-15s %8.2f ms\n", kind_name[k], 1e3 * best[k]);
		all += best[k];
	}
	printf("  %-15s %8.2f ms (of each the least)\n", "sum", 1e3 * all);
	print_use(&b);
	tape_release(&b.tape);
	params_release(&b.params);
	tensor_arena_release(&b.arena);
	return 0;
}
