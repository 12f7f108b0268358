#include "core/base/rng.h"

#include <math.h>
#include <string.h>

void philox4x32(const uint32_t ctr[4], const uint32_t key[2], uint32_t out[4])
{
	uint32_t c0 = ctr[0], c1 = ctr[1], c2 = ctr[2], c3 = ctr[3], k0 = key[0], k1 = key[1];
	int round;

	for (round = 0; round < 10; round++) {
		uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
		uint32_t n0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0, n2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;

		c1 = (uint32_t)p1;
		c3 = (uint32_t)p0;
		c0 = n0;
		c2 = n2;
		k0 += 0x9E3779B9u;
		k1 += 0xBB67AE85u;
	}
	out[0] = c0;
	out[1] = c1;
	out[2] = c2;
	out[3] = c3;
}

void rng_init(struct rng *r, uint64_t seed, enum rng_stream stream, uint32_t epoch, uint64_t sample)
{
	memset(r, 0, sizeof *r);
	r->key[0] = (uint32_t)seed;
	r->key[1] = (uint32_t)(seed >> 32) ^ ((uint32_t)stream << 24);
	r->ctr[1] = epoch;
	r->ctr[2] = (uint32_t)sample;
	r->ctr[3] = (uint32_t)(sample >> 32);
}

uint32_t rng_u32(struct rng *r)
{
	if (!r->left) {
		philox4x32(r->ctr, r->key, r->out);
		r->ctr[0]++;
		r->left = 4;
	}
	return r->out[4 - r->left--];
}

double rng_uniform(struct rng *r)
{
	return (rng_u32(r) >> 8) * (1.0 / 16777216.0);
}

double rng_range(struct rng *r, double lo, double hi)
{
	return lo + (hi - lo) * rng_uniform(r);
}

uint32_t rng_below(struct rng *r, uint32_t n)
{
	uint32_t limit = (uint32_t)(-n) % n, x; /* 2^32 mod n values are rejected */

	do
		x = rng_u32(r);
	while (x < limit);
	return x % n;
}

double rng_normal(struct rng *r)
{
	double u = (rng_u32(r) + 1.0) * (1.0 / 4294967296.0), v = rng_u32(r) * (1.0 / 4294967296.0);

	return sqrt(-2 * log(u)) * cos(6.283185307179586 * v);
}

void rng_shuffle(struct rng *r, uint32_t *idx, uint32_t n)
{
	while (n > 1) {
		uint32_t j = rng_below(r, n), t = idx[--n];

		idx[n] = idx[j];
		idx[j] = t;
	}
}

uint64_t rng_name_hash(const char *s)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3u;
	return h;
}
