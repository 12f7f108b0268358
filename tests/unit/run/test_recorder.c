/*
 * Protects: what a run computes does not depend on who records it. A recorder in memory gets the
 * points, evaluations and links that the store has, and a run without a record ends with the
 * same parameters.
 */
#include "core/run/keys.h"
#include "core/run/run.h"
#include "core/store/digests.h"
#include "core/tensor/memory.h"
#include "tests/unit/run/tiny_dataset.h"
#include "tests/unit/store/scratch.h"

static const struct recipe_set settings[] = {
    {"method=vicreg"},           {"encoder.arch=convnet"}, {"encoder.width=4"},
    {"projector.dims=16"},       {"augment.size=8"},       {"optim.batch=8"},
    {"optim.epochs=3"},          {"optim.warmup=0"},       {"eval.every=1"},
    {"collapse.images=16"},      {"checkpoint.every=2"},   {"guard.collapse=record"},
    {"guard.collapse_epochs=1"}, {"guard.collapse_std=1"},
};

/* What a run records, in memory. */
struct record {
	struct point {
		char name[128];
		long step;
		double value;
	} * point;
	int n, spectra, evaluations, events, flushes, links, checkpoints, finished;
	char state[HASH_HEX]; /* of the last link */
	char status[16];
};

static int begin(void *ctx, const struct recorder_run *run, struct run_handle *out, int *rules,
		 struct error *err)
{
	(void)ctx;
	(void)err;
	snprintf(out->name, sizeof out->name, "in-memory");
	CU_ASSERT_STRING_EQUAL(run->method, "vicreg");
	CU_ASSERT_EQUAL(run->steps, run->epochs * run->steps_per_epoch);
	*rules = RUN_RULES;
	return 0;
}

static void note(void *ctx, long step, const char *name, double value)
{
	struct record *m = ctx;
	struct point *p;

	m->point = realloc(m->point, ((size_t)m->n + 1) * sizeof *m->point);
	CU_ASSERT_PTR_NOT_NULL_FATAL(m->point);
	p = &m->point[m->n++];
	snprintf(p->name, sizeof p->name, "%s", name);
	p->step = step;
	p->value = value;
}

static int spectrum(void *ctx, long step, const struct spectrum_value *v, int n, struct error *err)
{
	struct record *m = ctx;

	(void)step;
	(void)v;
	(void)err;
	m->spectra += n;
	return 0;
}

static int evaluation(void *ctx, struct eval_new *e, struct error *err)
{
	struct record *m = ctx;

	(void)err;
	CU_ASSERT_EQUAL(e->n_values, 2);
	m->evaluations++;
	return 0;
}

static int event(void *ctx, const char *kind, const char *text, struct error *err)
{
	struct record *m = ctx;

	(void)text;
	(void)err;
	CU_ASSERT_STRING_EQUAL(kind, "guard.collapse");
	m->events++;
	return 0;
}

static int flush(void *ctx, struct recorder_position at, struct error *err)
{
	struct record *m = ctx;

	(void)at;
	(void)err;
	m->flushes++;
	return 0;
}

static void link_epoch(void *ctx, struct recorder_position at, const struct recorder_state *state)
{
	struct record *m = ctx;

	CU_ASSERT_EQUAL(at.epoch, ++m->links);
	state->hash(state->ctx, m->state);
}

static int checkpoint(void *ctx, const struct recorder_checkpoint *ck, struct error *err)
{
	struct record *m = ctx;

	(void)err;
	CU_ASSERT(ck->at.epoch == 2 || ck->at.epoch == 3);
	m->checkpoints++;
	return 0;
}

static int finish(void *ctx, const struct run_end *end, struct error *err)
{
	struct record *m = ctx;

	(void)err;
	snprintf(m->status, sizeof m->status, "%s", end->status);
	m->finished++;
	return 0;
}

static struct recorder memory_recorder(struct record *m)
{
	static const struct recorder_ops ops = {.begin = begin,
						.note = note,
						.spectrum = spectrum,
						.evaluation = evaluation,
						.event = event,
						.flush = flush,
						.link = link_epoch,
						.checkpoint = checkpoint,
						.finish = finish};

	return (struct recorder){&ops, m};
}

/* rec NULL: the store of x. */
static void train(struct scratch *x, struct run *r, const struct recorder *rec)
{
	memset(r, 0, sizeof *r);
	CU_ASSERT_EQUAL_FATAL(recipe_load(&r->recipe, keys_schema(), NULL, settings,
					  sizeof settings / sizeof *settings, &x->err),
			      0);
	r->store = x->s;
	r->opts.command = "test";
	r->opts.threads = 1;
	r->opts.recorder = rec;
	CU_ASSERT_EQUAL_FATAL(run_execute(r, &x->err), 0);
}

/* What the store has, against memory: each point once, in any order. */
struct comparison {
	const struct record *m;
	int n;
};

