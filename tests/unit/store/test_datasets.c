/* The names of datasets and their objects: a name stands for one content, and an object is kept
 * while a row refers to it. */
#include <fcntl.h>

#include "tests/unit/store/scratch.h"

static struct dataset_row row_of(struct store *s, const char *name, const char *content)
{
	struct dataset_row row = {.bytes = (int64_t)strlen(content),
				  .height = 32,
				  .width = 32,
				  .channels = 3,
				  .classes = 10,
				  .n_train = 50,
				  .n_test = 10};

	snprintf(row.name, sizeof row.name, "%s", name);
	snprintf(row.source, sizeof row.source, "/data/%s", name);
	scratch_object(s, content, row.sha256);
	return row;
}

static int count(void *ctx, const struct dataset_row *row)
{
	strcat(ctx, row->name);
	strcat(ctx, " ");
	return 0;
}

static void test_insert_find(void)
{
	struct scratch x;
	struct dataset_row a, b, got;
	char names[200] = "";

	scratch_open(&x);
	a = row_of(x.s, "cifar10", "one");
	b = row_of(x.s, "cifar10", "two");
	CU_ASSERT_EQUAL(datasets_insert(x.s, &a, 0, &x.err), 0);
	CU_ASSERT_EQUAL(datasets_insert(x.s, &a, 0, &x.err), 0); /* the same again */
	CU_ASSERT_EQUAL(datasets_insert(x.s, &b, 0, &x.err), -1);
	err_is(&x.err, ERR_USAGE, "dataset cifar10: the name is taken");
	CU_ASSERT_EQUAL(datasets_find(x.s, "cifar10", &got, &x.err), 0);
	CU_ASSERT_STRING_EQUAL(got.sha256, a.sha256);
	CU_ASSERT_EQUAL(got.n_train, 50);
	CU_ASSERT_EQUAL(got.runs, 0);
	CU_ASSERT_EQUAL(strlen(got.created), 23);
	CU_ASSERT_EQUAL(datasets_find(x.s, "cifar", &got, &x.err), -1);
	err_is(&x.err, ERR_NOT_FOUND, "did you mean cifar10?");
	CU_ASSERT_EQUAL(datasets_insert(x.s, &b, 1, &x.err), 0);
	CU_ASSERT_FALSE(object_exists(x.s, a.sha256, NULL)); /* replaced, and no run used it */
	b = row_of(x.s, "a", "two");
	CU_ASSERT_EQUAL(datasets_insert(x.s, &b, 0, &x.err), 0);
	CU_ASSERT_EQUAL(datasets_each(x.s, count, names, &x.err), 0);
	CU_ASSERT_STRING_EQUAL(names, "a cifar10 ");
	CU_ASSERT_EQUAL(datasets_remove(x.s, "a", &x.err), 0);
	CU_ASSERT(object_exists(x.s, b.sha256, NULL)); /* cifar10 is the same content */
	CU_ASSERT_EQUAL(datasets_remove(x.s, "a", &x.err), -1);
	err_is(&x.err, ERR_NOT_FOUND, "dataset a: no such dataset");
	scratch_close(&x);
}

