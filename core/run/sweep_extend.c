/* Compares a plan with the recorded sweep: points that an edit of the file removed, cells that are
 * missing, and cells that wait; see sweep.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/run/keys.h"
#include "core/run/sweep.h"
#include "core/store/sweep_recipes.h"

struct join_job {
	struct sweep_plan *p;
	struct grid *g;
};

static int is_planned(const struct sweep_plan *p, const char *group_hash)
{
	for (int i = 0; i < p->n && !p->cell[i].rank; i++)
		if (!strcmp(p->cell[i].run.group_hash, group_hash))
			return 1;
	return 0;
}

/* Adds the recorded recipe with one of the plan's seeds. */
static int join_seed(struct join_job *j, const struct recipe *recorded,
		     const struct sweep_recipe *r, int rank, struct error *err)
{
	struct grid_cell cell = {.ordinal = r->ordinal, .rank = rank, .seed = j->g->seed[rank]};
	struct recipe with_seed = {0};
	char text[40];
	const struct recipe_set set = {text};
	int ret;

	snprintf(text, sizeof text, "seed=%lld", (long long)cell.seed);
	if (recipe_changed(&with_seed, recorded, keys_schema(), NULL, &set, 1, err))
		return -1;
	cell.recipe = &with_seed;
	cell.label = r->label;
	recipe_group_hash(&with_seed, cell.group);
	ret = sweep_plan_add(j->p, &cell, r->dataset_id, err);
	recipe_release(&with_seed);
	return ret;
}

static int join(void *ctx, const struct sweep_recipe *r, struct error *err)
{
	struct join_job *j = ctx;
	struct recipe recorded = {0};
	int ret;

	if (is_planned(j->p, r->group_hash))
		return 0;
	if (recipe_from_json(&recorded, keys_schema(), r->json, j->g->how.defaults, err))
		return -1;
	ret = 0;
	for (int i = 0; i < j->g->n_seeds && !ret; i++)
		ret = join_seed(j, &recorded, r, i, err);
	recipe_release(&recorded);
	return ret;
}

int sweep_plan_join(struct sweep_plan *p, struct grid *g, struct store *s, int64_t sweep,
		    struct error *err)
{
	struct join_job j = {p, g};

	return sweeps_recipes(s, sweep, join, &j, err);
}

struct queue_job {
	struct sweep_plan *p;
	int defaults;
};

static int queue(void *ctx, const struct sweep_recipe *r, struct error *err)
{
	struct queue_job *q = ctx;
	struct recipe recorded = {0};
	struct grid_cell cell = {.ordinal = r->ordinal, .label = r->label, .recipe = &recorded};
	int ret;

	if (!r->waiting)
		return 0;
	if (recipe_from_json(&recorded, keys_schema(), r->json, q->defaults, err))
		return -1;
	ret = sweep_plan_add(q->p, &cell, r->dataset_id, err);
	if (!ret)
		q->p->cell[q->p->n - 1].waiting = r->waiting;
	recipe_release(&recorded);
	return ret;
}

int sweep_plan_queue(struct sweep_plan *p, struct store *s, const struct sweep_row *w,
		     struct error *err)
{
	struct queue_job q = {p, w->defaults};

	memset(p, 0, sizeof *p);
	return sweeps_recipes(s, w->id, queue, &q, err);
}

int sweep_plan_missing(const struct sweep_plan *p, struct store *s, int64_t sweep,
		       struct error *err)
{
	int n = 0;

	for (int i = 0; i < p->n; i++) {
		const struct sweep_cell *c = &p->cell[i];
		int found =
		    sweeps_has_cell(s, sweep, c->run.recipe_hash, c->dataset, c->dataset_id, err);

		if (found < 0)
			return -1;
		n += !found;
	}
	return n;
}

static int by_hash(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char **hashes_of(const struct sweep_plan *p)
{
	const char **hash = xcalloc((size_t)p->n + 1, sizeof *hash);

	for (int i = 0; i < p->n; i++)
		hash[i] = p->cell[i].run.recipe_hash;
	qsort(hash, (size_t)p->n, sizeof *hash, by_hash);
	return hash;
}

int sweep_plan_equals(const struct sweep_plan *a, const struct sweep_plan *b)
{
	const char **x = hashes_of(a), **y = hashes_of(b);
	int same = a->n == b->n;

	for (int i = 0; i < a->n && same; i++)
		same = !strcmp(x[i], y[i]);
	free(x);
	free(y);
	return same;
}
