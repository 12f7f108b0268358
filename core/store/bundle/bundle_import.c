/* Imports shared rows, runs and sweeps in one transaction; see bundle.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/store/bundle/bundle_internal.h"
#include "core/store/engine_tables.h"
#include "core/store/identity.h"
#include "core/store/object.h"
#include "core/store/params.h"

/* The size of an object of the bundle or of this store: 1; 0: neither has it; -1. */
static int find_object(const struct bundle_import *m, const char *sha256, int64_t *bytes,
		       struct error *err)
{
	char path[4200];
	struct stat st;
	int there;

	for (int i = 0; i < m->in->n_objects; i++)
		if (!strcmp(m->in->object[i].sha256, sha256)) {
			*bytes = m->in->object[i].bytes;
			return 1;
		}
	there = hash_is_hex(sha256) ? object_exists(m->s, sha256, err) : 0;
	if (there <= 0)
		return there;
	object_path(m->s, sha256, path, sizeof path);
	*bytes = stat(path, &st) ? -1 : (int64_t)st.st_size;
	return 1;
}

/* Checks rows that are identified by a hash. A row with a wrong hash would later be taken for
 * another one. */
static int check_hashed(struct bundle_import *m, const char *table, struct error *err)
{
	const char *sha256 = bundle_field(m, "sha256"), *json = bundle_field(m, "json");
	const struct json_field *bytes = jsonline_find(&m->line, "bytes");
	char hash[HASH_HEX];
	int64_t size;
	int there;

	if (!strcmp(table, "recipe")) {
		hash_buffer(json, strlen(json), hash);
		if (strcmp(hash, bundle_field(m, "hash")) != 0)
			return error_set(err, ERR_CORRUPT, "recipe %.12s: its hash is %.12s",
					 bundle_field(m, "hash"), hash);
	}
	if (strcmp(table, "object") != 0)
		return 0;
	there = find_object(m, sha256, &size, err);
	if (there <= 0)
		return there ? -1 : error_set(err, ERR_CORRUPT, "object %.12s: missing", sha256);
	if (!bytes || bytes->kind != JSON_INTEGER || size != bytes->i)
		return error_set(err, ERR_CORRUPT,
				 "object %.12s: its size is not the one in its row", sha256);
	return 0;
}

static int import_shared(struct bundle_import *m, const struct bundle_text *in, struct error *err)
{
	const struct bundle_table *t = bundle_table_find(&m->schema, in->name);
	size_t at = 0;
	int more;

	while ((more = bundle_next_line(m, in, &at, err)) > 0) {
		if (strcmp(bundle_field(m, "table"), in->name) != 0)
			return error_set(err, ERR_CORRUPT, "%s: a row of another table", in->name);
		if (check_hashed(m, in->name, err) || bundle_insert(m, t, 0, NULL, NULL, err))
			return -1;
	}
	return more;
}

/* The tables of engines of the bundle, once they are here: their choices must be those of their
 * hashes. */
static int check_engine_tables(struct bundle_import *m, const struct bundle_text *in,
			       struct error *err)
{
	size_t at = 0;
	int more;

	while ((more = bundle_next_line(m, in, &at, err)) > 0) {
		struct engine_table_row row;
		struct engine_row *choices;
		int n;

		if (engine_tables_find(m->s, bundle_field(m, "sha256"), &row, err) ||
		    engine_tables_load(m->s, &row, &choices, &n, err))
			return -1;
		free(choices);
	}
	return more;
}

/* Chooses the name of the run here: its own or, if another run has that, its own with a number.
 * *why: why it is not its own; NULL if it is. */
static int choose_name(struct bundle_import *m, const char *own, const char *uuid, char name[64],
		       const char **why, struct error *err)
{
	int64_t id;
	int taken = db_int(m->s, &id, err, "SELECT id FROM run WHERE name = ?", "t", own);

	*why = NULL;
	snprintf(name, 64, "%s", own);
	if (taken < 0)
		return -1;
	if (run_name_check(own, NULL)) {
		*why = "it cannot be used as a reference";
		return run_name_make(m->s, uuid, name, 64, err);
	}
	if (!taken)
		return 0;
	*why = "another run has this name here";
	return name_like(m->s, "SELECT id FROM run WHERE name = ?", own, name, err);
}

/* Records the former name of the run as a note. */
static int add_name_note(struct bundle_import *m, int64_t run, const char *own, const char *name,
			 const char *why, struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	int ret;

	strbuf_addf(&m->result->report, "%.64s: %s: it is now %s\n", own, why, name);
	strbuf_addf(&text, "named %s when it was imported; its name was %.64s", name, own);
	ret = db_run(m->s, err, "INSERT INTO note (run_id, text, created) VALUES (?, ?, ?)", "Itt",
		     run, text.buf, stamp_now().text);
	strbuf_release(&text);
	return ret;
}

