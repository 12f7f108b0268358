/* The clock of the benchmarks. */
#ifndef SSL_TESTS_BENCH_H
#define SSL_TESTS_BENCH_H

#include <time.h>

#include "core/base/parallel.h"

/* Seconds: with one thread those that the processor spent, so that other work on the machine counts
 * less. */
static inline double bench_now(void)
{
	struct timespec t;

	clock_gettime(parallel_threads() == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#endif
