#include "core/report/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/plot/figures.h"
#include "core/report/compare_print.h"
#include "core/report/effects_print.h"
#include "core/report/rows.h"
#include "core/stats/floor.h"
#include "core/store/query/metric_caveats.h"
#include "core/store/query/report_query.h"
#include "core/store/query/selection_values.h"

enum { ROWS_MAX = 1000, HEATMAPS = 6, GROUPS_MAX = 60 };

/* The data that the sections share. */
struct work {
	struct store *s;
	const struct selection *sel;
	const struct report *r;
	struct doc doc;
	struct metric_info metric;
	char metric_name[160]; /* with its unit */
	struct strbuf remarks; /* about the metric's values */
	int differ;            /* the values cannot be compared */
	int lost;              /* runs collapsed or were pruned */
	double *value;         /* of each run */
	struct floors floors;  /* of each run */
	struct group_set groups;
	int *order;                    /* of the groups, the best first */
	int digits;                    /* after the point, of the metric */
	struct figure_colours colours; /* of the groups, in every figure */
};

static int add_query(struct work *w, enum report_query which, struct error *err)
{
	struct query_sink sink;
	struct rows rows;
	int ret;

	rows_init(&rows, 1, TABLE_HTML);
	sink = rows_sink(&rows);
	ret = report_query(w->s, which, w->sel, w->metric.name, ROWS_MAX, &sink, err);
	if (!ret && !table_rows(rows.table))
		doc_paragraph(&w->doc, "None.");
	else if (!ret)
		doc_table(&w->doc, rows.table);
	if (!ret && table_rows(rows.table) == ROWS_MAX)
		doc_paragraph(&w->doc, "The first 1000 rows; the SQL below has no limit.");
	rows_release(&rows);
	return ret;
}

/* ---- summary ---- */

/* How many of the n runs at the places run[] (NULL: 0 to n - 1) have this status. */
static int count_status(const struct selection *sel, const int *run, int n, const char *status)
{
	int count = 0;

	for (int i = 0; i < n; i++)
		count += !strcmp(sel->run[run ? run[i] : i].status, status);
	return count;
}

static void best_sentence(struct work *w, struct strbuf *out)
{
	int unit = w->metric.unit[0] != 0;
	struct moments m;
	const struct group *g;

	if (!w->groups.n)
		return;
	g = &w->groups.group[w->order[0]];
	m = group_moments(g, w->value);
	if (!m.n)
		return;
	strbuf_addf(out, "The best recipe by %s is %s: %.*f", w->metric.name, g->label, w->digits,
		    m.mean);
	if (m.n > 1)
		strbuf_addf(out, " \xC2\xB1 %.*f%s%s (mean and standard deviation over %d runs).",
			    w->digits, m.sd, unit ? " " : "", w->metric.unit, m.n);
	else
		strbuf_addf(
		    out,
		    "%s%s, from a single run: the standard deviation between seeds is not known.",
		    unit ? " " : "", w->metric.unit);
}

/* The gain over the untrained encoder, and a warning if there is none. */
static void add_floor(struct work *w)
{
	double *gain = xmalloc((size_t)(w->groups.n + 1) * sizeof *gain);
	struct strbuf text = STRBUF_INIT;

	for (int i = 0; i < w->groups.n; i++) {
		const struct group *g = &w->groups.group[w->order[i]];

		gain[i] = floor_gain(w->value, w->floors.value, g->run, g->n);
	}
	if (w->groups.n && isfinite(gain[0])) {
		strbuf_addf(&text, "Its gain over the untrained encoder is %+.*f (", w->digits,
			    gain[0]);
		floors_text(&w->floors, &text);
		strbuf_adds(&text, ").");
		doc_paragraph(&w->doc, text.buf);
		strbuf_clear(&text);
	}
	floor_warn(gain, w->groups.n, "recipe", &text);
	if (text.len)
		doc_warnings(&w->doc, text.buf);
	strbuf_release(&text);
	free(gain);
}

