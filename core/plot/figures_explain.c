/* Explanations of measures of collapse in notes, and the thresholds of the guard. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/plot/figures_internal.h"
#include "core/store/metric_kinds.h"
#include "core/store/query/selection_varied.h"

/* Measures of collapse exist for the embeddings and, as collapse.h.*, for the features. */
static const struct {
	const char *name, *about;
} measures[] = {
    {"std", "mean standard deviation of %s, each scaled to length 1"},
    {"std_ratio",
     "mean standard deviation of %s, each scaled to length 1, times the root of their dimension: 1 "
     "is spread evenly, 0 is collapsed"},
    {"raw_std", "mean standard deviation of %s as they are"},
    {"rankme", "RankMe of %s: how many directions they fill; 1 is collapsed"},
    {"effective_rank", "effective rank of %s: how many directions they fill; 1 is collapsed"},
    {"participation", "participation ratio of %s: how many directions they fill; 1 is collapsed"},
};

static const char *about_measure(const char *metric, int features)
{
	const char *name = metric + (features ? 11 : 9);

	for (size_t i = 0; i < sizeof measures / sizeof *measures; i++)
		if (!strcmp(name, measures[i].name))
			return measures[i].about;
	return NULL;
}

int figure_is_collapse(const char *metric)
{
	int features = !strncmp(metric, "collapse.h.", 11);

	return !strcmp(metric, "embedding_std") ||
	       (!strncmp(metric, "collapse.", 9) && about_measure(metric, features));
}

void figure_explain(const char *metric, struct strbuf *out)
{
	int features = !strncmp(metric, "collapse.h.", 11);
	const struct metric_kind *kind = metric_kind(metric);
	const char *about =
	    strncmp(metric, "collapse.", 9) ? NULL : about_measure(metric, features);
	char text[300];

	if (about) {
		/* the formats are those of the table above */
		const char *of = features ? "the features h, which are the encoder's output"
					  : "the embeddings z, which are the projector's output",
			   *at = strstr(about, "%s");

		snprintf(text, sizeof text, "%.*s%s%s", (int)(at - about), about, of, at + 2);
		strbuf_addf(out, "; %s: %s", metric, text);
	} else if (!strcmp(kind->goal, "none") && *kind->about) {
		strbuf_addf(out, "; %s: %.*s", metric, (int)strcspn(kind->about, "."), kind->about);
	}
}

enum { MARKS_MOST = 3 };

static const char *guard_of(const char *metric)
{
	if (!strcmp(metric, "collapse.std_ratio") || !strcmp(metric, "collapse.raw_std"))
		return "guard.collapse_std";
	return !strcmp(metric, "collapse.rankme") ? "guard.collapse_rank" : NULL;
}

/* True if the guard of run i checks the metric. The scale of the outputs is checked for VICReg
 * only. */
static int is_guarded(const struct selection *sel, const struct varied_set *guard, int i,
		      const char *metric)
{
	const char *what = guard->n ? guard->param[0].text[i] : NULL;

	if (!strcmp(metric, "collapse.raw_std") && strcmp(sel->run[i].method, "vicreg") != 0)
		return 0;
	return !what || strcmp(what, "off") != 0;
}

static int is_marked(const struct chart *c, double v)
{
	for (int i = 0; i < c->n_marks; i++)
		if (c->mark[i].y == v)
			return 1;
	return 0;
}

int figure_thresholds(struct store *s, const struct selection *sel, const char *metric,
		      struct chart *c, struct error *err)
{
	const char *key = guard_of(metric);
	struct varied_set level = {0}, guard = {0};
	struct error why = {0};
	char label[64];
	int ret = 0;

	if (!key)
		return 0;
	if (selection_param(s, sel, key, &level, &why)) {
		if (why.code != ERR_NOT_FOUND && err)
			*err = why;
		return why.code == ERR_NOT_FOUND ? 0 : -1;
	}
	if (selection_param(s, sel, "guard.collapse", &guard, &why) && why.code != ERR_NOT_FOUND) {
		if (err)
			*err = why;
		ret = -1;
	}
	for (int i = 0; i < sel->n && !ret && c->n_marks < MARKS_MOST; i++) {
		double v = level.param[0].number[i];

		if (!level.param[0].text[i] || !isfinite(v) || is_marked(c, v) ||
		    !is_guarded(sel, &guard, i, metric))
			continue;
		snprintf(label, sizeof label, "%s = %g", key, v);
		chart_add_mark(c, v, label);
	}
	varied_release(&level);
	varied_release(&guard);
	return ret;
}
