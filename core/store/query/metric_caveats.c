#include "core/store/query/metric_caveats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/store/identity.h"
#include "core/store/metric_kinds.h"
#include "core/store/metric_names.h"
#include "core/store/query/selection.h"
#include "core/store/query/selection_add.h"

enum { LISTED = 4 }; /* at most so many settings, or reasons, are listed */

/* "test.knn.top1" for "val.knn.top1", and the other way; "" for other names. */
static void other_split(const char *metric, char out[256])
{
	out[0] = 0;
	if (!strncmp(metric, "test.", 5))
		snprintf(out, 256, "val.%s", metric + 5);
	else if (!strncmp(metric, "val.", 4))
		snprintf(out, 256, "test.%s", metric + 4);
}

/* The name of the same metric by version 1 of the rules; "" if the metric is by an older rule
 * itself.
 */
static void older_rule(const char *metric, char out[256])
{
	size_t n = identity_base(metric);
	struct strbuf settings = STRBUF_INIT, name = STRBUF_INIT;

	out[0] = 0;
	if (!strstr(metric + n, "rule=")) {
		strbuf_addf(&settings, "%s%srule=1", metric[n] ? metric + n + 1 : "",
			    metric[n] ? "," : "");
		identity_canonical(settings.buf, &name);
		snprintf(out, 256, "%.*s/%s", (int)n, metric, name.buf);
	}
	strbuf_release(&settings);
	strbuf_release(&name);
}

int metric_is_loss(const char *metric)
{
	return !strncmp(metric, "loss", 4) && (!metric[4] || metric[4] == '.') &&
	       !strcmp(metric_kind_goal(metric), "min");
}

int metric_has_caveats(struct store *s, const char *metric, int complete, struct error *err)
{
	char other[256], older[256];
	int64_t yes = 0;
	int found;

	if (metric_is_loss(metric)) {
		found = db_int(s, &yes, err, "SELECT min(method) <> max(method) FROM run", "");
		return found < 0 ? -1 : yes != 0;
	}
	other_split(metric, other);
	older_rule(metric, older);
	if (!older[0])
		return 1;
	found = db_int(
	    s, &yes, err,
	    "SELECT (SELECT count(*) FROM metric_measure WHERE name_id = (SELECT id FROM "
	    "metric_name WHERE name = ?1)) > 1 OR (NOT ?4 AND (EXISTS (SELECT 1 FROM metric_name n "
	    "WHERE n.name IN (?2, ?3) AND (EXISTS (SELECT 1 FROM eval_value v WHERE "
	    "v.name_id = n.id) OR EXISTS (SELECT 1 FROM metric_summary y WHERE y.name_id "
	    "= n.id))) OR (?1 GLOB '*top[15]*' AND EXISTS (SELECT 1 FROM eval WHERE "
	    "missing IS NOT NULL))))",
	    "ttti", metric, other, older, complete);
	return found < 0 ? -1 : yes != 0;
}

/* ---- counting texts ---- */

struct kind {
	char *text;
	int64_t dataset;
	int n;
};
struct kinds {
	struct kind *kind;
	int n;
};

static void count_text(struct kinds *k, const char *text, int64_t dataset, int n)
{
	for (int i = 0; i < k->n; i++)
		if (k->kind[i].dataset == dataset && !strcmp(k->kind[i].text, text)) {
			k->kind[i].n += n;
			return;
		}
	k->kind = xrealloc(k->kind, ((size_t)k->n + 1) * sizeof *k->kind);
	k->kind[k->n++] = (struct kind){xstrdup(text), dataset, n};
}

static void kinds_release(struct kinds *k)
{
	for (int i = 0; i < k->n; i++)
		free(k->kind[i].text);
	free(k->kind);
	*k = (struct kinds){0};
}

/* The numbers of images are not compared between datasets, only the other settings are. */
static void merge_datasets(struct kinds *k)
{
	struct kinds merged = {0};
	int several = 0;

	for (int i = 1; i < k->n; i++)
		several |= k->kind[i].dataset != k->kind[0].dataset;
	if (!several)
		return;
	for (int i = 0; i < k->n; i++) {
		struct strbuf text = STRBUF_INIT;

		for (const char *p = k->kind[i].text; *p; p += strspn(p, ", ")) {
			size_t n = strcspn(p, ",");

			if (strncmp(p, "bank=", 5) && strncmp(p, "images=", 7))
				strbuf_addf(&text, "%s%.*s", text.len ? ", " : "", (int)n, p);
			p += n;
		}
		count_text(&merged, text.buf, 0, k->kind[i].n);
		strbuf_release(&text);
	}
	kinds_release(k);
	*k = merged;
}

/* True if the setting p[0 .. n-1] ("k=20") is in the measure. */
static int has_setting(const char *measure, const char *p, size_t n)
{
	for (const char *q = measure;; q += strspn(q, ", ")) {
		size_t length = strcspn(q, ",");

		if (length == n && !strncmp(p, q, n))
			return 1;
		q += length;
		if (!*q)
			return 0;
	}
}

