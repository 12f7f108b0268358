#include "core/stats/floor.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/store/query/selection_values.h"
#include "core/store/query/selection_varied.h"

void floors_release(struct floors *f)
{
	free(f->value);
	*f = (struct floors){0};
}

/* *alike: all runs have the same data and encoder, so that their floors differ at most by the seed.
 */
static int are_alike(struct store *s, const struct selection *sel, int *alike, struct error *err)
{
	struct varied_set v;

	*alike = 1;
	if (selection_varied(s, sel, &v, err))
		return -1;
	for (int i = 0; i < v.n; i++)
		if (!strncmp(v.param[i].name, "encoder.", 8) ||
		    !strcmp(v.param[i].name, "data.set"))
			*alike = 0;
	varied_release(&v);
	return 0;
}

int floors_read(struct store *s, const struct selection *sel, const char *metric,
		struct floors *out, struct error *err)
{
	struct floors f = {.value = xmalloc((size_t)(sel->n + 1) * sizeof *f.value),
			   .mean = NAN,
			   .low = NAN,
			   .high = NAN,
			   .line = NAN};
	double sum = 0;
	int alike;

	if (selection_floors(s, sel, metric, f.value, err) || are_alike(s, sel, &alike, err)) {
		free(f.value);
		return -1;
	}
	for (int i = 0; i < sel->n; i++) {
		if (!isfinite(f.value[i]))
			continue;
		sum += f.value[i];
		f.n++;
		f.low = fmin(f.low, f.value[i]);
		f.high = fmax(f.high, f.value[i]);
	}
	if (f.n)
		f.mean = sum / f.n;
	if (alike)
		f.line = f.mean;
	*out = f;
	return 0;
}

double floor_gain(const double *value, const double *floor, const int *run, int n)
{
	double sum = 0;
	int known = 0;

	for (int i = 0; i < n; i++) {
		double gain = value[run ? run[i] : i] - floor[run ? run[i] : i];

		if (!isfinite(gain))
			continue;
		sum += gain;
		known++;
	}
	return known ? sum / known : NAN;
}

void floors_text(const struct floors *f, struct strbuf *out)
{
	if (!f->n)
		return;
	strbuf_addf(out, "untrained: %.2f", f->low);
	if (f->high > f->low)
		strbuf_addf(out, " to %.2f", f->high);
}

void floor_warn(const double *gain, int n, const char *what, struct strbuf *out)
{
	double most = NAN;

	for (int i = 0; i < n; i++)
		most = fmax(most, gain[i]);
	if (isnan(most) || most > 0)
		return;
	strbuf_addf(
	    out, "No %s exceeds its untrained encoder: the best gain over that floor is %+.2f.\n",
	    what, most);
}
