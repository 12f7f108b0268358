#include "core/store/query/selection_varied.h"

#include <stdlib.h>
#include <string.h>

#include "core/store/store_internal.h"

/* The value p of the hyperparameter n; for data.set the dataset's label, since several datasets may
 * have had one name. */
#define TEXT_OF(label)                                                                             \
	"CASE n.name WHEN 'data.set' THEN coalesce(" label ", p.value) ELSE p.value END"

/* Reads rows of name, index in the selection, value, number, sorted by name. */
static int read_rows(struct store *s, sqlite3_stmt *st, struct varied_set *out, struct error *err)
{
	struct varied *p = NULL;
	int more;

	while ((more = db_step(s, st, err)) > 0) {
		int at = sqlite3_column_int(st, 1);

		if (!p || strcmp(p->name, db_text(st, 0)))
			p = varied_add(out, db_text(st, 0));
		if (at < 0 || at >= out->runs || p->text[at])
			continue;
		p->text[at] = db_text_dup(st, 2);
		if (sqlite3_column_type(st, 3) != SQLITE_NULL)
			p->number[at] = sqlite3_column_double(st, 3);
	}
	for (int i = 0; i < out->n; i++)
		varied_count_levels(&out->param[i], out->runs);
	if (more)
		varied_release(out);
	return more;
}

static int read_varied(struct store *s, const struct selection *sel, struct varied_set *out,
		       struct error *err)
{
	sqlite3_stmt *st = db_prepare(
	    s,
	    "WITH chosen AS MATERIALIZED (SELECT j.key AS at, r.recipe_id, (SELECT d.label FROM "
	    "v_dataset d WHERE d.id = r.dataset_id) AS label FROM json_each(?1) j "
	    "CROSS JOIN run r ON r.id = j.value), "
	    "differing AS MATERIALIZED (SELECT p.name_id FROM (SELECT DISTINCT recipe_id FROM "
	    "chosen) c "
	    "CROSS JOIN param p ON p.recipe_id = c.recipe_id GROUP BY p.name_id "
	    "HAVING min(p.value) <> max(p.value) UNION SELECT id FROM param_name WHERE name = "
	    "'data.set' AND (SELECT min(label) <> max(label) FROM chosen)) "
	    "SELECT n.name, c.at, " TEXT_OF(
		"c.label") ", p.number FROM differing d JOIN param_name n ON n.id = "
			   "d.name_id AND n.name <> 'seed' CROSS JOIN chosen c CROSS JOIN param p "
			   "ON p.recipe_id "
			   "= "
			   "c.recipe_id AND p.name_id = d.name_id ORDER BY n.name, c.at",
	    err);
	struct strbuf ids = STRBUF_INIT;
	int ret;

	*out = (struct varied_set){.runs = sel->n};
	if (!st)
		return -1;
	selection_ids(sel, &ids);
	db_bind(st, "t", ids.buf);
	ret = read_rows(s, st, out, err);
	strbuf_release(&ids);
	return ret;
}

int selection_varied(struct store *s, const struct selection *sel, struct varied_set *out,
		     struct error *err)
{
	if (sel->varied) {
		*out = varied_part(sel->varied, NULL);
		return 0;
	}
	return read_varied(s, sel, out, err);
}

static int no_param(struct store *s, const char *name, struct error *err)
{
	char near[64];

	if (store_nearest(s, "SELECT name FROM param_name ORDER BY name", name, near, err))
		return -1;
	if (near[0] && strcmp(near, name))
		return error_set(err, ERR_NOT_FOUND,
				 "%s: none of the runs has this hyperparameter: did you mean %s?",
				 name, near);
	return error_set(err, ERR_NOT_FOUND, "%s: none of the runs has this hyperparameter", name);
}

int selection_param(struct store *s, const struct selection *sel, const char *name,
		    struct varied_set *out, struct error *err)
{
	sqlite3_stmt *st =
	    db_prepare(s,
		       "SELECT n.name, j.key, " TEXT_OF(
			   "(SELECT d.label FROM v_dataset d WHERE d.id = "
			   "r.dataset_id)") ", p.number FROM param_name n CROSS JOIN "
					    "json_each(?1) j CROSS JOIN run r ON r.id = j.value "
					    "CROSS JOIN param p ON "
					    "p.recipe_id = r.recipe_id AND p.name_id = n.id WHERE "
					    "n.name = ?2 ORDER BY j.key",
		       err);
	struct strbuf ids = STRBUF_INIT;
	int ret;

	*out = (struct varied_set){.runs = sel->n};
	if (!st)
		return -1;
	selection_ids(sel, &ids);
	db_bind(st, "tt", ids.buf, name);
	ret = read_rows(s, st, out, err);
	strbuf_release(&ids);
	return ret ? -1 : out->n ? 0 : no_param(s, name, err);
}

int selection_prepare(struct store *s, struct selection *sel, struct error *err)
{
	struct varied_set *varied = xcalloc(1, sizeof *varied);

	if (selection_varied(s, sel, varied, err)) {
		free(varied);
		return -1;
	}
	sel->varied = varied;
	selection_mark_repeated(sel);
	return 0;
}
