/* A sweep in the trash, which nobody works on and which comes back; and one that gives way to
 * another plan under its name. */
#include "core/store/sweep_trash.h"
#include "tests/unit/store/cells.h"

#define OTHER_HASH "d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa"

/* Of a sweep in the trash nothing is claimed, and who works on it is told; its worker must be gone
 * before it goes there. */
static void test_trash(void)
{
	struct shape h = {0, 2, 1};
	struct sweep_removal r;
	struct sweep_counts n;
	struct sweep_row w, none;
	struct cell_claim c;
	struct scratch x;
	int64_t id;

	make(&x, &h, 1000, 1, "continue", &w);
	CU_ASSERT_EQUAL_FATAL(claim(&x, &w, "a", &c), 1);
	CU_ASSERT_EQUAL(sweeps_trash(x.s, w.id, 90, &r, &x.err), -1);
	err_is(&x.err, ERR_USAGE, "1 of its cells is running");
	CU_ASSERT_EQUAL(sweeps_rename(x.s, w.id, "t", &x.err), -1);
	err_is(&x.err, ERR_USAGE, "1 of its cells is running");
	CU_ASSERT_EQUAL(cells_release(x.s, &w, &c, CELL_STOPPED, NULL, &x.err), 1);
	cells_unclaim(x.s, &c);
	CU_ASSERT_EQUAL(sweeps_trash(x.s, w.id, 90, &r, &x.err), 0);
	CU_ASSERT(r.cells == 2 && !r.runs && !r.kept);
	CU_ASSERT_EQUAL(sweeps_find(x.s, "s", &none, &x.err), -1);
	err_is(&x.err, ERR_NOT_FOUND, "in the trash");
	CU_ASSERT_EQUAL(claim(&x, &w, "a", &c), 0);
	CU_ASSERT_EQUAL(sweeps_count(x.s, w.id, &n, &x.err), -1);
	err_is(&x.err, ERR_NOT_FOUND, "moved to the trash");
	CU_ASSERT_EQUAL(sweeps_find_trash(x.s, "s", &id, &x.err), 1);
	CU_ASSERT_EQUAL(sweeps_restore(x.s, id, &r, &x.err), 0);
	CU_ASSERT_EQUAL_FATAL(claim(&x, &w, "a", &c), 1);
	CU_ASSERT_EQUAL(c.token, 2);
	cells_unclaim(x.s, &c);
	CU_ASSERT_EQUAL(sweeps_delete(x.s, id, 90, &r, &x.err), 0);
	CU_ASSERT_EQUAL(sweeps_count(x.s, w.id, &n, &x.err), -1);
	err_is(&x.err, ERR_NOT_FOUND, "deleted");
	sql_is(x.s, "SELECT (SELECT count(*) FROM cell), (SELECT count(*) FROM recipe)", "0|0\n");
	done(&x, &w);
}

/* A sweep that gives way: what was failed is forgotten, what was begun goes on, and neither a done
 * cell nor a worker is lost. */
static void test_replace(void)
{
	struct sweep_new n = {"s", "{\"new\":1}", OTHER_HASH, "cmd", 9, 2, "continue",
			      "",  "max",         1,          0};
	struct shape h = {0, 2, 1}, more;
	struct sweep_row w;
	struct cell_claim c;
	struct run_handle r;
	struct run_new run;
	struct scratch x;
	struct text t;
	int64_t id;
	int added;

	make(&x, &h, 1000, 1, "continue", &w);
	n.replaces = w.id;
	status_of(&x, &w, h.data, 0, "failed");
	more = (struct shape){h.data, 3, 1};
	CU_ASSERT_EQUAL_FATAL(claim(&x, &w, "a", &c), 1);
	run = run_of(&t, 1, 1, h.data);
	run.cell = c.cell;
	run.cell_token = c.token;
	CU_ASSERT_EQUAL_FATAL(runs_insert(x.s, &run, &r, &x.err), 0);
	CU_ASSERT_EQUAL(sweeps_save(x.s, &n, add, &more, &id, &added, &x.err), -1);
	err_is(&x.err, ERR_USAGE, "now running");
	sql_is(x.s, "SELECT name, spec FROM sweep", "s|{}\n");
	CU_ASSERT_EQUAL(runs_finish(x.s, &r, &(struct run_end){.status = "stopped"}, &x.err), 0);
	CU_ASSERT_EQUAL(cells_release(x.s, &w, &c, CELL_STOPPED, NULL, &x.err), 1);
	cells_unclaim(x.s, &c);
	CU_ASSERT_EQUAL(sweeps_save(x.s, &n, add, &more, &id, &added, &x.err), 0);
	CU_ASSERT_EQUAL(added, 3);
	sql_is(x.s, "SELECT name, spec, spec_hash, id FROM sweep",
	       "s|{\"new\":1}|" OTHER_HASH "|2\n");
	sql_is(x.s, "SELECT ordinal, status, run_id, claims FROM cell ORDER BY ordinal",
	       "1|queued|NULL|0\n2|queued|2|0\n3|queued|NULL|0\n");
	sql_is(x.s, "SELECT group_concat(status) FROM run", "failed,stopped\n");
	sweep_row_release(&w);
	CU_ASSERT_EQUAL_FATAL(sweeps_find(x.s, "s", &w, &x.err), 0);
	status_of(&x, &w, h.data, 0, "done");
	n.replaces = w.id;
	CU_ASSERT_EQUAL(sweeps_save(x.s, &n, add, &h, &id, &added, &x.err), -1);
	err_is(&x.err, ERR_USAGE, "now done");
	done(&x, &w);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"in the trash", test_trash}, {"another plan under the name", test_replace}, {0}};

	return check_run("store/sweep_trash", cases);
}
