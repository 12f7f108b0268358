/* Protects: recorded results. A change of these draws would change every run. */
#include "core/base/rng.h"

#include "tests/check.h"

/* Known answers of Philox4x32-10 from the Random123 distribution (kat_vectors). */
static void test_known_answers(void)
{
	static const struct {
		uint32_t ctr[4], key[2], out[4];
	} kat[] = {
	    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
	    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
	     {0xffffffff, 0xffffffff},
	     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
	    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
	     {0xa4093822, 0x299f31d0},
	     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
	};
	uint32_t out[4];

	for (unsigned i = 0; i < 3; i++) {
		philox4x32(kat[i].ctr, kat[i].key, out);
		for (int j = 0; j < 4; j++)
			CU_ASSERT_EQUAL(out[j], kat[i].out[j]);
	}
}

static void test_streams_differ(void)
{
	struct rng a, b;

	rng_init(&a, 1, RNG_AUGMENT, 2, 3);
	rng_init(&b, 1, RNG_AUGMENT, 2, 3);
	CU_ASSERT_EQUAL(rng_u32(&a), rng_u32(&b));
	rng_init(&b, 1, RNG_INIT, 2, 3);
	CU_ASSERT_NOT_EQUAL(rng_u32(&a), rng_u32(&b));
	rng_init(&a, 2, RNG_INIT, 2, 3);
	rng_init(&b, 1, RNG_INIT, 2, 3);
	CU_ASSERT_NOT_EQUAL(rng_u32(&a), rng_u32(&b));
}

static void test_distributions(void)
{
	struct rng r;
	double sum = 0, squares = 0, uniform = 0;
	uint32_t count[7] = {0}, idx[100], seen[100] = {0};
	int n = 70000;

	rng_init(&r, 42, RNG_TEST, 0, 0);
	for (int i = 0; i < n; i++) {
		double x = rng_normal(&r);

		sum += x;
		squares += x * x;
		uniform += rng_uniform(&r);
		count[rng_below(&r, 7)]++;
	}
	CU_ASSERT_DOUBLE_EQUAL(sum / n, 0, 0.02);
	CU_ASSERT_DOUBLE_EQUAL(squares / n, 1, 0.02);
	CU_ASSERT_DOUBLE_EQUAL(uniform / n, 0.5, 0.01);
	for (int i = 0; i < 7; i++)
		CU_ASSERT_DOUBLE_EQUAL(count[i], n / 7.0, 400);
	for (uint32_t i = 0; i < 100; i++)
		idx[i] = i;
	rng_shuffle(&r, idx, 100);
	for (int i = 0; i < 100; i++)
		seen[idx[i]]++;
	for (int i = 0; i < 100; i++)
		CU_ASSERT_EQUAL(seen[i], 1);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"Philox4x32-10 gives the published known answers", test_known_answers},
	    {"streams, epochs, samples and seeds are apart", test_streams_differ},
	    {"uniform, normal, below and shuffle are what they say", test_distributions},
	    {0}};

	return check_run("base/rng", cases);
}
