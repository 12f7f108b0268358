/*
 * The digest chain: a digest of everything that a run computed, in a few bytes per epoch. The link
 * at the end of an epoch is
 *
 *     metrics = SHA-256 over (name, NUL, step, bits) of every value since the link before, in order
 *               of step and then name, without timings
 *     state   = SHA-256 over (name, NUL, size, data) of every tensor that a checkpoint would hold
 *     chain   = SHA-256 over the texts of the chain before, metrics and state
 *
 * with numbers as 8 bytes, little-endian. Chain 0 is the SHA-256 over the texts of the hashes of
 * recipe and dataset. metrics and chain follow from what the store holds, so a resumed run can
 * continue the chain and fsck can check it.
 */
#ifndef SSL_STORE_DIGESTS_H
#define SSL_STORE_DIGESTS_H

#include "core/store/runs.h"

struct digest_row {
	long step, epoch;
	char metrics[HASH_HEX], state[HASH_HEX], chain[HASH_HEX];
};

/* ---- the chain itself ---- */

enum { DIGEST_NAMES = 256 }; /* most values of one step */

/* Values are held until their step is complete, since they may be added in any order. */
struct digest_chain {
	struct hash *metrics;
	char chain[HASH_HEX]; /* of the last link */
	long step;            /* of the values that are held */
	int n;
	struct {
		char name[128];
		double value;
	} held[DIGEST_NAMES];
};

/* Begins at chain 0 or, unless `from` is NULL, after that link. */
void digest_chain_start(struct digest_chain *c, const char *recipe_hash, const char *dataset_sha256,
			const struct digest_row *from);
/* Steps must not decrease. A second value of the same name and step replaces the first. */
void digest_chain_add(struct digest_chain *c, const char *name, long step, double value);
/* Closes a link, filling out->metrics and out->chain from out->state, and begins the next one. */
void digest_chain_link(struct digest_chain *c, struct digest_row *out);
void digest_chain_release(struct digest_chain *c);

/* Length of the part of the name that the chain covers: without "/rule=1", which is added to the
 * names of values by older rules. */
size_t digest_name_length(const char *name);

/* Is it a timing, which differs between any two runs? Names of timings end in "_s". */
int digest_is_timing(const char *name);
/* The bits of a value for comparison: all NaNs are equal, and so are zero and minus zero. */
uint64_t digest_bits(double value);

/* ---- in the store ---- */

/* runs_write_points(), and with it in the same transaction a link of the digest chain (or NULL). */
int runs_write_points_digest(struct store *s, const struct run_handle *h,
			     const struct metric_point *p, int n, long epoch, long step,
			     const struct checkpoint_new *ck, const struct digest_row *d,
			     struct error *err);

/* Inside the caller's transaction. */
int digest_insert(struct store *s, int64_t run, const struct digest_row *d, struct error *err);

/* Finds the last link at or before `step`: 1; 0: there is none; -1. */
int digests_last(struct store *s, int64_t run, long step, struct digest_row *out,
		 struct error *err);

/* Both call fn in order until it returns nonzero, which they return; fn must not use the store.
 * points_each() visits the values above step `above` (-1: all), by step and then name. */
int digests_each(struct store *s, int64_t run, int (*fn)(void *ctx, const struct digest_row *d),
		 void *ctx, struct error *err);
int points_each(struct store *s, int64_t run, long above,
		int (*fn)(void *ctx, const struct metric_point *p), void *ctx, struct error *err);

/* Finds the largest value of a series and the step at which it was first reached: 1; 0: there is
 * none; -1. */
int series_max(struct store *s, int64_t run, const char *name, long *step, double *value,
	       struct error *err);

#endif
