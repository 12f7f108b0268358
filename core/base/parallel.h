/*
 * Threads for computation. Work is divided into `n` chunks by the shape of the problem alone,
 * never by the number of threads. Each chunk writes only its own output; sums are formed per
 * chunk, and the chunks' sums are then added in order. So results have the same bits with any
 * number of threads. Only this module starts threads to compute; a nested parallel_for() runs in
 * the calling thread.
 */
#ifndef SSL_BASE_PARALLEL_H
#define SSL_BASE_PARALLEL_H

#include <stddef.h>

/* Sets the number of threads that parallel_for() uses, at least 1. Set once per run, before
 * training. */
void parallel_set_threads(int n);
int parallel_threads(void);

/* Calls fn(ctx, i) for i = 0 .. n-1, in any order, on up to parallel_threads() threads, and returns
 * when all calls have returned. Allocates no memory. */
void parallel_for(int n, void (*fn)(void *ctx, int i), void *ctx);

/* A chunk of work: the items [from, to) of a group. Chunks are numbered over all groups. */
struct range {
	int chunk, group;
	size_t from, to;
};

/* Divides each of `groups` groups of n items into chunks of `grain` items, starting anew in each
 * group (the last chunk of a group may be smaller), and calls fn(ctx, chunk) for all of them as
 * parallel_for() does. */
void parallel_range(int groups, size_t n, size_t grain,
		    void (*fn)(void *ctx, const struct range *r), void *ctx);
/* The number of these chunks in a group. */
int parallel_chunks(size_t n, size_t grain);
/* Chunk number i of them, for adding up in order what the chunks have computed. */
struct range parallel_chunk(size_t n, size_t grain, int i);

/* The calling thread's number, 0 .. parallel_threads()-1: for scratch memory, never for results. */
int parallel_id(void);

#endif
