#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "core/base/strbuf.h"
#include "core/store/metric_names.h"
#include "core/store/organise.h"
#include "core/store/query/metric_choice.h"
#include "core/store/query/refs.h"
#include "core/store/query/selection_add.h"
#include "core/store/query/metric_caveats.h"
#include "core/store/runs.h"
#include "core/store/sweep_trash.h"

enum { REF_MAX = 200, PREFIX_MIN = 4 };

/* A whole number, all of the text. */
static int parse_number(const char *text, int64_t *out)
{
	char *end;
	size_t n = strlen(text);

	if (!n || n > 18 || strspn(text, "0123456789") != n)
		return 0;
	*out = strtoll(text, &end, 10);
	return 1;
}

/* Cuts "@epoch=N" off; *epoch = -1 if there is none. */
static int cut_epoch(char *ref, long *epoch, struct error *err)
{
	char *at = strstr(ref, "@epoch=");
	int64_t n;

	*epoch = -1;
	if (!at)
		return 0;
	if (!parse_number(at + 7, &n))
		return error_set(err, ERR_USAGE, "%s: '%s' is not an epoch", ref, at + 7);
	*epoch = (long)n;
	*at = 0;
	return 0;
}

/* @ is the newest run, @~N the N-th before it; @~ is @~1, as in git. */
static int newest(struct store *s, const char *ref, int64_t *id, struct error *err)
{
	int64_t back = 0, runs = 0;
	int found;

	if (ref[0] && ref[1] && (ref[1] != '~' || (ref[2] && !parse_number(ref + 2, &back))))
		return error_set(err, ERR_USAGE,
				 "%s: not a ref: after @ comes ~N (@~2) or epoch=N (@epoch=50)",
				 ref);
	if (ref[0] && ref[1] == '~' && !ref[2])
		back = 1;
	found = db_int(s, id, err,
		       "SELECT id FROM run WHERE id NOT IN (SELECT run_id FROM trash) "
		       "ORDER BY id DESC LIMIT 1 OFFSET ?",
		       "I", back);
	if (found)
		return found < 0 ? -1 : 0;
	if (db_int(s, &runs, err,
		   "SELECT count(*) FROM run WHERE id NOT IN (SELECT run_id FROM trash)", "") < 0)
		return -1;
	if (!runs)
		return error_set(err, ERR_NOT_FOUND, "%s: no run yet: `ssl run` starts one",
				 *ref ? ref : "@");
	return error_set(err, ERR_NOT_FOUND, "%s: no such run: the store has %lld run%s", ref,
			 (long long)runs, runs == 1 ? "" : "s");
}

/* Reports the choice of the metric, and warns of the test split: a value by which runs were chosen
 * no longer measures how they do on unseen images. */
static void report_choice(const char *name, const struct metric_choice *choice)
{
	const char *bare = strncmp(name, "test.", 5) ? name : name + 5;

	if (choice->why[0])
		log_info("best:%s: %s", name, choice->why);
	if (!strncmp(choice->metric.name, "test.", 5))
		log_info("best:%s: chosen on the test split: to choose on held-out images, set "
			 "data.val and use best:val.%s",
			 name, bare);
}

/* The metric that the name means for all runs of the store. */
static int metric_of_all(struct store *s, const char *name, struct metric_choice *out,
			 struct error *err)
{
	struct selection sel = {0};
	int64_t id;
	int ret = metric_pick(s, name, &id, err);

	if (!ret)
		return metric_missing(s, "best:", name, err);
	ret = ret < 0 || selection_add_where(s, &sel, NULL, err) ||
	      metric_choose(s, &sel, name, out, err);
	selection_release(&sel);
	return ret ? -1 : 0;
}

/* The run with the best value, the oldest if several have it. Collapsed runs do not count. */
static int best(struct store *s, const char *name, int64_t *run, struct error *err)
{
	struct strbuf remarks = STRBUF_INIT;
	struct metric_choice choice;
	int differ, found;

	if (!*name)
		return error_set(err, ERR_NOT_FOUND, "best:: missing metric, as in best:knn.top1");
	if (metric_of_all(s, name, &choice, err))
		return -1;
	report_choice(name, &choice);
	if (metric_caveats_where(s, choice.metric.name, NULL, &remarks, &differ, err))
		return -1;
	if (differ)
		log_info("best:%s: %.*s", name, (int)strcspn(remarks.buf, "\n"), remarks.buf);
	strbuf_release(&remarks);
	found = db_int(
	    s, run, err,
	    "SELECT b.run_id FROM v_best b JOIN run r ON r.id = b.run_id AND r.status <> "
	    "'collapsed' WHERE b.metric = ? "
	    "ORDER BY CASE b.goal WHEN 'max' THEN -b.value ELSE b.value END, b.run_id LIMIT 1",
	    "t", choice.metric.name);
	if (found)
		return found < 0 ? -1 : 0;
	return error_set(
	    err, ERR_NOT_FOUND,
	    "best:%s: no best run: the metric has no goal, or no run that did not collapse "
	    "has a finite value",
	    name);
}

/* The run whose uuid begins with ref, of those in the trash or of the others: 1 and *id, 0 if there
 * is none, -1 with *err, also if there are several. */
