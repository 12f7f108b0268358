/*
 * A thread pool that replaces OpenMP's. Between two jobs its threads spin for a moment and then
 * sleep, whereas the threads of libgomp keep spinning, which made a step ten times slower on a
 * machine with other work to do, such as the other workers of a sweep.
 *
 * A job is published by one store to `state`, which holds its number and the number of chunks left.
 * A thread claims a chunk by one compare-and-swap of `state`, so a late thread can only find chunks
 * that exist. The caller processes chunks as well, so it never waits for a thread that has not
 * woken up.
 */
#include "core/base/parallel.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "core/base/thread.h"

enum { MAX_THREADS = 256, SPINS = 2000 };

struct pool {
	_Atomic uint64_t state; /* job number << 32 | chunks not yet claimed */
	_Atomic int done;       /* chunks finished */
	_Atomic int threads;    /* number of threads that may work, the caller included */
	_Atomic int sleepers;   /* threads waiting for `wake` */
	_Atomic int waiting;    /* the caller waits for `finished` */
	int started;            /* threads started so far, the caller included */
	pthread_mutex_t lock;
	pthread_cond_t wake, finished;

	/* the job: written before `state`, constant until every chunk is done */
	int n;
	void (*fn)(void *ctx, int i);
	void *ctx;
};

static struct pool pool = {
    .threads = 1,
    .started = 1,
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .wake = PTHREAD_COND_INITIALIZER,
    .finished = PTHREAD_COND_INITIALIZER,
};
static _Thread_local int thread_id, inside;

void parallel_set_threads(int n)
{
	atomic_store(&pool.threads, n < 1 ? 1 : n > MAX_THREADS ? MAX_THREADS : n);
}

int parallel_threads(void)
{
	return atomic_load(&pool.threads);
}

int parallel_id(void)
{
	return thread_id;
}

static void relax(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#endif
}

static uint32_t job_of(uint64_t state)
{
	return (uint32_t)(state >> 32);
}

static uint32_t left_of(uint64_t state)
{
	return (uint32_t)state;
}

/* Claims and processes chunks until none is left. */
static void work(void)
{
	uint64_t state = atomic_load(&pool.state);

	while (left_of(state) && thread_id < atomic_load(&pool.threads)) {
		int n;

		if (!atomic_compare_exchange_weak(&pool.state, &state, state - 1))
			continue;
		n = pool.n; /* constant: this chunk is not done yet */
		inside = 1;
		pool.fn(pool.ctx, n - (int)left_of(state));
		inside = 0;
		if (atomic_fetch_add(&pool.done, 1) + 1 == n && atomic_load(&pool.waiting)) {
			pthread_mutex_lock(&pool.lock);
			pthread_cond_signal(&pool.finished);
			pthread_mutex_unlock(&pool.lock);
		}
		state = atomic_load(&pool.state);
	}
}

/* Returns when there is a job other than `seen`. */
static void wait_for_job(uint32_t seen)
{
	for (int i = 0; i < SPINS; i++) {
		if (job_of(atomic_load(&pool.state)) != seen)
			return;
		relax();
	}
	pthread_mutex_lock(&pool.lock);
	atomic_fetch_add(&pool.sleepers, 1);
	while (job_of(atomic_load(&pool.state)) == seen)
		pthread_cond_wait(&pool.wake, &pool.lock);
	atomic_fetch_sub(&pool.sleepers, 1);
	pthread_mutex_unlock(&pool.lock);
}

static void *worker(void *id)
{
	thread_id = (int)(intptr_t)id;
	for (;;) {
		uint32_t seen = job_of(atomic_load(&pool.state));

		work();
		wait_for_job(seen);
	}
	return NULL;
}

/* Starts threads up to the given number. */
static void start_threads(int threads)
{
	while (pool.started < threads) {
		pthread_t t;

		if (thread_start(&t, worker, (void *)(intptr_t)pool.started))
			break; /* fewer threads, the same results */
		pthread_detach(t);
		pool.started++;
	}
}

static void wait_until_done(int n)
{
	for (int i = 0; i < SPINS; i++) {
		if (atomic_load(&pool.done) == n)
			return;
		relax();
	}
	pthread_mutex_lock(&pool.lock);
	atomic_store(&pool.waiting, 1);
	while (atomic_load(&pool.done) != n)
		pthread_cond_wait(&pool.finished, &pool.lock);
	atomic_store(&pool.waiting, 0);
	pthread_mutex_unlock(&pool.lock);
}

void parallel_for(int n, void (*fn)(void *ctx, int i), void *ctx)
{
	int threads = parallel_threads();

	if (n <= 1 || threads == 1 || inside) {
		for (int i = 0; i < n; i++)
			fn(ctx, i);
		return;
	}
	if (pool.started < threads)
		start_threads(threads);
	pool.n = n;
	pool.fn = fn;
	pool.ctx = ctx;
	atomic_store(&pool.done, 0);
	atomic_store(&pool.state,
		     (uint64_t)(job_of(atomic_load(&pool.state)) + 1) << 32 | (uint32_t)n);
	if (atomic_load(&pool.sleepers)) {
		pthread_mutex_lock(&pool.lock);
		pthread_cond_broadcast(&pool.wake);
		pthread_mutex_unlock(&pool.lock);
	}
	work();
	wait_until_done(n);
}

int parallel_chunks(size_t n, size_t grain)
{
	return (int)((n + grain - 1) / grain);
}

struct range parallel_chunk(size_t n, size_t grain, int i)
{
	const int chunks = parallel_chunks(n, grain);
	struct range r = {.chunk = i, .group = i / chunks};

	r.from = (size_t)(i % chunks) * grain;
	r.to = n - r.from < grain ? n : r.from + grain;
	return r;
}

struct range_job {
	size_t n, grain;
	void (*fn)(void *ctx, const struct range *r);
	void *ctx;
};

static void range_chunk(void *ctx, int i)
{
	const struct range_job *j = ctx;
	const struct range r = parallel_chunk(j->n, j->grain, i);

	j->fn(j->ctx, &r);
}

void parallel_range(int groups, size_t n, size_t grain,
		    void (*fn)(void *ctx, const struct range *r), void *ctx)
{
	struct range_job j = {n, grain, fn, ctx};

	parallel_for(groups * parallel_chunks(n, grain), range_chunk, &j);
}