static int compare_point(void *ctx, const struct metric_point *p)
{
	struct comparison *c = ctx;
	int found = 0;

	for (int i = 0; i < c->m->n; i++) {
		const struct point *q = &c->m->point[i];

		if (q->step == p->step && !strcmp(q->name, p->name))
			found += digest_is_timing(p->name) || !strcmp(p->name, "images_per_s") ||
				 digest_bits(q->value) == digest_bits(p->value);
	}
	if (found != 1)
		fprintf(stderr, "\n  %s at step %ld: %d\n", p->name, p->step, found);
	CU_ASSERT_EQUAL(found, 1);
	c->n++;
	return 0;
}

static void check_rows(struct scratch *x, const struct record *m)
{
	char want[200];

	snprintf(want, sizeof want, "%d|%d|%d|%d\n", m->spectra, m->evaluations, m->events,
		 m->checkpoints);
	sql_is(x->s,
	       "SELECT (SELECT count(*) FROM spectrum), (SELECT count(*) FROM eval), (SELECT "
	       "count(*) FROM "
	       "event WHERE kind = 'guard.collapse'), (SELECT count(*) FROM checkpoint)",
	       want);
}

static void test_memory(void)
{
	struct scratch x;
	struct record m = {0};
	struct comparison c = {&m, 0};
	const struct recorder rec = memory_recorder(&m);
	struct digest_row last;
	struct run stored, other;

	scratch_open(&x);
	tiny_dataset(&x);
	train(&x, &stored, NULL);
	train(&x, &other, &rec);
	CU_ASSERT_STRING_EQUAL(other.handle.name, "in-memory");
	CU_ASSERT_EQUAL(points_each(x.s, stored.handle.id, -1, compare_point, &c, &x.err), 0);
	CU_ASSERT(c.n > 100);
	CU_ASSERT_EQUAL(c.n, m.n);
	CU_ASSERT_EQUAL(digests_last(x.s, stored.handle.id, stored.step, &last, &x.err), 1);
	CU_ASSERT_STRING_EQUAL(last.state, m.state);
	CU_ASSERT_EQUAL(m.links, 3);
	CU_ASSERT_EQUAL(m.events, 1);
	CU_ASSERT_EQUAL(m.finished, 1);
	CU_ASSERT_STRING_EQUAL(m.status, "done");
	check_rows(&x, &m);
	sql_is(x.s, "SELECT count(*) FROM run", "1\n");
	run_release(&other);
	run_release(&stored);
	free(m.point);
	scratch_close(&x);
}

static void test_none(void)
{
	struct scratch x;
	struct run stored, other;
	struct recorder none;

	scratch_open(&x);
	tiny_dataset(&x);
	recorder_none(&none);
	train(&x, &other, &none);
	CU_ASSERT_STRING_EQUAL(other.handle.name, "unrecorded");
	sql_is(x.s, "SELECT (SELECT count(*) FROM run) + (SELECT count(*) FROM metric)", "0\n");
	train(&x, &stored, NULL);
	CU_ASSERT_EQUAL_FATAL(stored.params.n, other.params.n);
	for (int i = 0; i < stored.params.n; i++) {
		const struct tensor *a = &stored.params.list[i]->t, *b = &other.params.list[i]->t;

		CU_ASSERT(!memcmp(a->mem->data, b->mem->data, a->n * sizeof *a->mem->data));
	}
	run_release(&other);
	run_release(&stored);
	scratch_close(&x);
}

/* A run stops after exactly the steps that were asked for, wherever in an epoch that is, although
 * the values of a step are read after the next one has begun. */
static void test_stop_after(void)
{
	struct scratch x;
	struct recorder none;
	struct run whole;

	scratch_open(&x);
	tiny_dataset(&x);
	recorder_none(&none);
	train(&x, &whole, &none);
	CU_ASSERT(whole.steps_per_epoch >= 2);
	for (long after = 1; after < whole.steps; after++) {
		struct run r = {.store = x.s};

		CU_ASSERT_EQUAL_FATAL(recipe_load(&r.recipe, keys_schema(), NULL, settings,
						  sizeof settings / sizeof *settings, &x.err),
				      0);
		r.opts.command = "test";
		r.opts.threads = 1;
		r.opts.stop_after = after;
		r.opts.recorder = &none;
		CU_ASSERT_EQUAL(run_execute(&r, &x.err), -1);
		CU_ASSERT_EQUAL(x.err.code, ERR_PREEMPTED);
		CU_ASSERT_EQUAL(r.step, after);
		run_release(&r);
	}
	run_release(&whole);
	scratch_close(&x);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"a recorder in memory gets what the store gets", test_memory},
	    {"a run without a record ends with the same parameters", test_none},
	    {"a run stops after the steps that were asked for", test_stop_after},
	    {0}};

	return check_run("run/recorder", cases);
}
