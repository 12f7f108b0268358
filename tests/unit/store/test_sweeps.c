/* Cells: claimed by one worker each however many there are, taken over when a lease is over, closed
 * to the overtaken, tried again and given up as told, done in the transaction that settles the run.
 */
#include <signal.h>
#include <sys/wait.h>

#include "core/base/clock.h"
#include "core/store/prune.h"
#include "tests/unit/store/cells.h"

enum { RECIPES = 50, SEEDS = 4 };

/* Adding the same cells again adds none; more seeds keep the numbers. */
static void test_save(void)
{
	struct sweep_new n = {"s", "{}", SPEC_HASH, "cmd", 9, 2, "continue", "", "max", 1, 0};
	struct shape h = {0, 3, 1};
	struct sweep_row w;
	struct scratch x;
	int64_t id;
	int added;

	make(&x, &h, 9, 2, "continue", &w);
	h.seeds = 2;
	h.recipes = 4;
	CU_ASSERT_EQUAL(sweeps_save(x.s, &n, add, &h, &id, &added, &x.err), 0);
	CU_ASSERT_EQUAL(added, 5);
	CU_ASSERT_EQUAL(id, w.id);
	sql_is(x.s,
	       "SELECT group_concat(ordinal || '.' || seed, ' ') FROM "
	       "(SELECT ordinal, seed FROM cell ORDER BY rank, ordinal)",
	       "1.1 2.1 3.1 4.1 1.2 2.2 3.2 4.2\n");
	n.name = "best";
	CU_ASSERT_EQUAL(sweeps_save(x.s, &n, add, &h, &id, &added, &x.err), -1);
	CU_ASSERT_EQUAL(x.err.code, ERR_USAGE);
	done(&x, &w);
}

/* Claims all that it can get; exit status 0 when all went well. */
static void claim_all(const char *dir, int k)
{
	struct cell_claim c;
	struct sweep_row w;
	struct error err;
	struct store *s;
	char who[16];
	int got;

	snprintf(who, sizeof who, "w%d", k);
	if (store_open(&s, dir, STORE_WRITE, &err) || sweeps_find(s, "s", &w, &err))
		_exit(1);
	while ((got = cells_claim(s, &w, who, &c, &err)) > 0) {
		struct text t;
		struct run_new run = run_of(&t, c.ordinal - 1, c.seed, 1);
		struct run_end end = {.status = "done"};
		struct run_handle h;

		run.cell = c.cell;
		run.cell_token = c.token;
		if (runs_insert(s, &run, &h, &err) || runs_finish(s, &h, &end, &err))
			_exit(2);
		cell_claim_release(&c);
	}
	if (got < 0)
		fprintf(stderr, "\n  %s\n", err.msg);
	sweep_row_release(&w);
	store_close(s);
	_exit(got < 0 ? 3 : 0);
}

/* Eight processes at once: every cell has one claim, one run, and nobody met a lock. */
static void test_many(void)
{
	struct shape h = {0, RECIPES, SEEDS};
	struct sweep_row w;
	struct scratch x;
	pid_t pid[8];

	make(&x, &h, 60, 0, "continue", &w);
	for (int k = 0; k < 8; k++)
		if (!(pid[k] = fork()))
			claim_all(x.dir, k);
	for (int k = 0; k < 8; k++) {
		int status;

		waitpid(pid[k], &status, 0);
		CU_ASSERT_EQUAL(status, 0);
	}
	sql_is(
	    x.s,
	    "SELECT count(*), sum(claims), count(DISTINCT run_id), sum(status = 'done') FROM cell",
	    "200|200|200|200\n");
	sql_is(x.s, "SELECT count(*), count(DISTINCT recipe_id) FROM run WHERE status = 'done'",
	       "200|200\n");
	done(&x, &w);
}

