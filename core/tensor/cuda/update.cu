/* The update rules of the optimisers: all parameters of a list in one launch, or in a few. */
#include "core/tensor/cuda/device.h"
#include "core/tensor/cuda/kernels.h"
#include "core/tensor/cuda/lists.cuh"

/* What each rule needs besides the tensors. */
struct sgd {
	real lr, momentum, decay;
	int nesterov;
};
struct adam {
	real lr, decay, scale, beta1, beta2, rest1, rest2, eps, root;
};
struct lars {
	real lr, momentum, decay, scale;
	enum lars_form form;
	double trust, rate, weight_decay;
	const struct update_norms *norms;
};

template <typename S> struct parameter {
	struct piece piece;
	real *w, *m, *v;
	const real *g;
	const double *gate;
	S rule;
};

/* --- the rules, for one element ------------------------------------------------------------ */

struct point {
	real w, m, v;
};

/* g <- g + decay w;  m <- momentum m + g;  w <- w - lr m, Nesterov: w - lr (g + momentum m) */
static __device__ inline struct point step(const struct sgd &s, struct point p, real grad)
{
	const real g = grad + s.decay * p.w;

	p.m = s.momentum * p.m + g;
	p.w -= s.lr * (s.nesterov ? g + s.momentum * p.m : p.m);
	return p;
}

/* g <- g + decay w;  m <- beta1 m + (1 - beta1) g;  v <- beta2 v + (1 - beta2) g^2;
 * w <- scale w - lr m / (sqrt(v) root + eps) */
static __device__ inline struct point step(const struct adam &s, struct point p, real grad)
{
	const real g = grad + s.decay * p.w;

	p.m = s.beta1 * p.m + s.rest1 * g;
	p.v = s.beta2 * p.v + s.rest2 * g * g;
	p.w = s.scale * p.w - s.lr * p.m / (sqrt(p.v) * s.root + s.eps);
	return p;
}

/* m <- momentum m + q (g + decay w);  w <- w - lr m */
static __device__ inline struct point step(const struct lars &s, struct point p, real grad)
{
	p.m = s.momentum * p.m + s.scale * (grad + s.decay * p.w);
	p.w -= s.lr * p.m;
	return p;
}

/* What the rule is for this parameter: LARS gets q and the decay from the norms. */
static __device__ inline struct sgd adapted(const struct sgd &s)
{
	return s;
}

static __device__ inline struct adam adapted(const struct adam &s)
{
	return s;
}

static __device__ inline struct lars adapted(struct lars s)
{
	double w, g, q;

	if (!s.norms)
		return s;
	w = s.norms->w;
	g = s.norms->g;
	if (s.form == LARS_DECAY_IN_NORM) {
		s.decay = (real)s.weight_decay;
		if (w > 0 && g > 0)
			s.scale = (real)(s.trust * w / g);
		return s;
	}
	if (w == 0 || g == 0)
		return s;
	q = s.trust * w / (g + s.weight_decay * w + 1e-8);
	if (s.form == LARS_LARC_CLIPPED)
		q = q < s.rate ? q / s.rate : 1;
	s.scale = (real)q;
	s.decay = (real)s.weight_decay;
	return s;
}

/* --- all parameters ------------------------------------------------------------------------ */

/* V elements from number i on. m or v may be NULL if the rule does not use it. */
template <int V, typename S>
static __device__ inline void update_at(const S &rule, real *__restrict__ w, real *__restrict__ m,
					real *__restrict__ v, const real *__restrict__ g, size_t i)
{
	struct vec<V> a = load<V>(w + i), b = load<V>(m + i), c = {
	};
	const struct vec<V> d = load<V>(g + i);

	if (v)
		c = load<V>(v + i);
	for (int k = 0; k < V; k++) {
		const struct point p = step(rule, {a.v[k], b.v[k], c.v[k]}, d.v[k]);

		a.v[k] = p.w;
		b.v[k] = p.m;
		c.v[k] = p.v;
	}
	store<V>(w + i, a);
	store<V>(m + i, b);
	if (v)
		store<V>(v + i, c);
}

template <typename S>
static __global__ void __launch_bounds__(THREADS)
    update_all(const __grid_constant__ struct table<struct parameter<S>> t)
{
	for (unsigned chunk = blockIdx.x; chunk < t.chunks; chunk += gridDim.x) {
		const struct parameter<S> &p = t.entry[entry_of(t, chunk)];
		const struct share s = share_of(p.piece, chunk);
		const S rule = adapted(p.rule);

		if (p.gate && *p.gate == 0)
			continue;
		for (size_t i = threadIdx.x; i < s.whole; i += THREADS)
			update_at<VECTOR>(rule, p.w, p.m, p.v, p.g, s.from + i * VECTOR);
		for (size_t i = s.rest + threadIdx.x; i < s.to; i += THREADS)
			update_at<1>(rule, p.w, p.m, p.v, p.g, i);
	}
}

template <typename S>
static struct parameter<S> parameter_of(const struct update *u, const S &rule) {
	struct parameter<S> p;

	p.piece = piece_of(u->w->n, SIZE_MAX / GRAIN);
	p.w = reals_of(u->w);
	p.m = reals_of(u->m);
	p.v = reals_of(u->v);
	p.g = reals_of(u->g);
	p.gate = u->gate;
	p.rule = rule;
	p.piece.aligned = is_aligned(p.w, 16) && is_aligned(p.m, 16) && is_aligned(p.v, 16) &&
			  is_aligned(p.g, 16);
	return p;
}

/* rule_of: what the rule needs of an update. */
template <typename S>
static void run(const struct update *list, int n, S (*rule_of)(const struct update *))
{
	struct table<struct parameter<S>> t;

	for (int i = 0; i < n;) {
		t.n = t.chunks = 0;
		while (i < n && !is_full(&t)) {
			append(&t, parameter_of(&list[i], rule_of(&list[i])));
			i++;
		}
		if (t.chunks) {
			const struct cuda_queue *q = cuda_queue_of(list[0].w);

			LAUNCH(update_all<S>, blocks_for(q, t.chunks, LIST_BLOCKS), THREADS, 0, q,
			       t);
		}
	}
}

static struct sgd sgd_of(const struct update *u)
{
	return {u->lr, u->momentum, u->decay, u->nesterov};
}

static struct adam adam_of(const struct update *u)
{
	return {u->lr, u->decay, u->scale, u->beta1, u->beta2, u->rest1, u->rest2, u->eps, u->root};
}

static struct lars lars_of(const struct update *u)
{
	return {u->lr,    u->momentum, u->decay,        1,       u->form,
		u->trust, u->rate,     u->weight_decay, u->norms};
}

void cuda_sgd_rule(const struct update *list, int n)
{
	run(list, n, sgd_of);
}

void cuda_adam_rule(const struct update *list, int n)
{
	run(list, n, adam_of);
}

void cuda_lars_rule(const struct update *list, int n)
{
	run(list, n, lars_of);
}
