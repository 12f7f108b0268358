/* A comparison as a LaTeX table for a paper; see compare_print.h. */
#include <math.h>
#include <string.h>

#include "core/report/compare_print.h"
#include "core/report/latex.h"

struct sheet {
	const struct compare *c;
	struct strbuf *out;
	int digits, gains, lost, repeats, datasets, mixed, columns;
	int verdict; /* a group can be the best */
	int marked;  /* a group differs significantly from the best */
};

/* The metric by its recorded name, which states the split: test.knn.top1 for knn.top1. */
static void add_metric(const struct compare *c, struct strbuf *out)
{
	struct strbuf name = STRBUF_INIT;

	if (!strncmp(c->metric, "best:", 5))
		strbuf_adds(&name, "best:");
	strbuf_adds(&name, c->values.metric);
	latex_escape(name.buf, out);
	strbuf_release(&name);
}

static int is_percent(const struct compare *c)
{
	return !strcmp(c->unit, "%");
}

/* Two digits for percentages; else so many that the smallest standard deviation has two significant
 * ones. */
static int digits_for(const struct compare *c)
{
	double least = INFINITY;

	if (is_percent(c))
		return 2;
	for (int i = 0; i < c->n_groups; i++)
		if (c->group[i].sd > 0 && c->group[i].sd < least)
			least = c->group[i].sd;
	if (isinf(least))
		return -1;
	return (int)fmin(6, fmax(0, 1 - floor(log10(least))));
}

static int same_dataset(const struct compare_group *a, const struct compare_group *b)
{
	return a->dataset && b->dataset ? !strcmp(a->dataset, b->dataset)
					: a->dataset == b->dataset;
}

static void prepare_sheet(struct sheet *s)
{
	const struct compare *c = s->c;

	s->digits = digits_for(c);
	s->datasets = c->n_datasets > 1 && !c->across;
	s->verdict = !c->differ && !c->across && strcmp(c->goal, "none") != 0;
	for (int i = 0; i < c->n_groups; i++) {
		const struct compare_group *g = &c->group[i];

		s->gains |= !isnan(g->gain);
		s->lost |= g->collapsed || g->pruned;
		s->repeats |= g->n != g->n_seeds;
		s->mixed |= g->cells > 1;
	}
	s->columns = 3 + s->gains + (c->select ? 1 : 0) + s->lost;
}

/* The group with the best mean on the dataset of this one; -1 if there are fewer than two. */
static int best_of(const struct sheet *s, const struct compare_group *of)
{
	const struct compare *c = s->c;
	int best = -1, n = 0, min = !strcmp(c->goal, "min");

	for (int i = 0; s->verdict && i < c->n_groups; i++) {
		const struct compare_group *g = &c->group[i];

		if (!g->n || isnan(g->mean) || !same_dataset(g, of))
			continue;
		n++;
		if (best < 0 ||
		    (min ? g->mean < c->group[best].mean : g->mean > c->group[best].mean))
			best = i;
	}
	return n > 1 ? best : -1;
}

/* p after Holm's correction of the difference between these two; NaN if it was not tested. */
static double p_of(const struct compare *c, int a, int b)
{
	for (int i = 0; i < c->n_pairs; i++)
		if ((c->pair[i].a == a && c->pair[i].b == b) ||
		    (c->pair[i].a == b && c->pair[i].b == a))
			return c->pair[i].p_holm;
	return NAN;
}

static void add_value(struct sheet *s, int i)
{
	const struct compare_group *g = &s->c->group[i];
	int best = best_of(s, g);
	double p = best < 0 ? NAN : p_of(s->c, i, best);
	struct strbuf mean = STRBUF_INIT, top = STRBUF_INIT;

	latex_number(g->n ? g->mean : NAN, s->digits, 0, &mean);
	if (best >= 0)
		latex_number(s->c->group[best].mean, s->digits, 0, &top);
	strbuf_addf(s->out, best >= 0 && !strcmp(mean.buf, top.buf) ? "\\textbf{%s}" : "%s",
		    mean.buf);
	if (g->n && !isnan(g->sd)) {
		strbuf_adds(s->out, " $\\pm$ ");
		latex_number(g->sd, s->digits, 0, s->out);
	}
	if (p < 0.05) {
		strbuf_adds(s->out, p < 0.01 ? "$^{**}$" : "$^{*}$");
		s->marked = 1;
	}
	strbuf_release(&mean);
	strbuf_release(&top);
}

static void add_lost(const struct compare_group *g, struct strbuf *out)
{
	if (g->collapsed)
		strbuf_addf(out, "%d collapsed", g->collapsed);
	if (g->pruned)
		strbuf_addf(out, "%s%d pruned", g->collapsed ? ", " : "", g->pruned);
	if (!g->collapsed && !g->pruned)
		strbuf_adds(out, "--");
}

