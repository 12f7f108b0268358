/* Protects: every chunk runs exactly once, at any number of threads, nested calls are serial, and
 * ranges are divided within each group. */
#include "core/base/parallel.h"

#include <string.h>

#include "tests/check.h"

enum { N = 1000 };

struct work {
	int seen[N];
	int bad_id;
};

static void chunk(void *ctx, int i)
{
	struct work *w = ctx;

	w->seen[i]++;
	if (parallel_id() < 0 || parallel_id() >= parallel_threads())
		w->bad_id = 1;
}

static void test_each_once(void)
{
	int before = parallel_threads();

	for (int threads = 1; threads <= 4; threads++) {
		struct work w = {0};

		parallel_set_threads(threads);
		parallel_for(0, chunk, &w);
		parallel_for(-1, chunk, &w);
		parallel_for(N, chunk, &w);
		for (int i = 0; i < N; i++)
			CU_ASSERT_EQUAL(w.seen[i], 1);
		CU_ASSERT_EQUAL(w.bad_id, 0);
	}
	parallel_set_threads(0);
	CU_ASSERT_EQUAL(parallel_threads(), 1);
	parallel_set_threads(before);
}

struct nest {
	int in_order[4];
};

static void inner(void *ctx, int i)
{
	int *next = ctx;

	if (*next == i)
		++*next;
}

static void outer(void *ctx, int i)
{
	struct nest *n = ctx;

	parallel_for(50, inner, &n->in_order[i]);
}

static void test_nested(void)
{
	int before = parallel_threads();
	struct nest n = {{0}};

	parallel_set_threads(2);
	parallel_for(4, outer, &n);
	for (int i = 0; i < 4; i++)
		CU_ASSERT_EQUAL(n.in_order[i], 50); /* one thread, in order */
	parallel_set_threads(before);
}

/* Three groups of 10 items in chunks of 4: each group starts anew, and its last chunk has 2. */
struct parts {
	struct range chunk[9];
};

static void keep_range(void *ctx, const struct range *r)
{
	struct parts *p = ctx;

	p->chunk[r->chunk] = *r;
}

static void test_ranges(void)
{
	static const size_t from[] = {0, 4, 8}, to[] = {4, 8, 10};
	struct parts p = {0};

	CU_ASSERT_EQUAL(parallel_chunks(10, 4), 3);
	CU_ASSERT_EQUAL(parallel_chunks(8, 4), 2);
	CU_ASSERT_EQUAL(parallel_chunks(0, 4), 0);
	parallel_range(3, 10, 4, keep_range, &p);
	for (int i = 0; i < 9; i++) {
		struct range r = parallel_chunk(10, 4, i);

		CU_ASSERT_EQUAL(p.chunk[i].chunk, i);
		CU_ASSERT_EQUAL(p.chunk[i].group, i / 3);
		CU_ASSERT_EQUAL(p.chunk[i].from, from[i % 3]);
		CU_ASSERT_EQUAL(p.chunk[i].to, to[i % 3]);
		CU_ASSERT(!memcmp(&r, &p.chunk[i], sizeof r));
	}
	parallel_range(2, 0, 4, keep_range, NULL); /* nothing to do: no call */
}

int main(void)
{
	static const struct check_case cases[] = {{"each chunk once", test_each_once},
						  {"nested calls run in place", test_nested},
						  {"ranges of groups", test_ranges},
						  {0}};

	return check_run("base/parallel", cases);
}