static int add_summary(struct work *w, struct error *err)
{
	char runs[32], finished[32], recipes[32];
	struct strbuf text = STRBUF_INIT;
	const struct doc_fact fact[] = {
	    {runs, "runs"}, {finished, "finished"}, {recipes, "recipes, not counting seeds"}};

	snprintf(runs, sizeof runs, "%d", w->sel->n);
	snprintf(finished, sizeof finished, "%d", count_status(w->sel, NULL, w->sel->n, "done"));
	snprintf(recipes, sizeof recipes, "%d", w->groups.n);
	doc_facts(&w->doc, fact, 3);
	strbuf_addf(&text, "Runs chosen by: %s.", w->r->chosen);
	doc_paragraph(&w->doc, text.buf);
	strbuf_clear(&text);
	if (w->differ)
		strbuf_addf(&text,
			    "No recipe is the best: %s measures different things in these runs.",
			    w->metric.name);
	else
		best_sentence(w, &text);
	if (text.len)
		doc_paragraph(&w->doc, text.buf);
	strbuf_release(&text);
	add_floor(w);
	if (w->remarks.len)
		doc_warnings(&w->doc, w->remarks.buf);
	return add_query(w, REPORT_STATUS, err);
}

/* ---- comparison ---- */

static void add_cell(struct table *t, double v, int digits)
{
	if (isfinite(v))
		table_real(t, v, digits);
	else
		table_null(t);
}

static double group_gain(const struct work *w, const struct group *g)
{
	return floor_gain(w->value, w->floors.value, g->run, g->n);
}

static void add_group_row(struct table *t, const struct work *w, const struct group *g, int rank)
{
	struct moments m = group_moments(g, w->value);
	struct interval ci = moments_interval(&m);

	if (m.n)
		table_int(t, rank);
	else
		table_null(t);
	table_text(t, g->label);
	table_int(t, m.n);
	add_cell(t, m.mean, w->digits);
	add_cell(t, m.sd, w->digits);
	add_cell(t, ci.low, w->digits);
	add_cell(t, ci.high, w->digits);
	add_cell(t, m.n ? m.min : NAN, w->digits);
	add_cell(t, m.n ? m.max : NAN, w->digits);
	if (w->floors.n)
		add_cell(t, group_gain(w, g), w->digits);
	if (!w->lost)
		return;
	table_int(t, count_status(w->sel, g->run, g->n, "collapsed"));
	table_int(t, count_status(w->sel, g->run, g->n, "pruned"));
}

static void add_group_table(struct work *w)
{
	static const char *const column[] = {"rank",      "recipe", "n",   "mean", "sd",
					     "95 % from", "to",     "min", "max"};
	struct table *t = table_new();
	int n = w->groups.n < GROUPS_MAX ? w->groups.n : GROUPS_MAX;
	char text[200];

	for (size_t i = 0; i < sizeof column / sizeof *column; i++)
		table_column(t, column[i]);
	if (w->floors.n)
		table_column(t, "gain");
	if (w->lost) {
		table_column(t, "collapsed");
		table_column(t, "pruned");
	}
	for (int i = 0; i < n; i++)
		add_group_row(t, w, &w->groups.group[w->order[i]], i + 1);
	doc_table(&w->doc, t);
	table_free(t);
	if (n < w->groups.n) {
		snprintf(text, sizeof text, "The best %d of %d recipes.", n, w->groups.n);
		doc_paragraph(&w->doc, text);
	}
}

/* A figure that cannot be drawn (fewer than two hyperparameters, no spectra) is left out. */
static int add_figure(struct work *w, const struct selection *sel, figure_fn *make,
		      const struct figure *f, struct error *err)
{
	struct figure coloured = *f;
	struct error why = {0};
	struct chart *c = NULL;

	coloured.colours = &w->colours;
	if (make(w->s, sel, &coloured, &c, &why)) {
		if (why.code == ERR_USAGE || why.code == ERR_NOT_FOUND)
			return 0;
		*err = why;
		return -1;
	}
	doc_chart(&w->doc, c);
	chart_free(c);
	return 0;
}

