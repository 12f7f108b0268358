/* Times the engines of a device; see engines.h. */
#include "core/base/parallel.h"
#include "core/run/build.h"
#include "core/run/engines.h"
#include "core/run/estimate.h"
#include "core/run/precision.h"

static int nothing_to_choose(const struct device *d, const char *why, struct error *err)
{
	return error_set(err, ERR_USAGE, "%s: there are no engines to choose among: %s", d->name,
			 why);
}

/* A step meets every operation; it computes with the first engines. */
static int time_step(struct run *r, struct engine_table *t, struct error *err)
{
	const struct device *d = r->opts.device;
	int ret;

	if (run_build(r, err))
		return -1;
	if (r->method->start)
		r->method->start(r->self, 0);
	engines_use(NULL, d);
	d->time_engines(d, t);
	ret = estimate_try(r, err);
	d->time_engines(d, NULL);
	if (!ret && !t->n)
		ret = nothing_to_choose(d, "a step of this recipe has no convolution", err);
	return ret;
}

int engines_time(struct store *s, struct recipe *recipe, int threads, const struct device *d,
		 struct engine_table *out, struct error *err)
{
	struct run r = {.store = s, .recipe = *recipe, .opts.device = d};
	struct engine_table t = {0};
	int ret = d->time_engines ? 0
				  : nothing_to_choose(d,
						      "every operation has one way of being "
						      "computed",
						      err);

	parallel_set_threads(threads);
	if (!ret)
		ret = precision_check(recipe_text(&r.recipe, "precision"), d, err) ||
		      time_step(&r, &t, err);
	run_release(&r);
	if (ret)
		engine_table_release(&t);
	else
		*out = t;
	return ret ? -1 : 0;
}