static void add_group(struct sheet *s, int i)
{
	const struct compare_group *g = &s->c->group[i];

	latex_escape(g->label, s->out);
	strbuf_addf(s->out, " & %d & ", s->repeats ? g->n : g->n_seeds);
	add_value(s, i);
	if (s->gains) {
		strbuf_adds(s->out, " & ");
		latex_number(g->gain, s->digits, 1, s->out);
	}
	if (s->c->select) {
		strbuf_adds(s->out, " & ");
		if (g->recipe && *g->recipe)
			latex_escape(g->recipe, s->out);
		else
			strbuf_adds(s->out, "--");
	}
	if (s->lost) {
		strbuf_adds(s->out, " & ");
		add_lost(g, s->out);
	}
	strbuf_adds(s->out, " \\\\\n");
}

static void add_head(struct sheet *s)
{
	const struct compare *c = s->c;

	strbuf_addf(s->out, "\\begin{tabular}{lrl%s%s%s}\n\\toprule\n", s->gains ? "r" : "",
		    c->select ? "l" : "", s->lost ? "l" : "");
	latex_escape(c->by, s->out);
	strbuf_addf(s->out, " & %s & ", s->repeats ? "Runs" : "Seeds");
	add_metric(c, s->out);
	strbuf_adds(s->out, is_percent(c) ? " (\\%)" : "");
	if (strcmp(c->goal, "none") != 0)
		strbuf_adds(s->out, !strcmp(c->goal, "min") ? " $\\downarrow$" : " $\\uparrow$");
	strbuf_addf(s->out, "%s%s%s \\\\\n", s->gains ? " & Gain" : "",
		    c->select ? " & Recipe" : "", s->lost ? " & Not counted" : "");
}

/* A block of rows for each dataset, under its label. */
static void add_rows(struct sheet *s)
{
	const struct compare *c = s->c;

	for (int i = 0; i < c->n_groups; i++) {
		const struct compare_group *g = &c->group[i];
		int first = !i || (s->datasets && !same_dataset(g, g - 1));

		strbuf_adds(s->out, first ? "\\midrule\n" : "");
		if (first && s->datasets) {
			strbuf_addf(s->out, "\\multicolumn{%d}{l}{\\emph{", s->columns);
			latex_escape(g->dataset ? g->dataset : "no dataset", s->out);
			strbuf_adds(s->out, "}} \\\\\n");
		}
		add_group(s, i);
	}
	strbuf_adds(s->out, "\\bottomrule\n\\end{tabular}\n");
}

static void add_split(const struct compare *c, struct strbuf *out)
{
	if (!strncmp(c->values.metric, "val.", 4))
		strbuf_adds(out, ", on the validation split");
	else if (!strncmp(c->values.metric, "test.", 5))
		strbuf_adds(out, ", on the test split");
}

/* The dataset, if there is only one. */
static void add_dataset(const struct compare *c, struct strbuf *out)
{
	if (c->n_datasets != 1 || c->across || !c->group[0].dataset)
		return;
	strbuf_adds(out, ", ");
	latex_escape(c->group[0].dataset, out);
}

/* True if there are enough values for a difference to be significant. */
static int could_differ(const struct compare *c)
{
	for (int i = 0; i < c->n_pairs; i++)
		if (!compare_is_too_few(c, &c->pair[i]))
			return 1;
	return 0;
}

/* The sentences of the caption about the best group and the stars. */
static void add_verdict(const struct sheet *s, struct strbuf *out)
{
	int best = 0;

	for (int i = 0; i < s->c->n_groups; i++)
		best |= best_of(s, &s->c->group[i]) >= 0;
	if (s->c->differ)
		strbuf_adds(out, " The values were evaluated with different settings and cannot "
				 "be compared.");
	if (!best)
		return;
	strbuf_addf(out, " Bold: the best mean%s.", s->datasets ? " on each dataset" : "");
	if (s->marked)
		strbuf_adds(out, " $^{*}$: differs from the best at $p < 0.05$, $^{**}$: at "
				 "$p < 0.01$ (two-sided, after Holm's correction).");
	else if (s->c->n_pairs && !could_differ(s->c))
		strbuf_addf(out, " Too few %s for any difference to be significant.",
			    s->repeats ? "runs" : "seeds");
	else if (s->c->n_pairs)
		strbuf_adds(out,
			    " No difference from the best is significant at $0.05$ (two-sided, "
			    "after Holm's correction).");
}