static int is_one_method(const struct selection *sel)
{
	for (int i = 1; i < sel->n; i++)
		if (strcmp(sel->run[i].method, sel->run[0].method) != 0)
			return 0;
	return 1;
}

/* The metric that chooses each method's recipe: the same on the validation split if there is one,
 * so that the test split is read once. */
static const char *selecting_metric(struct work *w, char name[160])
{
	struct metric_info val;

	if (strncmp(w->metric.name, "test.", 5) != 0)
		return w->metric.name;
	snprintf(name, 160, "val.%s", w->metric.name + 5);
	return selection_metric(w->s, w->sel, name, &val, NULL) ? w->metric.name : name;
}

static int add_methods(struct work *w, struct error *err)
{
	struct compare_query q = {.values = {.by = "method", .metric = w->metric.name}};
	int64_t *id = xmalloc((size_t)(w->sel->n + 1) * sizeof *id);
	struct strbuf sentences = STRBUF_INIT;
	struct compare *c;
	char name[160];
	int ret;

	for (int i = 0; i < w->sel->n; i++)
		id[i] = w->sel->run[i].id;
	q.values.id = id;
	q.values.n_ids = w->sel->n;
	q.values.select = selecting_metric(w, name);
	ret = compare_make(w->s, &q, &c, err);
	if (ret && (err->code == ERR_USAGE || err->code == ERR_NOT_FOUND))
		ret = 0; /* a metric without a goal, or no finished run: nothing to test */
	else if (!ret) {
		struct table *groups = compare_groups(c, 1), *pairs = compare_pairs(c, 1);

		if (c->n_groups > 1) {
			doc_heading(&w->doc, "The best recipe of each method");
			if (q.values.select == w->metric.name)
				doc_paragraph(&w->doc,
					      "The recipes were chosen by the values that are "
					      "compared: the best of many recipes looks better "
					      "than it is.");
			doc_table(&w->doc, groups);
			doc_table(&w->doc, pairs);
			compare_sentences(c, &sentences);
			doc_list(&w->doc, sentences.buf);
		}
		table_free(groups);
		table_free(pairs);
		compare_free(c);
	}
	strbuf_release(&sentences);
	free(id);
	return ret;
}

static int add_comparison(struct work *w, struct error *err)
{
	const struct figure f = {.metric = w->metric.name};
	char text[400];

	doc_section(&w->doc, "Comparison");
	snprintf(
	    text, sizeof text,
	    "%s, at the end of training, over the runs of each recipe. sd: standard deviation over "
	    "the runs; 95 %%: interval of the mean (Student's t).",
	    w->metric_name);
	doc_paragraph(&w->doc, text);
	add_group_table(w);
	if (add_figure(w, w->sel, figure_bars, &f, err))
		return -1;
	return is_one_method(w->sel) ? 0 : add_methods(w, err);
}

/* ---- pictures ---- */

static int add_curves(struct work *w, struct error *err)
{
	const struct figure metric = {.metric = w->metric.name}, loss = {.metric = "loss"};

	doc_section(&w->doc, "Curves");
	if (strcmp(w->metric.name, "loss") != 0 &&
	    add_figure(w, w->sel, figure_curve, &metric, err))
		return -1;
	return add_figure(w, w->sel, figure_curve, &loss, err);
}

static struct selection of_method(const struct selection *sel, const char *method)
{
	char *keep = xcalloc((size_t)sel->n + 1, 1);
	struct selection out;

	for (int i = 0; i < sel->n; i++)
		keep[i] = !strcmp(sel->run[i].method, method);
	out = selection_part(sel, keep);
	free(keep);
	return out;
}

