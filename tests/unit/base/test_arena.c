/* Protects: memory by lifetime: alignment, and the same addresses after a reset. */
#include "core/base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check.h"

static void test_aligned_and_apart(void)
{
	static const size_t sizes[] = {0, 1, 63, 64, 65, 1000, 1 << 20, (1 << 20) + 1, 5 << 20, 7};
	enum { N = sizeof sizes / sizeof *sizes };
	struct arena a = ARENA_INIT;
	unsigned char *p[N];

	for (int i = 0; i < N; i++) {
		p[i] = arena_alloc(&a, sizes[i]);
		CU_ASSERT_EQUAL((uintptr_t)p[i] % 64, 0);
		memset(p[i], i + 1, sizes[i]);
	}
	for (int i = 0; i < N; i++)
		for (size_t k = 0; k < sizes[i]; k += 61)
			CU_ASSERT_EQUAL(p[i][k], i + 1);
	arena_release(&a);
}

static void test_reset_gives_the_same_addresses(void)
{
	struct arena a = ARENA_INIT;
	void *p[40];
	size_t peak;

	for (int i = 0; i < 40; i++)
		p[i] = arena_alloc(&a, (size_t)i * 40000);
	peak = a.peak;
	CU_ASSERT_EQUAL(a.used, peak);
	arena_reset(&a);
	CU_ASSERT_EQUAL(a.used, 0);
	for (int i = 0; i < 40; i++)
		CU_ASSERT_PTR_EQUAL(arena_alloc(&a, (size_t)i * 40000), p[i]);
	CU_ASSERT_EQUAL(a.peak, peak);
	arena_release(&a);
	CU_ASSERT_EQUAL(a.peak, 0);
}

static void test_zero_and_text(void)
{
	struct arena a = ARENA_INIT;
	char *p = arena_alloc(&a, 4096);

	memset(p, 255, 4096);
	arena_reset(&a);
	p = arena_zalloc(&a, 4096);
	for (int i = 0; i < 4096; i++)
		CU_ASSERT_EQUAL(p[i], 0);
	CU_ASSERT_STRING_EQUAL(arena_strdup(&a, "τ = 0.5"), "τ = 0.5");
	arena_release(&a);
	CU_ASSERT_STRING_EQUAL(arena_strdup(&a, ""), ""); /* usable again */
	arena_release(&a);
}

/* A source of blocks that counts them. */
struct counted {
	int blocks;
	size_t bytes;
};

static void *counted_alloc(void *ctx, size_t bytes)
{
	struct counted *c = ctx;

	c->blocks++;
	c->bytes += bytes;
	return malloc(bytes);
}

static void counted_free(void *ctx, void *block, size_t bytes)
{
	struct counted *c = ctx;

	(void)bytes;
	c->blocks--;
	free(block);
}

/* A device's memory: every block comes from the source and goes back to it, also after a release.
 */
static void test_source(void)
{
	struct counted c = {0};
	const struct arena_source source = {counted_alloc, counted_free, &c};
	struct arena a = {.source = &source};

	for (int round = 0; round < 2; round++) {
		c.bytes = 0;
		CU_ASSERT_PTR_NOT_NULL(arena_alloc(&a, 100));
		CU_ASSERT_PTR_NOT_NULL(arena_alloc(&a, 3 << 20));
		CU_ASSERT_EQUAL(c.blocks, 2);
		CU_ASSERT(c.bytes >= (3 << 20) + 100);
		arena_release(&a);
		CU_ASSERT_EQUAL(c.blocks, 0);
	}
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"blocks are aligned and do not overlap", test_aligned_and_apart},
	    {"a reset gives the same addresses again", test_reset_gives_the_same_addresses},
	    {"cleared memory, strings, release", test_zero_and_text},
	    {"blocks of a source", test_source},
	    {0}};

	return check_run("base/arena", cases);
}
