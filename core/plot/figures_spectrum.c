/* Recorded vectors: spectra of covariances, alignment of eigenspaces. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/plot/figures_internal.h"
#include "core/store/query/series.h"

enum { CURVES = 8 };

static int all_curves(struct store *s, const struct selection *sel, const struct figure *f,
		      const struct figure_reading *how, struct chart *c, struct error *err)
{
	int most = f->most ? f->most : CURVES, ret;
	struct figure_counts count = {0};
	struct strbuf note = STRBUF_INIT;
	struct group_set g;

	if (groups_make(s, sel, f->by, &g, err))
		return -1;
	ret = 0;
	for (int i = 0; i < g.n && !ret; i++) {
		int before = c->n;

		ret = figure_group_curve(s, sel, &g.group[i], how, c, &count, err);
		if (c->n > before)
			c->series[before].colour = figure_colour(f, sel, &g.group[i], before, most);
	}
	if (!ret && !c->n)
		ret = error_set(err, ERR_NOT_FOUND,
				"%s: none of the runs recorded such vectors: see collapse.* in "
				"ssl-recipe(5)",
				how->name);
	figure_counts_text(&count, &note);
	if (count.most > 1)
		strbuf_adds(&note, "; mean, and band of \xC2\xB1 1 sd where there are several");
	figure_coloured(c, c->n,
			f->colours ? "the best, and the best of each method:" : "the first", &note);
	chart_note(c, note.buf);
	strbuf_release(&note);
	groups_release(&g);
	return ret;
}

/* Ranks count from 1. */
static int read_spectrum(struct store *s, const struct selected *r, const char *name,
			 struct series *out, struct error *err)
{
	long step;

	if (spectrum_read(s, r->id, name, -1, out, &step, err))
		return -1;
	for (int i = 0; i < out->n; i++)
		out->step[i] += 1;
	return 0;
}

int figure_spectrum(struct store *s, const struct selection *sel, const struct figure *f,
		    struct chart **out, struct error *err)
{
	const struct figure_reading how = {read_spectrum, f->name ? f->name : "z", 0};
	struct chart *c;
	char title[200];

	snprintf(title, sizeof title, "spectrum of %s, at the last measurement", how.name);
	c = chart_new(CHART_LINES, f->title ? f->title : title);
	chart_add_axis(c, "rank of the eigenvalue", f->log_x);
	chart_add_axis(c, "log10 of the eigenvalue", 0);
	if (all_curves(s, sel, f, &how, c, err)) {
		chart_free(c);
		return -1;
	}
	*out = c;
	return 0;
}

static int read_alignment(struct store *s, const struct selected *r, const char *name,
			  struct series *out, struct error *err)
{
	struct series sd;

	if (spectrum_means(s, r->id, name, out, &sd, err))
		return -1;
	series_release(&sd);
	return 0;
}

int figure_alignment(struct store *s, const struct selection *sel, const struct figure *f,
		     struct chart **out, struct error *err)
{
	const struct figure_reading how = {read_alignment, f->name ? f->name : "predictor.cos",
					   !f->steps};
	struct chart *c =
	    chart_new(CHART_LINES, f->title ? f->title : "alignment of predictor and correlation");

	chart_add_axis(c, how.epochs ? "epoch" : "step", f->log_x);
	chart_add_axis(c, "mean cosine over the eigenvectors", f->log_y);
	if (all_curves(s, sel, f, &how, c, err)) {
		chart_free(c);
		return -1;
	}
	*out = c;
	return 0;
}