/* Appends the settings of the i-th measure that not all measures have: "k=20". */
static void add_differing(const struct kinds *k, int i, struct strbuf *out)
{
	const char *p = k->kind[i].text, *comma = "";

	while (*p) {
		size_t n = strcspn(p, ",");
		int all = 1;

		for (int j = 0; j < k->n; j++)
			all = all && has_setting(k->kind[j].text, p, n);
		if (!all) {
			strbuf_addf(out, "%s%.*s", comma, (int)n, p);
			comma = " ";
		}
		p += n;
		p += strspn(p, ", ");
	}
}

static const char *plural(int n)
{
	return n == 1 ? "" : "s";
}

static void add_measures(const char *metric, const struct kinds *k, struct strbuf *out)
{
	if (k->n < 2)
		return;
	strbuf_addf(
	    out,
	    "The values of %s cannot be compared, since the recipes evaluate with different "
	    "settings: ",
	    metric);
	for (int i = 0; i < k->n && i < LISTED; i++) {
		strbuf_adds(out, i ? "; " : "");
		add_differing(k, i, out);
		strbuf_addf(out, " (%d run%s)", k->kind[i].n, plural(k->kind[i].n));
	}
	if (k->n > LISTED)
		strbuf_addf(out, " and %d more", k->n - LISTED);
	strbuf_adds(out, ".\n");
}

static void add_missing(const char *metric, const struct kinds *k, struct strbuf *out)
{
	int all = 0;

	for (int i = 0; i < k->n; i++)
		all += k->kind[i].n;
	if (!all)
		return;
	strbuf_addf(out, "%s is missing for %d run%s: ", metric, all, plural(all));
	for (int i = 0; i < k->n && i < LISTED; i++)
		strbuf_addf(out, "%s%s%s", i ? "; " : "", k->kind[i].text,
			    k->kind[i].n > 1 ? " (several)" : "");
	if (k->n > LISTED)
		strbuf_addf(out, " and %d other reasons", k->n - LISTED);
	strbuf_adds(out, ".\n");
}

/* ---- reading ---- */

struct found {
	struct kinds measures, missing;
	int other, older; /* how many runs have only the other split, or only an older rule */
};

static int read_run(struct store *s, const char *metric, const char *other, const char *older,
		    int64_t run, struct found *r, struct error *err)
{
	sqlite3_stmt *st =
	    db_prepare(s,
		       "SELECT e.measure, e.missing, r.dataset_id FROM run r CROSS JOIN eval e "
		       "CROSS JOIN eval_value v WHERE r.id = ?1 AND e.run_id = r.id AND v.eval_id "
		       "= e.id AND v.name_id = (SELECT id FROM metric_name WHERE name = ?2) "
		       "ORDER BY e.step DESC, e.id DESC LIMIT 1",
		       err);
	int64_t which = 0;
	int more, found = 0;

	if (!st)
		return -1;
	db_bind(st, "It", run, metric);
	while ((more = db_step(s, st, err)) > 0) {
		found = 1;
		if (sqlite3_column_type(st, 1) != SQLITE_NULL)
			count_text(&r->missing, db_text(st, 1), 0, 1);
		else if (*db_text(st, 0))
			count_text(&r->measures, db_text(st, 0), sqlite3_column_int64(st, 2), 1);
	}
	if (more || found)
		return more;
	if (db_int(
		s, &which, err,
		"SELECT max(CASE metric WHEN ?2 THEN 1 ELSE 2 END) FROM v_last WHERE run_id = ?1 "
		"AND metric IN (?2, ?3) AND NOT EXISTS (SELECT 1 FROM metric_summary WHERE "
		"run_id = ?1 AND name_id = (SELECT id FROM metric_name WHERE name = ?4))",
		"Ittt", run, other, older, metric) < 0)
		return -1;
	r->other += which == 1;
	r->older += which == 2;
	return 0;
}

/* Appends what the newest version of the rules changed in the metric. */
static int add_rule(struct store *s, const char *metric, struct strbuf *out, struct error *err)
{
	sqlite3_stmt *st = db_prepare(
	    s, "SELECT about FROM metric_rule WHERE ? GLOB pattern ORDER BY version DESC, pattern",
	    err);
	struct strbuf base = STRBUF_INIT;
	int found;

	if (!st)
		return -1;
	strbuf_add(&base, metric, identity_base(metric));
	db_bind(st, "t", base.buf);
	found = db_step(s, st, err);
	if (found > 0) {
		strbuf_addf(out, " (now: %.*s)", (int)strlen(db_text(st, 0)) - 1, db_text(st, 0));
		sqlite3_reset(st);
	}
	strbuf_release(&base);
	return found < 0 ? -1 : 0;
}

static int add_others(struct store *s, const char *metric, const char *other, const char *older,
		      const struct found *r, struct strbuf *out, struct error *err)
{
	if (r->other)
		strbuf_addf(out, "%d run%s only %s, which is not compared with %s.\n", r->other,
			    r->other == 1 ? " has" : "s have", other, metric);
	if (!older[0]) {
		strbuf_addf(out, "The values of %s are by an older rule", metric);
		if (add_rule(s, metric, out, err))
			return -1;
		strbuf_adds(out, ": `ssl eval RUN` computes the corrected ones.\n");
	}
	if (r->older)
		strbuf_addf(out,
			    "%d run%s only %s, by an older rule: `ssl eval RUN` computes the "
			    "corrected value.\n",
			    r->older, r->older == 1 ? " has" : "s have", older);
	return 0;
}

