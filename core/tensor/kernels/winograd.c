#include "core/tensor/kernels/winograd.h"

#include <string.h>

#include "core/base/parallel.h"
#include "core/tensor/kernels/panel.h"
#include "core/tensor/kernels/partial.h"
#include "core/tensor/kernels/winograd_tile.h"

/*
 * Tiles are processed in chunks. With few channels, each thread processes chunks of its own through
 * all three stages (transform, 36 products, inverse transform), and its matrices V and M stay
 * within CACHE bytes. With many channels, a chunk of that size would have too few tiles to be worth
 * streaming the transformed weights: then all threads share one large chunk of at most SHARED bytes
 * and process it stage by stage.
 *
 * For the gradient of the weights, the work is divided into groups of tiles and blocks of BLOCK_IN
 * x BLOCK_OUT channels. An item keeps the 36 products of its block in cache over all its tiles and
 * computes a partial dw; these are added over the groups in order.
 */
enum {
	CACHE = 448 << 10,
	WEIGHT_CACHE = 1280 << 10,
	SHARED = 20 << 20,
	OWN_TILES = 12, /* fewest tiles of a chunk that belongs to one thread */
	MAX_TILES = 96,
	PAD = 64 / (int)sizeof(real), /* between matrices, against cache aliasing */
	BLOCK_IN = 128,
	BLOCK_OUT = 128,
	GROUPS = 32,           /* most groups of tiles */
	GROUP_TILES = 64,      /* fewest tiles of a group */
	GROUP_BYTES = 8 << 20, /* most memory for the partial sums of the groups */
	WEIGHT_ROWS = 16,      /* rows of the weights transformed by one item */
};

struct job {
	struct conv_shape s;
	const real *x, *w, *dy;
	real *y;
	int accumulate, turned;
	int th, tw, tiles; /* tiles of an image in each direction, and of the whole batch */
	int chunk, chunks; /* tiles of a chunk, number of chunks */
	int first, count;  /* the current chunk, if it is shared */
	int groups, in_blocks, out_blocks;
	size_t v_step, m_step, u_step, per_thread;
	real *zeros, *u, *v, *partial; /* in the scratch; v: V and M of every thread, or shared */
};

