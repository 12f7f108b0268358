/*
 * `shapes`: generated 32x32 colour images of ten shapes. Image i has class i % 10. (seed,
 * RNG_SHAPES, image) determine its position, size, rotation, stretch, colours, textures and
 * clutter, so image i of a split does not depend on the number of images.
 *
 * The dataset tests representations: foreground and background differ in lightness, but which of
 * them is lighter, all hues and the position are random, so neither pixels nor random features
 * separate the classes well. The classes differ in their outlines at a scale that random crops
 * preserve, and not in orientation, mirror image, colour or size, which augmentation changes.
 *
 * The same seed and numbers of images give the same bytes on every machine: all arithmetic is on
 * integers, even that of the sine, which is a table.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/data/dataset_file.h"

enum {
	SIDE = 32,
	CLASSES = 10,
	BYTES = SIDE * SIDE * 3,
	ONE = 1024, /* the radius of a shape in its own coordinates */
	PX = 256,   /* a pixel in scene coordinates */
	GRID = 6,   /* value noise: GRID x GRID knots */
	CLUTTER = 5,
	CHUNK = 32, /* images per task */
};

/* round(16384 sin(pi i / 128)) for a quarter turn; 256 steps are a full turn. */
static const int16_t quarter[65] = {
    0,     402,   804,   1205,  1606,  2006,  2404,  2801,  3196,  3590,  3981,  4370,  4756,
    5139,  5520,  5897,  6270,  6639,  7005,  7366,  7723,  8076,  8423,  8765,  9102,  9434,
    9760,  10080, 10394, 10702, 11003, 11297, 11585, 11866, 12140, 12406, 12665, 12916, 13160,
    13395, 13623, 13842, 14053, 14256, 14449, 14635, 14811, 14978, 15137, 15286, 15426, 15557,
    15679, 15791, 15893, 15986, 16069, 16143, 16207, 16261, 16305, 16340, 16364, 16379, 16384};

static int sine(int turn)
{
	int i = turn & 127, s = quarter[i <= 64 ? i : 128 - i];

	return turn & 128 ? -s : s;
}

/* True if the shape contains the point (u, v), in units of 1 / ONE. */
typedef int shape_fn(int u, int v);

static int in_circle(int u, int v, int r)
{
	return u * u + v * v <= r * r;
}

static int shape_bars(int u, int v)
{
	int a = abs(v);

	return abs(u) <= 840 && (a <= 190 || (a >= 500 && a <= 880));
}

static int shape_bowtie(int u, int v)
{
	return abs(u) <= 900 && abs(v) * 16 <= abs(u) * 13;
}

static int shape_crescent(int u, int v)
{
	return in_circle(u, v, 960) && !in_circle(u - 480, v, 760);
}

static int shape_cross(int u, int v)
{
	int a = abs(u), b = abs(v);

	return (a <= 260 && b <= 980) || (b <= 260 && a <= 980);
}

static int shape_disc(int u, int v)
{
	return in_circle(u, v, 880);
}

/* Three discs at the corners of a triangle. */
static int shape_dots(int u, int v)
{
	return in_circle(u - 620, v, 390) || in_circle(u + 310, v - 537, 390) ||
	       in_circle(u + 310, v + 537, 390);
}

static int shape_ring(int u, int v)
{
	return in_circle(u, v, 980) && !in_circle(u, v, 580);
}

static int shape_square(int u, int v)
{
	return abs(u) <= 760 && abs(v) <= 760;
}

/* Inside at least four of the five lines of a pentagram. */
static int shape_star(int u, int v)
{
	int inside = 0;

	for (int k = 0; k < 5; k++) {
		static const int nx[5] = {16384, 5063, -13255, -13255, 5063};
		static const int ny[5] = {0, 15582, 9630, -9630, -15582};

		inside += nx[k] * u + ny[k] * v <= 345 * 16384;
	}
	return inside >= 4;
}

static int shape_triangle(int u, int v)
{
	return u >= -512 && u + abs(v) * 1774 / 1024 <= ONE;
}

static const struct {
	const char *name;
	shape_fn *inside;
} classes[CLASSES] = {
    {"bars", shape_bars},         {"bowtie", shape_bowtie}, {"crescent", shape_crescent},
    {"cross", shape_cross},       {"disc", shape_disc},     {"dots", shape_dots},
    {"ring", shape_ring},         {"square", shape_square}, {"star", shape_star},
    {"triangle", shape_triangle},
};

/* A texture: a gradient from one colour to another, and value noise. */
struct texture {
	int colour[2][3];
	int dir[2];           /* of the gradient, 14 bits of fraction */
	int knot[GRID][GRID]; /* of the noise, added to every channel */
};

/* A random number in -n .. n. */
static int around(struct rng *r, int n)
{
	return (int)rng_below(r, 2 * (uint32_t)n + 1) - n;
}