/* The methods of those of the runs that have a value. */
static int read_methods(struct store *s, const char *metric, const int64_t *id, int n,
			struct kinds *methods, struct error *err)
{
	sqlite3_stmt *st = db_prepare(
	    s,
	    "SELECT r.method FROM run r JOIN metric_summary y ON y.run_id = r.id AND y.name_id = "
	    "(SELECT id FROM metric_name WHERE name = ?1) WHERE r.id = ?2",
	    err);
	int more = 0;

	if (!st)
		return -1;
	for (int i = 0; i < n && more >= 0; i++) {
		db_bind(st, "tI", metric, id[i]);
		while ((more = db_step(s, st, err)) > 0)
			count_text(methods, db_text(st, 0), 0, 1);
	}
	return more;
}

static int loss_caveats(struct store *s, const char *metric, const int64_t *id, int n,
			struct strbuf *out, int *differ, struct error *err)
{
	struct kinds methods = {0};
	int ret = read_methods(s, metric, id, n, &methods, err);

	if (!ret && methods.n > 1) {
		strbuf_adds(out, "The losses of different methods (");
		for (int i = 0; i < methods.n; i++)
			strbuf_addf(out, "%s%s", i ? ", " : "", methods.kind[i].text);
		strbuf_addf(out,
			    ") measure different things: %s compares runs of one method only.\n",
			    metric);
	}
	if (differ)
		*differ = methods.n > 1;
	kinds_release(&methods);
	return ret;
}

int metric_caveats(struct store *s, const char *metric, const int64_t *id, int n,
		   struct strbuf *out, int *differ, struct error *err)
{
	struct found r = {0};
	char other[256], older[256];
	int ret = metric_has_caveats(s, metric, 0, err);

	if (differ)
		*differ = 0;
	if (ret <= 0)
		return ret;
	if (metric_is_loss(metric))
		return loss_caveats(s, metric, id, n, out, differ, err);
	other_split(metric, other);
	older_rule(metric, older);
	ret = 0;
	for (int i = 0; !ret && i < n; i++)
		ret = read_run(s, metric, other, older, id[i], &r, err);
	if (!ret) {
		merge_datasets(&r.measures);
		add_measures(metric, &r.measures, out);
		add_missing(metric, &r.missing, out);
		ret = n ? add_others(s, metric, other, older, &r, out, err) : 0;
	}
	if (differ)
		*differ = r.measures.n > 1;
	kinds_release(&r.measures);
	kinds_release(&r.missing);
	return ret;
}

int metric_caveats_selection(struct store *s, const struct selection *sel, const char *metric,
			     struct strbuf *out, int *differ, struct error *err)
{
	int64_t *id = xmalloc(((size_t)sel->n + 1) * sizeof *id);
	int ret;

	for (int i = 0; i < sel->n; i++)
		id[i] = sel->run[i].id;
	ret = metric_caveats(s, metric, id, sel->n, out, differ, err);
	free(id);
	return ret;
}

int metric_caveats_where(struct store *s, const char *metric, const char *where, struct strbuf *out,
			 int *differ, struct error *err)
{
	struct selection sel = {0};
	int ret = metric_has_caveats(s, metric, 0, err);

	if (differ)
		*differ = 0;
	if (ret <= 0)
		return ret;
	ret = selection_add_where(s, &sel, where, err);
	if (!ret)
		ret = metric_caveats_selection(s, &sel, metric, out, differ, err);
	selection_release(&sel);
	return ret;
}

int metric_caveats_pair(struct store *s, int64_t a, int64_t b, struct strbuf *out,
			struct error *err)
{
	static const char sql[] = "SELECT metric FROM v_last WHERE run_id = ? AND metric GLOB "
				  "'*.top1*' AND measure IS NOT NULL ORDER BY metric";
	sqlite3_stmt *st = db_prepare(s, sql, err);
	const int64_t id[] = {a, b};
	struct strbuf names = STRBUF_INIT;
	int more, ret;

	if (!st)
		return -1;
	db_bind(st, "I", a);
	while ((more = db_step(s, st, err)) > 0)
		strbuf_addf(&names, "%s\n", db_text(st, 0));
	ret = more;
	for (const char *p = names.buf; !ret && *p; p += strcspn(p, "\n") + 1) {
		struct strbuf text = STRBUF_INIT;
		char name[256];
		int differ;

		snprintf(name, sizeof name, "%.*s", (int)strcspn(p, "\n"), p);
		ret = metric_caveats(s, name, id, 2, &text, &differ, err);
		if (!ret && differ)
			strbuf_add(out, text.buf, strcspn(text.buf, "\n") + 1);
		strbuf_release(&text);
	}
	strbuf_release(&names);
	return ret;
}
