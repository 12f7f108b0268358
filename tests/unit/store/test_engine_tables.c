/* Protects: tables of engines. One is read back as it was recorded and is known by its choices;
 * names are taken once; one that an attempt used stays; what an attempt, a run and a sweep used is
 * found; choices that were changed are noticed. */
#include "core/store/engine_tables.h"

#include "tests/unit/store/scratch.h"

static const struct device_info card = {.name = "cuda", .about = "a card, its driver"};
static const char recipe[] = "00";

static const struct engine_row rows[] = {{"weights f32 a", 2, 41, 0.25, 0.5},
					 {"forward f32 a", 0, 14, 0.125, 0.125}};

static struct engine_table_row record(struct scratch *x, const char *name, int place)
{
	struct engine_table_row out = {0};
	struct engine_row copy[2];

	memcpy(copy, rows, sizeof copy);
	copy[0].place = place;
	CU_ASSERT_EQUAL_FATAL(
	    engine_tables_insert(x->s, name, &card, recipe, copy, 2, &out, &x->err), 0);
	return out;
}

/* Changes the database as another program would. */
static void change(const struct scratch *x, const char *sql)
{
	char path[320];
	sqlite3 *db;

	snprintf(path, sizeof path, "%s/.ssl/ssl.db", x->dir);
	CU_ASSERT_EQUAL_FATAL(sqlite3_open(path, &db), SQLITE_OK);
	CU_ASSERT_EQUAL(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	CU_ASSERT(sqlite3_changes(db) > 0);
	sqlite3_close(db);
}

static void test_round_trip(void)
{
	struct engine_table_row made, found;
	struct engine_row *list;
	struct scratch x;
	int n;

	scratch_open(&x);
	made = record(&x, "fast", 2);
	CU_ASSERT_EQUAL_FATAL(engine_tables_find(x.s, "fast", &found, &x.err), 0);
	CU_ASSERT_STRING_EQUAL(found.sha256, made.sha256);
	CU_ASSERT_STRING_EQUAL(found.device, "cuda");
	CU_ASSERT_STRING_EQUAL(found.about, "a card, its driver");
	CU_ASSERT(found.engines == 2 && found.attempts == 0);
	CU_ASSERT_EQUAL_FATAL(engine_tables_load(x.s, &found, &list, &n, &x.err), 0);
	CU_ASSERT_EQUAL_FATAL(n, 2);
	CU_ASSERT_STRING_EQUAL(list[0].operation, "forward f32 a");
	CU_ASSERT_STRING_EQUAL(list[1].operation, "weights f32 a");
	CU_ASSERT(list[1].place == 2 && list[1].engine == 41);
	CU_ASSERT(list[1].seconds == 0.25 && list[1].first_seconds == 0.5);
	free(list);
	CU_ASSERT_EQUAL(engine_tables_find(x.s, made.sha256, &found, &x.err), 0);
	CU_ASSERT_EQUAL(engine_tables_find(x.s, "slow", &found, &x.err), -1);
	CU_ASSERT_EQUAL(x.err.code, ERR_NOT_FOUND);
	scratch_close(&x);
}

static void test_names(void)
{
	struct engine_table_row first, again, other;
	struct scratch x;

	scratch_open(&x);
	first = record(&x, "fast", 2);
	again = record(&x, "second", 2); /* the same choices */
	CU_ASSERT_EQUAL(again.id, first.id);
	CU_ASSERT_STRING_EQUAL(again.name, "fast");
	other = record(&x, "second", 1);
	CU_ASSERT(other.id != first.id && strcmp(other.sha256, first.sha256) != 0);
	CU_ASSERT_EQUAL(engine_tables_check_name(x.s, "second", &x.err), -1);
	CU_ASSERT_EQUAL(x.err.code, ERR_USAGE);
	CU_ASSERT_EQUAL(engine_tables_check_name(x.s, "none", &x.err), -1);
	CU_ASSERT_EQUAL(engine_tables_check_name(x.s, "two words", &x.err), -1);
	CU_ASSERT_EQUAL(engine_tables_check_name(x.s, "third", &x.err), 0);
	change(&x, "UPDATE engine_table SET name = 'fast'"); /* as after an import */
	CU_ASSERT_EQUAL(engine_tables_find(x.s, "fast", &first, &x.err),
			-1); /* as after an import */
	CU_ASSERT(strstr(x.err.msg, "there are several") != NULL);
	CU_ASSERT_EQUAL(engine_tables_find(x.s, other.sha256, &first, &x.err), 0);
	scratch_close(&x);
}

static void test_attempts(void)
{
	struct code_info code = {.version = "1", .compiler = "", .flags = "", .commit = ""};
	const struct host_info host = {"box", "cpu", "os", "avx2", 2};
	struct device_info with = card;
	struct engine_table_row made, found;
	struct run_handle h;
	struct scratch x;
	char device[64], text[100];

	scratch_open(&x);
	made = record(&x, "fast", 2);
	CU_ASSERT_EQUAL_FATAL(scratch_run(x.s, "byol", NULL, 1, 1, &h, &x.err), 0);
	CU_ASSERT_EQUAL(engine_tables_of_run(x.s, h.id, device, &found, &x.err), 0);
	CU_ASSERT_STRING_EQUAL(device, "cpu");
	with.engines = made.sha256;
	with.engines_name = made.name;
	CU_ASSERT_EQUAL(runs_provenance(x.s, &h, &code, &host, &with, &x.err), 0);
	CU_ASSERT_EQUAL_FATAL(engine_tables_of_run(x.s, h.id, device, &found, &x.err), 1);
	CU_ASSERT_STRING_EQUAL(device, "cuda");
	CU_ASSERT(found.id == made.id && found.attempts == 1);
	sql_is(x.s, "SELECT device, engines FROM v_run", "cuda|fast\n");
	CU_ASSERT_EQUAL(environment_device(x.s, h.id, 1, text, sizeof text, &x.err), 0);
	CU_ASSERT_STRING_EQUAL(text, "cuda: a card, its driver, engines fast");
	CU_ASSERT_EQUAL(engine_tables_remove(x.s, &made, &x.err), -1);
	CU_ASSERT_EQUAL(x.err.code, ERR_USAGE);
	CU_ASSERT(strstr(x.err.msg, "1 run used it") != NULL);
	CU_ASSERT_EQUAL(runs_provenance(x.s, &h, &code, &host, &card, &x.err), 0);
	CU_ASSERT_EQUAL(engine_tables_remove(x.s, &made, &x.err), 0);
	sql_is(x.s, "SELECT (SELECT count(*) FROM engine) + (SELECT count(*) FROM engine_table)",
	       "0\n");
	CU_ASSERT_EQUAL(runs_provenance(x.s, &h, &code, &host, &with, &x.err), -1);
	CU_ASSERT_EQUAL(x.err.code, ERR_NOT_FOUND);
	scratch_close(&x);
}

static void test_changed(void)
{
	struct engine_table_row made;
	struct engine_row *list;
	struct scratch x;
	int n;

	scratch_open(&x);
	made = record(&x, "fast", 2);
	change(&x, "UPDATE engine SET place = 1 WHERE place = 2");
	CU_ASSERT_EQUAL(engine_tables_load(x.s, &made, &list, &n, &x.err), -1);
	CU_ASSERT_EQUAL(x.err.code, ERR_CORRUPT);
	scratch_close(&x);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"a table is read back", test_round_trip},
	    {"tables are known by choices and by names", test_names},
	    {"attempts refer to a table, which stays", test_attempts},
	    {"changed choices are noticed", test_changed},
	    {0},
	};

	return check_run("store/engine_tables", cases);
}
