#include "core/tensor/kernels/norm.h"

#include <math.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/tensor/kernels/vec.h"
#include "core/tensor/memory.h"

enum { CHUNK_VALUES = 8192, CHUNK_ROWS_MIN = 128, CHUNK_ROWS_MAX = 512, BLOCK = 4, SHORT = 8 };

struct norm {
	int c, groups, chunks;   /* channels; groups; chunks per group */
	size_t rows, chunk_rows; /* rows per group, per chunk */
	int batch_stats, relu;
	const real *x, *residual, *gamma, *beta; /* residual, gamma, beta may be NULL */
	real *y;
	real *mean, *istd; /* groups x c */
	double *part;      /* two sums per chunk and channel, followed by two of a group */
	/* backward */
	const real *dy;
	real *dz, *dx;                /* dz: buffer for the masked gradient, or NULL */
	real *mean_dz, *mean_dz_xhat; /* groups x c */
	int accumulate;
};

/* A chunk: its group, its first row, its number of rows and its partial sums. */
struct chunk {
	int group;
	size_t row, rows;
	double *part;
};

static struct chunk chunk_of(const struct norm *s, const struct range *r)
{
	return (struct chunk){.group = r->group,
			      .row = (size_t)r->group * s->rows + r->from,
			      .rows = r->to - r->from,
			      .part = s->part + (size_t)r->chunk * 2 * (size_t)s->c};
}

static struct chunk chunk_at(const struct norm *s, int i)
{
	const struct range r = parallel_chunk(s->rows, s->chunk_rows, i);

	return chunk_of(s, &r);
}

/* One pass over a chunk for `nv` vectors of channels, starting at channel c; only `lanes` lanes of
 * the last vector are used. It is inlined for nv = 4, 2, 1, so that all per-channel values stay in
 * registers. */
typedef void pass_fn(const struct norm *s, const struct chunk *k, int c, int nv, int lanes);

VEC_INLINE void all_channels(const struct norm *s, const struct range *r, pass_fn *pass)
{
	struct chunk k = chunk_of(s, r);
	int c = 0;

	for (; c + BLOCK * VEC <= s->c; c += BLOCK * VEC)
		pass(s, &k, c, BLOCK, VEC);
	for (; c + 2 * VEC <= s->c; c += 2 * VEC)
		pass(s, &k, c, 2, VEC);
	for (; c + VEC <= s->c; c += VEC)
		pass(s, &k, c, 1, VEC);
	if (c < s->c)
		pass(s, &k, c, 1, s->c - c);
}

/* Adds the short sums in v to the sums in double, and clears them. */
VEC_INLINE void flush(double *sum, vec *v, int nv)
{
	for (int i = 0; i < nv; i++)
		for (int l = 0; l < VEC; l++)
			sum[i * VEC + l] += (double)v[i][l];
	for (int i = 0; i < nv; i++)
		v[i] = vec_zero();
}

/* forward 1: the chunk's mean, and its sum of squared deviations from that mean. The mean of the
 * first loop is rounded; the second loop corrects the error (the corrected two-pass algorithm). */
VEC_INLINE void stats(const struct norm *s, const struct chunk *k, int c, int nv, int lanes)
{
	size_t stride = (size_t)s->c;
	const real *x = s->x + k->row * stride + c;
	vec mean[BLOCK] = {{0}}, d1[BLOCK] = {{0}}, d2[BLOCK] = {{0}};
	double sum[BLOCK * VEC] = {0}, sq[BLOCK * VEC] = {0}, n = (double)k->rows;

	for (size_t r = 0; r < k->rows; r++)
		for (int v = 0; v < nv; v++)
			mean[v] += vec_load_n(x + r * stride + v * VEC, lanes);
	for (int v = 0; v < nv; v++)
		mean[v] /= (real)k->rows;
	for (size_t r = 0; r < k->rows;) {
		size_t end = r + SHORT < k->rows ? r + SHORT : k->rows;

		for (; r < end; r++)
			for (int v = 0; v < nv; v++) {
				vec d = vec_load_n(x + r * stride + v * VEC, lanes) - mean[v];

				d1[v] += d;
				d2[v] += d * d;
			}
		flush(sum, d1, nv);
		flush(sq, d2, nv);
	}
	for (int i = 0; i < (nv - 1) * VEC + lanes; i++) {
		k->part[c + i] = (double)mean[i / VEC][i % VEC] + sum[i] / n;
		k->part[s->c + c + i] = sq[i] - sum[i] * sum[i] / n;
	}
}

