/* Times the engines of a device; see engines.h. */
#include "core/base/parallel.h"
#include "core/run/build.h"
#include "core/run/engines.h"
#include "core/run/estimate.h"
#include "core/run/precision.h"

int engines_can_choose(const struct device *d, struct error *err)
{
	if (d->time_engines)
		return 0;
	return error_set(err, ERR_USAGE,
			 "device %s: there is nothing to choose: every operation has one engine",
			 d->name);
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
		ret = error_set(err, ERR_USAGE,
				"there is nothing to choose: a step of this recipe has no "
				"convolution");
	return ret;
}

int engines_time(struct store *s, struct recipe *recipe, int threads, const struct device *d,
		 struct engine_table *out, struct error *err)
{
	struct run r = {.store = s, .recipe = *recipe, .opts.device = d};
	struct engine_table t = {0};
	int ret;

	parallel_set_threads(threads);
	ret = engines_can_choose(d, err) ||
	      precision_check(recipe_text(&r.recipe, "precision"), d, err) ||
	      time_step(&r, &t, err);
	run_release(&r);
	if (ret)
		engine_table_release(&t);
	else
		*out = t;
	return ret ? -1 : 0;
}