/* The overtaken can neither beat, nor begin a run, nor go on with one, nor settle the cell. */
static void test_overtaken(void)
{
	struct shape h = {0, 1, 1};
	struct cell_claim old, new;
	struct run_handle first, second, none;
	struct metric_point p = {"loss", 1, 1};
	struct sweep_row w;
	struct scratch x;
	struct text t;
	struct run_new run;

	make(&x, &h, 1000, 5, "continue", &w);
	CU_ASSERT_EQUAL_FATAL(claim(&x, &w, "old", &old), 1);
	CU_ASSERT_EQUAL(claim(&x, &w, "new", &new), 0); /* the lease holds */
	run = run_of(&t, 0, 1, h.data);
	run.cell = old.cell;
	run.cell_token = old.token;
	CU_ASSERT_EQUAL_FATAL(runs_insert(x.s, &run, &first, &x.err), 0);
	CU_ASSERT_EQUAL(cells_beat(x.s, old.cell, old.token, 1000, &x.err), 1);
	CU_ASSERT_EQUAL(cells_reap(x.s, w.id, "old", &x.err),
			0); /* the lease is over, but its lock is held */
	CU_ASSERT_EQUAL(claim(&x, &w, "new", &new), 0);
	scratch_forget_locks(&x); /* who is asleep elsewhere */
	CU_ASSERT_EQUAL(cells_beat(x.s, old.cell, old.token, 1000, &x.err), 1);
	CU_ASSERT_EQUAL(cells_reap(x.s, w.id, "other", &x.err), 0);
	CU_ASSERT_EQUAL(claim(&x, &w, "new", &new), 0);
	CU_ASSERT_EQUAL(cells_reap(x.s, w.id, "old", &x.err), 0); /* the lease is over */
	CU_ASSERT_EQUAL_FATAL(claim(&x, &w, "new", &new), 1);
	CU_ASSERT_EQUAL(new.run_id, first.id);
	CU_ASSERT_EQUAL(new.token, old.token + 1);

	CU_ASSERT_EQUAL(runs_reopen_for(x.s, first.id, -1, old.cell, old.token, &none, &x.err), -1);
	CU_ASSERT_EQUAL(x.err.code, ERR_FAILED);
	CU_ASSERT_EQUAL(runs_insert(x.s, &run, &none, &x.err), -1);
	sql_is(x.s, "SELECT count(*) FROM run", "1\n");
	CU_ASSERT_EQUAL(runs_reopen_for(x.s, first.id, -1, new.cell, new.token, &second, &x.err),
			0);
	CU_ASSERT_EQUAL(runs_write_points(x.s, &first, &p, 1, 0, 1, NULL, &x.err), -1);
	CU_ASSERT_EQUAL(cells_beat(x.s, old.cell, old.token, 1000, &x.err), 0);
	CU_ASSERT_EQUAL(cells_release(x.s, &w, &old, CELL_FAILED, "late", &x.err), 0);
	sql_is(x.s, "SELECT status, claims, failures, worker FROM cell", "running|2|1|new\n");
	CU_ASSERT_EQUAL(runs_finish(x.s, &second, &(struct run_end){.status = "done"}, &x.err), 0);
	sql_is(x.s, "SELECT status, claims, error IS NULL FROM cell", "done|2|1\n");
	cell_claim_release(&old);
	CU_ASSERT_EQUAL(claim(&x, &w, "new", &old), 0);
	cell_claim_release(&new);
	done(&x, &w);
}

/* A fault is tried again `retries` times, after a rest; a stop is no fault; the dead are counted.
 */
static void test_retries(void)
{
	struct shape h = {0, 3, 1};
	struct cell_claim c;
	struct sweep_row w;
	struct scratch x;
	int n;

	make(&x, &h, 1000, 1, "continue", &w);
	CU_ASSERT_EQUAL_FATAL(claim(&x, &w, "a", &c), 1);
	CU_ASSERT_EQUAL(cells_release(x.s, &w, &c, CELL_STOPPED, NULL, &x.err), 1);
	cell_claim_release(&c);
	CU_ASSERT_EQUAL_FATAL(claim(&x, &w, "a", &c), 1);
	CU_ASSERT_EQUAL(c.ordinal, 1);
	CU_ASSERT_EQUAL(cells_release(x.s, &w, &c, CELL_RETRY, "disk full", &x.err), 1);
	cell_claim_release(&c);
	sql_is(x.s, "SELECT status, failures, error, lease_until > 1 FROM cell WHERE ordinal = 1",
	       "queued|1|disk full|1\n");
	CU_ASSERT_EQUAL_FATAL(claim(&x, &w, "a", &c), 1);
	CU_ASSERT_EQUAL(c.ordinal, 2); /* the first one rests */
	CU_ASSERT_EQUAL(cells_release(x.s, &w, &c, CELL_FAILED, "NaN", &x.err), 1);
	cell_claim_release(&c);
	sql_is(x.s, "SELECT status, failures FROM cell WHERE ordinal = 2", "failed|1\n");
	for (int i = 0; i < 2; i++) { /* dies twice: without its lock it is dead at once */
		CU_ASSERT_EQUAL_FATAL(claim(&x, &w, "a", &c), 1);
		CU_ASSERT_EQUAL(c.ordinal, 3);
		cells_unclaim(x.s, &c);
	}
	CU_ASSERT_EQUAL(claim(&x, &w, "b", &c), 0);
	sql_is(x.s, "SELECT status, failures, error FROM cell WHERE ordinal = 3",
	       "failed|2|its worker died (a)\n");
	CU_ASSERT_EQUAL(sweeps_retry(x.s, w.id, RETRY_FAILED, &n, &x.err), 0);
	CU_ASSERT_EQUAL(n, 2);
	CU_ASSERT_EQUAL_FATAL(claim(&x, &w, "b", &c), 1);
	cell_claim_release(&c);
	done(&x, &w);
}

