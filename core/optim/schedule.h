/* Schedules by step k of K (golden: schedule.safetensors). */
#ifndef SSL_OPTIM_SCHEDULE_H
#define SSL_OPTIM_SCHEDULE_H

#include "core/tensor/params.h"

/* Linear warm-up base * k / warm (so step 0 has lr 0), then cosine from base to final over the
 * rest; constant after warm-up when `cosine` is 0. */
double schedule_lr(double base, double final, long warm, long k, long total, int cosine);

/* tau_k = 1 - (1 - base) (cos(pi k / K) + 1) / 2; constant base when `cosine` is 0. BYOL,
 * section 3.3. */
double schedule_tau(double base, long k, long total, int cosine);

/* target <- tau target + (1 - tau) online, for trainable values only (batch-norm statistics are not
 * averaged). dst[i] and src[i] are of equal size. */
void ema_update(struct param *const *dst, struct param *const *src, int n, double tau);

#endif
