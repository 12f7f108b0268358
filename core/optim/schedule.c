#include "core/optim/schedule.h"

#include <math.h>

#include "core/base/error.h"
#include "core/tensor/kernels.h"

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

void ema_update(struct param *const *dst, struct param *const *src, int n, double tau,
		const double *gate)
{
	for (int i = 0; i < n; i++) {
		if (dst[i]->t.n != src[i]->t.n)
			BUG("%s and %s differ in size", dst[i]->name, src[i]->name);
		tensor_kernels(&dst[i]->t)
		    ->ema(&dst[i]->t, &src[i]->t, (real)tau, (real)(1 - tau), gate);
	}
}