/* A lease that ends far in the future, as after the clock was set back, does not keep a cell of the
 * dead for that long. */
static void test_clock_set_back(void)
{
	struct shape h = {0, 1, 1};
	struct cell_claim c;
	struct sweep_row w;
	struct scratch x;

	make(&x, &h, 1e6, 1, "continue", &w);
	CU_ASSERT_EQUAL_FATAL(claim(&x, &w, "a", &c), 1);
	cell_claim_release(&c);
	scratch_forget_locks(&x);
	w.lease = 0.001;
	CU_ASSERT_EQUAL(claim(&x, &w, "b", &c), 0);
	usleep(5000);
	CU_ASSERT_EQUAL_FATAL(claim(&x, &w, "b", &c), 1);
	CU_ASSERT_EQUAL(c.token, 2);
	cell_claim_release(&c);
	done(&x, &w);
}

static void test_paused(void)
{
	struct shape h = {0, 3, 1};
	struct sweep_counts n;
	struct cell_claim c;
	struct sweep_row w;
	struct scratch x;

	make(&x, &h, 1000, 1, "stop", &w);
	CU_ASSERT_EQUAL(sweeps_set_state(x.s, w.id, "paused", &x.err), 0);
	CU_ASSERT_EQUAL(claim(&x, &w, "a", &c), 0);
	CU_ASSERT_EQUAL(sweeps_set_state(x.s, w.id, "active", &x.err), 0);
	CU_ASSERT_EQUAL_FATAL(claim(&x, &w, "a", &c), 1);
	CU_ASSERT_EQUAL(cells_release(x.s, &w, &c, CELL_FAILED, "NaN", &x.err), 1);
	cell_claim_release(&c);
	CU_ASSERT_EQUAL(claim(&x, &w, "a", &c), 0); /* on_fail: stop */
	CU_ASSERT_EQUAL(sweeps_count(x.s, w.id, &n, &x.err), 0);
	CU_ASSERT(n.stopped && n.cells == 3 && n.queued == 2 && n.failed == 1 && n.claims == 1);
	done(&x, &w);
}

/* What a cell has measured at some steps. */
struct told {
	double start, before, there; /* at steps 0, 5 and 10; NaN: not measured */
	const char *status;          /* NULL: its run goes on */
};

static int flush_told(struct scratch *x, const struct run_handle *r, const struct told *v)
{
	struct metric_point p[3];
	int n = 0;

	if (!isnan(v->start))
		p[n++] = (struct metric_point){"m", 0, v->start};
	if (!isnan(v->before))
		p[n++] = (struct metric_point){"m", 5, v->before};
	if (!isnan(v->there))
		p[n++] = (struct metric_point){"m", 10, v->there};
	return runs_write_points(x->s, r, p, n, 1, 10, NULL, &x->err);
}

