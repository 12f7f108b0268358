#include "core/report/outcome.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/report/human.h"
#include "core/store/query/metric_choice.h"
#include "core/store/query/verdict.h"

static void add_unit(const struct metric_info *m, struct strbuf *out)
{
	strbuf_addf(out, "%s%s", *m->unit ? " " : "", m->unit);
}

static void add_metric(const struct metric_info *m, double value, double floor, struct strbuf *out)
{
	strbuf_addf(out, "%s ", m->name);
	if (!isfinite(value)) {
		strbuf_adds(out, "has no finite value");
		return;
	}
	human_metric(value, m->unit, 0, out);
	add_unit(m, out);
	if (!isfinite(floor))
		return;
	strbuf_adds(out, " (untrained ");
	human_metric(floor, m->unit, 0, out);
	add_unit(m, out);
	strbuf_adds(out, ", ");
	human_metric(value - floor, m->unit, 1, out);
	strbuf_adds(out, ")");
}

static int add_collapse(struct store *s, int64_t run, struct strbuf *out, struct error *err)
{
	struct collapse_verdict v;
	int found = collapse_verdict(s, run, &v, err);

	if (found <= 0)
		return found;
	strbuf_adds(out, out->len ? ", " : "");
	if (!strcmp(v.verdict, "healthy"))
		strbuf_adds(out, "no collapse");
	else
		strbuf_addf(out, "collapse: %s", *v.summary ? v.summary : v.verdict);
	return 0;
}

int outcome_text(struct store *s, int64_t run, struct strbuf *out, struct error *err)
{
	struct selected one = {.id = run};
	const struct selection sel = {.run = &one, .n = 1};
	struct metric_choice choice;
	struct error none = {0};
	double value = NAN, floor = NAN;

	if (!metric_choose(s, &sel, NULL, &choice, &none) ||
	    !metric_choose(s, &sel, "loss", &choice, &none)) {
		if (selection_values(s, &sel, choice.metric.name, 0, &value, err) ||
		    selection_floors(s, &sel, choice.metric.name, &floor, err))
			return -1;
		add_metric(&choice.metric, value, floor, out);
	}
	return add_collapse(s, run, out, err);
}
