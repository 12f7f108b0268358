#include "core/store/upkeep/fsck.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/store/digests.h"
#include "core/store/metrics.h"
#include "core/store/object.h"
#include "core/store/schema_check.h"
#include "core/store/store_internal.h"
#include "core/store/upkeep/fsck_internal.h"
#include "core/store/upkeep/garbage.h"

int runs_next(struct store *s, int64_t after, int64_t *id, struct error *err)
{
	return db_int(s, id, err, "SELECT id FROM run WHERE id > ? ORDER BY id LIMIT 1", "I",
		      after);
}

/* SQLite's own check, which returns "ok" or a row per error. */
static int check_database(struct store *s, struct fsck *f, struct error *err)
{
	sqlite3_stmt *st = db_prepare(s, "PRAGMA integrity_check", err);
	int more;

	if (!st)
		return -1;
	while ((more = db_step(s, st, err)) > 0)
		if (strcmp(db_text(st, 0), "ok"))
			fsck_report(f, "database", "ssl.db", db_text(st, 0), 0, 0);
	return more;
}

static void check_schema(struct store *s, struct fsck *f)
{
	char why[200];

	if (schema_damage(s, why))
		fsck_report(f, "schema", "ssl.db", why, 0, 0);
}

static int check_references(struct store *s, struct fsck *f, struct error *err)
{
	sqlite3_stmt *st = db_prepare(s,
				      "SELECT \"table\", \"parent\", count(*) "
				      "FROM pragma_foreign_key_check GROUP BY 1, 2",
				      err);
	char why[200];
	int more;

	if (!st)
		return -1;
	while ((more = db_step(s, st, err)) > 0) {
		snprintf(why, sizeof why, "%d rows refer to a row of table %.100s that is missing",
			 sqlite3_column_int(st, 2), db_text(st, 1));
		fsck_report(f, "reference", db_text(st, 0), why, 0, 0);
	}
	return more;
}

/* An object as its row has it. */
struct listed {
	int64_t id;
	char sha256[HASH_HEX];
	int64_t bytes;
};

/* What is wrong with the file of an object, into why; 0: nothing. */
static int file_is_wrong(struct store *s, const struct fsck *f, const struct listed *o,
			 char why[200])
{
	char path[4200], hex[HASH_HEX];
	struct error err = {0};
	struct stat st;

	object_path(s, o->sha256, path, sizeof path);
	if (stat(path, &st) && errno == ENOENT)
		snprintf(why, 200, "its file is missing");
	else if (stat(path, &st))
		snprintf(why, 200, "its file cannot be read: %s", strerror(errno));
	else if (!S_ISREG(st.st_mode))
		snprintf(why, 200, "its file is not a regular file");
	else if ((int64_t)st.st_size != o->bytes)
		snprintf(why, 200, "its file has %lld bytes, not %lld", (long long)st.st_size,
			 (long long)o->bytes);
	else if (f->quick)
		return 0;
	else if (hash_file(path, hex, &err))
		snprintf(why, 200, "%.199s", err.msg);
	else if (strcmp(hex, o->sha256) != 0)
		snprintf(why, 200, "the content of its file has hash %s", hex);
	else
		return 0;
	return 1;
}

/* A run that goes on removes checkpoints: a row that is gone by now has no file to look for. */
static int check_file(struct store *s, struct fsck *f, const struct listed *o, struct error *err)
{
	char why[200];
	int64_t n;

	f->objects++;
	if (!file_is_wrong(s, f, o, why))
		return 0;
	if (db_int(s, &n, err,
		   "SELECT count(*) FROM object WHERE id = ? AND CAST(sha256 AS TEXT) = ?", "It",
		   o->id, o->sha256) < 0)
		return -1;
	if (n)
		fsck_report(f, "object", o->sha256, why, 0, 0);
	else
		f->objects--;
	return 0;
}

static int list_objects(struct store *s, struct fsck *f, struct listed **out, int *n,
			struct error *err)
{
	sqlite3_stmt *st = db_prepare(s, "SELECT sha256, bytes, id FROM object ORDER BY id", err);
	int more;