static void stats_range(void *ctx, const struct range *r)
{
	all_channels(ctx, r, stats);
}

/* The per-channel values of z = (x - mean) scale + beta. */
struct affine {
	vec mean[BLOCK], scale[BLOCK], beta[BLOCK];
};

VEC_INLINE void affine_load(struct affine *a, const struct norm *s, int group, int c, int nv,
			    int lanes)
{
	size_t at = (size_t)group * (size_t)s->c + (size_t)c;

	for (int v = 0; v < nv; v++) {
		a->mean[v] = vec_load_n(s->mean + at + v * VEC, lanes);
		a->scale[v] = vec_load_n(s->istd + at + v * VEC, lanes);
		if (s->gamma)
			a->scale[v] *= vec_load_n(s->gamma + c + v * VEC, lanes);
		a->beta[v] = s->beta ? vec_load_n(s->beta + c + v * VEC, lanes) : (vec){0};
	}
}

/* forward 2: y = act((x - mean) scale + beta [+ residual]) */
VEC_INLINE void apply(const struct norm *s, const struct chunk *k, int c, int nv, int lanes)
{
	size_t stride = (size_t)s->c, at = k->row * stride + (size_t)c;
	struct affine a;

	affine_load(&a, s, k->group, c, nv, lanes);
	for (size_t r = 0; r < k->rows; r++, at += stride)
		for (int v = 0; v < nv; v++) {
			vec x = vec_load_n(s->x + at + v * VEC, lanes);
			vec z = (x - a.mean[v]) * a.scale[v] + a.beta[v];

			if (s->residual)
				z += vec_load_n(s->residual + at + v * VEC, lanes);
			if (s->relu)
				z = vec_relu(z);
			vec_store_n(s->y + at + v * VEC, z, lanes);
		}
}

static void apply_range(void *ctx, const struct range *r)
{
	all_channels(ctx, r, apply);
}

/* dz = dy where the ReLU was active, otherwise 0. With a residual this follows from the output y;
 * without one, z is computed again, which is cheaper than reading y. */
VEC_INLINE vec masked(const struct norm *s, const struct affine *a, int v, size_t at, vec x,
		      int lanes)
{
	vec dz = vec_load_n(s->dy + at, lanes);

	if (!s->relu)
		return dz;
	if (s->residual)
		return vec_where_positive(dz, vec_load_n(s->y + at, lanes));
	return vec_where_positive(dz, (x - a->mean[v]) * a->scale[v] + a->beta[v]);
}

/* backward 1: the sums of dz and of dz (x - mean); stores dz if the residual needs it */
VEC_INLINE void sums(const struct norm *s, const struct chunk *k, int c, int nv, int lanes)
{
	size_t stride = (size_t)s->c, at = k->row * stride + (size_t)c;
	vec d1[BLOCK] = {{0}}, d2[BLOCK] = {{0}};
	double sum[BLOCK * VEC] = {0}, prod[BLOCK * VEC] = {0};
	struct affine a;

	affine_load(&a, s, k->group, c, nv, lanes);
	for (size_t r = 0; r < k->rows;) {
		size_t end = r + SHORT < k->rows ? r + SHORT : k->rows;

		for (; r < end; r++, at += stride)
			for (int v = 0; v < nv; v++) {
				vec x = vec_load_n(s->x + at + v * VEC, lanes);
				vec dz = masked(s, &a, v, at + v * VEC, x, lanes);

				if (s->dz)
					vec_store_n(s->dz + at + v * VEC, dz, lanes);
				d1[v] += dz;
				d2[v] += dz * (x - a.mean[v]);
			}
		flush(sum, d1, nv);
		flush(prod, d2, nv);
	}
	for (int i = 0; i < (nv - 1) * VEC + lanes; i++) {
		k->part[c + i] = sum[i];
		k->part[s->c + c + i] = prod[i];
	}
}

static void sums_range(void *ctx, const struct range *r)
{
	all_channels(ctx, r, sums);
}