/* Appends the whole environment. caption: without its braces; label: without "tab:". */
static void add_table(const char *caption, const char *label, const char *body, struct strbuf *out)
{
	struct strbuf all = STRBUF_INIT;

	strbuf_addf(&all,
		    "\\begin{table}\n\\centering\n\\caption{%s}\n\\label{tab:%s}\n%s\\end{table}\n",
		    caption, label, body);
	latex_needs(all.buf, out);
	strbuf_adds(out, all.buf);
	strbuf_release(&all);
}

/* METRIC-by-KEY */
static void add_label(const struct compare *c, struct strbuf *out)
{
	latex_label(c->values.metric, out);
	strbuf_adds(out, "-by-");
	latex_label(c->by, out);
}

static void add_caption(const struct sheet *s, struct strbuf *out)
{
	const struct compare *c = s->c;

	add_metric(c, out);
	add_split(c, out);
	add_dataset(c, out);
	strbuf_addf(out, ": mean $\\pm$ standard deviation over %s, by ",
		    s->mixed     ? "runs of several recipes"
		    : s->repeats ? "runs"
				 : "seeds");
	latex_escape(c->by, out);
	strbuf_adds(out, ".");
	if (s->gains)
		strbuf_adds(out, " Gain: over the untrained encoder.");
	if (c->select) {
		strbuf_adds(out, " Of each group, the recipe with the best ");
		latex_escape(c->select, out);
		strbuf_adds(out, ".");
	}
	add_verdict(s, out);
}

void compare_latex_groups(const struct compare *c, struct strbuf *out)
{
	struct strbuf body = STRBUF_INIT, caption = STRBUF_INIT, label = STRBUF_INIT;
	struct sheet s = {.c = c, .out = &body};

	prepare_sheet(&s);
	add_head(&s);
	add_rows(&s);
	add_caption(&s, &caption);
	add_label(c, &label);
	add_table(caption.buf, label.buf, body.buf, out);
	strbuf_release(&body);
	strbuf_release(&caption);
	strbuf_release(&label);
}

/* ---- pairs ---- */

static void add_pair(const struct compare *c, const struct compare_pair *p, int digits,
		     struct strbuf *out)
{
	double p_holm = p->p_holm;

	latex_escape(c->group[p->a].title, out);
	strbuf_adds(out, " & ");
	latex_escape(c->group[p->b].title, out);
	strbuf_addf(out, p->paired ? " & %d & " : " & %d + %d & ", p->n, p->m);
	latex_number(p->difference, digits, 1, out);
	strbuf_adds(out, " & ");
	if (!isnan(p->ci.low)) {
		strbuf_adds(out, "{}[");
		latex_number(p->ci.low, digits, 0, out);
		strbuf_adds(out, ", ");
		latex_number(p->ci.high, digits, 0, out);
		strbuf_adds(out, "] & ");
	} else {
		strbuf_adds(out, "-- & ");
	}
	latex_number(p->effect, 2, 0, out);
	strbuf_adds(out, isnan(p->effect) ? "" : p->paired ? " ($d$)" : " ($\\delta$)");
	strbuf_adds(out, " & ");
	if (p_holm < 0.0005)
		strbuf_adds(out, "$< 0.001$");
	else
		latex_number(p_holm, 3, 0, out);
	strbuf_adds(out, p_holm < 0.01 ? "$^{**}$" : p_holm < 0.05 ? "$^{*}$" : "");
	strbuf_adds(out, " \\\\\n");
}

void compare_latex_pairs(const struct compare *c, struct strbuf *out)
{
	struct strbuf body = STRBUF_INIT, caption = STRBUF_INIT, label = STRBUF_INIT;

	add_metric(c, &caption);
	add_split(c, &caption);
	add_dataset(c, &caption);
	strbuf_adds(
	    &caption,
	    ": pairwise differences $a - b$ of means with 95\\,\\% intervals, effect sizes "
	    "(Cohen's $d$ of paired differences, else Cliff's $\\delta$) and two-sided $p$ "
	    "after Holm's correction ($^{*}$: $p < 0.05$, $^{**}$: $p < 0.01$); $n$: common "
	    "seeds, or the runs of $a$ and of $b$.");
	add_label(c, &label);
	strbuf_adds(&label, "-pairs");
	strbuf_adds(&body, "\\begin{tabular}{lllrlrl}\n\\toprule\n$a$ & $b$ & $n$ & Difference & "
			   "95\\,\\% interval & Effect & $p$ \\\\\n\\midrule\n");
	for (int i = 0; i < c->n_pairs; i++)
		add_pair(c, &c->pair[i], digits_for(c), &body);
	strbuf_adds(&body, "\\bottomrule\n\\end{tabular}\n");
	add_table(caption.buf, label.buf, body.buf, out);
	strbuf_release(&body);
	strbuf_release(&caption);
	strbuf_release(&label);
}
