/* ssl sweep plan: the points of a sweep and an estimate of its cost. Nothing is written. */
#include <stdlib.h>
#include <string.h>

#include "cmds/pager.h"
#include "cmds/sweep.h"
#include "core/base/clock.h"
#include "core/base/cpu.h"
#include "core/base/log.h"
#include "core/report/human.h"
#include "core/run/recipe_context.h"
#include "core/run/keys.h"

static const double patience = 20; /* seconds that timing steps may take in all */

/* Estimates, by a hash of all settings that the cost of a step depends on: each hash is timed once.
 */
struct known {
	char hash[HASH_HEX];
	struct estimate estimate;
};

struct costing {
	struct store *store; /* NULL: no store, so nothing is timed */
	int threads;
	const struct device *device;
	double started;
	struct known *known;
	int n;
};

/* Hashes all settings except those that do not change the cost of a step: the seed, the learning
 * rate and the numbers of the method, which weigh the terms of its loss. */
static void cost_hash(const struct sweep_cell *c, char hash[HASH_HEX])
{
	struct strbuf text = STRBUF_INIT;
	size_t n = strlen(c->run.method);

	for (int i = 0; i < c->run.n_params; i++) {
		const struct run_param *p = &c->run.param[i];

		if (!strcmp(p->key, "seed") || !strcmp(p->key, "optim.lr") ||
		    (!strncmp(p->key, c->run.method, n) && p->key[n] == '.' && p->is_number))
			continue;
		strbuf_addf(&text, "%s=%s\n", p->key, p->text);
	}
	hash_buffer(text.buf, text.len, hash);
	strbuf_release(&text);
}

/* *out is NULL if the cost is not known. -1 with *err for a cell that cannot be run at all. */
static int cost_of(struct costing *k, const struct sweep_cell *c, const struct estimate **out,
		   struct error *err)
{
	char hash[HASH_HEX];
	struct known *new;

	*out = NULL;
	if (!k->store)
		return 0;
	cost_hash(c, hash);
	for (int i = 0; i < k->n; i++)
		if (!strcmp(k->known[i].hash, hash)) {
			*out = &k->known[i].estimate;
			return 0;
		}
	if (clock_now() - k->started > patience)
		return 0;
	k->known = xrealloc(k->known, (size_t)(k->n + 1) * sizeof *k->known);
	new = &k->known[k->n];
	memcpy(new->hash, hash, sizeof hash);
	if (estimate_run(k->store, c->run.recipe_json, k->threads, k->device, &new->estimate, err))
		return error_prefix(err, "point %d", c->ordinal);
	k->n++;
	*out = &new->estimate;
	return 0;
}

struct total {
	double seconds;
	int64_t bytes;
	int unknown;
};

static void add_row(struct table *t, const struct sweep_cell *c, int seeds,
		    const struct estimate *e, struct total *total)
{
	table_int(t, c->ordinal);
	table_int(t, seeds);
	if (e && e->known) {
		table_int(t, e->epochs);
		table_int(t, e->steps);
		table_real(t, e->seconds, 1);
		table_int(t, e->bytes);
		total->seconds += seeds * e->seconds;
		total->bytes += seeds * e->bytes;
	} else {
		for (int i = 0; i < 4; i++)
			table_null(t);
		total->unknown++;
	}
	table_text(t, c->label);
}

/* "; about 40 s with 2 workers, 3 MB on disk" */
static void add_total(const struct sweep_plan *p, const struct total *total, long workers,
		      struct strbuf *text)
{
	if (total->unknown < p->points) {
		strbuf_adds(text, "; about ");
		human_duration(total->seconds / (double)workers, text);
		strbuf_addf(text, " with %ld worker%s, ", workers, workers == 1 ? "" : "s");
		human_bytes(total->bytes, text);
		strbuf_adds(text, " on disk");
	}
	if (total->unknown)
		strbuf_addf(text, " (%d point%s not timed)", total->unknown,
			    total->unknown == 1 ? " was" : "s were");
}

/* A row for each recipe. */
static int make_table(struct sweep_args *a, const struct sweep_plan *p, struct table *t,
		      struct total *total, struct error *err)
{
	static const char *const column[] = {"cell",    "seeds", "epochs", "steps",
					     "seconds", "bytes", "label"};
	struct costing k = {.store = a->ctx->store, .device = a->device, .started = clock_now()};
	int ret = 0;

	k.threads = cpu_count() / (int)a->workers > 1 ? cpu_count() / (int)a->workers : 1;
	for (unsigned i = 0; i < sizeof column / sizeof *column; i++)
		table_column(t, column[i]);
	for (int i = 0; i < p->points && !ret; i++) {
		const struct sweep_cell *c = &p->cell[i];
		const struct estimate *e;

		ret = cost_of(&k, c, &e, err);
		if (!ret)
			add_row(t, c, c->waiting ? c->waiting : p->n / p->points, e, total);
	}
	free(k.known);
	return ret;
}

