/* Microseconds an image on one thread: each operation alone, and the presets' recipes. */
#include <stdio.h>
#include <stdlib.h>

#include "core/augment/augment.h"
#include "core/base/error.h"
#include "tests/bench/bench.h"

enum { IMAGES = 64, ROUNDS = 5 };

static const struct augment nothing = {
    .crop_scale = {0.08, 1},
    .crop_ratio = {0.75, 4.0 / 3},
    .blur_sigma = {0.1, 2},
    .rotate_degrees = 15,
    .fixed = {.solarize_threshold = 0.5, .std = {1, 1, 1, 1}, .channels = 3}};

/* The best of some rounds over n images. */
static double seconds(const struct augment *a, int n)
{
	size_t size = (size_t)(a->fixed.height * a->fixed.width * a->fixed.channels);
	uint8_t *images = xmalloc(IMAGES * size);
	void *scratch = aligned_alloc(64, augment_scratch(&a->fixed));
	real *out = xmalloc(size * sizeof *out);
	double best = 1e9;

	if (!scratch)
		BUG("out of memory");
	for (size_t i = 0; i < IMAGES * size; i++)
		images[i] = (uint8_t)(i * 2654435761u >> 24);
	for (int r = 0; r < ROUNDS; r++) {
		double start = bench_now(), t;

		for (int i = 0; i < n; i++) {
			struct rng rng;

			rng_init(&rng, 1, RNG_AUGMENT, (uint32_t)r, (uint64_t)i);
			augment_image(a, images + (size_t)(i % IMAGES) * size, &rng, out, scratch);
		}
		t = bench_now() - start;
		best = t < best ? t : best;
	}
	free(images);
	free(scratch);
	free(out);
	return best / n;
}

static void row(const char *name, struct augment a)
{
	static const int side[] = {32, 96};

	printf("%-12s", name);
	for (int i = 0; i < 2; i++) {
		a.fixed.height = a.fixed.width = a.fixed.out_height = a.fixed.out_width = side[i];
		printf(" %8.2f", 1e6 * seconds(&a, i ? 500 : 4000));
	}
	printf("\n");
}

int main(void)
{
	struct augment a;

	parallel_set_threads(1);
	printf("us/image        32x32    96x96\n");
	row("none", nothing);
	a = nothing, a.crop_p = 1, row("crop", a);
	a = nothing, a.flip_p = 1, row("flip", a);
	a = nothing, a.rotate_p = 1, row("rotate", a);
	a = nothing, a.jitter_p = 1, a.hue = 0.1, row("hue", a);
	a = nothing, a.jitter_p = 1, a.contrast = 0.4, row("contrast", a);
	a = nothing, a.blur_p = 1, row("blur", a);
	a = nothing;
	a.crop_p = 1;
	a.flip_p = 0.5;
	a.jitter_p = 0.8;
	a.brightness = 0.4;
	a.contrast = 0.4;
	a.saturation = 0.2;
	a.hue = 0.1;
	a.gray_p = 0.2;
	a.solarize_p = 0.1;
	row("cifar", a);
	a.solarize_p = 0;
	a.blur_p = 1;
	row("byol, A", a);
	return 0;
}
