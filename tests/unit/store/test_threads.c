/* Protects: threads of one process write to a store and read it at the same time, each with its own
 * connection, as a run and the heartbeat of its worker do; nothing is lost. The thread sanitizer
 * runs this test. */
#include <pthread.h>
#include <stdatomic.h>

#include "core/run/heartbeat.h"
#include "tests/unit/store/scratch.h"

enum { WRITERS = 3, STEPS = 40 };

struct writer {
	const char *dir;
	int number, failed;
	atomic_int *left; /* writers that have not ended */
	struct error err;
};

static int write_run(struct store *s, int number, struct error *err)
{
	const struct run_end end = {.status = "done"};
	struct run_handle h;

	if (scratch_run(s, "byol", NULL, number + 1, number, &h, err))
		return -1;
	for (int i = 1; i <= STEPS; i++) {
		const struct metric_point p = {"loss", i, number};

		if (runs_write_points(s, &h, &p, 1, 0, i, NULL, err))
			return -1;
	}
	return runs_finish(s, &h, &end, err);
}

/* CUnit is not for several threads: the results are checked by the thread that runs the test. */
static void *writer(void *ctx)
{
	struct writer *w = ctx;
	struct store *s;

	w->failed = store_open(&s, w->dir, STORE_WRITE, &w->err);
	if (!w->failed) {
		w->failed = write_run(s, w->number, &w->err);
		store_close(s);
	}
	atomic_fetch_sub(w->left, 1);
	return NULL;
}

static void test_writers(void)
{
	atomic_int left = WRITERS;
	struct writer w[WRITERS];
	pthread_t thread[WRITERS];
	struct scratch x;
	int rounds = 0;

	scratch_open(&x);
	for (int i = 0; i < WRITERS; i++) {
		w[i] = (struct writer){.dir = x.dir, .number = i, .left = &left};
		CU_ASSERT_EQUAL_FATAL(pthread_create(&thread[i], NULL, writer, &w[i]), 0);
	}
	for (; atomic_load(&left); rounds++)
		sql_is(x.s, "select count(*) > 3 from run", "0\n");
	for (int i = 0; i < WRITERS; i++) {
		pthread_join(thread[i], NULL);
		CU_ASSERT_EQUAL(w[i].failed, 0);
		if (w[i].failed)
			fprintf(stderr, "\n  %s\n", w[i].err.msg);
	}
	CU_ASSERT(rounds > 0);
	sql_is(x.s, "select count(*), sum(step), sum(status = 'done') from run", "3|120|3\n");
	sql_is(x.s, "select count(*), count(distinct run) from v_metric where metric = 'loss'",
	       "120|3\n");
	scratch_close(&x);
}

static void test_heartbeat(void)
{
	struct scratch x;
	struct heartbeat beat;

	scratch_open(&x);
	CU_ASSERT_EQUAL_FATAL(heartbeat_start(&beat, x.s, 0.03, &x.err), 0);
	for (int i = 0; i < 5; i++) {
		/* no such cell: renewing its lease fails, and the thread goes on */
		heartbeat_set(&beat, i + 1, 1);
		CU_ASSERT_EQUAL(write_run(x.s, i, &x.err), 0);
	}
	heartbeat_set(&beat, 0, 0);
	heartbeat_stop(&beat);
	sql_is(x.s, "select count(*) from run where status = 'done'", "5\n");
	scratch_close(&x);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"three writers and a reader", test_writers},
	    {"a run beside the heartbeat of its worker", test_heartbeat},
	    {0}};

	return check_run("store/threads", cases);
}
