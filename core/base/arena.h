/*
 * Memory by lifetime. An arena hands out 64-byte aligned blocks and gives all of them back at once.
 * Training keeps two: `perm` for what lives as long as the run, and `step`, reset every step, so
 * that after the first step a step calls no malloc and touches the same addresses each time.
 * Blocks are chained, never moved: a pointer stays good until its arena is reset or released.
 */
#ifndef SSL_BASE_ARENA_H
#define SSL_BASE_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block *head, *cur;
	size_t used; /* bytes handed out since the last reset */
	size_t peak; /* the most that `used` ever was */
};

#define ARENA_INIT {0}

/* Never fails (exits on out of memory). The memory is not cleared; n may be 0. */
void *arena_alloc(struct arena *a, size_t n);

/* As arena_alloc(), cleared. */
void *arena_zalloc(struct arena *a, size_t n);

char *arena_strdup(struct arena *a, const char *s);

/* Forgets everything handed out; keeps the blocks, so that the same sequence of calls gets the same
 * addresses again. */
void arena_reset(struct arena *a);

/* Gives the memory back to the system; the arena can be used again. */
void arena_release(struct arena *a);

#endif
