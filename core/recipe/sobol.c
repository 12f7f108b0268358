#include "core/recipe/sobol.h"

#include "core/base/error.h"
#include "core/base/rng.h"

enum { BITS = 32, DEGREE_MAX = 7 };

/* Dimensions 2 to 20 of Joe and Kuo's table: the degree s of the primitive polynomial, its inner
 * coefficients a as bits, and the initial numbers m. Dimension 1 is the van der Corput sequence. */
static const struct {
	int s;
	unsigned a, m[DEGREE_MAX];
} joe_kuo[SOBOL_DIMS - 1] = {
    {1, 0, {1}},
    {2, 1, {1, 3}},
    {3, 1, {1, 3, 1}},
    {3, 2, {1, 1, 1}},
    {4, 1, {1, 1, 3, 3}},
    {4, 4, {1, 3, 5, 13}},
    {5, 2, {1, 1, 5, 5, 17}},
    {5, 4, {1, 1, 5, 5, 5}},
    {5, 7, {1, 1, 7, 11, 19}},
    {5, 11, {1, 1, 5, 1, 1}},
    {5, 13, {1, 1, 1, 3, 11}},
    {5, 14, {1, 3, 5, 5, 31}},
    {6, 1, {1, 3, 3, 9, 7, 49}},
    {6, 13, {1, 1, 1, 15, 21, 21}},
    {6, 16, {1, 3, 1, 13, 27, 49}},
    {6, 19, {1, 1, 1, 15, 7, 5}},
    {6, 22, {1, 3, 1, 15, 13, 25}},
    {6, 25, {1, 1, 5, 5, 19, 61}},
    {7, 1, {1, 3, 7, 11, 23, 15, 103}},
};

/* v_k = m_k / 2^k as 32-bit fractions, by the recurrence of the polynomial:
 * m_k = 2 a_1 m_{k-1} ^ ... ^ 2^{s-1} a_{s-1} m_{k-s+1} ^ 2^s m_{k-s} ^ m_{k-s} */
static void directions(int dim, uint32_t v[BITS])
{
	int s = dim ? joe_kuo[dim - 1].s : 0;

	for (int k = 0; k < BITS; k++) {
		if (!dim) {
			v[k] = (uint32_t)1 << (BITS - 1 - k);
			continue;
		}
		if (k < s) {
			v[k] = (uint32_t)joe_kuo[dim - 1].m[k] << (BITS - 1 - k);
			continue;
		}
		v[k] = v[k - s] ^ (v[k - s] >> s);
		for (int j = 1; j < s; j++)
			if (joe_kuo[dim - 1].a >> (s - 1 - j) & 1)
				v[k] ^= v[k - j];
	}
}

void sobol_point(uint64_t seed, uint32_t i, int dims, double *x)
{
	if (dims > SOBOL_DIMS)
		BUG("%d dimensions: at most %d are supported", dims, SOBOL_DIMS);
	for (int d = 0; d < dims; d++) {
		uint32_t v[BITS], bits;
		struct rng shift;

		rng_init(&shift, seed, RNG_SWEEP, 0, (uint64_t)d);
		bits = rng_u32(&shift);
		directions(d, v);
		for (int k = 0; i >> k && k < BITS; k++)
			if (i >> k & 1)
				bits ^= v[k];
		x[d] = bits / 4294967296.0;
	}
}