static int add_effects(struct work *w, struct error *err)
{
	const struct figure f = {.metric = w->metric.name};
	struct strbuf warnings = STRBUF_INIT;
	struct table *shares, *levels;
	struct effects e;
	int ret = 0, any;

	if (effects_make(w->s, w->sel, w->value, w->floors.value, w->metric.low_is_good, &e, err))
		return -1;
	shares = effects_shares(&e);
	levels = effects_levels(&e, w->digits);
	any = table_rows(shares) > 0;
	if (any) {
		doc_section(&w->doc, "Hyperparameters");
		doc_paragraph(
		    &w->doc,
		    "The share of the variance between a method's runs that each "
		    "hyperparameter explains by itself, the share of the seeds, and the rest, "
		    "which is left to interactions; then the mean at each value, over all "
		    "others.");
		effects_warnings(&e, &warnings);
		doc_warnings(&w->doc, warnings.buf);
		doc_table(&w->doc, shares);
		doc_table(&w->doc, levels);
	}
	for (int i = 0, n = 0; any && !ret && i < w->sel->n && n < HEATMAPS; i++) {
		struct selection one;

		if (!selection_is_first_of_method(w->sel, i))
			continue;
		one = of_method(w->sel, w->sel->run[i].method);
		ret = add_figure(w, &one, figure_heatmap, &f, err);
		selection_release(&one);
		n++;
	}
	if (any && !ret)
		ret = add_figure(w, w->sel, figure_parallel, &f, err);
	table_free(shares);
	table_free(levels);
	effects_release(&e);
	strbuf_release(&warnings);
	return ret;
}

static int add_representation(struct work *w, struct error *err)
{
	const struct figure usual = {0}, h = {.name = "h"};
	static const char *const measure[] = {"collapse.std_ratio", "collapse.h.std_ratio",
					      "collapse.rankme", "collapse.h.rankme",
					      "embedding_std"};

	doc_section(&w->doc, "Collapse");
	doc_paragraph(
	    &w->doc,
	    "Runs whose embeddings collapsed or have a low rank, and runs that do not learn "
	    "(ssl-methods(7), Low rank):");
	if (add_query(w, REPORT_COLLAPSE, err))
		return -1;
	doc_paragraph(&w->doc, "Guards, warnings and failures:");
	if (add_query(w, REPORT_EVENTS, err))
		return -1;
	for (size_t i = 0; i < sizeof measure / sizeof *measure; i++) {
		const struct figure f = {.metric = measure[i], .lowest = 1};

		if (add_figure(w, w->sel, figure_curve, &f, err))
			return -1;
	}
	if (add_figure(w, w->sel, figure_spectrum, &usual, err) ||
	    add_figure(w, w->sel, figure_spectrum, &h, err))
		return -1;
	return add_figure(w, w->sel, figure_alignment, &usual, err);
}

/* ---- recipe, environment, how it was made ---- */

static int add_recipe(struct work *w, struct error *err)
{
	const struct group *g = &w->groups.group[w->order[0]];
	const struct selected *run = &w->sel->run[g->run[0]];
	struct strbuf text = STRBUF_INIT;
	char *json = NULL, line[300];
	struct error why = {0};
	int ret = -1;

	doc_section(&w->doc, "Recipe");
	snprintf(line, sizeof line,
		 "The recipe of run %s, one of the best recipe: every hyperparameter, including "
		 "defaults. The tables above show in what the others differ.",
		 run->name);
	doc_paragraph(&w->doc, line);
	if (report_recipe(w->s, run->id, &json, err))
		goto done;
	if (!w->r->recipe || w->r->recipe(json ? json : "{}", &text, &why)) {
		if (why.code == ERR_FAILED) {
			*err = why;
			goto done;
		}
		strbuf_clear(&text);
		strbuf_adds(&text, json ? json : "{}");
	}
	doc_code(&w->doc, "yaml", text.buf);
	ret = 0;
done:
	free(json);
	strbuf_release(&text);
	return ret;
}

static int add_environment(struct work *w, struct error *err)
{
	static const struct {
		enum report_query which;
		const char *heading;
	} part[] = {{REPORT_DATA, "Data"},
		    {REPORT_CODE, "Programs"},
		    {REPORT_HOSTS, "Machines"},
		    {REPORT_NOTES, "Notes and tags"},
		    {REPORT_COMMANDS, "Commands, as they were typed"}};

	doc_section(&w->doc, "Environment");
	for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
		doc_heading(&w->doc, part[i].heading);
		if (add_query(w, part[i].which, err))
			return -1;
	}
	return 0;
}

