/* Expands a grid into cells and saves them; see sweep.h. */
#include "core/run/sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/run/check.h"
#include "core/run/datasets.h"
#include "core/run/keys.h"
#include "core/run/params.h"
#include "core/run/provenance.h"
#include "core/store/sweep_recipes.h"

static struct run_param *copy_params(struct arena *a, const struct recipe *r)
{
	struct run_param *made = params_of(r), *p = arena_zalloc(a, (size_t)r->n * sizeof *p);

	for (int i = 0; i < r->n; i++) {
		p[i] = made[i];
		p[i].text = arena_strdup(a, made[i].text);
	}
	free(made);
	return p;
}

int sweep_plan_add(struct sweep_plan *p, const struct grid_cell *cell, int64_t dataset_id,
		   struct error *err)
{
	struct strbuf json = STRBUF_INIT;
	struct sweep_cell *c;

	(void)err;
	if (p->n == p->cap) {
		p->cap = p->cap ? 2 * p->cap : 64;
		p->cell = xrealloc(p->cell, (size_t)p->cap * sizeof *p->cell);
	}
	c = &p->cell[p->n++];
	memset(c, 0, sizeof *c);
	recipe_json(cell->recipe, &json);
	c->run.method = arena_strdup(&p->arena, recipe_text(cell->recipe, "method"));
	c->run.recipe_json = arena_strdup(&p->arena, json.buf);
	c->run.recipe_hash = arena_strdup(&p->arena, cell->recipe->hash);
	c->run.group_hash = arena_strdup(&p->arena, cell->group);
	c->run.param = copy_params(&p->arena, cell->recipe);
	c->run.n_params = cell->recipe->n;
	c->run.defaults = cell->recipe->defaults;
	c->run.seed = cell->seed;
	c->dataset = arena_strdup(&p->arena, recipe_text(cell->recipe, "data.set"));
	c->label = arena_strdup(&p->arena, cell->label);
	c->names_split = run_check_names_split(cell->recipe);
	c->dataset_id = dataset_id;
	c->ordinal = cell->ordinal;
	c->rank = cell->rank;
	p->points += cell->rank == 0;
	strbuf_release(&json);
	return 0;
}

static int collect(void *ctx, const struct grid_cell *cell, struct error *err)
{
	return sweep_plan_add(ctx, cell, 0, err);
}

int sweep_plan_make(struct sweep_plan *p, struct grid *g, struct error *err)
{
	struct strbuf spec = STRBUF_INIT;
	char name[80];

	memset(p, 0, sizeof *p);
	if (g->name && sweep_name_check(g->name, err))
		return -1;
	if (grid_each(g, collect, p, err))
		return -1;
	grid_json(g, &spec);
	if (!g->name) {
		hash_buffer(spec.buf, spec.len, p->spec_hash);
		snprintf(name, sizeof name, "%.50s-%.6s", p->cell[0].run.method, p->spec_hash);
		g->name = arena_strdup(&g->arena, name);
		strbuf_clear(&spec);
		grid_json(g, &spec);
	}
	hash_buffer(spec.buf, spec.len, p->spec_hash);
	p->spec = strbuf_detach(&spec);
	return 0;
}

void sweep_plan_release(struct sweep_plan *p)
{
	free(p->cell);
	free(p->spec);
	arena_release(&p->arena);
	memset(p, 0, sizeof *p);
}

/* Looks up the row id of the dataset of each cell. */
static int find_datasets(const struct sweep_plan *p, struct store *s, int64_t *id,
			 struct error *err)
{
	for (int i = 0; i < p->n; i++) {
		struct dataset_row row;
		char made[DATASET_PATH]; /* "": the store is written to */
		int k = i - 1;

		id[i] = p->cell[i].dataset_id;
		if (id[i])
			continue;
		while (k >= 0 &&
		       (p->cell[k].dataset_id || strcmp(p->cell[k].dataset, p->cell[i].dataset)))
			k--;
		if (k < 0 && dataset_ensure(s, p->cell[i].dataset, &row, made, err))
			return -1;
		id[i] = k < 0 ? row.id : id[k];
	}
	return 0;
}

struct save_job {
	const struct sweep_plan *p;
	const int64_t *dataset;
	const char *binary;
};

int sweep_plan_reusable(const struct sweep_plan *p, struct store *s, struct error *err)
{
	struct code_info code;
	int n = 0;

	provenance_code(&code);
	for (int i = 0; i < p->n; i++) {
		const struct sweep_cell *c = &p->cell[i];
		int found = sweeps_can_reuse(s, c->run.recipe_hash, c->dataset, c->dataset_id,
					     code.binary, err);

		if (found < 0)
			return -1;
		n += found;
	}
	return n;
}

static int add_cells(void *ctx, struct sweep_edit *edit, struct error *err)
{
	struct save_job *v = ctx;

	for (int i = 0; i < v->p->n; i++) {
		const struct sweep_cell *c = &v->p->cell[i];
		struct run_new run = c->run;
		struct cell_new cell = {.run = &run,
					.seed_index = c->rank,
					.label = c->label,
					.reuse_binary = v->binary};

		run.dataset_id = v->dataset[i];
		if (sweep_add_cell(edit, &cell, err))
			return -1;
	}
	return 0;
}

int sweep_plan_save(const struct sweep_plan *p, struct grid *g, struct store *s,
		    const char *command, int64_t replaces, int reuse, int *added, struct error *err)
{
	const struct recipe *exec = &g->exec;
	const char *named = recipe_text(exec, "objective.metric");
	int chosen = !*named && p->objective && *p->objective;
	struct sweep_new w = {.name = g->name,
			      .spec = p->spec,
			      .spec_hash = p->spec_hash,
			      .command = command,
			      .replaces = replaces,
			      .lease = recipe_real(exec, "exec.lease"),
			      .defaults = exec->defaults,
			      .retries = recipe_int(exec, "exec.retries"),
			      .on_fail = recipe_text(exec, "exec.on_fail"),
			      .objective = chosen ? p->objective : named,
			      .goal = chosen ? "max" : recipe_text(exec, "objective.goal")};
	int64_t *dataset = xcalloc((size_t)p->n, sizeof *dataset);
	struct code_info code;
	struct save_job v = {p, dataset, NULL};
	int64_t id;
	int ret = find_datasets(p, s, dataset, err);

	if (reuse) {
		provenance_code(&code);
		v.binary = code.binary;
	}
	if (!ret)
		ret = sweeps_save(s, &w, add_cells, &v, &id, added, err);
	free(dataset);
	return ret;
}
