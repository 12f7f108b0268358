#include "core/optim/schedule.h"

#include <math.h>

#include "core/base/error.h"
#include "core/base/parallel.h"

double schedule_lr(double base, double final, long warm, long k, long total, int cosine)
{
	double x;

	if (k < warm)
		return base * (double)k / (double)warm;
	if (!cosine)
		return base;
	if (k >= total)
		return final;
	x = (double)(k - warm) / (double)(total - warm);
	return final + (base - final) * (1 + cos(M_PI * x)) / 2;
}

double schedule_tau(double base, long k, long total, int cosine)
{
	if (!cosine || total < 1)
		return base;
	return 1 - (1 - base) * (cos(M_PI * (double)k / (double)total) + 1) / 2;
}

enum { EMA_CHUNK = 16384 };

struct ema {
	real *dst;
	const real *src;
	size_t n;
	real tau, rest;
};

static void ema_chunk(void *ctx, int i)
{
	const struct ema *e = ctx;
	const size_t from = (size_t)i * EMA_CHUNK;
	const size_t to = from + EMA_CHUNK < e->n ? from + EMA_CHUNK : e->n;
	real *restrict dst = e->dst;
	const real *restrict src = e->src;

	for (size_t j = from; j < to; j++)
		dst[j] = e->tau * dst[j] + e->rest * src[j];
}

void ema_update(struct param *const *dst, struct param *const *src, int n, double tau)
{
	for (int i = 0; i < n; i++) {
		struct ema e = {dst[i]->t.data, src[i]->t.data, dst[i]->t.n, (real)tau,
				(real)(1 - tau)};

		if (dst[i]->t.n != src[i]->t.n)
			BUG("%s and %s differ in size", dst[i]->name, src[i]->name);
		parallel_for((int)((e.n + EMA_CHUNK - 1) / EMA_CHUNK), ema_chunk, &e);
	}
}