/* The last of the cells is judged at step 10. */
static int judged_by(const struct prune_rule *rule, const struct told *v, int n,
		     char why[PRUNE_WHY])
{
	struct shape h = {0, n, 1};
	struct cell_claim c = {0};
	struct sweep_row w;
	struct scratch x;
	int hopeless;

	why[0] = 0;
	make(&x, &h, 1000, 1, "stop", &w);
	for (int i = 0; i < n; i++) {
		struct run_handle r;
		struct text t;
		struct run_new run = run_of(&t, i, 1, h.data);

		cell_claim_release(&c);
		CU_ASSERT_EQUAL_FATAL(claim(&x, &w, "a", &c), 1);
		run.cell = c.cell;
		run.cell_token = c.token;
		CU_ASSERT_EQUAL_FATAL(runs_insert(x.s, &run, &r, &x.err), 0);
		CU_ASSERT_EQUAL(flush_told(&x, &r, &v[i]), 0);
		if (v[i].status)
			CU_ASSERT_EQUAL(
			    runs_finish(x.s, &r, &(struct run_end){.status = v[i].status}, &x.err),
			    0);
	}
	hopeless = cells_prune(x.s, &c, rule, 10, why, &x.err);
	cell_claim_release(&c);
	done(&x, &w);
	return hopeless;
}

/* One value for each cell, that it reached by steps of one. */
static int judged(const struct prune_rule *rule, const double *value, int n)
{
	struct told v[8] = {{0}};
	char why[PRUNE_WHY];

	for (int i = 0; i < n; i++)
		v[i] = (struct told){NAN, value[i] - 1, value[i], NULL};
	return judged_by(rule, v, n, why);
}

static void test_prune(void)
{
	struct prune_rule median = {"median", "m", 1, 4, 3}, asha = {"asha", "m", 1, 4, 3};
	const double low[] = {1, 2, 3, 4, 2.4}, high[] = {1, 2, 3, 4, 2.6}, few[] = {5, 6, 1};
	const double best[] = {5, 6, 7}, second[] = {5, 7, 6}, of_six[] = {1, 2, 3, 4, 9, 8};

	CU_ASSERT_EQUAL(judged(&median, low, 5), 1);
	CU_ASSERT_EQUAL(judged(&median, high, 5), 0);
	CU_ASSERT_EQUAL(judged(&median, few, 3), 0); /* too few to compare with */
	CU_ASSERT_EQUAL(judged(&asha, best, 3), 0);
	CU_ASSERT_EQUAL(judged(&asha, second, 3), 1);
	CU_ASSERT_EQUAL(judged(&asha, of_six, 6), 0); /* two of six go on */
	median.maximize = 0;
	CU_ASSERT_EQUAL(judged(&median, low, 5), 0);
	CU_ASSERT_EQUAL(judged(&median, high, 5), 1);
}

/* Runs below their floor: what the untrained encoders had is the largest of all, and equal. */
static void test_prune_floor(void)
{
	static const struct told v[] = {{30, 12, 13, NULL},
					{30, 14, 15, NULL},
					{30, 16, 17, NULL},
					{30, 18, 19, NULL},
					{30, 10, 11, NULL}};
	struct prune_rule median = {"median", "m", 1, 4, 3}, asha = {"asha", "m", 1, 4, 3};
	char why[PRUNE_WHY];

	CU_ASSERT_EQUAL(judged_by(&median, v, 5, why), 1);
	CU_ASSERT_STRING_EQUAL(why,
			       "pruned by median at step 10: its best m so far is 11, under the "
			       "median 16 of the bests of 4 others");
	CU_ASSERT_EQUAL(judged_by(&asha, v, 5, why), 1);
	CU_ASSERT_STRING_EQUAL(why,
			       "pruned by asha at step 10: its m there, 11, is number 5 of 5 from "
			       "the largest, and the best one in 3 goes on: the first 1");
}

/* The value at the rung counts, and not a better one before it; without one there, the last. */
static void test_prune_rung(void)
{
	static const struct told fell[] = {{NAN, 1, 5, NULL}, {NAN, 2, 6, NULL}, {NAN, 9, 4, NULL}};
	static const struct told rose[] = {
	    {NAN, 7, 5, NULL}, {NAN, 8, 6, NULL}, {NAN, 1, 6.5, NULL}};
	static const struct told seldom[] = {
	    {NAN, 5, NAN, NULL}, {NAN, 6, NAN, NULL}, {NAN, 4, NAN, NULL}};
	static const struct told small[] = {
	    {NAN, 1, 2, NULL}, {NAN, 1, 3, NULL}, {NAN, 0.5, 4, NULL}};
	struct prune_rule asha = {"asha", "m", 1, 4, 3};
	char why[PRUNE_WHY];

	CU_ASSERT_EQUAL(judged_by(&asha, fell, 3, why), 1);
	CU_ASSERT_EQUAL(judged_by(&asha, rose, 3, why), 0);
	CU_ASSERT_EQUAL(judged_by(&asha, seldom, 3, why), 1);
	asha.maximize = 0;
	CU_ASSERT_EQUAL(judged_by(&asha, small, 3, why), 1);
	CU_ASSERT_STRING_EQUAL(why,
			       "pruned by asha at step 10: its m there, 4, is number 3 of 3 from "
			       "the smallest, and the best one in 3 goes on: the first 1");
}

