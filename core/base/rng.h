/*
 * Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as
 * 1, 2, 3", SC 2011), with the key (seed, stream) and the counter (epoch, sample, draw). The same
 * numbers give the same draws regardless of the thread, the order of the batch or the step at
 * which a run was interrupted, so no state of the generator needs to be saved.
 */
#ifndef SSL_BASE_RNG_H
#define SSL_BASE_RNG_H

#include <stdint.h>

/* The purpose of the draws. These numbers are part of every recorded result: append, never
 * renumber. */
enum rng_stream {
	RNG_INIT = 1,    /* initial weights; sample = hash of the parameter's name */
	RNG_ORDER = 2,   /* order of the samples in an epoch */
	RNG_AUGMENT = 3, /* an image's augmentation; sample = image * views + view */
	RNG_SPLIT = 4,   /* which images are held out */
	RNG_SHAPES = 5,  /* the procedural dataset */
	RNG_EVAL = 6,    /* probes, subsets of labels */
	RNG_TARGET = 7,  /* initial weights of a target network that is initialised separately */
	RNG_TEST = 8,    /* tests and gradient checks */
	RNG_NAME = 9,    /* readable run names */
	RNG_SWEEP = 20,  /* points of a sweep: epoch = block + 1, sample = point */
	RNG_STATS = 30,  /* permutation tests; epoch = number of the test, sample = draw */
};

struct rng {
	uint32_t key[2], ctr[4], out[4];
	int left; /* words of `out` not yet used */
};

void rng_init(struct rng *r, uint64_t seed, enum rng_stream stream, uint32_t epoch,
              uint64_t sample);

/* One block of Philox4x32-10: out = f(ctr, key). Public for tests against known answers. */
void philox4x32(const uint32_t ctr[4], const uint32_t key[2], uint32_t out[4]);

/* 32 random bits. */
uint32_t rng_u32(struct rng *r);

/* Uniform on [0, 1), with 24 bits, so that the float and the double build get the same value. */
double rng_uniform(struct rng *r);

/* Uniform on [lo, hi). */
double rng_range(struct rng *r, double lo, double hi);

/* Uniform on 0 .. n-1, without bias; n >= 1. */
uint32_t rng_below(struct rng *r, uint32_t n);

/* Standard normal (Box-Muller; the second value of the pair is not used). */
double rng_normal(struct rng *r);

/* Shuffles idx[0..n-1] (Fisher-Yates). */
void rng_shuffle(struct rng *r, uint32_t *idx, uint32_t n);

/* FNV-1a, 64 bits; maps a parameter's name to a sample number. */
uint64_t rng_name_hash(const char *s);

#endif