/* backward 2: dx = scale (dz - mean(dz) - (x - mean) istd mean(dz xhat)); with running statistics,
 * which do not depend on x, dx = scale dz */
VEC_INLINE void input_grad(const struct norm *s, const struct chunk *k, int c, int nv, int lanes)
{
	size_t stride = (size_t)s->c, at = k->row * stride + (size_t)c;
	size_t own = (size_t)k->group * stride + (size_t)c;
	vec m1[BLOCK], m2[BLOCK];
	struct affine a;

	affine_load(&a, s, k->group, c, nv, lanes);
	for (int v = 0; v < nv; v++) {
		m1[v] = vec_load_n(s->mean_dz + own + v * VEC, lanes);
		m2[v] = vec_load_n(s->mean_dz_xhat + own + v * VEC, lanes) *
			vec_load_n(s->istd + own + v * VEC, lanes);
	}
	for (size_t r = 0; r < k->rows; r++, at += stride)
		for (int v = 0; v < nv; v++) {
			vec x = vec_load_n(s->x + at + v * VEC, lanes);
			vec dz = s->dz ? vec_load_n(s->dz + at + v * VEC, lanes)
				       : masked(s, &a, v, at + v * VEC, x, lanes);

			dz = a.scale[v] * (dz - m1[v] - (x - a.mean[v]) * m2[v]);
			if (s->accumulate)
				dz += vec_load_n(s->dx + at + v * VEC, lanes);
			vec_store_n(s->dx + at + v * VEC, dz, lanes);
		}
}

static void input_grad_range(void *ctx, const struct range *r)
{
	all_channels(ctx, r, input_grad);
}

static void each_chunk(struct norm *s, void (*fn)(void *, const struct range *))
{
	parallel_range(s->groups, s->rows, s->chunk_rows, fn, s);
}

/* The two sums of a whole group, which are stored after those of all chunks. */
static double *group_sums(const struct norm *s)
{
	return s->part + (size_t)(s->groups * s->chunks) * 2 * (size_t)s->c;
}

/* Combines mean and sum of squares of the chunks of group g (Chan, Golub & LeVeque 1979). */
static void combine_stats(const struct norm *s, int g)
{
	double *mean = group_sums(s), *sq = mean + s->c, n = 0;

	memset(mean, 0, 2 * (size_t)s->c * sizeof *mean);
	for (int i = g * s->chunks; i < (g + 1) * s->chunks; i++) {
		struct chunk k = chunk_at(s, i);
		double more = (double)k.rows, w = more / (n + more);

		for (int c = 0; c < s->c; c++) {
			double delta = k.part[c] - mean[c];

			mean[c] += delta * w;
			sq[c] += k.part[s->c + c] + delta * delta * n * w;
		}
		n += more;
	}
}

static void batch_statistics(struct norm *s, double eps, double momentum, real *running_mean,
			     real *running_var)
{
	const double *mean = group_sums(s), *sq = mean + s->c;
	double n = (double)s->rows;

	each_chunk(s, stats_range);
	for (int g = 0; g < s->groups; g++) {
		combine_stats(s, g);
		for (int c = 0; c < s->c; c++) {
			double unbiased = sq[c] / (n > 1 ? n - 1 : 1);

			s->mean[g * s->c + c] = (real)mean[c];
			s->istd[g * s->c + c] = (real)(1 / sqrt(sq[c] / n + eps));
			if (!running_mean)
				continue;
			running_mean[c] += (real)(momentum * (mean[c] - (double)running_mean[c]));
			running_var[c] += (real)(momentum * (unbiased - (double)running_var[c]));
		}
	}
}

static void running_statistics(struct norm *s, double eps, const real *running_mean,
			       const real *running_var)
{
	for (int c = 0; c < s->c; c++) {
		s->mean[c] = running_mean[c];
		s->istd[c] = (real)(1 / sqrt((double)running_var[c] + eps));
	}
}

/* Adds the sums of chunks and groups to d(gamma) and d(beta), and computes the means that dx needs.
 */