static void add_sql(struct work *w)
{
	static const char *const of[REPORT_QUERIES] = {
	    [REPORT_STATUS] = "Runs by method",
	    [REPORT_GROUPS] = "Comparison, bars, best recipe",
	    [REPORT_RUNS] = "Runs, effects of hyperparameters, heatmaps",
	    [REPORT_COLLAPSE] = "Collapse and low rank",
	    [REPORT_EVENTS] = "Guards, warnings and failures",
	    [REPORT_NOTES] = "Notes and tags",
	    [REPORT_DATA] = "Data",
	    [REPORT_CODE] = "Programs",
	    [REPORT_HOSTS] = "Machines",
	    [REPORT_COMMANDS] = "Commands",
	};
	struct strbuf sql = STRBUF_INIT;

	doc_section(&w->doc, "How to make this again");
	doc_paragraph(&w->doc, "This report:");
	doc_code(&w->doc, "sh", w->r->command);
	doc_paragraph(&w->doc, "Each table, by `ssl sql -`:");
	for (int i = 0; i < REPORT_QUERIES; i++) {
		strbuf_clear(&sql);
		report_query_sql((enum report_query)i, w->sel, w->metric.name, &sql);
		doc_heading(&w->doc, of[i]);
		doc_code(&w->doc, "sql", sql.buf);
	}
	strbuf_release(&sql);
}

/* Two digits after the point for percentages; else four significant ones of the largest value. */
static int digits_of_metric(const struct work *w)
{
	double most = 0;

	if (!strcmp(w->metric.unit, "%"))
		return 2;
	for (int i = 0; i < w->sel->n; i++)
		if (isfinite(w->value[i]))
			most = fmax(most, fabs(w->value[i]));
	return most > 0 ? (int)fmin(fmax(3 - floor(log10(most)), 0), 8) : 4;
}

static int prepare(struct work *w, struct error *err)
{
	w->value = xmalloc((size_t)(w->sel->n + 1) * sizeof *w->value);
	if (selection_metric(w->s, w->sel, w->r->metric, &w->metric, err) ||
	    groups_make(w->s, w->sel, NULL, &w->groups, err) ||
	    selection_values(w->s, w->sel, w->metric.name, 0, w->value, err) ||
	    floors_read(w->s, w->sel, w->metric.name, &w->floors, err) ||
	    metric_caveats_selection(w->s, w->sel, w->metric.name, &w->remarks, &w->differ, err))
		return -1;
	selection_results(w->sel, w->value);
	w->lost = count_status(w->sel, NULL, w->sel->n, "collapsed") +
		  count_status(w->sel, NULL, w->sel->n, "pruned");
	snprintf(w->metric_name, sizeof w->metric_name, "%s%s%s", w->metric.name,
		 *w->metric.unit ? ", " : "", w->metric.unit);
	w->digits = digits_of_metric(w);
	w->order = groups_by_mean(&w->groups, w->value, w->metric.low_is_good);
	figure_colours_of(w->sel, &w->groups, w->order, w->value, &w->colours);
	return 0;
}

int report_make(struct store *s, const struct selection *sel, const struct report *r,
		struct strbuf *out, struct error *err)
{
	struct work w = {.s = s, .sel = sel, .r = r, .remarks = STRBUF_INIT};
	int ret = prepare(&w, err);

	if (ret)
		goto done;
	doc_begin(&w.doc, out, r->html, r->title);
	ret = add_summary(&w, err) || add_comparison(&w, err) || add_curves(&w, err) ||
	      add_effects(&w, err) || add_representation(&w, err);
	if (!ret) {
		doc_section(&w.doc, "Runs");
		ret = add_query(&w, REPORT_RUNS, err) || add_recipe(&w, err) ||
		      add_environment(&w, err);
	}
	if (!ret)
		add_sql(&w);
	doc_end(&w.doc);
done:
	groups_release(&w.groups);
	free(w.order);
	figure_colours_release(&w.colours);
	floors_release(&w.floors);
	free(w.value);
	strbuf_release(&w.remarks);
	return ret ? -1 : 0;
}