static int divide_up(int a, int b)
{
	return (a + b - 1) / b;
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* Whole cache lines. */
static size_t lines(size_t elements)
{
	return (elements + PAD - 1) / PAD * PAD;
}

int winograd_fits(const struct conv_shape *s)
{
	return s->kh == 3 && s->kw == 3 && s->stride == 1 && s->pad == 1;
}

double winograd_cost(const struct conv_shape *s)
{
	double tiles = (double)s->n * divide_up(s->h, WINO_TILE) * divide_up(s->w, WINO_TILE);
	double in = vec_round(s->cin) / VEC, out = vec_round(s->cout) / VEC;

	/* the products, the start-up of each, and about 200 instructions per transform */
	return tiles * (WINO_MATS * out * (s->cin + 4) + 200 * (in + out));
}

/* The shape whose forward pass gives dx from dy. */
static struct conv_shape exchanged(const struct conv_shape *s)
{
	struct conv_shape r = *s;

	r.cin = s->cout;
	r.cout = s->cin;
	return r;
}

/* Plans a forward pass; returns the elements of scratch that it needs. */
static size_t plan_forward(struct job *j, const struct conv_shape *s)
{
	size_t in = (size_t)vec_round(s->cin), out = (size_t)vec_round(s->cout);
	size_t tile_bytes = WINO_MATS * (in + out) * sizeof(real);
	int own = (int)(CACHE / tile_bytes), shared = own < OWN_TILES;
	int most = shared ? (int)(SHARED / tile_bytes) : least(own, MAX_TILES);

	memset(j, 0, sizeof *j);
	j->s = *s;
	j->th = divide_up(s->h, WINO_TILE);
	j->tw = divide_up(s->w, WINO_TILE);
	j->tiles = s->n * j->th * j->tw;
	j->chunks = divide_up(j->tiles, most > 1 ? most : 1);
	j->chunk = divide_up(j->tiles, j->chunks);
	j->v_step = lines((size_t)j->chunk * in) + PAD;
	j->m_step = lines((size_t)j->chunk * out) + PAD;
	j->u_step = lines(panel_elements(s->cin, s->cout)) + PAD;
	j->per_thread = shared ? 0 : WINO_MATS * (j->v_step + j->m_step);
	return lines((size_t)s->w * (size_t)s->cin) + WINO_MATS * j->u_step +
	       (shared ? WINO_MATS * (j->v_step + j->m_step)
		       : j->per_thread * (size_t)parallel_threads());
}

static void place_forward(struct job *j, real *scratch)
{
	size_t zeros = lines((size_t)j->s.w * (size_t)j->s.cin);

	j->zeros = scratch;
	j->u = scratch + zeros;
	j->v = j->u + WINO_MATS * j->u_step;
	memset(j->zeros, 0, zeros * sizeof(real));
}

static void transform_rows(void *ctx, int i)
{
	const struct job *j = ctx;
	int from = i * WEIGHT_ROWS, to = least(from + WEIGHT_ROWS, j->s.cin);

	if (j->turned)
		wino_weights_turned(j->w, j->s.cout, j->s.cin, from, to, j->u, j->u_step);
	else
		wino_weights(j->w, j->s.cin, j->s.cout, from, to, j->u, j->u_step);
}

/* The position of a tile in the batch. */
struct place {
	int image, ty, tx;
};

static struct place place_of(const struct job *j, int tile)
{
	int in_image = tile % (j->th * j->tw);

	return (struct place){tile / (j->th * j->tw), in_image / j->tw, in_image % j->tw};
}

static void place_next(const struct job *j, struct place *p)
{
	if (++p->tx < j->tw)
		return;
	p->tx = 0;
	if (++p->ty < j->th)
		return;
	p->ty = 0;
	p->image++;
}

static struct wino_image image_of(const struct job *j, const real *data, int image, int pitch,
				  int channel, int channels)
{
	size_t size = (size_t)j->s.h * (size_t)j->s.w * (size_t)pitch;

	return (struct wino_image){
	    .data = (real *)data + (size_t)image * size + channel,
	    .zeros = j->zeros,
	    .h = j->s.h,
	    .w = j->s.w,
	    .pitch = pitch,
	    .channels = channels,
	};
}

/* Stage 1: computes V of tiles [from, to) of the chunk that starts at tile `first`. */
static void stage_input(const struct job *j, int first, int from, int to, real *v)
{
	struct place p = place_of(j, first + from);
	size_t row = (size_t)vec_round(j->s.cin);

	for (int t = from; t < to; t++, place_next(j, &p)) {
		struct wino_image x = image_of(j, j->x, p.image, j->s.cin, 0, j->s.cin);

		wino_input(&x, p.ty, p.tx, v + (size_t)t * row, j->v_step);
	}
}

/* Stage 2: M = V U for matrix i, rows [from, to). */
static void stage_product(const struct job *j, int i, int from, int to, const real *v, real *m)
{
	size_t in = (size_t)vec_round(j->s.cin), out = (size_t)vec_round(j->s.cout);

	panel_mul(to - from, (int)out, j->s.cin, v + (size_t)i * j->v_step + (size_t)from * in, in,
		  j->u + (size_t)i * j->u_step, m + (size_t)i * j->m_step + (size_t)from * out, out,
		  0);
}

/* Stage 3: y from M. */
static void stage_output(const struct job *j, int first, int from, int to, const real *m)
{
	struct place p = place_of(j, first + from);
	size_t row = (size_t)vec_round(j->s.cout);

	for (int t = from; t < to; t++, place_next(j, &p)) {
		struct wino_image y = image_of(j, j->y, p.image, j->s.cout, 0, j->s.cout);

		wino_output(m + (size_t)t * row, j->m_step, &y, p.ty, p.tx, j->accumulate);
	}
}

static void own_chunk(void *ctx, int chunk)
{
	const struct job *j = ctx;
	int first = chunk * j->chunk, n = least(j->chunk, j->tiles - first);
	real *v = j->v + (size_t)parallel_id() * j->per_thread, *m = v + WINO_MATS * j->v_step;

	stage_input(j, first, 0, n, v);
	for (int i = 0; i < WINO_MATS; i++)
		stage_product(j, i, 0, n, v, m);
	stage_output(j, first, 0, n, m);
}

enum { PART = 8 }; /* tiles per item in stages 1 and 3 of a shared chunk */

static void shared_input(void *ctx, int part)
{
	const struct job *j = ctx;

	stage_input(j, j->first, part * PART, least(part * PART + PART, j->count), j->v);
}

static void shared_product(void *ctx, int i)
{
	const struct job *j = ctx;

	stage_product(j, i, 0, j->count, j->v, j->v + WINO_MATS * j->v_step);
}

static void shared_output(void *ctx, int part)
{
	const struct job *j = ctx;

	stage_output(j, j->first, part * PART, least(part * PART + PART, j->count),
		     j->v + WINO_MATS * j->v_step);
}

static void run_forward(struct job *j)
{
	parallel_for(divide_up(j->s.cin, WEIGHT_ROWS), transform_rows, j);
	if (j->per_thread) {
		parallel_for(divide_up(j->tiles, j->chunk), own_chunk, j);
		return;
	}
	for (j->first = 0; j->first < j->tiles; j->first += j->chunk) {
		j->count = least(j->chunk, j->tiles - j->first);
		parallel_for(divide_up(j->count, PART), shared_input, j);
		parallel_for(WINO_MATS, shared_product, j);
		parallel_for(divide_up(j->count, PART), shared_output, j);
	}
}

void winograd_forward(const struct conv_shape *s, const real *x, const real *w, real *y,
		      void *scratch)
{
	struct job j;

	plan_forward(&j, s);
	place_forward(&j, scratch);
	j.x = x;
	j.w = w;
	j.y = y;
	run_forward(&j);
}

void winograd_backward_data(const struct conv_shape *s, const real *dy, const real *w, real *dx,
			    int accumulate, void *scratch)
{
	struct conv_shape r = exchanged(s);
	struct job j;

	plan_forward(&j, &r);
	place_forward(&j, scratch);
	j.x = dy;
	j.w = w;
	j.y = dx;
	j.turned = 1;
	j.accumulate = accumulate;
	run_forward(&j);
}

/* Plans the gradient of the weights; returns the elements of scratch that it needs. */
static size_t plan_weights(struct job *j, const struct conv_shape *s)
{
	int in = least(s->cin, BLOCK_IN), out = least(s->cout, BLOCK_OUT);
	size_t inp = (size_t)vec_round(in), outp = (size_t)vec_round(out);
	size_t dw = 9 * (size_t)s->cin * (size_t)s->cout;
	size_t room = GROUP_BYTES / sizeof(real) / dw;
	int fit = (int)(WEIGHT_CACHE / sizeof(real) / (WINO_MATS * (inp + outp)));

	memset(j, 0, sizeof *j);
	j->s = *s;
	j->th = divide_up(s->h, WINO_TILE);
	j->tw = divide_up(s->w, WINO_TILE);
	j->tiles = s->n * j->th * j->tw;
	j->in_blocks = divide_up(s->cin, BLOCK_IN);
	j->out_blocks = divide_up(s->cout, BLOCK_OUT);
	j->groups = least(GROUPS, divide_up(j->tiles, GROUP_TILES));
	if ((size_t)j->groups > room)
		j->groups = room > 0 ? (int)room : 1;
	j->chunk = least(fit, MAX_TILES);
	j->v_step = lines((size_t)j->chunk * inp) + PAD;
	j->m_step = lines((size_t)j->chunk * outp) + PAD;
	j->u_step = lines((size_t)in * outp) + PAD;
	j->per_thread = WINO_MATS * (j->v_step + j->m_step + j->u_step);
	return lines((size_t)s->w * (size_t)(s->cin > s->cout ? s->cin : s->cout)) +
	       lines((size_t)j->groups * dw) + j->per_thread * (size_t)parallel_threads();
}

static void place_weights(struct job *j, real *scratch)
{
	const struct conv_shape *s = &j->s;
	size_t zeros = lines((size_t)s->w * (size_t)(s->cin > s->cout ? s->cin : s->cout));

	j->zeros = scratch;
	j->partial = scratch + zeros;
	j->v = j->partial + lines((size_t)j->groups * 9 * (size_t)s->cin * (size_t)s->cout);
	memset(j->zeros, 0, zeros * sizeof(real));
}

/* A block of channels: inputs [ci, ci + in), outputs [co, co + out). */
struct block {
	int ci, in, co, out;
};

/* Adds the 36 products of tiles [first, first + n) to acc, or overwrites it without `accumulate`.
 */
static void weights_chunk(const struct job *j, struct block b, int first, int n, real *v, real *acc,
			  int accumulate)
{
	real *z = v + WINO_MATS * j->v_step;
	size_t inp = (size_t)vec_round(b.in), outp = (size_t)vec_round(b.out);
	struct place p = place_of(j, first);

	for (int t = 0; t < n; t++, place_next(j, &p)) {
		struct wino_image x = image_of(j, j->x, p.image, j->s.cin, b.ci, b.in);
		struct wino_image dy = image_of(j, j->dy, p.image, j->s.cout, b.co, b.out);

		wino_input(&x, p.ty, p.tx, v + (size_t)t * inp, j->v_step);
		wino_grad(&dy, p.ty, p.tx, z, j->m_step, n, t);
	}
	for (int i = 0; i < WINO_MATS; i++)
		panel_mul_t(b.in, (int)outp, n, v + (size_t)i * j->v_step, inp,
			    z + (size_t)i * j->m_step, acc + (size_t)i * j->u_step, outp,
			    accumulate);
}

static void weights_item(void *ctx, int item)
{
	const struct job *j = ctx;
	int blocks = j->in_blocks * j->out_blocks, group = item / blocks, k = item % blocks;
	struct block b = {.ci = k % j->in_blocks * BLOCK_IN, .co = k / j->in_blocks * BLOCK_OUT};
	int from = (int)((long)j->tiles * group / j->groups);
	int to = (int)((long)j->tiles * (group + 1) / j->groups);
	real *v = j->v + (size_t)parallel_id() * j->per_thread;
	real *acc = v + WINO_MATS * (j->v_step + j->m_step);
	size_t cout = (size_t)j->s.cout, tap = (size_t)j->s.cin * cout, outp;
	real *dw = j->partial + (size_t)group * 9 * tap;

	b.in = least(BLOCK_IN, j->s.cin - b.ci);
	b.out = least(BLOCK_OUT, j->s.cout - b.co);
	outp = (size_t)vec_round(b.out);
	for (int t = from; t < to; t += j->chunk)
		weights_chunk(j, b, t, least(j->chunk, to - t), v, acc, t > from);
	for (int c = 0; c < b.in; c++)
		for (int o = 0; o < b.out; o += VEC)
			wino_weights_grad(acc + (size_t)c * outp + (size_t)o, j->u_step,
					  dw + (size_t)(b.ci + c) * cout + (size_t)(b.co + o), tap,
					  least(VEC, b.out - o));
}

void winograd_backward_weights(const struct conv_shape *s, const real *x, const real *dy, real *dw,
			       int accumulate, void *scratch)
{
	struct job j;
	size_t n = 9 * (size_t)s->cin * (size_t)s->cout;

	plan_weights(&j, s);
	place_weights(&j, scratch);
	j.x = x;
	j.dy = dy;
	parallel_for(j.groups * j.in_blocks * j.out_blocks, weights_item, &j);
	partial_sum(j.partial, j.groups, n, dw, accumulate);
}

size_t winograd_scratch(const struct conv_shape *s)
{
	struct conv_shape r = exchanged(s);
	struct job j;
	size_t a = plan_forward(&j, s), b = plan_forward(&j, &r), c = plan_weights(&j, s);

	a = a > b ? a : b;
	return (a > c ? a : c) * sizeof(real);
}
