/*
 * Memory by lifetime. An arena allocates 64-byte aligned memory and frees all of it at once.
 * Training has arenas that live as long as the run, and others that are reset at every step, so
 * that after the first step no step calls malloc and all steps use the same addresses. Blocks are
 * chained and never moved: a pointer is valid until its arena is reset or released.
 */
#ifndef SSL_BASE_ARENA_H
#define SSL_BASE_ARENA_H

#include <stddef.h>

struct arena_block;

/* Where an arena gets its blocks, if not from the host's memory. alloc() never fails: when out of
 * memory it exits, or returns what nothing will read or write. `ctx` is its first argument; free() gets
 * the bytes that alloc() was asked for. */
struct arena_source {
	void *(*alloc)(void *ctx, size_t bytes);
	void (*free)(void *ctx, void *block, size_t bytes);
	void *ctx;
};

struct arena {
	const struct arena_source *source; /* NULL: the host's memory */
	struct arena_block *head, *cur;
	size_t used; /* bytes allocated since the last reset */
	size_t peak; /* the largest value that `used` ever had */
};

#define ARENA_INIT {0}

/* Allocates n bytes; n may be 0. The memory is not cleared. Never fails: exits when out of memory.
 */
void *arena_alloc(struct arena *a, size_t n);

/* As arena_alloc(), with cleared memory; only of the host. */
void *arena_zalloc(struct arena *a, size_t n);

char *arena_strdup(struct arena *a, const char *s);

/* Frees everything that was allocated but keeps the blocks, so that the same sequence of calls gets
 * the same addresses again. */
void arena_reset(struct arena *a);

/* Returns the memory to the system. The arena can be used again. */
void arena_release(struct arena *a);

#endif
