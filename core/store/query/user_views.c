#include "core/store/query/user_views.h"

#include <ctype.h>
#include <string.h>

#include "core/base/strbuf.h"
#include "core/store/query/filter.h"
#include "core/store/store_internal.h"

static int check_view_name(const char *name, struct error *err)
{
	size_t n = strlen(name);
	int plain = n && n < 64 && !isdigit((unsigned char)*name);

	for (size_t i = 0; i < n; i++)
		plain = plain && (isalnum((unsigned char)name[i]) || name[i] == '_');
	if (!plain)
		return error_set(err, ERR_USAGE,
				 "view '%.40s': a name consists of letters, digits and _, and does "
				 "not start with a digit",
				 name);
	if (!sqlite3_strnicmp(name, "v_", 2) || !sqlite3_strnicmp(name, "sqlite_", 7))
		return error_set(err, ERR_USAGE,
				 "view %s: names that start with %.*s are reserved: try %s", name,
				 name[0] == 'v' || name[0] == 'V' ? 2 : 7, name,
				 name[0] == 'v' || name[0] == 'V' ? name + 2 : "pivot");
	return 0;
}

static int check_view_free(struct store *s, const char *name, int replace, struct error *err)
{
	int64_t view = 0;
	int there = db_int(s, &view, err,
			   "SELECT type = 'view' FROM sqlite_schema WHERE name = ? COLLATE NOCASE",
			   "t", name);

	if (there < 0 || !there || (view && replace))
		return there < 0 ? -1 : 0;
	return error_set(err, ERR_USAGE,
			 view ? "view %s: it exists already: -f replaces it"
			      : "view %s: a table has this name",
			 name);
}

/* Appends the columns; names are quoted identifiers. */
static int add_pivot_columns(struct store *s, struct strbuf *sql, struct error *err)
{
	sqlite3_stmt *st = db_prepare(
	    s,
	    "SELECT 0, id, name, '' FROM param_name WHERE name NOT IN "
	    "(SELECT name FROM pragma_table_info('v_run')) UNION ALL "
	    "SELECT 1, id, name, goal FROM metric_name WHERE goal <> 'none' AND name NOT IN "
	    "(SELECT name FROM pragma_table_info('v_run')) AND name NOT IN "
	    "(SELECT name FROM param_name) ORDER BY 1, 3",
	    err);
	int more;

	if (!st)
		return -1;
	while ((more = db_step(s, st, err)) > 0) {
		long long id = sqlite3_column_int64(st, 1);
		const char *name = db_text(st, 2);

		strbuf_adds(sql,
			    "\n    , "); /* at the end of the line it would be in the comment */
		if (sqlite3_column_int(st, 0)) {
			if (filter_metric(s, id, db_text(st, 3), FILTER_LAST, sql, err)) {
				sqlite3_reset(st);
				return -1;
			}
		} else
			strbuf_addf(sql,
				    "(SELECT coalesce(p.number, p.value) FROM param p "
				    "WHERE p.recipe_id = v_run.recipe_id AND p.name_id = %lld)",
				    id);
		filter_add_alias(name, strlen(name), sql);
		strbuf_adds(sql, sqlite3_column_int(st, 0) ? " -- metric, its last value"
							   : " -- hyperparameter");
	}
	return more;
}

static int make_pivot(struct store *s, const char *view, struct error *err)
{
	struct strbuf sql = STRBUF_INIT;
	int ret;

	strbuf_addf(&sql,
		    "DROP VIEW IF EXISTS \"%s\";\nCREATE VIEW \"%s\" AS\n"
		    "  -- Runs, one a row, with a column for each hyperparameter and metric.\n"
		    "  SELECT v_run.*",
		    view, view);
	ret = add_pivot_columns(s, &sql, err);
	strbuf_adds(&sql, "\n  FROM v_run;\n");
	if (!ret && store_is_writable(s))
		ret = db_script(s, sql.buf, err);
	strbuf_release(&sql);
	return ret;
}

int user_view_create_pivot(struct store *s, const char *view, int replace, struct error *err)
{
	if (check_view_name(view, err) || tx_begin(s, err))
		return -1;
	return tx_end(s, check_view_free(s, view, replace, err) || make_pivot(s, view, err), err);
}

int user_view_drop(struct store *s, const char *view, struct error *err)
{
	struct strbuf sql = STRBUF_INIT;
	int64_t id;
	int ret;

	if (check_view_name(view, err) || tx_begin(s, err))
		return -1;
	ret = db_int(s, &id, err,
		     "SELECT rowid FROM sqlite_schema WHERE type = 'view' AND name = ?", "t", view);
	if (!ret)
		ret = error_set(err, ERR_NOT_FOUND, "%s: no such view: `ssl schema` lists views",
				view);
	strbuf_addf(&sql, "DROP VIEW \"%s\"", view);
	if (ret > 0)
		ret = store_is_writable(s) ? db_script(s, sql.buf, err) : 0;
	strbuf_release(&sql);
	return tx_end(s, ret, err);
}
