/* Schedules as functions of the step k of `total` steps, and the moving average of a target
 * network. Golden values: schedule.safetensors. */
#ifndef SSL_OPTIM_SCHEDULE_H
#define SSL_OPTIM_SCHEDULE_H

#include "core/tensor/params.h"

/* The learning rate: a linear warm-up base * k / warm, so that it is 0 at step 0; then a cosine
 * from base to final over the other steps, or the constant base if `cosine` is 0. */
double schedule_lr(double base, double final, long warm, long k, long total, int cosine);

/* tau_k = 1 - (1 - base) (cos(pi k / total) + 1) / 2, or the constant base if `cosine` is 0 (BYOL,
 * 2006.07733, section 3.3). */
double schedule_tau(double base, long k, long total, int cosine);

/* dst[i] <- tau dst[i] + (1 - tau) src[i] for n pairs of target and online parameters of equal
 * size. The caller leaves out buffers: batch-norm statistics are not averaged. `gate` as in params.h. */
void ema_update(struct param *const *dst, struct param *const *src, int n, double tau,
		const double *gate);

#endif
