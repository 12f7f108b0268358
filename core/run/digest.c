/* A run's digest chain; see digest.h. */
#include "core/run/digest.h"

#include <stdlib.h>
#include <string.h>

#include "core/run/save.h"
#include "core/tensor/safetensors.h"

struct run_digest {
	struct digest_chain chain;
	struct digest_row link;
	int pending; /* the link is not recorded yet */
};

static int feed(void *ctx, const struct metric_point *p)
{
	digest_chain_add(ctx, p->name, p->step, p->value);
	return 0;
}

int digest_start(struct run *r, struct error *err)
{
	struct digest_row last;
	struct run_digest *d;
	int found = 0;

	if (r->step > 0) {
		found = digests_last(r->store, r->handle.id, r->step, &last, err);
		if (found < 0)
			return -1;
		if (!found && r->step >= r->steps_per_epoch)
			return 0; /* its epochs had no links: it is older than they are */
	}
	r->digest = d = xcalloc(1, sizeof *d);
	digest_chain_start(&d->chain, r->recipe.hash, r->dataset_row.sha256, found ? &last : NULL);
	if (!r->step)
		return 0;
	return points_each(r->store, r->handle.id, found ? last.step : -1, feed, &d->chain, err);
}

void digest_note(struct run *r, const char *name, double value)
{
	if (r->digest)
		digest_chain_add(&r->digest->chain, name, r->step, value);
	if (r->opts.watch)
		r->opts.watch(r->opts.watch_ctx, name, r->step, value);
}

static size_t bytes_of(const struct st_entry *e)
{
	static const size_t size[] = {
	    [ST_F32] = 4, [ST_F64] = 8, [ST_I64] = 8, [ST_I32] = 4, [ST_U8] = 1};

	return e->n * size[e->dtype];
}

static void state_hash(const struct st_entry *e, int n, char state[HASH_HEX])
{
	struct hash *h = hash_new();

	for (int i = 0; i < n; i++) {
		uint64_t bytes = bytes_of(&e[i]);
		unsigned char le[8];

		for (int k = 0; k < 8; k++)
			le[k] = (unsigned char)(bytes >> 8 * k);
		hash_add(h, e[i].name, strlen(e[i].name) + 1);
		hash_add(h, le, sizeof le);
		hash_add(h, e[i].data, bytes);
	}
	hash_final(h, state);
}

void digest_link(struct run *r)
{
	struct run_digest *d = r->digest;
	struct arena a = ARENA_INIT;
	struct st_entry *e;
	int n;

	if (!d)
		return;
	n = checkpoint_entries(&r->params, &a, &e);
	state_hash(e, n, d->link.state);
	arena_release(&a);
	d->link.step = r->step;
	d->link.epoch = r->epoch;
	digest_chain_link(&d->chain, &d->link);
	d->pending = 1;
}

const struct digest_row *digest_pending(const struct run *r)
{
	return r->digest && r->digest->pending ? &r->digest->link : NULL;
}

void digest_flushed(struct run *r)
{
	if (r->digest)
		r->digest->pending = 0;
}

void digest_release(struct run *r)
{
	if (r->digest)
		digest_chain_release(&r->digest->chain);
	free(r->digest);
	r->digest = NULL;
}

int digest_of_checkpoint(const char *path, char state[HASH_HEX], struct error *err)
{
	struct safetensors st;

	if (st_open(path, &st, err))
		return -1;
	state_hash(st.entry, st.n, state);
	st_close(&st);
	return 0;
}
