/* The norms of lists of tensors: of all gradients together, and of each parameter for LARS. */
#include "core/tensor/cuda/device.h"
#include "core/tensor/cuda/kernels.h"
#include "core/tensor/cuda/lists.cuh"

enum { MOST_CHUNKS = 2048 /* of a tensor, whose sums one warp adds up */ };

struct squared {
	struct piece piece;
	const real *w, *g; /* g: NULL: not wanted */
	double decay;
};

/* Where the sums go: sum w^2 and sum (g + decay w)^2 of each chunk, and of each tensor of the list,
 * of which this launch has those from number `from` on. */
struct squares {
	struct totals<2> *chunk, *tensor;
	int from;
	int roots;    /* 1: of each tensor, the roots of the sums */
	double *cell; /* gets the root of the sum over all tensors so far; NULL: not wanted */
};

static __device__ inline void add_square(struct totals<2> *s, const struct squared &x, real w,
					 real g)
{
	const double a = (double)w, b = (double)g + x.decay * a;

	s->v[0] += a * a;
	s->v[1] += b * b;
}

template <int V>
static __device__ inline void add_squares(struct totals<2> *s, const struct squared &x, size_t i)
{
	const struct vec<V> w = load<V>(x.w + i);
	struct vec<V> g = {
	};

	if (x.g)
		g = load<V>(x.g + i);
	for (int k = 0; k < V; k++)
		add_square(s, x, w.v[k], g.v[k]);
}

/* In the last block: a warp adds up the chunks of a tensor, each lane every 32nd of them. */
static __device__ inline void finish_tensors(const struct table<struct squared> &t,
					     const struct squares &to)
{
	const unsigned lane = threadIdx.x % WARP;

	for (unsigned k = threadIdx.x / WARP; k < t.n; k += WARPS) {
		const struct piece &p = t.entry[k].piece;
		struct totals<2> s = {
		};

		for (unsigned i = lane; i < p.chunks; i += WARP) {
			s.v[0] += __ldcg(&to.chunk[p.first + i].v[0]);
			s.v[1] += __ldcg(&to.chunk[p.first + i].v[1]);
		}
		s = warp_total(s);
		if (lane)
			continue;
		to.tensor[to.from + k].v[0] = to.roots ? sqrt(s.v[0]) : s.v[0];
		to.tensor[to.from + k].v[1] = to.roots ? sqrt(s.v[1]) : s.v[1];
	}
}

static __device__ inline void finish_all(const struct squares &to, unsigned n)
{
	struct totals<1> s = {
	};

	__syncthreads();
	for (unsigned k = threadIdx.x; k < n; k += THREADS)
		s.v[0] += __ldcg(&to.tensor[k].v[0]);
	s = block_total(s);
	if (threadIdx.x == 0)
		*to.cell = sqrt(s.v[0]);
}

static __global__ void __launch_bounds__(THREADS)
    squares_of_all(const __grid_constant__ struct table<struct squared> t, struct squares to,
		   unsigned *counter)
{
	for (unsigned chunk = blockIdx.x; chunk < t.chunks; chunk += gridDim.x) {
		const struct squared &x = t.entry[entry_of(t, chunk)];
		const struct share a = share_of(x.piece, chunk);
		struct totals<2> s = {
		};

		for (size_t i = threadIdx.x; i < a.whole; i += THREADS)
			add_squares<VECTOR>(&s, x, a.from + i * VECTOR);
		for (size_t i = a.rest + threadIdx.x; i < a.to; i += THREADS)
			add_squares<1>(&s, x, i);
		s = block_total(s);
		if (threadIdx.x == 0)
			to.chunk[chunk] = s;
	}
	if (!comes_last(counter, gridDim.x))
		return;
	finish_tensors(t, to);
	if (to.cell)
		finish_all(to, (unsigned)to.from + t.n);
}

static struct squared squared_of(const struct tensor *w, const struct tensor *g, double decay)
{
	struct squared x;

	x.piece = piece_of(w->n, MOST_CHUNKS);
	x.w = reals_of(w);
	x.g = reals_of(g);
	x.decay = decay;
	x.piece.aligned = is_aligned(x.w, 16) && is_aligned(x.g, 16);
	return x;
}

/* of(list, i): tensor i of a list. */
static void run(struct cuda_device *c, const void *list, int n,
		struct squared (*of)(const void *list, int i), struct squares to, double *cell)
{
	struct table<struct squared> t;

	for (int i = 0; i < n;) {
		to.from = i;
		t.n = t.chunks = 0;
		while (i < n && !is_full(&t))
			append(&t, of(list, i++));
		to.cell = i == n ? cell : NULL;
		LAUNCH(squares_of_all, blocks_for(&c->q, t.chunks ? t.chunks : 1, LIST_BLOCKS),
		       THREADS, 0, &c->q, t, to, c->q.counters);
	}
}

static struct squared pair_at(const void *list, int i)
{
	const struct update_pair *p = (const struct update_pair *)list + i;

	return squared_of(p->w, p->g, p->decay);
}

static struct squared tensor_at(const void *list, int i)
{
	return squared_of(((struct tensor *const *)list)[i], NULL, 0);
}

static size_t chunks_of(const void *list, int n, struct squared (*of)(const void *list, int i))
{
	size_t chunks = 0;

	for (int i = 0; i < n; i++)
		chunks += of(list, i).piece.chunks;
	return chunks;
}

void cuda_update_norms(const struct update_pair *list, int n, struct update_norms *norms)
{
	struct cuda_device *c = cuda_of(list[0].w);
	struct squares to = {};

	static_assert(sizeof *to.tensor == sizeof *norms, "norms are two doubles");
	to.chunk =
	    (struct totals<2> *)cuda_workspace(c, chunks_of(list, n, pair_at) * sizeof *to.chunk);
	to.tensor = (struct totals<2> *)norms;
	to.roots = 1;
	if (to.chunk)
		run(c, list, n, pair_at, to, NULL);
}

void cuda_norm_of_all(struct tensor *const *list, int n, double *cell)
{
	struct cuda_device *c;
	struct squares to = {};
	size_t chunks;

	if (n < 1)
		BUG("the norm of %d tensors", n);
	c = cuda_of(list[0]);
	chunks = chunks_of(list, n, tensor_at);
	to.chunk = (struct totals<2> *)cuda_workspace(c, (chunks + (size_t)n) * sizeof *to.chunk);
	if (!to.chunk)
		return;
	to.tensor = to.chunk + chunks;
	run(c, list, n, tensor_at, to, cell);
}