/* The loss of runs that lost their representation, or broke, is no measure for others. */
static void test_prune_collapsed(void)
{
	static const struct told v[] = {{NAN, 1, 0.1, "collapsed"}, {NAN, 1, 0.2, "collapsed"},
					{NAN, 1, 0.3, "failed"},    {NAN, 6, 5, "done"},
					{NAN, 6, 5.5, "pruned"},    {NAN, 6, 4, NULL}};
	struct prune_rule asha = {"asha", "m", 0, 4, 3}, median = {"median", "m", 0, 2, 3};
	char why[PRUNE_WHY];

	CU_ASSERT_EQUAL(judged_by(&asha, v, 6, why), 0);
	CU_ASSERT_EQUAL(judged_by(&median, v, 6, why), 0);
}

/* Each kind is tried again by itself, and begins anew: what its former run left has no say. */
static void test_retry_kinds(void)
{
	struct shape h = {0, 3, 1};
	struct sweep_counts k;
	struct cell_claim c;
	struct sweep_row w;
	struct scratch x;
	int n;

	make(&x, &h, 1000, 1, "continue", &w);
	status_of(&x, &w, h.data, 0, "failed");
	status_of(&x, &w, h.data, 1, "collapsed");
	status_of(&x, &w, h.data, 2, "pruned");
	CU_ASSERT_EQUAL(sweeps_count(x.s, w.id, &k, &x.err), 0);
	CU_ASSERT(k.failed == 2 && k.collapsed == 1 && k.pruned == 1);
	CU_ASSERT_EQUAL(sweeps_retry(x.s, w.id, RETRY_FAILED, &n, &x.err), 0);
	CU_ASSERT_EQUAL(n, 1);
	sql_is(x.s, "SELECT ordinal, status, run_id IS NULL, error FROM cell ORDER BY ordinal",
	       "1|queued|1|NULL\n2|failed|0|why\n3|pruned|0|why\n");
	CU_ASSERT_EQUAL_FATAL(claim(&x, &w, "a", &c), 1);
	CU_ASSERT(c.ordinal == 1 && !c.run_id && c.token == 2);
	CU_ASSERT_EQUAL(cells_release(x.s, &w, &c, CELL_FAILED, "why", &x.err), 1);
	cell_claim_release(&c);
	CU_ASSERT_EQUAL(sweeps_retry(x.s, w.id, RETRY_PRUNED, &n, &x.err), 0);
	CU_ASSERT_EQUAL(n, 1);
	sql_is(x.s, "SELECT ordinal, status FROM cell ORDER BY ordinal",
	       "1|failed\n2|failed\n3|queued\n");
	CU_ASSERT_EQUAL(sweeps_retry(x.s, w.id, RETRY_COLLAPSED, &n, &x.err), 0);
	CU_ASSERT_EQUAL(n, 1);
	sql_is(x.s, "SELECT ordinal, status FROM cell ORDER BY ordinal",
	       "1|failed\n2|queued\n3|queued\n");
	done(&x, &w);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"cells are added once", test_save},
	    {"eight processes claim each cell once", test_many},
	    {"the overtaken write nothing", test_overtaken},
	    {"tried again, and given up", test_retries},
	    {"a lease from the future", test_clock_set_back},
	    {"paused, and stopped by a failure", test_paused},
	    {"who is pruned", test_prune},
	    {"who is pruned: below the floor", test_prune_floor},
	    {"who is pruned: the value at the rung", test_prune_rung},
	    {"who is pruned: beside collapsed runs", test_prune_collapsed},
	    {"which cells are tried again", test_retry_kinds},
	    {0}};

	return check_run("store/sweeps", cases);
}