static void combine_sums(struct norm *s, real *dgamma, real *dbeta)
{
	double *dz = group_sums(s), *xhat = dz + s->c, n = (double)s->rows;

	for (int g = 0; g < s->groups; g++) {
		size_t own = (size_t)g * (size_t)s->c;

		memset(dz, 0, 2 * (size_t)s->c * sizeof *dz);
		for (int i = g * s->chunks; i < (g + 1) * s->chunks; i++) {
			struct chunk k = chunk_at(s, i);

			for (int c = 0; c < 2 * s->c; c++)
				dz[c] += k.part[c];
		}
		for (int c = 0; c < s->c; c++) {
			xhat[c] *= (double)s->istd[own + (size_t)c];
			s->mean_dz[own + (size_t)c] = s->batch_stats ? (real)(dz[c] / n) : 0;
			s->mean_dz_xhat[own + (size_t)c] = s->batch_stats ? (real)(xhat[c] / n) : 0;
			if (dgamma)
				dgamma[c] += (real)xhat[c];
			if (dbeta)
				dbeta[c] += (real)dz[c];
		}
	}
}

/* Divides the rows of x into groups and chunks. */
static void divide_rows(struct norm *s, const struct tensor *x, int groups)
{
	size_t want;

	s->c = tensor_cols(x);
	s->groups = groups;
	s->rows = tensor_rows(x) / (size_t)groups;
	want = CHUNK_VALUES / (size_t)s->c;
	want = want < CHUNK_ROWS_MIN ? CHUNK_ROWS_MIN : want;
	s->chunk_rows = want > CHUNK_ROWS_MAX ? CHUNK_ROWS_MAX : want;
	s->chunks = parallel_chunks(s->rows, s->chunk_rows);
}

size_t batchnorm_scratch(const struct tensor *x, int groups)
{
	struct norm s;

	divide_rows(&s, x, groups);
	return ((size_t)(s.groups * s.chunks) + 1) * 2 * (size_t)s.c * sizeof(double);
}

static struct norm norm_of(const struct batchnorm *b)
{
	struct norm s = {.batch_stats = b->batch_stats,
			 .relu = b->relu,
			 .x = b->x->mem->data,
			 .residual = b->residual ? b->residual->mem->data : NULL,
			 .gamma = b->gamma ? b->gamma->mem->data : NULL,
			 .beta = b->beta ? b->beta->mem->data : NULL,
			 .mean = b->mean,
			 .istd = b->istd};

	divide_rows(&s, b->x, b->groups);
	return s;
}

size_t batchnorm_mask(const struct batchnorm *b)
{
	(void)b;
	return 0;
}

void batchnorm_forward(const struct batchnorm *b, double eps, double momentum,
		       struct tensor *running_mean, struct tensor *running_var, struct tensor *y,
		       void *scratch)
{
	struct norm s = norm_of(b);

	s.part = scratch;
	s.y = y->mem->data;
	if (b->batch_stats)
		batch_statistics(&s, eps, momentum, running_mean ? running_mean->mem->data : NULL,
				 running_var ? running_var->mem->data : NULL);
	else
		running_statistics(&s, eps, running_mean->mem->data, running_var->mem->data);
	each_chunk(&s, apply_range);
}

void batchnorm_backward_sums(const struct batchnorm *b, const struct batchnorm_grads *g,
			     void *scratch)
{
	struct norm s = norm_of(b);

	s.part = scratch;
	s.y = b->y->mem->data;
	s.dy = g->dy->mem->data;
	s.dz = g->dz ? g->dz->mem->data : NULL;
	s.mean_dz = g->mean_dz;
	s.mean_dz_xhat = g->mean_dz_xhat;
	each_chunk(&s, sums_range);
	combine_sums(&s, g->dgamma ? g->dgamma->mem->data : NULL,
		     g->dbeta ? g->dbeta->mem->data : NULL);
}

void batchnorm_backward_data(const struct batchnorm *b, const struct batchnorm_grads *g,
			     struct tensor *dx, int accumulate)
{
	struct norm s = norm_of(b);

	s.y = b->y->mem->data;
	s.dy = g->dy->mem->data;
	s.dz = g->dz ? g->dz->mem->data : NULL;
	s.mean_dz = g->mean_dz;
	s.mean_dz_xhat = g->mean_dz_xhat;
	s.dx = dx->mem->data;
	s.accumulate = accumulate;
	each_chunk(&s, input_grad_range);
}
