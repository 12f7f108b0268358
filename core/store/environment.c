#include "core/store/environment.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/store/store_internal.h"

static void add(struct environment *e, const char *name, const char *value)
{
	e->item[e->n].name = name;
	snprintf(e->item[e->n].value, sizeof e->item[e->n].value, "%s", value ? value : "");
	e->n++;
}

void environment_make(struct environment *e, const struct code_info *code,
		      const struct host_info *host, const struct device_info *device)
{
	struct strbuf text = STRBUF_INIT;

	e->n = 0;
	strbuf_adds(&text, device->name ? device->name : "cpu");
	if (device->about && *device->about)
		strbuf_addf(&text, ": %s", device->about);
	if (device->engines)
		strbuf_addf(&text, ", engines %s", device->engines_name);
	add(e, "device", text.buf);
	strbuf_release(&text);
	add(e, "binary", code->binary);
	add(e, "version", code->version);
	add(e, "commit", code->commit);
	add(e, "compiler", code->compiler);
	add(e, "flags", code->flags);
	add(e, "libraries", code->libraries);
	add(e, "cpu", host->cpu);
	add(e, "isa", host->isa);
	add(e, "os", host->os);
	add(e, "host", host->name);
}

static void read_row(sqlite3_stmt *st, struct environment *e)
{
	static const char *const name[] = {"device",   "binary", "version",   "commit",
					   "compiler", "flags",  "libraries", "cpu",
					   "isa",      "os",     "host"};

	e->n = 0;
	e->attempt = (long)sqlite3_column_int64(st, 0);
	e->threads = (long)sqlite3_column_int64(st, 1);
	for (int i = 0; i < 11; i++)
		add(e, name[i], db_text(st, 2 + i));
}

int environments_each(struct store *s, int64_t run,
		      int (*fn)(void *ctx, const struct environment *e), void *ctx,
		      struct error *err)
{
	sqlite3_stmt *st =
	    db_prepare(s,
		       "SELECT a.n, r.threads, a.device || iif(a.device_about = '', '', ': ' || "
		       "a.device_about) || coalesce(', engines ' || t.name, ''), c.binary_sha256, "
		       "c.version, c.source_commit, "
		       "c.compiler, c.flags, c.libraries, h.cpu, h.isa, h.os, h.name "
		       "FROM attempt a JOIN run r ON r.id = a.run_id "
		       "JOIN code c ON c.id = a.code_id JOIN host h ON h.id = a.host_id "
		       "LEFT JOIN engine_table t ON t.id = a.engine_table_id "
		       "WHERE a.run_id = ? ORDER BY a.n",
		       err);
	struct environment *e;
	int more = 0, ret = 0;

	if (!st)
		return -1;
	e = xmalloc(sizeof *e);
	db_bind(st, "I", run);
	while (!ret && (more = db_step(s, st, err)) != 0) {
		if (more > 0)
			read_row(st, e);
		ret = more < 0 ? -1 : fn(ctx, e);
	}
	sqlite3_reset(st);
	free(e);
	return ret;
}

int environment_device(struct store *s, int64_t run, int with_about, char *out, size_t size,
		       struct error *err)
{
	sqlite3_stmt *st = db_prepare(
	    s,
	    "SELECT a.device || iif(?2 AND a.device_about <> '', ': ' || a.device_about, '') || "
	    "iif(?2, coalesce(', engines ' || t.name, ''), '') FROM attempt a LEFT JOIN "
	    "engine_table t ON t.id = a.engine_table_id WHERE a.run_id = ?1 ORDER BY a.n DESC "
	    "LIMIT 1",
	    err);
	int found;

	if (!st)
		return -1;
	db_bind(st, "Ii", run, with_about);
	found = db_step(s, st, err);
	if (found < 0)
		return -1;
	snprintf(out, size, "%s", found && db_text(st, 0) ? db_text(st, 0) : "cpu");
	sqlite3_reset(st);
	return 0;
}

int environment_devices(struct store *s, const int64_t *run, int n, struct strbuf *out,
			struct error *err)
{
	struct strbuf ids = STRBUF_INIT;
	sqlite3_stmt *st = db_prepare(s,
				      "SELECT DISTINCT device FROM attempt WHERE run_id IN (SELECT "
				      "value FROM json_each(?)) ORDER BY device",
				      err);
	int more;

	if (!st)
		return -1;
	for (int i = 0; i < n; i++)
		strbuf_addf(&ids, "%c%lld", i ? ',' : '[', (long long)run[i]);
	strbuf_adds(&ids, n ? "]" : "[]");
	db_bind(st, "t", ids.buf);
	for (int i = 0; (more = db_step(s, st, err)) > 0; i++)
		strbuf_addf(out, "%s%s", i ? ", " : "", db_text(st, 0));
	sqlite3_reset(st);
	strbuf_release(&ids);
	return more;
}