static int by_uuid(struct store *s, const char *ref, int trashed, int64_t *id, struct error *err)
{
	sqlite3_stmt *st = db_prepare(s,
				      "SELECT id, name, uuid FROM run "
				      "WHERE uuid >= ?1 AND uuid < ?1 || 'g' "
				      "AND (id IN (SELECT run_id FROM trash)) = ?2 "
				      "ORDER BY id LIMIT 9",
				      err);
	struct strbuf list = STRBUF_INIT;
	int n = 0, more;

	if (!st)
		return -1;
	db_bind(st, "ti", ref, trashed);
	while ((more = db_step(s, st, err)) > 0) {
		if (!n)
			*id = sqlite3_column_int64(st, 0);
		if (n < 8)
			strbuf_addf(&list, "%s%s (%.13s)", n ? ", " : "", db_text(st, 1),
				    db_text(st, 2));
		n++;
	}
	if (more == 0 && n > 1)
		more = error_set(err, ERR_NOT_FOUND, "%s: ambiguous ref: it could be %s%s", ref,
				 list.buf, n > 8 ? ", ..." : "");
	strbuf_release(&list);
	return more < 0 ? -1 : n;
}

/* Finds a run by its number, name or the beginning of its uuid, in this order: 1 and *id, 0 if
 * there is none, -1 with *err. */
static int find(struct store *s, const char *ref, int trashed, int64_t *id, struct error *err)
{
	int64_t number;
	int found = 0;

	if (parse_number(ref, &number))
		found = db_int(s, id, err,
			       "SELECT id FROM run WHERE id = ? "
			       "AND (id IN (SELECT run_id FROM trash)) = ?",
			       "Ii", number, trashed);
	if (!found)
		found = db_int(s, id, err,
			       "SELECT id FROM run WHERE name = ? "
			       "AND (id IN (SELECT run_id FROM trash)) = ?",
			       "ti", ref, trashed);
	if (!found && strlen(ref) >= PREFIX_MIN && strspn(ref, "0123456789abcdef-") == strlen(ref))
		found = by_uuid(s, ref, trashed, id, err);
	return found > 0 ? 1 : found;
}

static int no_run(struct store *s, const char *ref, struct error *err)
{
	char near[64];
	int64_t id;
	int gone = find(s, ref, 1, &id, err), sweep;

	if (gone < 0)
		return -1;
	if (gone)
		return error_set(err, ERR_NOT_FOUND,
				 "%s: the run is in the trash: `ssl rm --restore %s` restores it",
				 ref, ref);
	sweep = sweeps_find_trash(s, ref, &id, err);
	if (sweep)
		return sweep < 0
			   ? -1
			   : error_set(err, ERR_NOT_FOUND,
				       "%s: not a run but a sweep in the trash: `ssl sweep rm "
				       "--restore %s` restores it",
				       ref, ref);
	sweep = db_int(s, &id, err, "SELECT id FROM sweep WHERE name = ?", "t", ref);
	if (sweep)
		return sweep < 0 ? -1
				 : error_set(err, ERR_NOT_FOUND,
					     "%s: not a run but a sweep: `ssl sweep status %s` "
					     "lists its runs",
					     ref, ref);
	if (store_nearest(s,
			  "SELECT name FROM run WHERE id NOT IN (SELECT run_id FROM trash) "
			  "ORDER BY id DESC LIMIT 2000",
			  ref, near, err))
		return -1;
	if (near[0])
		return error_set(err, ERR_NOT_FOUND, "%s: no such run: did you mean %s?", ref,
				 near);
	return error_set(err, ERR_NOT_FOUND, "%s: no such run: `ssl log` lists runs", ref);
}

static int find_or_explain(struct store *s, const char *ref, int64_t *id, struct error *err)
{
	int found = find(s, ref, 0, id, err);

	if (found)
		return found < 0 ? -1 : 0;
	return no_run(s, ref, err);
}

int refs_resolve_trash(struct store *s, const char *ref, int64_t *run_id, struct error *err)
{
	int64_t id;
	int found = *ref && strlen(ref) < REF_MAX ? find(s, ref, 1, &id, err) : 0;

	if (found < 0)
		return -1;
	if (!found)
		return error_set(err, ERR_NOT_FOUND,
				 "%.40s: not in the trash: `ssl rm --list` lists its runs", ref);
	*run_id = id;
	return 0;
}

/* The run of SWEEP:POINT.SEED, unless it is in the trash. */
static int of_cell(struct store *s, const char *ref, int64_t *id, struct error *err)
{
	int64_t one;
	int gone;

	if (cell_ref(s, ref, id, err))
		return -1;
	gone = db_int(s, &one, err, "SELECT 1 FROM trash WHERE run_id = ?", "I", *id);
	if (gone <= 0)
		return gone;
	return error_set(err, ERR_NOT_FOUND,
			 "%s: the run is in the trash: `ssl rm --restore %lld` restores it", ref,
			 (long long)*id);
}

int refs_resolve(struct store *s, const char *ref, int64_t *run_id, long *epoch, struct error *err)
{
	char text[REF_MAX];
	int64_t id;
	long at;
	int ret;

	if (!*ref || strlen(ref) >= sizeof text)
		return error_set(err, ERR_USAGE, "'%.40s': not a ref", ref);
	snprintf(text, sizeof text, "%s", ref);
	if (cut_epoch(text, &at, err))
		return -1;
	if (!text[0] || text[0] == '@')
		ret = newest(s, text, &id, err);
	else if (!strncmp(text, "best:", 5))
		ret = best(s, text + 5, &id, err);
	else if (strchr(text, ':'))
		ret = of_cell(s, text, &id, err);
	else
		ret = find_or_explain(s, text, &id, err);
	if (ret)
		return -1;
	*run_id = id;
	*epoch = at;
	return 0;
}

int selection_add_ref(struct store *s, struct selection *sel, const char *ref, struct error *err)
{
	int64_t id;
	long epoch;

	if (refs_resolve(s, ref, &id, &epoch, err))
		return -1;
	if (epoch >= 0)
		return error_set(err, ERR_USAGE,
				 "%s: this command takes whole runs, without @epoch", ref);
	return selection_add_run(s, sel, id, err);
}
