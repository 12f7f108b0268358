/* Protects: the learning rate and the target network's tau at every step of a run. */
#include "core/optim/schedule.h"
#include "tests/golden/golden.h"

void golden_schedule(struct golden *g)
{
	const long warm = (long)golden_number(g, "warmup_steps");
	const long total = (long)golden_number(g, "total_steps");
	const double base = golden_number(g, "base_lr"), final = golden_number(g, "final_lr");
	const double tau = golden_number(g, "base_tau");
	real *lr, *taus;

	if (total < 1)
		return;
	lr = arena_alloc(&g->arena.host, (size_t)total * sizeof *lr);
	taus = arena_alloc(&g->arena.host, (size_t)total * sizeof *taus);
	for (long k = 0; k < total; k++) {
		lr[k] = (real)schedule_lr(base, final, warm, k, total, 1);
		taus[k] = (real)schedule_tau(tau, k, total, 1);
	}
	golden_check(g, "out.lr", lr, (size_t)total, GOLDEN_TIGHT);
	golden_check(g, "out.ema_tau", taus, (size_t)total, GOLDEN_TIGHT);
}
