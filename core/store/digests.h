/*
 * The digest chain: what a run computed, in a few bytes an epoch. A link at the end of every epoch is
 *
 *     metrics = SHA-256 over (name, NUL, step, bits) of every value since the link before, in order
 *               of step and then name, timings left out
 *     state   = SHA-256 over (name, NUL, bytes, data) of every tensor that a checkpoint would hold
 *     chain   = SHA-256 over the texts of the chain before, metrics and state
 *
 * with numbers as 8 bytes, little-endian, and chain 0 = SHA-256 over the texts of the recipe's and
 * the dataset's hash. All of metrics and chain follows from what the store holds, so that a resumed
 * run takes the chain up again, and fsck can check it.
 */
#ifndef SSL_STORE_DIGESTS_H
#define SSL_STORE_DIGESTS_H

#include "core/store/runs.h"

struct digest_row {
	long step, epoch;
	char metrics[HASH_HEX], state[HASH_HEX], chain[HASH_HEX];
};

/* ---- the chain itself ---- */

enum { DIGEST_NAMES = 256 }; /* values that one step may have */

/* Values are held until their step is over, since they are noted in any order. */
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

/* Begins at chain 0, or behind link `from` when it is not NULL. */
void digest_chain_start(struct digest_chain *c, const char *recipe_hash, const char *dataset_sha256,
			const struct digest_row *from);
/* Steps must not go down. A name that comes again at the same step replaces its value. */
void digest_chain_add(struct digest_chain *c, const char *name, long step, double value);
/* Closes a link: fills out->metrics and ->chain from out->state, and begins the next. */
void digest_chain_link(struct digest_chain *c, struct digest_row *out);
void digest_chain_release(struct digest_chain *c);

/* Letters of the name that the chain covers: "/rule=1", which is added to names of values by older
 * rules, is left out. */
size_t digest_name_length(const char *name);

/* Is it a timing, which no two runs share? Their names end in "_s". */
int digest_is_timing(const char *name);
/* The bits of a value as they are compared: one NaN, and no minus zero. */
uint64_t digest_bits(double value);

/* ---- what is recorded ---- */

/* runs_write_points(), and with it in the same transaction a link of the digest chain (or NULL). */
int runs_write_points_digest(struct store *s, const struct run_handle *h, const struct metric_point *p,
		      int n, long epoch, long step, const struct checkpoint_new *ck,
		      const struct digest_row *d, struct error *err);

/* Inside the caller's transaction. */
int digest_insert(struct store *s, int64_t run, const struct digest_row *d, struct error *err);

/* The last link at or before `step`: 1, 0 there is none, -1 with *err. */
int digests_last(struct store *s, int64_t run, long step, struct digest_row *out,
		 struct error *err);

/* Both call fn in order until it returns non-zero, which is passed on; fn must not use the store.
 * Points are those above `above` (-1: all), by step and then name. */
int digests_each(struct store *s, int64_t run, int (*fn)(void *ctx, const struct digest_row *d),
		 void *ctx, struct error *err);
int points_each(struct store *s, int64_t run, long above,
		int (*fn)(void *ctx, const struct metric_point *p), void *ctx, struct error *err);

/* The largest value of a series, and where it was first reached: 1, 0 there is none, -1 with *err. */
int series_max(struct store *s, int64_t run, const char *name, long *step, double *value,
	       struct error *err);

#endif
