/* The division of elementwise work into chunks of a fixed number of elements, independent of the
 * number of threads. Chunk i consists of elements [chunk_from(i), chunk_to(i, n)). */
#ifndef SSL_OPS_CHUNK_H
#define SSL_OPS_CHUNK_H

#include <stddef.h>

enum { CHUNK = 1 << 14 };

static inline int chunk_count(size_t n)
{
	return (int)((n + CHUNK - 1) / CHUNK);
}

static inline size_t chunk_from(int i)
{
	return (size_t)i * CHUNK;
}

static inline size_t chunk_to(int i, size_t n)
{
	return chunk_from(i) + CHUNK < n ? chunk_from(i) + CHUNK : n;
}

#endif
