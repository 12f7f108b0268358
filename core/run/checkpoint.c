/*
 * A checkpoint file holds every parameter and buffer by name, the optimiser's slots as
 * "optim.NAME.slot0" and "optim.NAME.slot1", and the position as metadata. Convolution weights are
 * HWIO in memory and OIHW in the file, as in PyTorch.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/output.h"
#include "core/run/checkpoint.h"
#include "core/tensor/safetensors.h"

static int is_conv(const struct param *p)
{
	return p->t.ndim == 4;
}

/* Copies from HWIO to OIHW, or back. */
static void permute(const struct param *p, const real *src, real *dst, int to_file)
{
	int kh = p->t.shape[0], kw = p->t.shape[1], ci = p->t.shape[2], co = p->t.shape[3];
	size_t n = p->t.n;

	if (!is_conv(p)) {
		memcpy(dst, src, n * sizeof *dst);
		return;
	}
	for (int y = 0; y < kh; y++)
		for (int x = 0; x < kw; x++)
			for (int i = 0; i < ci; i++)
				for (int o = 0; o < co; o++) {
					size_t hwio = (((size_t)y * kw + x) * ci + i) * co + o;
					size_t oihw = (((size_t)o * ci + i) * kh + y) * kw + x;

					if (to_file)
						dst[oihw] = src[hwio];
					else
						dst[hwio] = src[oihw];
				}
}

static struct st_entry entry_of(const struct param *p, char *name, const real *data)
{
	struct st_entry e = {0};

	e.name = name;
	e.dtype = REAL_IS_DOUBLE ? ST_F64 : ST_F32;
	e.ndim = p->t.ndim;
	for (int i = 0; i < p->t.ndim; i++)
		e.shape[i] = p->t.shape[i];
	if (is_conv(p)) {
		e.shape[0] = p->t.shape[3];
		e.shape[1] = p->t.shape[2];
		e.shape[2] = p->t.shape[0];
		e.shape[3] = p->t.shape[1];
	}
	e.n = p->t.n;
	e.data = data;
	return e;
}

static void slot_name(const struct param *p, int slot, char *out, size_t size)
{
	snprintf(out, size, "optim.%s.slot%d", p->name, slot);
}

/* The values of p (slot -1) or of one of its slots, in the layout of the file, in memory of `a`. */
static struct st_entry entry_for_file(struct arena *a, const struct param *p, int slot,
				      const char *name)
{
	real *copy = arena_alloc(a, p->t.n * sizeof *copy), *raw = copy;

	if (is_conv(p))
		raw = xmalloc(p->t.n * sizeof *raw);
	tensor_read(slot < 0 ? &p->t : p->slot[slot], raw);
	if (is_conv(p)) {
		permute(p, raw, copy, 1);
		free(raw);
	}
	return entry_of(p, arena_strdup(a, name), copy);
}

/* All tensors of a checkpoint in the order and layout of the file, in memory of `a`; returns their
 * number.
 */
static int all_entries(const struct params *params, struct arena *a, struct st_entry **out)
{
	struct st_entry *e = arena_alloc(a, 3 * (size_t)params->n * sizeof *e);
	int n = 0;

	for (int i = 0; i < params->n; i++) {
		const struct param *p = params->list[i];

		e[n++] = entry_for_file(a, p, -1, p->name);
		for (int s = 0; s < 2; s++) {
			char name[300];

			if (!p->slot[s])
				continue;
			slot_name(p, s, name, sizeof name);
			e[n++] = entry_for_file(a, p, s, name);
		}
	}
	*out = e;
	return n;
}

static int write_file(void *ctx, const char *path, char sha256[HASH_HEX], struct error *err)
{
	struct run *r = ctx;
	struct arena a = ARENA_INIT;
	struct st_entry *e;
	char step[32], epoch[32];
	const char *key[] = {"epoch", "format", "method", "recipe", "ssl", "step"};
	const char *value[] = {epoch, "pt", r->method->name, r->recipe.hash, "checkpoint 1", step};
	int n = all_entries(&r->params, &a, &e), ret;

	snprintf(step, sizeof step, "%ld", r->step);
	snprintf(epoch, sizeof epoch, "%ld", r->epoch);
	ret = r->device->check(r->device, err) || st_write(path, e, n, key, value, 6, sha256, err);
	arena_release(&a);
	return ret ? -1 : 0;
}

static size_t bytes_of(const struct st_entry *e)
{
	static const size_t size[] = {
	    [ST_F32] = 4, [ST_F64] = 8, [ST_I64] = 8, [ST_I32] = 4, [ST_U8] = 1};

	return e->n * size[e->dtype];
}

static void hash_entries(const struct st_entry *e, int n, char state[HASH_HEX])
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

static void hash_run(void *ctx, char state[HASH_HEX])
{
	const struct run *r = ctx;
	struct arena a = ARENA_INIT;
	struct st_entry *e;
	int n = all_entries(&r->params, &a, &e);

	hash_entries(e, n, state);
	arena_release(&a);
}

