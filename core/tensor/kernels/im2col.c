#include "core/tensor/kernels/im2col.h"

#include <string.h>

#include "core/base/parallel.h"
#include "core/tensor/kernels/panel.h"
#include "core/tensor/kernels/partial.h"

/*
 * A tile of patch rows has at most TILE bytes and stays in the second-level cache together with the
 * panels that it is multiplied with. The work for dx is divided by images, so that no two items add
 * to the same pixel; that for dw is divided into groups of rows and blocks of output channels, and
 * the partial sums are added in the order of the groups.
 */
enum {
	TILE = 128 << 10,
	TILE_ROWS = 192,       /* most rows of a tile */
	ITEM_ROWS = 128,       /* fewest rows of dy per item of backward_data */
	BLOCK = 160 << 10,     /* bytes of dw that an item of backward_weights keeps in cache */
	GROUPS = 32,           /* most groups of rows */
	GROUP_ROWS = 512,      /* fewest rows of a group */
	GROUP_BYTES = 8 << 20, /* most memory for the partial sums of the groups */
	LINE = 64 / (int)sizeof(real),
};

struct job {
	struct conv_shape s;
	const real *x, *dy;
	real *y, *dx;
	int accumulate;
	int k;            /* KH*KW*Cin: length of a patch */
	size_t rows;      /* N*OH*OW: number of patches */
	int tile, direct; /* rows of a tile; 1: the patches are the pixels of x themselves */
	int images;       /* per item of backward_data */
	int groups, block, blocks;
	size_t per_thread;
	real *packed, *partial, *own;
};