static int print_plan(struct sweep_args *a, const struct grid *g, const struct sweep_plan *p,
		      struct error *err)
{
	struct table *t = table_new();
	struct total total = {0};
	int reusable = a->reuse && a->ctx->store ? sweep_plan_reusable(p, a->ctx->store, err) : 0;
	int ret = reusable < 0 ? -1 : make_table(a, p, t, &total, err);

	if (!ret) {
		struct strbuf text = STRBUF_INIT;

		pager_start(a->ctx);
		table_print(t, a->ctx->format, a->ctx->out);
		strbuf_addf(&text, "%s: %d point%s x %d seed%s = %d cell%s", g->name, p->points,
			    p->points == 1 ? "" : "s", p->n / p->points,
			    p->n == p->points ? "" : "s", p->n, p->n == 1 ? "" : "s");
		if (a->reuse && a->ctx->store)
			strbuf_addf(&text, ", of which %d %s finished already and would be reused",
				    reusable, reusable == 1 ? "is" : "are");
		add_total(p, &total, a->workers, &text);
		log_info("%s", text.buf);
		strbuf_release(&text);
	}
	table_free(t);
	return ret;
}

int sweep_print_plan(struct sweep_args *a, const struct grid *g, struct sweep_plan *p,
		     struct error *err)
{
	return sweep_check(a, g, p, err) || print_plan(a, g, p, err) ? -1 : 0;
}

static void report_queue(struct sweep_args *a, const struct sweep_row *w,
			 const struct sweep_counts *n, const struct sweep_plan *p,
			 const struct total *total)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "%s: %d of %d cells would be run", w->name,
		    n->stopped ? 0 : n->queued + n->held + n->stale, n->cells);
	if (!n->stopped)
		add_total(p, total, a->workers, &text);
	if (n->failed)
		strbuf_addf(&text, "; %d failed%s: `ssl sweep retry %s` queues %s again", n->failed,
			    n->stopped ? ", and exec.on_fail is stop" : "", w->name,
			    n->failed == 1 ? "it" : "them");
	log_info("%s", text.buf);
	strbuf_release(&text);
}

int sweep_print_queue(struct sweep_args *a, const struct sweep_row *w, struct error *err)
{
	struct table *t = table_new();
	struct total total = {0};
	struct sweep_plan p = {0};
	struct sweep_counts n;
	int ret = sweeps_count(a->ctx->store, w->id, &n, err);

	if (!ret && !n.stopped)
		ret = sweep_plan_queue(&p, a->ctx->store, w, err);
	if (!ret)
		ret = make_table(a, &p, t, &total, err);
	if (!ret) {
		pager_start(a->ctx);
		cmd_print(a->ctx, t, NULL);
		sweep_report_special(&p);
		report_queue(a, w, &n, &p, &total);
	}
	sweep_plan_release(&p);
	table_free(t);
	return ret ? -1 : 0;
}

/* Reads the sweep that the arguments describe, or a recorded one by its name. */
static int read_plan(struct sweep_args *a, struct grid *g, struct sweep_plan *p, struct error *err)
{
	struct recipe_how how = {.recorded = 1};
	struct sweep_row w;
	int ret, same, there;

	memset(p, 0, sizeof *p);
	memset(g, 0, sizeof *g);
	if (a->operand && !sweep_is_file(a)) {
		if (cmd_open_store(a->ctx, NEED_STORE_READ, err) ||
		    sweeps_find(a->ctx->store, a->operand, &w, err))
			return -1;
		recipe_context_of_store(&a->context, a->ctx->store);
		how.context = &a->context;
		how.defaults = w.defaults;
		grid_init(g, keys_schema(), &how);
		ret = grid_from_json(g, w.spec, err) || grid_finish(g, err) ||
		      sweep_plan_make(p, g, err);
		sweep_row_release(&w);
		return ret ? -1 : 0;
	}
	/* without a store nothing can be timed, but the points can be listed */
	if (cmd_open_store_if_any(a->ctx, err))
		return -1;
	if (!a->ctx->store)
		return sweep_read(a, 0, 0, g, p, err);
	there = sweep_recall(a, &w, &same, err);
	if (there <= 0)
		return there ? -1 : sweep_read(a, 0, 0, g, p, err);
	how.defaults = same ? w.defaults : 0;
	sweep_row_release(&w);
	return sweep_read(a, how.defaults, same, g, p, err);
}

int sweep_plan(struct sweep_args *a, struct error *err)
{
	struct sweep_plan p = {0};
	struct grid g = {0};
	int ret = read_plan(a, &g, &p, err) || sweep_print_plan(a, &g, &p, err);

	sweep_plan_release(&p);
	grid_release(&g);
	return ret ? -1 : 0;
}
