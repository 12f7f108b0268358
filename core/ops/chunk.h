/* How elementwise work is cut: chunks of a fixed number of elements, whatever the threads. */
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