static size_t lines(size_t elements)
{
	return (elements + LINE - 1) / LINE * LINE;
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

double im2col_cost(const struct conv_shape *s)
{
	double rows = (double)s->n * s->oh * s->ow, k = (double)s->kh * s->kw * s->cin;

	/* the product, plus copying each patch row by row of the kernel */
	return rows * (vec_round(s->cout) / VEC * k + k / VEC + 6.0 * s->kh);
}

/* Copies n elements. Lengths are usually short, so that a call of memcpy() would cost more than the
 * copy itself. */
VEC_INLINE void copy(real *to, const real *from, size_t n)
{
	size_t i = 0;

	if (n < VEC) {
		for (; i < n; i++)
			to[i] = from[i];
		return;
	}
	for (; i + VEC <= n; i += VEC)
		vec_store(to + i, vec_load(from + i));
	if (i < n)
		vec_store(to + n - VEC, vec_load(from + n - VEC));
}

/* An output pixel, and the columns of the kernel that lie inside the image there: [from, to). */
struct pixel {
	int image, oy, ox, from, to;
};

static struct pixel pixel_of(const struct conv_shape *s, size_t row)
{
	size_t in_image = row % ((size_t)s->oh * (size_t)s->ow);
	struct pixel p = {.image = (int)(row / ((size_t)s->oh * (size_t)s->ow)),
			  .oy = (int)(in_image / (size_t)s->ow),
			  .ox = (int)(in_image % (size_t)s->ow)};
	int x0 = p.ox * s->stride - s->pad;

	p.from = x0 < 0 ? least(-x0, s->kw) : 0;
	p.to = s->w - x0 < s->kw ? s->w - x0 : s->kw;
	if (p.to < p.from)
		p.to = p.from;
	return p;
}

static size_t x_index(const struct conv_shape *s, const struct pixel *p, int iy, int kx)
{
	return (((size_t)p->image * (size_t)s->h + (size_t)iy) * (size_t)s->w +
		(size_t)(p->ox * s->stride - s->pad + kx)) *
	       (size_t)s->cin;
}

/* Copies the patch of output pixel `row` to one row of P. */
static void gather(const struct conv_shape *s, const real *x, size_t row, real *patch)
{
	struct pixel p = pixel_of(s, row);
	size_t cin = (size_t)s->cin, line = (size_t)s->kw * cin;

	for (int ky = 0; ky < s->kh; ky++, patch += line) {
		int iy = p.oy * s->stride - s->pad + ky;

		if (iy < 0 || iy >= s->h || p.to == p.from) {
			memset(patch, 0, line * sizeof(real));
			continue;
		}
		if (p.from > 0)
			memset(patch, 0, (size_t)p.from * cin * sizeof(real));
		copy(patch + (size_t)p.from * cin, x + x_index(s, &p, iy, p.from),
		     (size_t)(p.to - p.from) * cin);
		if (p.to < s->kw)
			memset(patch + (size_t)p.to * cin, 0,
			       (size_t)(s->kw - p.to) * cin * sizeof(real));
	}
}

/* Adds a row of dP to the pixels of dx from which the patch was gathered. */
static void scatter(const struct conv_shape *s, const real *patch, size_t row, real *dx)
{
	struct pixel p = pixel_of(s, row);
	size_t cin = (size_t)s->cin, line = (size_t)s->kw * cin;

	for (int ky = 0; ky < s->kh; ky++, patch += line) {
		int iy = p.oy * s->stride - s->pad + ky;
		size_t n = (size_t)(p.to - p.from) * cin;
		const real *from = patch + (size_t)p.from * cin;
		real *to;

		if (iy < 0 || iy >= s->h || n == 0)
			continue;
		to = dx + x_index(s, &p, iy, p.from);
		for (size_t i = 0; i < n; i++)
			to[i] += from[i];
	}
}

static void plan(struct job *j, const struct conv_shape *s)
{
	memset(j, 0, sizeof *j);
	j->s = *s;
	j->k = s->kh * s->kw * s->cin;
	j->rows = (size_t)s->n * (size_t)s->oh * (size_t)s->ow;
	j->direct = s->kh == 1 && s->kw == 1 && s->stride == 1 && s->pad == 0;
	j->tile = least(TILE_ROWS, (int)(TILE / sizeof(real) / (size_t)j->k));
	if (j->tile < 24)
		j->tile = 24;
}

/* Returns n rows of P from `first` on: those of x itself, or gathered into `patches`. */
static const real *patches_of(const struct job *j, size_t first, int n, real *patches)
{
	if (j->direct)
		return j->x + first * (size_t)j->k;
	for (int r = 0; r < n; r++)
		gather(&j->s, j->x, first + (size_t)r, patches + (size_t)r * (size_t)j->k);
	return patches;
}

/* ---- forward: y = P W ---- */

static size_t plan_forward(struct job *j, const struct conv_shape *s)
{
	size_t packed;

	plan(j, s);
	packed = lines(panel_elements(j->k, s->cout));
	j->per_thread = j->direct ? 0 : lines((size_t)j->tile * (size_t)j->k);
	return packed + j->per_thread * (size_t)parallel_threads();
}

static void forward_item(void *ctx, int item)
{
	const struct job *j = ctx;
	size_t first = (size_t)item * (size_t)j->tile, cout = (size_t)j->s.cout;
	int n = j->rows - first < (size_t)j->tile ? (int)(j->rows - first) : j->tile;
	real *own = j->own + (size_t)parallel_id() * j->per_thread;
	const real *p = patches_of(j, first, n, own);

	panel_mul(n, j->s.cout, j->k, p, (size_t)j->k, j->packed, j->y + first * cout, cout, 0);
}

void im2col_forward(const struct conv_shape *s, const real *x, const real *w, real *y,
		    void *scratch)
{
	struct job j;

	plan_forward(&j, s);
	j.x = x;
	j.y = y;
	j.packed = scratch;
	j.own = j.packed + lines(panel_elements(j.k, s->cout));
	panel_pack(j.k, s->cout, w, (size_t)s->cout, j.packed);
	parallel_for((int)((j.rows + (size_t)j.tile - 1) / (size_t)j.tile), forward_item, &j);
}

/* ---- backward to x: dP = dy W^T, scattered ---- */

static size_t plan_data(struct job *j, const struct conv_shape *s)
{
	int pixels = s->oh * s->ow;

	plan(j, s);
	j->images = pixels < ITEM_ROWS ? (ITEM_ROWS + pixels - 1) / pixels : 1;
	j->per_thread = j->direct ? 0 : lines((size_t)j->tile * (size_t)j->k);
	return lines(panel_elements(s->cout, j->k)) + j->per_thread * (size_t)parallel_threads();
}

static void data_item(void *ctx, int item)
{
	const struct job *j = ctx;
	const struct conv_shape *s = &j->s;
	int from = item * j->images, to = least(from + j->images, s->n);
	size_t pixels = (size_t)s->oh * (size_t)s->ow, cout = (size_t)s->cout, k = (size_t)j->k;
	size_t image = (size_t)s->h * (size_t)s->w * (size_t)s->cin;
	size_t row = (size_t)from * pixels, end = (size_t)to * pixels;
	real *own = j->own + (size_t)parallel_id() * j->per_thread;

	if (j->direct) {
		panel_mul((int)(end - row), j->k, s->cout, j->dy + row * cout, cout, j->packed,
			  j->dx + row * k, k, j->accumulate);
		return;
	}
	if (!j->accumulate)
		memset(j->dx + (size_t)from * image, 0, (size_t)(to - from) * image * sizeof(real));
	for (; row < end; row += (size_t)j->tile) {
		int n = end - row < (size_t)j->tile ? (int)(end - row) : j->tile;

		panel_mul(n, j->k, s->cout, j->dy + row * cout, cout, j->packed, own, k, 0);
		for (int r = 0; r < n; r++)
			scatter(s, own + (size_t)r * k, row + (size_t)r, j->dx);
	}
}

void im2col_backward_data(const struct conv_shape *s, const real *dy, const real *w, real *dx,
			  int accumulate, void *scratch)
{
	struct job j;

	plan_data(&j, s);
	j.dy = dy;
	j.dx = dx;
	j.accumulate = accumulate;
	j.packed = scratch;
	j.own = j.packed + lines(panel_elements(s->cout, j.k));
	panel_pack_t(s->cout, j.k, w, (size_t)s->cout, j.packed);
	parallel_for((s->n + j.images - 1) / j.images, data_item, &j);
}

/* ---- backward to w: dw = P^T dy ---- */

static size_t plan_weights(struct job *j, const struct conv_shape *s)
{
	size_t dw, room;
	int columns;

	plan(j, s);
	dw = (size_t)j->k * (size_t)s->cout;
	columns = (int)(BLOCK / sizeof(real) / (size_t)j->k) / PANEL * PANEL;
	j->block = columns < PANEL ? PANEL : columns;
	j->blocks = (s->cout + j->block - 1) / j->block;
	room = GROUP_BYTES / sizeof(real) / dw;
	j->groups = (int)((j->rows + GROUP_ROWS - 1) / GROUP_ROWS);
	j->groups = least(j->groups, GROUPS);
	if ((size_t)j->groups > room)
		j->groups = room > 0 ? (int)room : 1;
	j->per_thread = lines((size_t)j->tile * (size_t)(j->direct ? 0 : j->k)) +
			lines(panel_elements(j->tile, least(j->block, s->cout)));
	return lines((size_t)j->groups * dw) + j->per_thread * (size_t)parallel_threads();
}

static void weights_item(void *ctx, int item)
{
	const struct job *j = ctx;
	size_t group = (size_t)(item / j->blocks), cout = (size_t)j->s.cout, k = (size_t)j->k;
	int first = item % j->blocks * j->block, columns = least(j->block, j->s.cout - first);
	size_t from = j->rows * group / (size_t)j->groups;
	size_t to = j->rows * (group + 1) / (size_t)j->groups;
	real *panels = j->own + (size_t)parallel_id() * j->per_thread;
	real *patches = panels + lines(panel_elements(j->tile, least(j->block, j->s.cout)));
	real *dw = j->partial + group * k * cout + first;

	for (size_t row = from; row < to; row += (size_t)j->tile) {
		int n = to - row < (size_t)j->tile ? (int)(to - row) : j->tile;
		const real *p = patches_of(j, row, n, patches);

		panel_pack(n, columns, j->dy + row * cout + first, cout, panels);
		panel_mul_t(j->k, columns, n, p, k, panels, dw, cout, row > from);
	}
}

void im2col_backward_weights(const struct conv_shape *s, const real *x, const real *dy, real *dw,
			     int accumulate, void *scratch)
{
	struct job j;
	size_t n;

	plan_weights(&j, s);
	n = (size_t)j.k * (size_t)s->cout;
	j.x = x;
	j.dy = dy;
	j.partial = scratch;
	j.own = j.partial + lines((size_t)j.groups * n);
	parallel_for(j.groups * j.blocks, weights_item, &j);
	partial_sum(j.partial, j.groups, n, dw, accumulate);
}

size_t im2col_scratch(const struct conv_shape *s)
{
	struct job j;
	size_t a = plan_forward(&j, s), b = plan_data(&j, s), c = plan_weights(&j, s);

	a = a > b ? a : b;
	return (a > c ? a : c) * sizeof(real);
}