static int between(struct rng *r, int lo, int hi)
{
	return lo + (int)rng_below(r, (uint32_t)(hi - lo) + 1);
}

static int clamp(int x)
{
	return x < 0 ? 0 : x > 255 ? 255 : x;
}

/* A colour of the given lightness (mean of the channels, nearly) and any hue. */
static void draw_colour(struct rng *r, int light, int out[3])
{
	int c[3] = {around(r, 80), around(r, 80), around(r, 80)}, mean = (c[0] + c[1] + c[2]) / 3;

	for (int k = 0; k < 3; k++)
		out[k] = clamp(light + c[k] - mean);
}

static void draw_texture(struct rng *r, int light, int rough, struct texture *t)
{
	int turn = (int)rng_below(r, 256);

	draw_colour(r, light, t->colour[0]);
	for (int k = 0; k < 3; k++)
		t->colour[1][k] = clamp(t->colour[0][k] + around(r, 40));
	t->dir[0] = sine(turn + 64);
	t->dir[1] = sine(turn);
	for (int y = 0; y < GRID; y++)
		for (int x = 0; x < GRID; x++)
			t->knot[y][x] = around(r, rough);
}

/* The texture at a pixel: bilinear between the knots, six pixels apart. */
static void texture_at(const struct texture *t, int x, int y, int out[3])
{
	int gx = x / 6, gy = y / 6, fx = x % 6, fy = y % 6;
	int top = t->knot[gy][gx] * (6 - fx),
	    bottom = t->knot[gy + 1 < GRID ? gy + 1 : gy][gx] * (6 - fx);
	int along = ((x - SIDE / 2) * t->dir[0] + (y - SIDE / 2) * t->dir[1]) / (1 << 14), noise;

	if (gx + 1 < GRID) {
		top += t->knot[gy][gx + 1] * fx;
		bottom += t->knot[gy + 1 < GRID ? gy + 1 : gy][gx + 1] * fx;
	}
	noise = (top * (6 - fy) + bottom * fy) / 36;
	along += 23; /* 0 .. 46 */
	for (int k = 0; k < 3; k++)
		out[k] = t->colour[0][k] + (t->colour[1][k] - t->colour[0][k]) * along / 46 + noise;
}

/* The position of a shape: (u, v) = M (x - cx, y - cy) / 2^16 */
struct pose {
	int cx, cy; /* in 1 / PX of a pixel */
	int m[4];
};

/* radius in 1 / PX of a pixel; stretch: 256 is none */
static void pose_set(struct pose *p, int radius, int turn, int stretch)
{
	int c = sine(turn + 64), s = sine(turn);
	int64_t k = ((int64_t)ONE << 16) / radius; /* units per 1 / PX, 16 bits of fraction */

	p->m[0] = (int)(k * c / 16384 * stretch / 256);
	p->m[1] = (int)(k * s / 16384 * stretch / 256);
	p->m[2] = (int)(-k * s / 16384 * 256 / stretch);
	p->m[3] = (int)(k * c / 16384 * 256 / stretch);
}

/* How many of four sample points in the pixel are inside the shape. */
static int cover(const struct pose *p, shape_fn *inside, int x, int y)
{
	static const int at[4][2] = {{96, 32}, {224, 96}, {32, 160}, {160, 224}}; /* rotated grid */
	int n = 0;

	for (int i = 0; i < 4; i++) {
		int64_t dx = x * PX + at[i][0] - p->cx, dy = y * PX + at[i][1] - p->cy;

		n += inside((int)((p->m[0] * dx + p->m[1] * dy) / 65536),
			    (int)((p->m[2] * dx + p->m[3] * dy) / 65536));
	}
	return n;
}

struct scene {
	struct texture back, front;
	struct pose shape;
	shape_fn *inside;
	struct {
		struct pose pose;
		int colour[3];
	} clutter[CLUTTER];
	int clutters, grain;
};

static void draw_pose(struct rng *r, struct pose *p)
{
	int radius = between(r, 8 * PX, 13 * PX), room = 15 * PX - radius;

	if (room < PX)
		room = PX;
	p->cx = SIDE / 2 * PX + around(r, room);
	p->cy = SIDE / 2 * PX + around(r, room);
	pose_set(p, radius, (int)rng_below(r, 256), between(r, 225, 290));
}

static int shape_speck(int u, int v)
{
	return abs(u) <= ONE && abs(v) <= 260;
}

