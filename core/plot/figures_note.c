/* The texts of figures: names of axes, and the note below a picture, which counts its runs. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/plot/figures_internal.h"

void figure_axis_name(const struct metric_info *m, int best, char out[160])
{
	snprintf(out, 160, "%s%s%s%s", best ? "best " : "", m->name, *m->unit ? ", " : "", m->unit);
}

void figure_count(struct figure_counts *c, int runs)
{
	if (!runs)
		return;
	c->least = c->groups && c->least < runs ? c->least : runs;
	c->most = c->most > runs ? c->most : runs;
	c->groups++;
}

void figure_counts_text(const struct figure_counts *c, struct strbuf *out)
{
	if (c->least == c->most)
		strbuf_addf(out, "%d run%s%s", c->most, c->most == 1 ? "" : "s",
			    c->groups > 1 ? " each" : "");
	else
		strbuf_addf(out, "%d to %d runs", c->least, c->most);
}

/* Appends how many of these runs (run NULL: all) ended so that they enter no mean; open: or did not
 * end. first: what stands before the first number. */
void figure_lost_runs(const struct selection *sel, const int *run, int n, int open,
		      const char *first, struct strbuf *out)
{
	static const char *const what[] = {"collapsed", "pruned", "not finished"};
	int lost[3] = {0};

	for (int i = 0; i < n; i++) {
		const char *status = sel->run[run ? run[i] : i].status;

		if (strcmp(status, "done") != 0)
			lost[!strcmp(status, what[0]) ? 0 : !strcmp(status, what[1]) ? 1 : 2]++;
	}
	for (int i = 0; i < (open ? 3 : 2); i++) {
		if (!lost[i])
			continue;
		strbuf_addf(out, "%s%d %s", first, lost[i], what[i]);
		first = ", ";
	}
}

void figure_lost(const struct selection *sel, int means, struct strbuf *out)
{
	figure_lost_runs(sel, NULL, sel->n, means, means ? "; in no mean: " : "; ", out);
}

void figure_coloured(const struct chart *c, int groups, const char *which, struct strbuf *out)
{
	int coloured = 0;

	for (int i = 0; i < c->n; i++)
		coloured += c->series[i].colour >= 0;
	if (coloured < c->n && coloured)
		strbuf_addf(out, "; %s %d of %d in colour", which, coloured, groups);
}

void figure_floor(const struct floors *f, const struct group_set *g, const double *value,
		  struct strbuf *out)
{
	double most = NAN;

	if (!f->n)
		return;
	strbuf_adds(out, "; ");
	floors_text(f, out);
	for (int i = 0; i < g->n; i++)
		most = fmax(most, floor_gain(value, f->value, g->group[i].run, g->group[i].n));
	if (most <= 0)
		strbuf_adds(out, "; nothing exceeds the untrained encoder");
}

int figure_note_floor(struct store *s, const struct selection *sel, const char *metric,
		      const double *value, struct chart *c, struct error *err)
{
	struct strbuf note = STRBUF_INIT;
	struct floors floors;
	struct group_set runs;

	if (floors_read(s, sel, metric, &floors, err))
		return -1;
	if (groups_make(s, sel, "run", &runs, err)) {
		floors_release(&floors);
		return -1;
	}
	strbuf_adds(&note, c->note);
	figure_floor(&floors, &runs, value, &note);
	chart_note(c, note.buf);
	strbuf_release(&note);
	groups_release(&runs);
	floors_release(&floors);
	return 0;
}
