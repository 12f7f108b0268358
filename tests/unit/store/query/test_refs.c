/* Every form of a ref, and the errors for a ref that matches no run or several. */
#include "core/store/evals.h"
#include "core/store/query/refs.h"
#include "tests/unit/store/scratch.h"

static void ref_is(struct store *s, const char *ref, int64_t id, long epoch)
{
	struct error err = {0};
	int64_t got = 0;
	long at = 0;

	if (refs_resolve(s, ref, &got, &at, &err) || got != id || at != epoch)
		fprintf(stderr, "\n  %s: %lld@%ld %s\n", ref, (long long)got, at, err.msg);
	CU_ASSERT_EQUAL(got, id);
	CU_ASSERT_EQUAL(at, epoch);
}

static void no_ref(struct store *s, const char *ref, int code, const char *why)
{
	struct error err = {0};
	int64_t id = -7;
	long epoch = -7;

	CU_ASSERT_EQUAL(refs_resolve(s, ref, &id, &epoch, &err), -1);
	err_is(&err, code, why);
	CU_ASSERT_EQUAL(id, -7); /* outputs are set on success only */
	CU_ASSERT_EQUAL(epoch, -7);
}

/* Two uuids with the same beginning, which would not occur by chance. */
static void set_uuid(struct scratch *x, int id, const char *uuid)
{
	char path[400], sql[200];
	sqlite3 *db;

	snprintf(path, sizeof path, "%s/ssl.db", store_dir(x->s));
	snprintf(sql, sizeof sql, "UPDATE run SET uuid = '%s' WHERE id = %d", uuid, id);
	CU_ASSERT_EQUAL(sqlite3_open(path, &db), SQLITE_OK);
	CU_ASSERT_EQUAL(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void fill(struct scratch *x)
{
	static const char *const name[] = {"calm-otter", "bold-heron", "beef", "wise-owl"};
	static const double loss[] = {3, 1, 2, 1}, top1[] = {10, 30, 20, 5};
	struct run_handle h;
	int64_t id;

	scratch_open(x);
	for (int i = 0; i < 4; i++) {
		const struct metric_point p[] = {{"loss", 1, loss[i]}, {"lr", 1, 0.1}};
		const struct metric_point v = {"top1", 0, top1[i]};
		const struct eval_new e = {.run_id = i + 1,
					   .step = 1,
					   .protocol = "knn",
					   .split = "test",
					   .settings_json = "{}",
					   .value = &v,
					   .n_values = 1};

		CU_ASSERT_EQUAL_FATAL(scratch_run(x->s, "byol", name[i], i, 1, &h, &x->err), 0);
		CU_ASSERT_EQUAL(runs_write_points(x->s, &h, p, 2, 1, 1, NULL, &x->err), 0);
		CU_ASSERT_EQUAL(evals_insert(x->s, &e, &id, &x->err), 0);
	}
	set_uuid(x, 1, "beef1111-0000-4000-8000-000000000000");
	set_uuid(x, 2, "beef1122-0000-4000-8000-000000000000");
	set_uuid(x, 3, "00031111-0000-4000-8000-000000000000");
	set_uuid(x, 4, "abcd1111-0000-4000-8000-000000000000");
}

static void test_found(void)
{
	struct scratch x;

	fill(&x);
	ref_is(x.s, "@", 4, -1);
	ref_is(x.s, "@~0", 4, -1);
	ref_is(x.s, "@~3", 1, -1);
	ref_is(x.s, "@~", 3, -1);
	ref_is(x.s, "2", 2, -1);
	ref_is(x.s, "bold-heron", 2, -1);
	ref_is(x.s, "beef", 3, -1); /* a name goes before a uuid */
	scratch_close(&x);
}

static void test_prefix_epoch_best(void)
{
	struct scratch x;

	fill(&x);
	ref_is(x.s, "beef1111", 1, -1);
	ref_is(x.s, "beef1122-0000-4000-8000-000000000000", 2, -1);
	ref_is(x.s, "abcd", 4, -1);
	ref_is(x.s, "0003", 3,
	       -1); /* a number of four digits is also tried as uuid... after run 3 */
	ref_is(x.s, "00031", 3, -1);
	ref_is(x.s, "calm-otter@epoch=50", 1, 50);
	ref_is(x.s, "@@epoch=0", 4, 0);
	ref_is(x.s, "@epoch=5", 4, 5);
	ref_is(x.s, "@~1@epoch=5", 3, 5);
	ref_is(x.s, "best:loss", 2, -1); /* the oldest of equals */
	ref_is(x.s, "best:knn.top1", 2, -1);
	ref_is(x.s, "best:test.knn.top1@epoch=3", 2, 3);
	scratch_close(&x);
}

static void test_not_found(void)
{
	struct scratch x;

	fill(&x);
	no_ref(x.s, "beef11", ERR_NOT_FOUND,
	       "beef11: ambiguous ref: it could be calm-otter (beef1111-0000), bold-heron "
	       "(beef1122-0000)");
	no_ref(x.s, "abc", ERR_NOT_FOUND, "abc: no such run"); /* three digits are too few */
	no_ref(x.s, "calm-oter", ERR_NOT_FOUND, "did you mean calm-otter?");
	no_ref(x.s, "99", ERR_NOT_FOUND, "99: no such run");
	no_ref(x.s, "@~4", ERR_NOT_FOUND, "the store has 4 runs");
	no_ref(x.s, "@2", ERR_USAGE, "not a ref");
	no_ref(x.s, "@~x", ERR_USAGE, "not a ref");
	no_ref(x.s, "", ERR_USAGE, "not a ref");
	no_ref(x.s, "1@epoch=x", ERR_USAGE, "'x' is not an epoch");
	no_ref(x.s, "best:knn.top2", ERR_NOT_FOUND, "did you mean");
	no_ref(x.s, "best:lr", ERR_NOT_FOUND, "no goal");
	no_ref(x.s, "weights:3.1", ERR_NOT_FOUND, "no such sweep");
	no_ref(x.s, "' OR 1 --", ERR_NOT_FOUND, "no such run");
	scratch_close(&x);
	scratch_open(&x);
	no_ref(x.s, "@", ERR_NOT_FOUND, "no run yet");
	scratch_close(&x);
}

/* Names are generated from the uuid and unique; they get a number only if all draws are taken. */
static void test_names(void)
{
	struct scratch x;
	struct run_handle h;
	int numbered = 0;

	scratch_open(&x);
	for (int i = 0; i < 300; i++) {
		CU_ASSERT_EQUAL_FATAL(scratch_run(x.s, "byol", NULL, 1, 1, &h, &x.err), 0);
		numbered += strpbrk(h.name, "0123456789") != NULL;
		CU_ASSERT_EQUAL(strspn(h.name, "abcdefghijklmnopqrstuvwxyz-"), strlen(h.name));
	}
	CU_ASSERT_EQUAL(numbered, 0);
	sql_is(x.s, "SELECT count(DISTINCT name), count(DISTINCT uuid) FROM run", "300|300\n");
	scratch_close(&x);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"newest, number, name", test_found},
	    {"uuid, @epoch, best:", test_prefix_epoch_best},
	    {"no such ref, and ambiguous ones", test_not_found},
	    {"names", test_names},
	    {0},
	};

	return check_run("store/refs", cases);
}