static void draw_scene(struct rng *r, int label, struct scene *s)
{
	int back = between(r, 40, 215), gap = between(r, 60, 100), front;

	if (back - gap < 20)
		front = back + gap;
	else if (back + gap > 235)
		front = back - gap;
	else
		front = rng_below(r, 2) ? back + gap : back - gap;
	draw_texture(r, back, between(r, 4, 24), &s->back);
	draw_texture(r, front, between(r, 4, 16), &s->front);
	s->inside = classes[label].inside;
	draw_pose(r, &s->shape);
	s->clutters = between(r, 1, CLUTTER);
	for (int i = 0; i < s->clutters; i++) {
		struct pose *p = &s->clutter[i].pose;

		p->cx = (int)rng_below(r, SIDE * PX);
		p->cy = (int)rng_below(r, SIDE * PX);
		pose_set(p, between(r, PX, 3 * PX), (int)rng_below(r, 256), 256);
		draw_colour(r, between(r, 20, 235), s->clutter[i].colour);
	}
	s->grain = between(r, 2, 12);
}

static void blend(int to[3], const int with[3], int cover4)
{
	for (int k = 0; k < 3; k++)
		to[k] = (to[k] * (4 - cover4) + with[k] * cover4) / 4;
}

static void draw_image(uint64_t seed, uint64_t sample, int label, uint8_t *out)
{
	struct scene s;
	struct rng r;

	rng_init(&r, seed, RNG_SHAPES, 0, sample);
	draw_scene(&r, label, &s);
	for (int y = 0; y < SIDE; y++)
		for (int x = 0; x < SIDE; x++) {
			int c[3], front[3], n = cover(&s.shape, s.inside, x, y);
			uint32_t grain = rng_u32(&r);

			texture_at(&s.back, x, y, c);
			if (n) {
				texture_at(&s.front, x, y, front);
				blend(c, front, n);
			}
			for (int i = 0; i < s.clutters; i++) {
				n = cover(&s.clutter[i].pose, shape_speck, x, y);
				if (n)
					blend(c, s.clutter[i].colour, n);
			}
			for (int k = 0; k < 3; k++, grain >>= 8)
				*out++ = (uint8_t)clamp(c[k] +
							((int)(grain & 255) - 128) * s.grain / 128);
		}
}

/* the source for dataset_write() */

struct making {
	uint64_t seed;
	uint32_t n_train, n;
	const struct dataset_import_opts *opts; /* or NULL */
};

struct block {
	uint64_t seed, first; /* sample of the first image */
	uint32_t from, n;
	uint8_t *out;
};

static void draw_chunk(void *ctx, int chunk)
{
	const struct block *b = ctx;
	uint32_t i = (uint32_t)chunk * CHUNK, end = i + CHUNK < b->n ? i + CHUNK : b->n;

	for (; i < end; i++)
		draw_image(b->seed, b->first + i, (int)((b->from + i) % CLASSES),
			   b->out + (size_t)i * BYTES);
}

static int shapes_labels(void *ctx, int split, uint32_t first, uint32_t n, int16_t *out,
			 struct error *err)
{
	(void)ctx;
	(void)split;
	(void)err;
	for (uint32_t i = 0; i < n; i++)
		out[i] = (int16_t)((first + i) % CLASSES);
	return 0;
}

static int shapes_pixels(void *ctx, int split, uint32_t first, uint32_t n, uint8_t *out,
			 struct error *err)
{
	const struct making *m = ctx;
	const struct dataset_import_opts *o = m->opts;
	struct block b = {m->seed, ((uint64_t)split << 32) + first, first, n, out};
	struct dataset_progress p = {STAGE_WRITE, split ? m->n_train + first : first, m->n, 0};

	if (o && o->progress && o->progress(o->ctx, &p))
		return error_set(err, ERR_PREEMPTED, "shapes: interrupted");
	parallel_for((int)((n + CHUNK - 1) / CHUNK), draw_chunk, &b);
	return 0;
}

int dataset_shapes_watched(uint64_t seed, uint32_t n_train, uint32_t n_test,
			   const struct dataset_import_opts *opts, const char *dir, char *out_tmp,
			   size_t out_size, char hash[HASH_HEX], struct error *err)
{
	struct making m = {seed, n_train, n_train + n_test, opts};
	const char *names[CLASSES];
	struct dataset_source s = {.height = SIDE,
				   .width = SIDE,
				   .channels = 3,
				   .classes = CLASSES,
				   .class_name = names,
				   .n = {n_train, n_test, 0},
				   .labels = shapes_labels,
				   .pixels = shapes_pixels,
				   .ctx = &m};

	if (!n_train || (uint64_t)n_train + n_test > DATASET_IMAGES_MAX)
		return error_set(err, ERR_USAGE, "shapes: impossible number of images");
	for (int i = 0; i < CLASSES; i++)
		names[i] = classes[i].name;
	return dataset_write(&s, dir, out_tmp, out_size, hash, err);
}

int dataset_shapes(uint64_t seed, uint32_t n_train, uint32_t n_test, const char *dir, char *out_tmp,
		   size_t out_size, char hash[HASH_HEX], struct error *err)
{
	return dataset_shapes_watched(seed, n_train, n_test, NULL, dir, out_tmp, out_size, hash,
				      err);
}
