/* The sentences of a comparison about its groups as a whole; see compare.h. */
#include <string.h>

#include "core/stats/compare.h"
#include "core/store/environment.h"
#include "core/store/sweeps.h"

static void note_datasets(struct compare *c)
{
	const char *last = NULL;
	int listed = 0;

	if (c->n_datasets < 2 || c->across)
		return;
	strbuf_adds(&c->notes, "The runs are of several datasets (");
	for (int i = 0; i < c->n_groups; i++) {
		const char *set = c->group[i].dataset ? c->group[i].dataset : "none";

		if (last && !strcmp(last, set))
			continue;
		strbuf_addf(&c->notes, "%s%s", listed++ ? ", " : "", set);
		last = set;
	}
	strbuf_addf(
	    &c->notes,
	    "): each dataset is compared by itself; -w \"dataset_label='%s'\" chooses one.\n",
	    last);
}

/* Notes which devices computed the groups, if it was not one and the same. */
static int note_devices(struct store *s, struct compare *c, struct error *err)
{
	struct strbuf first = STRBUF_INIT, list = STRBUF_INIT, one = STRBUF_INIT;
	int several = 0, named = 0, ret = 0;

	for (int i = 0; i < c->n_groups && !ret; i++) {
		const struct compare_group *g = &c->group[i];

		if (!g->n)
			continue;
		strbuf_clear(&one);
		ret = environment_devices(s, g->id, g->n, &one, err);
		if (!named)
			strbuf_adds(&first, one.buf);
		several |= strchr(one.buf, ',') || strcmp(one.buf, first.buf) != 0;
		strbuf_addf(&list, "%s%s: %s", named++ ? "; " : "", g->title, one.buf);
	}
	if (!ret && several)
		strbuf_addf(&c->notes,
			    "The runs were computed on different devices (%s), which round "
			    "differently.\n",
			    list.buf);
	strbuf_release(&first);
	strbuf_release(&list);
	strbuf_release(&one);
	return ret;
}

/* Notes in one sentence which groups hold runs of several recipes. */
static void note_cells(struct compare *c)
{
	int mixed = 0, named = 0;

	for (int i = 0; i < c->n_groups; i++)
		mixed += c->group[i].cells > 1;
	if (!mixed)
		return;
	if (mixed > 1)
		strbuf_addf(&c->notes, "%d groups hold several recipes (", mixed);
	for (int i = 0; i < c->n_groups; i++)
		if (c->group[i].cells > 1)
			strbuf_addf(&c->notes, mixed > 1 ? "%s%s %d" : "%s%s holds %d recipes",
				    named++ ? ", " : "", c->group[i].title, c->group[i].cells);
	strbuf_addf(
	    &c->notes,
	    "%s: the hyperparameters contribute to %s standard deviation%s (--select takes the "
	    "best recipe of each group).\n",
	    mixed > 1 ? ")" : "", mixed > 1 ? "their" : "its", mixed > 1 ? "s" : "");
}

/* Notes how many cells of the sweep have no finished run: a whole group may be missing. */
static int note_missing_cells(struct store *s, struct compare *c, const char *name,
			      struct error *err)
{
	struct sweep_counts count;
	struct sweep_row w;
	int ret, missing;

	if (!name)
		return 0;
	if (sweeps_find(s, name, &w, err))
		return -1;
	ret = sweeps_count(s, w.id, &count, err);
	missing = ret ? 0 : count.cells - count.done;
	if (missing)
		strbuf_addf(&c->notes,
			    "%d of the %d cells of sweep %s %s not done: `ssl sweep status %s`.\n",
			    missing, count.cells, name, missing == 1 ? "is" : "are", name);
	sweep_row_release(&w);
	return ret;
}

int compare_notes(struct store *s, struct compare *c, const char *sweep, struct error *err)
{
	if (note_missing_cells(s, c, sweep, err) || note_devices(s, c, err))
		return -1;
	note_datasets(c);
	note_cells(c);
	return 0;
}