int checkpoint_state(const char *path, char state[HASH_HEX], struct error *err)
{
	struct safetensors st;

	if (st_open(path, &st, err))
		return -1;
	hash_entries(st.entry, st.n, state);
	st_close(&st);
	return 0;
}

struct recorder_state run_state(struct run *r)
{
	return (struct recorder_state){r, hash_run, write_file};
}

int run_checkpoint(struct run *r, struct error *err)
{
	const struct recorder_checkpoint ck = {
	    .at = run_position(r),
	    .state = run_state(r),
	    .keep_last = (int)recipe_int(&r->recipe, "checkpoint.keep_last"),
	    .keep_step = recipe_int(&r->recipe, "checkpoint.keep_best") ? r->best_step : -1,
	};

	return recorder_checkpoint(&r->recorder, &ck, err);
}

int run_stop(struct run *r, struct error *err)
{
	if (r->step > 0 && run_checkpoint(r, err)) /* at step 0 there is nothing to lose */
		return -1;
	if (!r->opts.stop || !*r->opts.stop)
		return error_set(err, ERR_PREEMPTED, "%s: stopped at step %ld of %ld, as asked",
				 r->handle.name, r->step, r->steps);
	return error_set(err, ERR_PREEMPTED,
			 "%s: stopped by signal %d at step %ld of %ld: `ssl resume %s` goes on",
			 r->handle.name, *r->opts.stop, r->step, r->steps, r->handle.name);
}

static int load_one(const struct safetensors *st, const char *path, const struct param *p,
		    const char *name, struct tensor *out, struct error *err)
{
	const struct st_entry *e = st_find(st, name);
	struct st_entry want = entry_of(p, NULL, NULL);
	real *raw, *values;

	if (!e)
		return error_set(err, ERR_CORRUPT, "%s: no tensor '%s'", path, name);
	if (e->ndim != want.ndim ||
	    memcmp(e->shape, want.shape, sizeof *e->shape * (size_t)e->ndim))
		return error_set(err, ERR_CORRUPT, "%s: tensor '%s' has another shape", path, name);
	raw = xmalloc(p->t.n * sizeof *raw);
#ifdef SSL_DOUBLE
	st_to_double(e, raw);
#else
	st_to_float(e, raw);
#endif
	values = xmalloc(p->t.n * sizeof *values);
	permute(p, raw, values, 0);
	tensor_write(out, values);
	free(values);
	free(raw);
	return 0;
}

int checkpoint_check(const struct recipe *recipe, const char *path, struct error *err)
{
	struct safetensors st;
	const char *hash;
	int same;

	if (st_open(path, &st, err))
		return -1;
	hash = st_meta(&st, "recipe");
	same = hash && !strcmp(hash, recipe->hash);
	if (!same)
		error_set(
		    err, ERR_USAGE,
		    "%s: the checkpoint belongs to another recipe: %.12s, and the run's is %.12s",
		    path, hash ? hash : "unknown", recipe->hash);
	st_close(&st);
	return same ? 0 : -1;
}

int checkpoint_load(struct params *p, const char *path, long *step, int need_slots,
		    struct error *err)
{
	struct safetensors st;
	const char *at;
	int ret = -1;

	if (st_open(path, &st, err))
		return -1;
	for (int i = 0; i < p->n; i++) {
		struct param *q = p->list[i];

		if (load_one(&st, path, q, q->name, &q->t, err))
			goto done;
		for (int s = 0; need_slots && s < 2; s++) {
			char name[300];

			slot_name(q, s, name, sizeof name);
			if (q->slot[s] && load_one(&st, path, q, name, q->slot[s], err))
				goto done;
		}
	}
	at = st_meta(&st, "step");
	if (!at || !*at || strspn(at, "0123456789") != strlen(at) || strlen(at) > 15) {
		error_set(err, ERR_CORRUPT, "%s: its metadata has no step that is a number", path);
		goto done;
	}
	*step = strtol(at, NULL, 10);
	ret = 0;
done:
	st_close(&st);
	return ret;
}

int checkpoint_export(const char *from, const char *prefix, const char *to, int flags,
		      struct error *err)
{
	struct output o = {.out = {.fd = -1}};
	struct safetensors st;
	struct st_entry *e;
	size_t skip = strlen(prefix);
	int n = 0, ret;

	if (st_open(from, &st, err))
		return -1;
	e = xmalloc((size_t)st.n * sizeof *e + 1);
	for (int i = 0; i < st.n; i++) {
		if (strncmp(st.entry[i].name, prefix, skip) ||
		    !strncmp(st.entry[i].name, "optim.", 6))
			continue;
		e[n] = st.entry[i];
		e[n++].name += skip;
	}
	ret = output_open(&o, to, flags, err) ||
		      st_write_to(&o.out, e, n, (const char *const *)st.meta_key,
				  (const char *const *)st.meta_value, st.n_meta, NULL, err) ||
		      output_commit(&o, err)
		  ? -1
		  : 0;
	output_abort(&o);
	free(e);
	st_close(&st);
	return ret;
}
