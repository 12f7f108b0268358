/* The views of schema/views.sql. A writer that opens a store with other views creates them again; a
 * reader, which never writes, creates temporary views for its connection. So no query uses a view
 * that differs from schema/views.sql. While runs are running, every connection has temporary views,
 * those of schema/locks.sql included, which find out from the locks which processes are alive
 * (alive.h). The stored views cannot do so, since other programs read them too. */
#include <string.h>

#include "core/base/strbuf.h"
#include "core/store/schema.h"
#include "core/store/schema_check.h"

static const char create[] = "CREATE VIEW ";

static const char *text_of(const char *name)
{
	for (const struct schema_file *f = schema_files; f->name; f++)
		if (!strcmp(f->name, name))
			return f->sql;
	BUG("schema/%s is not embedded", name);
}

static const char *views_sql(void)
{
	return text_of("views.sql");
}

/* True if the text is one whole statement of schema/views.sql. */
static int is_ours(const char *sql)
{
	const char *ours = views_sql(), *p = ours;
	size_t n = strlen(sql);

	if (strncmp(sql, create, strlen(create)))
		return 0;
	for (; (p = strstr(p, sql)); p++)
		if (p[n] == ';' && (p == ours || p[-1] == '\n'))
			return 1;
	return 0;
}

static int count_ours(void)
{
	int n = 0;

	for (const char *p = views_sql(); (p = strstr(p, create)); p += strlen(create))
		n++;
	return n;
}

/* 1 if the store has exactly the views of schema/views.sql, 0 if not, -1 with *err. The recorded
 * hash alone does not prove it, since a view can be changed without it. */
static int are_current(struct store *s, const char *hash, struct error *err)
{
	sqlite3_stmt *st;
	int64_t same = 0;
	int found, more, n = 0, bad = 0;

	found = db_int(s, &same, err, "SELECT 1 FROM meta WHERE key = 'views' AND value = ?", "t",
		       hash);
	if (found <= 0)
		return found;
	st = db_prepare(
	    s, "SELECT sql FROM sqlite_schema WHERE type = 'view' AND lower(name) GLOB 'v_*'", err);
	if (!st)
		return -1;
	while ((more = db_step(s, st, err)) > 0) {
		bad |= !is_ours(db_text(st, 0));
		n++;
	}
	return more ? -1 : !bad && n == count_ours();
}

/* Views with other names belong to the user (see query/user_views.h). */
static int drop_views(struct store *s, struct error *err)
{
	struct strbuf sql = STRBUF_INIT;
	sqlite3_stmt *st = db_prepare(s,
				      "SELECT name FROM sqlite_schema "
				      "WHERE type = 'view' AND lower(name) GLOB 'v_*'",
				      err);
	int more, ret = st ? 0 : -1;

	while (!ret && (more = db_step(s, st, err)) != 0) {
		if (more < 0) {
			ret = -1;
		} else {
			strbuf_adds(&sql, "DROP VIEW ");
			db_add_name(&sql, db_text(st, 0));
			strbuf_addc(&sql, ';');
		}
	}
	if (!ret)
		ret = db_script(s, sql.buf, err);
	strbuf_release(&sql);
	return ret;
}

static int recreate(struct store *s, const char *hash, struct error *err)
{
	int ret;

	if (tx_begin(s, err))
		return -1;
	ret = drop_views(s, err) || db_script(s, views_sql(), err) ||
	      db_run(s, err, "INSERT OR REPLACE INTO meta (key, value) VALUES ('views', ?)", "t",
		     hash);
	return tx_end(s, ret, err);
}

static int create_temporary(struct store *s, struct error *err)
{
	struct strbuf sql = STRBUF_INIT;
	const char *p = views_sql(), *next;
	int ret;

	/* its views come first, so that IF NOT EXISTS leaves out those of the same names */
	strbuf_adds(&sql, text_of("locks.sql"));
	while ((next = strstr(p, create))) {
		strbuf_add(&sql, p, (size_t)(next - p));
		strbuf_adds(&sql, "CREATE TEMP VIEW IF NOT EXISTS ");
		p = next + strlen(create);
	}
	strbuf_adds(&sql, p);
	ret = db_script(s, sql.buf, err);
	strbuf_release(&sql);
	return ret;
}

int views_update(struct store *s, struct error *err)
{
	const int reads = s->mode != STORE_WRITE;
	char hash[HASH_HEX];
	int64_t running = 0;
	int current;

	hash_buffer(views_sql(), strlen(views_sql()), hash);
	current = are_current(s, hash, err);
	if (current < 0 || (!current && !reads && recreate(s, hash, err)) ||
	    db_int(s, &running, err, "SELECT 1 FROM run WHERE status = 'running' LIMIT 1", "") < 0)
		return -1;
	return running || (!current && reads) ? create_temporary(s, err) : 0;
}