	if (!st)
		return -1;
	while ((more = db_step(s, st, err)) > 0) {
		const char *sha256 = db_text(st, 0);

		if (!hash_is_hex(sha256)) {
			fsck_report(f, "object", sha256, "not a SHA-256", 0, 0);
			continue;
		}
		*out = xrealloc(*out, ((size_t)*n + 1) * sizeof **out);
		memcpy((*out)[*n].sha256, sha256, HASH_HEX);
		(*out)[*n].bytes = sqlite3_column_int64(st, 1);
		(*out)[(*n)++].id = sqlite3_column_int64(st, 2);
	}
	return more;
}

static int check_objects(struct store *s, struct fsck *f, struct error *err)
{
	struct listed *list = NULL;
	int n = 0, ret = list_objects(s, f, &list, &n, err);

	for (int i = 0; !ret && i < n; i++)
		ret = check_file(s, f, &list[i], err);
	free(list);
	return ret;
}

struct summarised {
	int64_t run, name;
	char text[200]; /* "RUN METRIC" */
};

/* Lists every run and metric that has a series or a summary. */
static int list_summarised(struct store *s, struct summarised **out, int *n, struct error *err)
{
	sqlite3_stmt *st =
	    db_prepare(s,
		       "SELECT p.run_id, p.name_id, r.name || ' ' || n.name FROM ("
		       "SELECT DISTINCT run_id, name_id FROM metric "
		       "UNION SELECT run_id, name_id FROM metric_summary) p "
		       "JOIN run r ON r.id = p.run_id JOIN metric_name n ON n.id = p.name_id "
		       "ORDER BY p.run_id, n.name",
		       err);
	int more;

	if (!st)
		return -1;
	while ((more = db_step(s, st, err)) > 0) {
		*out = xrealloc(*out, ((size_t)*n + 1) * sizeof **out);
		(*out)[*n].run = sqlite3_column_int64(st, 0);
		(*out)[*n].name = sqlite3_column_int64(st, 1);
		db_text_into(st, 2, (*out)[*n].text, sizeof(*out)[*n].text);
		++*n;
	}
	return more;
}

static int check_summaries(struct store *s, struct fsck *f, struct error *err)
{
	struct summarised *list = NULL;
	int n = 0, ret = list_summarised(s, &list, &n, err);

	for (int i = 0; !ret && i < n; i++) {
		int good = metrics_check(s, list[i].run, list[i].name, f->fix, err);

		f->series++;
		if (good < 0)
			ret = -1;
		else if (!good)
			fsck_report(f, "summary", list[i].text,
				    f->fix && !store_is_writable(s)
					? "differs from its series: would be rebuilt"
				    : f->fix ? "differed from its series: rebuilt"
					     : "differs from its series: --fix rebuilds it",
				    0, f->fix);
	}
	free(list);
	return ret;
}

/* ---- the digest chain ---- */

struct walk {
	struct fsck *f;
	const char *run;
	struct digest_row *link; /* as recorded */
	int n, at;
	struct digest_chain chain; /* as computed from the values */
};

/* Computes the links whose step is before `step` and compares them with the recorded ones. */
static void close_before(struct walk *w, long step)
{
	struct digest_row computed;
	char what[160];

	while (w->at < w->n && w->link[w->at].step < step) {
		const struct digest_row *recorded = &w->link[w->at++];

		computed = *recorded;
		digest_chain_link(&w->chain, &computed);
		w->f->links++;
		snprintf(what, sizeof what, "%.90s step %ld", w->run, recorded->step);
		if (strcmp(computed.metrics, recorded->metrics))
			fsck_report(w->f, "digest", what,
				    "does not match the recorded values up to this step", 0, 0);
		else if (strcmp(computed.chain, recorded->chain))
			fsck_report(w->f, "digest", what, "does not match the digest before it", 0,
				    0);
		/* the next link is computed from the recorded one, so that an error is reported
		 * once */
		memcpy(w->chain.chain, recorded->chain, sizeof w->chain.chain);
	}
}

static int add_point(void *ctx, const struct metric_point *p)
{
	struct walk *w = ctx;

	close_before(w, p->step);
	digest_chain_add(&w->chain, p->name, p->step, p->value);
	return 0;
}

static int add_link(void *ctx, const struct digest_row *d)
{
	struct walk *w = ctx;

	w->link = xrealloc(w->link, ((size_t)w->n + 1) * sizeof *w->link);
	w->link[w->n++] = *d;
	return 0;
}

