/* Protects: what is written is there whole or not at all, and no temporary file stays behind. */
#include "core/base/fs.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/check.h"

static void scratch(char dir[64])
{
	strcpy(dir, "/tmp/ssl-fs-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(dir));
}

static const char *in(const char *dir, const char *name, char out[128])
{
	snprintf(out, 128, "%s/%s", dir, name);
	return out;
}

static int entries(const char *dir)
{
	DIR *d = opendir(dir);
	int n = -2; /* . and .. */

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}

static void test_write_read(void)
{
	char dir[64], path[128];
	struct strbuf sb = STRBUF_INIT;
	struct error err;
	struct stat st;

	scratch(dir);
	in(dir, "f", path);
	CU_ASSERT_EQUAL(fs_write_atomic(path, "old", 3, &err), 0);
	CU_ASSERT_EQUAL(fs_write_atomic(path, "n\0w", 3, &err), 0);
	CU_ASSERT_EQUAL(fs_read(path, &sb, &err), 0);
	CU_ASSERT(sb.len == 3 && !memcmp(sb.buf, "n\0w", 3));
	CU_ASSERT_EQUAL(entries(dir), 1);
	CU_ASSERT(stat(path, &st) == 0 && (st.st_mode & 0400));
	CU_ASSERT_EQUAL(st.st_mode & 0111, 0);
	strbuf_release(&sb);
	unlink(path);
	rmdir(dir);
}

static void test_abort(void)
{
	char dir[64], path[128];
	struct fs_out o;
	struct error err;

	scratch(dir);
	in(dir, "f", path);
	CU_ASSERT_EQUAL(fs_write_atomic(path, "old", 3, &err), 0);
	CU_ASSERT_EQUAL(fs_out_open(&o, dir, &err), 0);
	CU_ASSERT_EQUAL(fs_out_write(&o, "half", 4, &err), 0);
	CU_ASSERT_EQUAL(entries(dir), 2);
	fs_out_abort(&o);
	fs_out_abort(&o);
	CU_ASSERT_EQUAL(entries(dir), 1);
	CU_ASSERT_EQUAL(fs_out_open(&o, dir, &err), 0);
	CU_ASSERT_EQUAL(fs_out_commit(&o, in(dir, "no/such/folder", path), &err), -1);
	CU_ASSERT_EQUAL(err.code, ERR_FAILED);
	fs_out_abort(&o);
	CU_ASSERT_EQUAL(entries(dir), 1);
	unlink(in(dir, "f", path));
	rmdir(dir);
}

static void test_map(void)
{
	char dir[64], path[128];
	struct fs_map m;
	struct error err;

	scratch(dir);
	in(dir, "f", path);
	CU_ASSERT_EQUAL(fs_map(path, &m, &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, path));
	CU_ASSERT_EQUAL(fs_write_atomic(path, "", 0, &err), 0);
	CU_ASSERT_EQUAL(fs_map(path, &m, &err), 0);
	CU_ASSERT_EQUAL(m.size, 0);
	fs_unmap(&m);
	CU_ASSERT_EQUAL(fs_write_atomic(path, "abc", 3, &err), 0);
	CU_ASSERT_EQUAL(fs_map(path, &m, &err), 0);
	CU_ASSERT(m.size == 3 && !memcmp(m.data, "abc", 3));
	fs_unmap(&m);
	fs_unmap(&m);
	unlink(path);
	rmdir(dir);
}

static void test_folders(void)
{
	char dir[64], path[128], deep[128];
	struct error err;
	struct strbuf sb = STRBUF_INIT;

	scratch(dir);
	in(dir, "a/b/c", deep);
	CU_ASSERT_EQUAL(fs_mkdirs(deep, &err), 0);
	CU_ASSERT_EQUAL(fs_mkdirs(deep, &err), 0);
	CU_ASSERT(fs_is_dir(deep) && fs_exists(deep, NULL) > 0);
	CU_ASSERT_EQUAL(fs_sync_dir(deep, &err), 0);
	CU_ASSERT_EQUAL(fs_write_atomic(in(dir, "a/f", path), "x", 1, &err), 0);
	CU_ASSERT(fs_exists(path, NULL) > 0 && !fs_is_dir(path));
	CU_ASSERT_EQUAL(fs_mkdirs(in(dir, "a/f", path), &err), -1); /* a file in the way */
	CU_ASSERT_EQUAL(fs_read(in(dir, "a/none", path), &sb, &err), -1);
	CU_ASSERT_EQUAL(err.code, ERR_USAGE);
	CU_ASSERT_EQUAL(fs_is_network(dir), 0);
	unlink(in(dir, "a/f", path));
	rmdir(deep);
	rmdir(in(dir, "a/b", path));
	rmdir(in(dir, "a", path));
	CU_ASSERT_EQUAL(rmdir(dir), 0);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"an atomic write replaces the whole file", test_write_read},
	    {"an aborted or failed write leaves nothing", test_abort},
	    {"maps, also of an empty file", test_map},
	    {"folders", test_folders},
	    {0}};

	return check_run("base/fs", cases);
}