/* A dataset that a run used keeps its row, so that the run still shows which one it was. */
static void test_remove_used(void)
{
	struct scratch x;
	struct run_handle h;
	struct dataset_row a, got;
	char path[400], sql[100];
	sqlite3 *db;

	scratch_open(&x);
	a = row_of(x.s, "cifar10", "one");
	CU_ASSERT_EQUAL(datasets_insert(x.s, &a, 0, &x.err), 0);
	CU_ASSERT_EQUAL(datasets_find(x.s, "cifar10", &got, &x.err), 0);
	CU_ASSERT_EQUAL(scratch_run(x.s, "byol", NULL, 1, 1, &h, &x.err), 0);
	snprintf(path, sizeof path, "%s/ssl.db", store_dir(x.s));
	snprintf(sql, sizeof sql, "UPDATE run SET dataset_id = %lld", (long long)got.id);
	CU_ASSERT_EQUAL(sqlite3_open(path, &db), SQLITE_OK);
	CU_ASSERT_EQUAL(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	CU_ASSERT_EQUAL(datasets_remove(x.s, "cifar10", &x.err), 0);
	CU_ASSERT_FALSE(object_exists(x.s, a.sha256, NULL));
	CU_ASSERT_EQUAL(datasets_find(x.s, "cifar10", &got, &x.err), -1);
	sql_is(x.s, "SELECT dataset, dataset_sha256 IS NOT NULL FROM v_run", "cifar10|1\n");
	a = row_of(x.s, "cifar10", "other"); /* and the name is free again */
	CU_ASSERT_EQUAL(datasets_insert(x.s, &a, 0, &x.err), 0);
	scratch_close(&x);
}

static void test_objects(void)
{
	struct scratch x;
	char hash[HASH_HEX], path[400], tmp[600];
	int fd;

	scratch_open(&x);
	scratch_object(x.s, "content", hash);
	CU_ASSERT_EQUAL(object_verify(x.s, hash, &x.err), 0);
	object_path(x.s, hash, path, sizeof path);
	CU_ASSERT_PTR_NOT_NULL(strstr(path, "/.ssl/objects/ed/7002b439e9ac845f22357d822bac1444"));
	scratch_object(x.s, "content", hash); /* again: adopted, and no temporary file is left */
	snprintf(tmp, sizeof tmp, "%s/t", store_tmp_dir(x.s));
	CU_ASSERT_EQUAL(fs_exists(tmp, NULL), 0);
	fd = open(path, O_WRONLY);
	CU_ASSERT_EQUAL(pwrite(fd, "C", 1, 0), 1);
	close(fd);
	CU_ASSERT_EQUAL(object_verify(x.s, hash, &x.err), -1);
	err_is(&x.err, ERR_CORRUPT, "corrupt");
	CU_ASSERT_EQUAL(object_drop_unused(x.s, hash, &x.err), 0);
	CU_ASSERT_EQUAL(object_verify(x.s, hash, &x.err), -1);
	err_is(&x.err, ERR_CORRUPT, "missing");
	scratch_close(&x);
}

/* No row is inserted for an object that does not exist. */
static void test_object_missing(void)
{
	struct scratch x;
	struct dataset_row a;

	scratch_open(&x);
	a = row_of(x.s, "d", "one");
	CU_ASSERT_EQUAL(object_drop_unused(x.s, a.sha256, &x.err), 0);
	CU_ASSERT_EQUAL(datasets_insert(x.s, &a, 0, &x.err), -1);
	err_is(&x.err, ERR_CORRUPT, "missing");
	sql_is(x.s, "SELECT count(*) FROM dataset", "0\n");
	scratch_close(&x);
}

static int add_file(void *ctx, const char *file, const char *why)
{
	strcat(strcat(strcat(strcat(ctx, file), "="), why), " ");
	return 0;
}

/* The files that an import left out are read back; from a damaged text, as many as possible. */
static void test_skipped(void)
{
	static const struct {
		const char *text, *files;
		int64_t n;
	} cases[] = {
	    {"[{\"file\":\"a/1.png\",\"why\":\"empty\"},{\"file\":\"b.png\",\"why\":\"cut\"}]",
	     "a/1.png=empty b.png=cut ", 2},
	    {NULL, "", 0},
	    {"[]", "", 0},
	    {"[1,\"x\",{\"file\":\"c\"}]", "= = c= ", 3},
	    {"[broken]", "", 0},
	};
	struct scratch x;
	struct dataset_row a, got;

	scratch_open(&x);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char files[200] = "";

		a = row_of(x.s, "d", "one");
		a.skipped = cases[i].text;
		CU_ASSERT_EQUAL(datasets_insert(x.s, &a, 0, &x.err), 0);
		CU_ASSERT_EQUAL_FATAL(datasets_find(x.s, "d", &got, &x.err), 0);
		CU_ASSERT_EQUAL(got.n_skipped, cases[i].n);
		CU_ASSERT_EQUAL(datasets_skipped(x.s, got.id, add_file, files, &x.err), 0);
		CU_ASSERT_STRING_EQUAL(files, cases[i].files);
		CU_ASSERT_EQUAL(datasets_remove(x.s, "d", &x.err), 0);
	}
	scratch_close(&x);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"a name is one content", test_insert_find},
	    {"a dataset in use keeps its row", test_remove_used},
	    {"objects are what their name says", test_objects},
	    {"no row without its object", test_object_missing},
	    {"files that were left out", test_skipped},
	    {0},
	};

	return check_run("store/datasets", cases);
}