/* Inserts the row of the run itself. own: its name in the bundle. */
static int insert_run(struct bundle_import *m, const char *uuid, const char *own, int64_t *run,
		      int64_t *attempt, struct error *err)
{
	const struct json_field *f = jsonline_find(&m->line, "attempt_id");
	const char *why;
	char name[64];

	if (strcmp(bundle_field(m, "table"), "run") || strcmp(bundle_field(m, "uuid"), uuid))
		return error_set(err, ERR_CORRUPT, "run %.13s: it does not begin with its row",
				 uuid);
	*attempt = f && f->kind == JSON_INTEGER ? f->i : 0;
	if (choose_name(m, own, uuid, name, &why, err) ||
	    bundle_insert(m, bundle_table_find(&m->schema, "run"), 0, "attempt_id",
			  why ? name : NULL, err))
		return -1;
	*run = sqlite3_last_insert_rowid(m->s->db);
	return why ? add_name_note(m, *run, own, name, why, err) : 0;
}

static int import_run(struct bundle_import *m, const struct bundle_text *in, struct error *err)
{
	struct strbuf own = STRBUF_INIT;
	int64_t run = 0, attempt = 0;
	size_t at = 0;
	int more = bundle_next_line(m, in, &at, err), ret = -1;

	if (!more)
		return error_set(err, ERR_CORRUPT, "run %.13s: empty", in->name);
	if (more > 0) {
		strbuf_adds(&own, bundle_field(m, "name"));
		ret = insert_run(m, in->name, own.buf, &run, &attempt, err);
	}
	strbuf_release(&own);
	if (ret)
		return -1;
	while ((more = bundle_next_line(m, in, &at, err)) > 0) {
		const struct bundle_table *t =
		    bundle_table_find(&m->schema, bundle_field(m, "table"));

		if (!t)
			return bundle_from_newer(m, "table ", bundle_field(m, "table"), err);
		if (strcmp(t->owner, "run") != 0 && strcmp(t->owner, "eval") != 0)
			return error_set(err, ERR_CORRUPT, "run %.13s: a row of %s", in->name,
					 t->name);
		if (bundle_insert(m, t, run, NULL, NULL, err))
			return -1;
	}
	if (more)
		return -1;
	m->result->added++;
	if (identity_import(m->s, run, err))
		return -1;
	if (db_run(m->s, err,
		   "UPDATE run SET attempt_id = (SELECT id FROM attempt WHERE run_id = ?1 AND n = "
		   "?2) WHERE id = ?1",
		   "II", run, attempt))
		return -1;
	return bundle_check_run(m, run, in->name, err);
}

static int import_all(struct bundle_import *m, const struct bundle_in *in, struct error *err)
{
	if (params_mark(m->s, err))
		return -1;
	for (int i = 0; i < in->n_shared; i++)
		if (import_shared(m, &in->shared[i], err))
			return -1;
	for (int i = 0; i < in->n_shared; i++)
		if (!strcmp(in->shared[i].name, "engine_table") &&
		    check_engine_tables(m, &in->shared[i], err))
			return -1;
	for (int i = 0; i < in->n_runs; i++) {
		int64_t run;
		int found = db_int(m->s, &run, err, "SELECT id FROM run WHERE uuid = ?", "t",
				   in->run[i].name);

		if (found < 0 || (found ? bundle_compare_run(m, &in->run[i], run, err)
					: import_run(m, &in->run[i], err)))
			return -1;
	}
	for (int i = 0; i < in->n_sweeps; i++)
		if (bundle_import_sweep(m, &in->sweep[i], err))
			return -1;
	return 0;
}

int bundle_import(struct store *s, const struct bundle_in *in, struct bundle_result *out,
		  struct error *err)
{
	struct bundle_import *m = xcalloc(1, sizeof *m);
	int ret;

	m->s = s;
	m->result = out;
	m->in = in;
	m->sweep_name = in->sweep_name;
	m->theirs = in->schema;
	m->line.text = (struct strbuf)STRBUF_INIT;
	*out = (struct bundle_result){.report = STRBUF_INIT};
	ret = bundle_schema_read(s, &m->schema, err) || tx_begin(s, err);
	if (!ret)
		ret = tx_end(s, import_all(m, in, err), err);
	for (int i = 0; i < BUNDLE_TABLES; i++)
		sqlite3_finalize(m->insert[i]);
	if (ret) {
		strbuf_release(&out->report);
		*out = (struct bundle_result){.report = STRBUF_INIT};
	}
	strbuf_release(&m->line.text);
	free(m);
	return ret ? -1 : 0;
}
