/* Compares a run of a bundle with the same run here. Tags and notes, which people add at any time,
 * are merged; see bundle.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/store/bundle/bundle_internal.h"
#include "core/store/identity.h"
#include "core/store/times.h"

/* Do both texts give the same time, in any format? */
static int same_time(const char *a, const char *b)
{
	char x[CLOCK_TEXT], y[CLOCK_TEXT];

	return !clock_parse(a, x) && !clock_parse(b, y) && !strcmp(x, y);
}

static int same_field(const struct jsonline *a, const struct json_field *x,
		      const struct jsonline *b, const struct json_field *y)
{
	if (!y || x->kind != y->kind)
		return 0;
	if (x->kind == JSON_TEXT && !strcmp(a->text.buf + x->name, "name_id")) {
		const char *theirs = jsonline_text(a, x), *here = jsonline_text(b, y);
		size_t n = strlen(theirs);

		/* settings may have been added to the name since */
		return !strncmp(theirs, here, n) && (!here[n] || n == identity_base(here));
	}
	if (!strcmp(a->text.buf + x->name, "method"))
		return 1; /* it follows from the recipe, which is compared; the method may have been
			     renamed */
	if (!strcmp(a->text.buf + x->name, "status") && bundle_was_pruned(a))
		return !strcmp(jsonline_text(b, y), "pruned");
	if (x->kind == JSON_TEXT)
		return !strcmp(jsonline_text(a, x), jsonline_text(b, y)) ||
		       (times_is_column(a->text.buf + x->name) &&
			same_time(jsonline_text(a, x), jsonline_text(b, y)));
	return x->kind == JSON_NULL || (x->i == y->i && x->d == y->d);
}

/* Are the rows here equal to the bundle's, except for columns that later migrations added? */
static int same_but_newer(const struct strbuf *theirs, const struct strbuf *here)
{
	struct jsonline a = {.text = STRBUF_INIT}, b = {.text = STRBUF_INIT};
	const char *p = theirs->buf, *q = here->buf;
	int same = 1;

	while (same && *p && *q) {
		const char *p_end = p + strcspn(p, "\n"), *q_end = q + strcspn(q, "\n");

		same = !jsonline_read(&a, p, p_end, NULL) && !jsonline_read(&b, q, q_end, NULL);
		for (int i = 0; same && i < a.n; i++)
			same = same_field(&a, &a.field[i], &b,
					  jsonline_find(&b, a.text.buf + a.field[i].name));
		p = p_end + (*p_end != 0);
		q = q_end + (*q_end != 0);
	}
	same = same && !*p && !*q;
	strbuf_release(&a.text);
	strbuf_release(&b.text);
	return same;
}

static int is_same(const struct bundle_import *m, const struct strbuf *theirs,
		   const struct strbuf *here)
{
	int ours = 0;

	if (here->len == theirs->len && !memcmp(here->buf, theirs->buf, here->len))
		return 1;
	return !bundle_schema_version(m->s, &ours, NULL) && m->theirs < ours &&
	       same_but_newer(theirs, here);
}

/* Splits a run's text into the lines of tags and notes (marks) and the rest. */
static int split_marks(const struct strbuf *text, struct strbuf *rest, struct strbuf *marks,
		       struct error *err)
{
	struct jsonline line = {.text = STRBUF_INIT};
	const char *p = text->buf, *end = p + text->len;
	int ret = 0;

	while (!ret && p < end) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		const struct json_field *table;

		stop = stop ? stop : end;
		ret = jsonline_read(&line, p, stop, err);
		table = ret ? NULL : jsonline_find(&line, "table");
		stop += stop < end;
		if (table && table->kind == JSON_TEXT &&
		    (!strcmp(jsonline_text(&line, table), "tag") ||
		     !strcmp(jsonline_text(&line, table), "note")))
			strbuf_add(marks, p, (size_t)(stop - p));
		else
			strbuf_add(rest, p, (size_t)(stop - p));
		p = stop;
	}
	strbuf_release(&line.text);
	return ret;
}

/* Has the run here the tag or note of the line? */
static int has_mark(struct bundle_import *m, int64_t run, struct error *err)
{
	int64_t one;

	if (!strcmp(bundle_field(m, "table"), "tag"))
		return db_int(m->s, &one, err, "SELECT 1 FROM tag WHERE run_id = ? AND name = ?",
			      "It", run, bundle_field(m, "name"));
	return db_int(m->s, &one, err,
		      "SELECT 1 FROM note WHERE run_id = ? AND text = ? AND created = ?", "Itt",
		      run, bundle_field(m, "text"), bundle_field(m, "created"));
}

/* Adds the tags and notes of the bundle that the run here lacks. */
static int merge_marks(struct bundle_import *m, const struct bundle_text *marks, int64_t run,
		       const char *name, struct error *err)
{
	int more, added = 0;
	size_t at = 0;

	while ((more = bundle_next_line(m, marks, &at, err)) > 0) {
		const char *table = bundle_field(m, "table");
		int has = has_mark(m, run, err);

		if (has < 0 || (!has && bundle_insert(m, bundle_table_find(&m->schema, table), run,
						      NULL, NULL, err)))
			return -1;
		added += !has;
	}
	if (added)
		strbuf_addf(&m->result->report, "%s: %d tag%s or note%s of the bundle added\n",
			    name, added, added == 1 ? "" : "s", added == 1 ? "" : "s");
	return more;
}

struct parts {
	struct strbuf rest;
	struct bundle_text marks;
};

static int compare(struct bundle_import *m, const struct bundle_text *in, int64_t run,
		   const char *name, struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	struct parts here = {STRBUF_INIT, {.text = STRBUF_INIT}}, theirs = here;
	char uuid[37];
	int ret = bundle_export_run(m->s, run, name, &text, uuid, err) ||
			  split_marks(&text, &here.rest, &here.marks.text, err) ||
			  split_marks(&in->text, &theirs.rest, &theirs.marks.text, err)
		      ? -1
		      : 0;

	snprintf(theirs.marks.name, sizeof theirs.marks.name, "%s", in->name);
	if (!ret && is_same(m, &theirs.rest, &here.rest)) {
		m->result->there++;
		ret = merge_marks(m, &theirs.marks, run, name, err);
	} else if (!ret) {
		m->result->conflicts++;
		strbuf_addf(
		    &m->result->report,
		    "%s (%.13s): the run here differs from the bundle's: kept as it is here\n",
		    name, in->name);
	}
	strbuf_release(&text);
	strbuf_release(&here.rest);
	strbuf_release(&here.marks.text);
	strbuf_release(&theirs.rest);
	strbuf_release(&theirs.marks.text);
	return ret;
}

int bundle_compare_run(struct bundle_import *m, const struct bundle_text *in, int64_t run,
		       struct error *err)
{
	struct strbuf name = STRBUF_INIT;
	size_t at = 0;
	int ret = bundle_next_line(m, in, &at, err) < 0 ? -1 : 0;

	if (!ret) {
		strbuf_adds(&name, bundle_field(m, "name"));
		ret = compare(m, in, run, name.buf, err);
	}
	strbuf_release(&name);
	return ret;
}
