/* The digest chain and its rows; see digests.h. */
#include "core/store/digests.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/store/store_internal.h"

size_t digest_name_length(const char *name)
{
	const char *end = strstr(name, "/rule=");

	return end && end[6] && strspn(end + 6, "0123456789") == strlen(end + 6)
		   ? (size_t)(end - name)
		   : strlen(name);
}

int digest_is_timing(const char *name)
{
	size_t n = strlen(name);

	return n > 2 && !strcmp(name + n - 2, "_s");
}

uint64_t digest_bits(double value)
{
	uint64_t bits;

	if (isnan(value))
		return 0x7ff8000000000000u; /* the store records that it is NaN, not its bits */
	value += 0.0;                       /* -0 becomes 0 */
	memcpy(&bits, &value, sizeof bits);
	return bits;
}

static void add_number(struct hash *h, uint64_t x)
{
	unsigned char byte[8];

	for (int i = 0; i < 8; i++)
		byte[i] = (unsigned char)(x >> 8 * i);
	hash_add(h, byte, sizeof byte);
}

static void add_texts(const char *const *text, int n, char out[HASH_HEX])
{
	struct hash *h = hash_new();

	for (int i = 0; i < n; i++)
		hash_add(h, text[i], strlen(text[i]));
	hash_final(h, out);
}

void digest_chain_start(struct digest_chain *c, const char *recipe_hash, const char *dataset_sha256,
			const struct digest_row *from)
{
	const char *const text[] = {recipe_hash, dataset_sha256};

	digest_chain_release(c);
	c->metrics = hash_new();
	if (from)
		memcpy(c->chain, from->chain, sizeof c->chain);
	else
		add_texts(text, 2, c->chain);
	c->n = 0;
	c->step = 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b); /* an entry begins with its name */
}

static void close_step(struct digest_chain *c)
{
	qsort(c->held, (size_t)c->n, sizeof *c->held, by_name);
	for (int i = 0; i < c->n; i++) {
		hash_add(c->metrics, c->held[i].name, strlen(c->held[i].name) + 1);
		add_number(c->metrics, (uint64_t)c->step);
		add_number(c->metrics, digest_bits(c->held[i].value));
	}
	c->n = 0;
}

void digest_chain_add(struct digest_chain *c, const char *name, long step, double value)
{
	size_t length = digest_name_length(name);
	int i = 0;

	if (digest_is_timing(name))
		return;
	if (step != c->step)
		close_step(c);
	c->step = step;
	while (i < c->n && (strncmp(c->held[i].name, name, length) || c->held[i].name[length]))
		i++;
	if (i == DIGEST_NAMES) { /* no run records so many: the store is damaged */
		close_step(c);
		i = 0;
	}
	if (i == c->n) {
		snprintf(c->held[i].name, sizeof c->held[i].name, "%.*s", (int)length, name);
		c->n++;
	}
	c->held[i].value = value;
}

void digest_chain_link(struct digest_chain *c, struct digest_row *out)
{
	const char *const text[] = {c->chain, out->metrics, out->state};

	close_step(c);
	hash_final(c->metrics, out->metrics);
	add_texts(text, 3, out->chain);
	memcpy(c->chain, out->chain, sizeof c->chain);
	c->metrics = hash_new();
}

void digest_chain_release(struct digest_chain *c)
{
	char unused[HASH_HEX];

	if (c->metrics)
		hash_final(c->metrics, unused);
	c->metrics = NULL;
}

int digest_insert(struct store *s, int64_t run, const struct digest_row *d, struct error *err)
{
	return db_run(s, err,
		      "INSERT OR REPLACE INTO digest (run_id, step, epoch, metrics, state, chain) "
		      "VALUES (?, ?, ?, ?, ?, ?)",
		      "Illttt", run, d->step, d->epoch, d->metrics, d->state, d->chain);
}

static void read_row(sqlite3_stmt *st, struct digest_row *out)
{
	out->step = (long)sqlite3_column_int64(st, 0);
	out->epoch = (long)sqlite3_column_int64(st, 1);
	db_text_into(st, 2, out->metrics, sizeof out->metrics);
	db_text_into(st, 3, out->state, sizeof out->state);
	db_text_into(st, 4, out->chain, sizeof out->chain);
}

int digests_last(struct store *s, int64_t run, long step, struct digest_row *out, struct error *err)
{
	sqlite3_stmt *st = db_prepare(s,
				      "SELECT step, epoch, metrics, state, chain FROM digest "
				      "WHERE run_id = ? AND step <= ? ORDER BY step DESC LIMIT 1",
				      err);
	int found;

	if (!st)
		return -1;
	db_bind(st, "Il", run, step);
	found = db_step(s, st, err);
	if (found <= 0)
		return found;
	read_row(st, out);
	sqlite3_reset(st);
	return 1;
}

int digests_each(struct store *s, int64_t run, int (*fn)(void *ctx, const struct digest_row *d),
		 void *ctx, struct error *err)
{
	sqlite3_stmt *st = db_prepare(s,
				      "SELECT step, epoch, metrics, state, chain FROM digest "
				      "WHERE run_id = ? ORDER BY step",
				      err);
	struct digest_row row;
	int more, ret = 0;

	if (!st)
		return -1;
	db_bind(st, "I", run);
	while (!ret && (more = db_step(s, st, err)) != 0) {
		if (more > 0)
			read_row(st, &row);
		ret = more < 0 ? -1 : fn(ctx, &row);
	}
	sqlite3_reset(st);
	return ret;
}

int points_each(struct store *s, int64_t run, long above,
		int (*fn)(void *ctx, const struct metric_point *p), void *ctx, struct error *err)
{
	/* by way of the summaries, which name the series: then the rows above are found, not
	 * searched */
	sqlite3_stmt *st = db_prepare(s,
				      "SELECT n.name, m.step, m.value, m.kind "
				      "FROM metric_summary s CROSS JOIN metric m "
				      "ON m.run_id = s.run_id AND m.name_id = s.name_id "
				      "AND m.step > ?2 JOIN metric_name n ON n.id = m.name_id "
				      "WHERE s.run_id = ?1 ORDER BY m.step, n.name",
				      err);
	struct metric_point p;
	int more, ret = 0;

	if (!st)
		return -1;
	db_bind(st, "Il", run, above);
	while (!ret && (more = db_step(s, st, err)) != 0) {
		if (more > 0) {
			p.name = db_text(st, 0);
			p.step = (long)sqlite3_column_int64(st, 1);
			p.value = value_make((enum value_kind)sqlite3_column_int(st, 3),
					     sqlite3_column_double(st, 2));
		}
		ret = more < 0 ? -1 : fn(ctx, &p);
	}
	sqlite3_reset(st);
	return ret;
}

int series_max(struct store *s, int64_t run, const char *name, long *step, double *value,
	       struct error *err)
{
	sqlite3_stmt *st = db_prepare(
	    s,
	    "SELECT step, value FROM metric WHERE run_id = ? AND name_id = (SELECT id FROM "
	    "metric_name WHERE name = ?) AND step > 0 AND value IS NOT NULL "
	    "ORDER BY value DESC, step LIMIT 1",
	    err);
	int found;

	if (!st)
		return -1;
	db_bind(st, "It", run, name);
	found = db_step(s, st, err);
	if (found <= 0)
		return found;
	*step = (long)sqlite3_column_int64(st, 0);
	*value = sqlite3_column_double(st, 1);
	sqlite3_reset(st);
	return 1;
}
