#include "core/store/query/metric_choice.h"

#include <stdio.h>
#include <string.h>

#include "core/store/store_internal.h"

/* The objective that the selected sweeps have in common; "" if they have none. */
static int common_objective(struct store *s, const struct selection *sel, char out[128],
			    struct error *err)
{
	out[0] = 0;
	for (int i = 0; i < sel->sweeps; i++) {
		char name[128] = "";
		sqlite3_stmt *st =
		    db_prepare(s, "SELECT coalesce(objective, '') FROM sweep WHERE id = ?", err);
		int more;

		if (!st)
			return -1;
		db_bind(st, "I", sel->sweep[i]);
		while ((more = db_step(s, st, err)) > 0)
			db_text_into(st, 0, name, sizeof name);
		if (more < 0)
			return -1;
		if (i && strcmp(name, out) != 0) {
			out[0] = 0;
			return 0;
		}
		snprintf(out, 128, "%s", name);
	}
	return 0;
}

/* True if the found metric is PREFIX and NAME. */
static int is_split(const char *found, const char *prefix, const char *name)
{
	return !strncmp(found, prefix, strlen(prefix)) && !strcmp(found + strlen(prefix), name);
}

/* The reason why a name without a split means the validation split: "none of these runs has
 * test.knn.top1". */
static void why_val(struct store *s, const struct selection *sel, const char *name, char *out,
		    size_t size)
{
	char test[160];
	struct metric_info m;
	struct error none = {0};

	snprintf(test, sizeof test, "test.%s", name);
	snprintf(out, size,
		 selection_metric(s, sel, test, &m, &none) ? "none of these runs has %s"
							   : "fewer of these runs have %s",
		 test);
}

static int choose_asked(struct store *s, const struct selection *sel, const char *asked,
			struct metric_choice *out, struct error *err)
{
	char why[200];

	if (selection_metric(s, sel, asked, &out->metric, err))
		return -1;
	if (is_split(out->metric.name, "val.", asked)) {
		why_val(s, sel, asked, why, sizeof why);
		snprintf(out->why, sizeof out->why, "%s means %s here: %s", asked, out->metric.name,
			 why);
	} else if (strcmp(out->metric.name, asked) && !is_split(out->metric.name, "test.", asked)) {
		snprintf(out->why, sizeof out->why, "%s means %s here", asked, out->metric.name);
	}
	return 0;
}

static int choose_usual(struct store *s, const struct selection *sel, struct metric_choice *out,
			struct error *err)
{
	struct error none = {0};
	char why[200];

	if (!selection_metric(s, sel, METRIC_USUAL, &out->metric, err)) {
		if (!is_split(out->metric.name, "val.", METRIC_USUAL))
			return 0;
		why_val(s, sel, METRIC_USUAL, why, sizeof why);
		snprintf(out->why, sizeof out->why, "compared by %s: %s", out->metric.name, why);
		return 0;
	}
	if (err->code != ERR_NOT_FOUND ||
	    selection_metric(s, sel, METRIC_UNLABELED, &out->metric, &none))
		return -1;
	snprintf(out->why, sizeof out->why,
		 "no run here has " METRIC_USUAL " (evaluation needs labels of at least two "
		 "classes): compared by %s, the rank of the features",
		 out->metric.name);
	return 0;
}

int metric_choose(struct store *s, const struct selection *sel, const char *asked,
		  struct metric_choice *out, struct error *err)
{
	struct error none = {0};
	char objective[128];

	*out = (struct metric_choice){0};
	if (asked)
		return choose_asked(s, sel, asked, out, err);
	if (common_objective(s, sel, objective, err))
		return -1;
	if (objective[0] && !selection_metric(s, sel, objective, &out->metric, &none)) {
		snprintf(out->why, sizeof out->why, "compared by %s, the objective of the sweep",
			 out->metric.name);
		return 0;
	}
	if (sel->sweeps && !objective[0] &&
	    !selection_metric(s, sel, METRIC_HELD_OUT, &out->metric, &none)) {
		snprintf(
		    out->why, sizeof out->why,
		    "compared by %s: the sweep has no objective, and validation images are for "
		    "choosing",
		    out->metric.name);
		return 0;
	}
	return choose_usual(s, sel, out, err);
}