static int check_chain(struct store *s, struct fsck *f, int64_t id, struct error *err)
{
	struct run_row row;
	struct walk w = {.f = f};
	struct error why = {0};
	int ret;

	/* the check of checkpoints, which --quick skips, reports such a run as well */
	if (runs_get(s, id, &row, &why)) {
		if (why.code == ERR_CORRUPT && !f->quick)
			return 0;
		return fsck_report_row(f, id, &why, err);
	}
	w.run = row.name;
	ret = digests_each(s, id, add_link, &w, err);
	if (!ret && w.n) {
		digest_chain_start(&w.chain, row.recipe_hash,
				   row.dataset_sha256 ? row.dataset_sha256 : "", NULL);
		ret = points_each(s, id, -1, add_point, &w, err);
		if (!ret)
			close_before(&w, INT64_MAX);
		digest_chain_release(&w.chain);
	}
	free(w.link);
	run_row_release(&row);
	return ret;
}

static int check_chains(struct store *s, struct fsck *f, struct error *err)
{
	sqlite3_stmt *st = db_prepare(s, "SELECT DISTINCT run_id FROM digest", err);
	int64_t *id = NULL;
	int n = 0, more, ret;

	if (!st)
		return -1;
	while ((more = db_step(s, st, err)) > 0) {
		id = xrealloc(id, ((size_t)n + 1) * sizeof *id);
		id[n++] = sqlite3_column_int64(st, 0);
	}
	ret = more;
	for (int i = 0; !ret && i < n; i++)
		ret = check_chain(s, f, id[i], err);
	free(id);
	return ret;
}

/* ---- what a killed process leaves behind ---- */

static int note_garbage(void *ctx, const struct garbage *g)
{
	fsck_report(ctx, "garbage", g->path,
		    g->kind == GARBAGE_ROW ? "no row refers to this object: `ssl gc` removes it"
					   : "no row names this file: `ssl gc` removes it",
		    1, 0);
	return 0;
}

/* Looks for garbage, but only if objects/ belongs to this store. */
static int check_folder(struct store *s, struct fsck *f, struct error *err)
{
	struct error why = {0};

	if (!objects_check(s, 0, &why)) {
		if (!garbage_each(s, f->age, note_garbage, f, &why) || why.code == ERR_CORRUPT)
			return 0; /* check_objects() has reported a name that is no hash */
		*err = why;
		return -1;
	}
	fsck_report(f, "object", "objects/", why.msg, 0, 0);
	return 0;
}

static int note_stale(struct store *s, struct fsck *f, struct error *err)
{
	sqlite3_stmt *st =
	    db_prepare(s, "SELECT name, silent FROM v_run WHERE status = 'stale'", err);
	char why[120];
	int more;

	if (!st)
		return -1;
	while ((more = db_step(s, st, err)) > 0) {
		snprintf(why, sizeof why,
			 "has status running, but no heartbeat for %.0f s: `ssl resume` "
			 "continues it",
			 sqlite3_column_double(st, 1));
		fsck_report(f, "stale", db_text(st, 0), why, 1, 0);
	}
	return more;
}

/* Runs the checks that compare rows in one snapshot, since writers may go on. With --fix they
 * write, and so hold the write lock. */
static int check_rows(struct store *s, struct fsck *f, struct error *err)
{
	int ret;

	if (f->fix ? tx_begin(s, err) : db_run(s, err, "BEGIN", ""))
		return -1;
	ret = check_references(s, f, err) || check_summaries(s, f, err) ||
		      fsck_check_times(s, f, err) || fsck_check_engines(s, f, err) ||
		      check_chains(s, f, err)
		  ? -1
		  : 0;
	return tx_end(s, ret, err);
}

int fsck_run(struct store *s, struct fsck *f, struct error *err)
{
	if (check_database(s, f, err))
		return -1;
	check_schema(s, f);
	f->no_rows = f->damages != 0; /* rows of a damaged database may be anything */
	if (f->no_rows)
		return 0;
	return check_rows(s, f, err) || check_objects(s, f, err) || check_folder(s, f, err) ||
		       note_stale(s, f, err)
		   ? -1
		   : 0;
}
