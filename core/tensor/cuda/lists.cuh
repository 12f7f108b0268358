/*
 * Kernels that work on a list of tensors. The tensors of one launch are in a table, which is an argument
 * of the kernel, so that the hundreds of parameters of a network need a few launches and no upload. Each
 * tensor is divided into chunks, and the blocks of a launch take the chunks of the whole table in turn.
 */
#ifndef SSL_TENSOR_CUDA_LISTS_CUH
#define SSL_TENSOR_CUDA_LISTS_CUH

#include "core/tensor/cuda/device.h"
#include "core/tensor/cuda/sums.cuh"

enum {
	TABLE_BYTES = 4000, /* all arguments of a kernel may have 4096 */
	GRAIN = 4096,       /* elements of a chunk, or a multiple of that */
	VECTOR = 4,         /* elements that a thread takes at once, where they are aligned */
	LIST_BLOCKS = 8     /* per multiprocessor */
};

/* What each entry begins with. */
struct piece {
	size_t n, grain;        /* elements, and those of a chunk */
	unsigned first, chunks; /* its chunks are first, first + 1, ... */
	int aligned;            /* 1: the tensors may be read in vectors */
};

/* E: a struct whose first member is `struct piece piece`. */
template <typename E> struct table {
	unsigned n, chunks;
	E entry[(TABLE_BYTES - 2 * sizeof(unsigned)) / sizeof(E)];
};

/* n elements in at most `most` chunks. */
static inline struct piece piece_of(size_t n, size_t most)
{
	struct piece p = {n, GRAIN, 0, 0, 0};

	p.grain *= (n + most * GRAIN - 1) / (most * GRAIN);
	p.grain += p.grain ? 0 : GRAIN;
	p.chunks = (unsigned)((n + p.grain - 1) / p.grain);
	return p;
}

template <typename E> static inline int is_full(const struct table<E> *t)
{
	return t->n == sizeof t->entry / sizeof *t->entry;
}

template <typename E> static inline void append(struct table<E> *t, E e)
{
	e.piece.first = t->chunks;
	t->chunks += e.piece.chunks;
	t->entry[t->n++] = e;
}

/* The number of the entry that a chunk belongs to. */
template <typename E>
static __device__ inline unsigned entry_of(const struct table<E> &t, unsigned chunk)
{
	unsigned from = 0, to = t.n;

	while (to - from > 1) {
		const unsigned middle = (from + to) / 2;

		if (t.entry[middle].piece.first <= chunk)
			from = middle;
		else
			to = middle;
	}
	return from;
}

/* What a thread does in a chunk: the first `whole` vectors from element `from` on, and the single
 * elements from `rest` to `to`, each in steps of THREADS. */
struct share {
	size_t from, whole, rest, to;
};
static __device__ inline struct share share_of(const struct piece &p, unsigned chunk)
{
	struct share s;

	s.from = (chunk - p.first) * p.grain;
	s.to = min(s.from + p.grain, p.n);
	s.whole = p.aligned ? (s.to - s.from) / VECTOR : 0;
	s.rest = s.from + s.whole * VECTOR;
	return s;
}

/* The values of a tensor whose elements are `real`. */
static inline real *reals_of(const struct tensor *t)
{
	if (t && t->element != ELEMENT_REAL)
		BUG("a kernel for real numbers gets a tensor of another element");
	return t ? t->mem->data : NULL;
}

#endif
