/*
 * Threads. Work is cut into `n` chunks by the shape of the problem alone, never by the number of
 * threads, and each chunk writes only what is its own; a sum is formed per chunk and the chunks are
 * then added in order. So the bits are the same at any number of threads. This is the only place
 * that starts threads to compute; inside a chunk nothing else may (nested calls run in the calling thread).
 */
#ifndef SSL_BASE_PARALLEL_H
#define SSL_BASE_PARALLEL_H

/* Sets how many threads parallel_for() uses; at least 1. Set once per run, before training. */
void parallel_set_threads(int n);
int parallel_threads(void);

/* Calls fn(ctx, i) for i = 0 .. n-1, in any order, on up to parallel_threads() threads; returns when
 * all are done. Allocates nothing. */
void parallel_for(int n, void (*fn)(void *ctx, int i), void *ctx);

/* The calling thread's number, 0 .. parallel_threads()-1: for scratch memory, never for results. */
int parallel_id(void);

#endif
