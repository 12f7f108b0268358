/* Protects: the augmentations with fixed parameters, which the names of the results contain:
 * out.blur_k5_sigma1.0. */
#include <stdio.h>
#include <string.h>

#include "core/augment/augment_ops.h"
#include "core/tensor/memory.h"
#include "tests/golden/golden.h"

struct planes {
	int channels, height, width;
	size_t pixels, n;
	real *x;
	void *scratch;
};

/* A fresh copy of the input. */
static struct planes copy_of(struct golden *g, const struct tensor *in)
{
	struct planes p = {in->shape[0], in->shape[1], in->shape[2], 0, in->n, NULL, NULL};

	p.pixels = (size_t)p.height * (size_t)p.width;
	p.x = arena_alloc(&g->arena.host, p.n * sizeof *p.x);
	memcpy(p.x, in->mem->data, p.n * sizeof *p.x);
	p.scratch = arena_alloc(&g->arena.host, image_scratch(p.height, p.width));
	return p;
}

static int colour(const char *op, struct planes *p)
{
	double v;

	if (sscanf(op, "brightness_%lf", &v) == 1)
		image_brightness(p->x, p->channels, p->pixels, v);
	else if (sscanf(op, "contrast_%lf", &v) == 1)
		image_contrast(p->x, p->channels, p->pixels, v);
	else if (sscanf(op, "saturation_%lf", &v) == 1)
		image_saturation(p->x, p->pixels, v);
	else if (sscanf(op, "hue_%lf", &v) == 1)
		image_hue(p->x, p->pixels, v);
	else if (sscanf(op, "solarize_%lf", &v) == 1)
		image_solarize(p->x, p->channels, p->pixels, v);
	else if (!strcmp(op, "grayscale"))
		image_gray(p->x, p->pixels);
	else
		return 0;
	return 1;
}

/* The output has the shape in the name of its entry: "to32", or "to24x40" if it is not square. */
static void crop(struct golden *g, struct planes *p, struct image_box box, const struct st_entry *e)
{
	int h = (int)e->shape[1], w = (int)e->shape[2];
	real *out = arena_alloc(&g->arena.host, e->n * sizeof *out);
	void *scratch = arena_alloc(&g->arena.host, image_scratch(h > p->height ? h : p->height,
								  w > p->width ? w : p->width));

	image_crop(p->x, p->channels, p->height, p->width, box, out, h, w, scratch);
	p->x = out;
	p->n = e->n;
}

static int geometry(struct golden *g, const char *op, struct planes *p, const struct st_entry *e)
{
	struct image_box box;
	double v;
	int k;

	if (!strcmp(op, "hflip"))
		image_flip(p->x, p->channels, p->height, p->width);
	else if (sscanf(op, "rotate_%lf", &v) == 1)
		image_rotate(p->x, p->channels, p->height, p->width, v, p->scratch);
	else if (sscanf(op, "blur_k%d_sigma%lf", &k, &v) == 2)
		image_blur(p->x, p->channels, p->height, p->width, k, v, p->scratch);
	else if (sscanf(op, "crop_t%d_l%d_h%d_w%d_to", &box.top, &box.left, &box.height,
			&box.width) == 4)
		crop(g, p, box, e);
	else
		return 0;
	return 1;
}

void golden_image_ops(struct golden *g)
{
	struct tensor *in = golden_tensor(g, "in.image");

	if (!in)
		return;
	for (int i = 0; i < g->st.n; i++) {
		const struct st_entry *e = &g->st.entry[i];
		struct planes p;

		if (strncmp(e->name, "out.", 4))
			continue;
		p = copy_of(g, in);
		if (colour(e->name + 4, &p) || geometry(g, e->name + 4, &p, e)) {
			golden_check(g, e->name, p.x, p.n, GOLDEN_TIGHT);
			continue;
		}
		g->failures++;
		printf("\n    %s: no operation for %s\n", g->name, e->name);
	}
}
