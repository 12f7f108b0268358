/* Protects: an output never loses what was there before, whatever kind of place it is. */
#include "core/base/output.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mark.h"
#include "tests/check.h"

static char dir[64];

static const char *in(const char *name, char out[160])
{
	snprintf(out, 160, "%s/%s", dir, name);
	return out;
}

static void put(const char *name, const char *text)
{
	char path[160];
	struct error err;

	CU_ASSERT_EQUAL_FATAL(fs_write_atomic(in(name, path), text, strlen(text), &err), 0);
}

static int holds(const char *name, const char *text)
{
	char path[160];
	struct strbuf sb = STRBUF_INIT;
	struct error err;
	int same = !fs_read(in(name, path), &sb, &err) && !strcmp(sb.buf, text);

	strbuf_release(&sb);
	return same;
}

static int try(const char *name, int flags)
{
	char path[160];
	struct error err = {0};

	return output_write(in(name, path), flags, "new", 3, &err) ? (int)err.code : 0;
}

static void test_files(void)
{
	char path[160];
	struct stat st;

	CU_ASSERT_EQUAL(try("a", 0), 0);
	CU_ASSERT(holds("a", "new"));
	put("a", "old");
	CU_ASSERT_EQUAL(chmod(in("a", path), 0640), 0);
	CU_ASSERT_EQUAL(try("a", 0), ERR_USAGE);
	CU_ASSERT(holds("a", "old"));
	CU_ASSERT_EQUAL(try("a", OUTPUT_REPLACE), 0);
	CU_ASSERT(holds("a", "new"));
	CU_ASSERT(!stat(path, &st) && (st.st_mode & 0777) == 0640);
	CU_ASSERT_EQUAL(try("no/such", 0), ERR_FAILED);
	CU_ASSERT_EQUAL(try("", OUTPUT_REPLACE), ERR_USAGE);
}

/* It is not there when the output is opened, and is when it is finished. */
static void test_meanwhile(void)
{
	char path[160];
	struct output o;
	struct error err;

	CU_ASSERT_EQUAL_FATAL(output_open(&o, in("late", path), 0, &err), 0);
	CU_ASSERT_EQUAL(fs_out_write(&o.out, "mine", 4, &err), 0);
	put("late", "theirs");
	CU_ASSERT_EQUAL(output_commit(&o, &err), -1);
	CU_ASSERT_EQUAL(err.code, ERR_USAGE);
	output_abort(&o);
	CU_ASSERT(holds("late", "theirs"));
	CU_ASSERT_EQUAL(access(o.out.tmp, F_OK), -1);
}

static void test_abort(void)
{
	char path[160];
	struct output o;
	struct error err;

	put("kept", "old");
	CU_ASSERT_EQUAL_FATAL(output_open(&o, in("kept", path), OUTPUT_REPLACE, &err), 0);
	CU_ASSERT_EQUAL(fs_out_write(&o.out, "half", 4, &err), 0);
	output_abort(&o);
	output_abort(&o);
	CU_ASSERT(holds("kept", "old"));
}

static void test_links(void)
{
	char path[160];
	struct stat st;

	put("real", "old");
	CU_ASSERT_EQUAL(symlink("real", in("one", path)), 0);
	CU_ASSERT_EQUAL(symlink("one", in("two", path)), 0);
	CU_ASSERT_EQUAL(try("two", 0), ERR_USAGE);
	CU_ASSERT_EQUAL(try("two", OUTPUT_REPLACE), 0);
	CU_ASSERT(holds("real", "new"));
	CU_ASSERT(!lstat(path, &st) && S_ISLNK(st.st_mode));
	CU_ASSERT_EQUAL(symlink("nothing", in("ahead", path)), 0);
	CU_ASSERT_EQUAL(try("ahead", 0), 0);
	CU_ASSERT(holds("nothing", "new"));
	CU_ASSERT(!lstat(path, &st) && S_ISLNK(st.st_mode));
	CU_ASSERT_EQUAL(symlink("round", in("round", path)), 0);
	CU_ASSERT_EQUAL(try("round", OUTPUT_REPLACE), ERR_FAILED);
}

/* OUTPUT_REMAKE: what has the mark of ssl is replaced, also behind a link; all else stays. */
static void test_remake(void)
{
	static const char
	    svg[] = "<svg >\n<!-- generator: ssl -->\n</svg>\n",
	    html[] = "<!DOCTYPE html>\n<head>\n<meta name=\"generator\" content=\"ssl\"/>\n",
	    pdf[] = "%PDF-1.5\n1 0 obj\n% generator: ssl\nstartxref\n9\n%%EOF\n",
	    md[] = "<!-- generator: ssl -->\n# runs\n";
	static const char *const ours[] = {svg, html, pdf, md};
	static const char *const others[] = {
	    "",
	    "photo",
	    "<svg >\n</svg>\n",
	    "<svg >\n<!-- generator: ssl -->\n</svg>\n<!-- mine -->\n",
	    "<?xml?>\n<svg >\n<!-- generator: ssl -->\n</svg>\n",
	    "%PDF-1.5\nstartxref\n9\n%%EOF\n",
	    "<!DOCTYPE html>\n<meta name=\"generator\" content=\"other\"/>\n",
	    "# runs\n<!-- generator: ssl -->\n"};
	char path[160], long_svg[2000];
	struct stat st;

	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
		put("made", ours[i]);
		CU_ASSERT_EQUAL(try("made", 0), ERR_USAGE);
		CU_ASSERT_EQUAL(chmod(in("made", path), 0600), 0);
		CU_ASSERT_EQUAL(try("made", OUTPUT_REMAKE), 0);
		CU_ASSERT(holds("made", "new"));
		CU_ASSERT(!stat(path, &st) && (st.st_mode & 0777) == 0600);
	}
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		put("theirs", others[i]);
		CU_ASSERT_EQUAL(try("theirs", OUTPUT_REMAKE), ERR_USAGE);
		CU_ASSERT(holds("theirs", others[i]));
	}
	snprintf(long_svg, sizeof long_svg, "<svg %1500s>\n<!-- generator: ssl -->\n</svg>\n", "");
	put("made", long_svg);
	CU_ASSERT_EQUAL(symlink("made", in("to-made", path)), 0);
	CU_ASSERT_EQUAL(symlink("theirs", in("to-theirs", path)), 0);
	CU_ASSERT_EQUAL(try("to-theirs", OUTPUT_REMAKE), ERR_USAGE);
	CU_ASSERT_EQUAL(try("to-made", OUTPUT_REMAKE), 0);
	CU_ASSERT(holds("made", "new"));
	CU_ASSERT_EQUAL(try("not-there", OUTPUT_REMAKE), 0);
}

/* PNG: the chunk stands behind the header; a file without one stays as it is. */
static void test_png_mark(void)
{
	struct strbuf file = STRBUF_INIT, out = STRBUF_INIT;
	struct mark_ends e = {.n_head = 0};

	strbuf_add(&file, "\x89PNG\r\n\x1a\n", 8);
	for (int i = 0; i < 25; i++)
		strbuf_addc(&file, (char)i);
	strbuf_adds(&file, "IDAT");
	mark_png(&file, &out);
	CU_ASSERT_EQUAL(out.len, file.len + 24);
	CU_ASSERT(!memcmp(out.buf, file.buf, 33) && !memcmp(out.buf + 37, "tEXtSoftware", 13));
	memcpy(e.head, out.buf, out.len);
	e.n_head = out.len;
	CU_ASSERT(mark_is_in(&e));
	memcpy(e.head, file.buf, file.len);
	e.n_head = file.len;
	CU_ASSERT(!mark_is_in(&e));
	file.len = 20;
	strbuf_clear(&out);
	mark_png(&file, &out);
	CU_ASSERT_EQUAL(out.len, 20);
	strbuf_release(&file);
	strbuf_release(&out);
}

/* It has no end that could be read for a mark. */
static void test_pipe(void)
{
	char path[160], got[8] = "";
	struct stat st;
	int fd;

	CU_ASSERT_EQUAL_FATAL(mkfifo(in("pipe", path), 0600), 0);
	fd = open(path, O_RDONLY | O_NONBLOCK);
	CU_ASSERT_EQUAL(try("pipe", OUTPUT_REMAKE), 0);
	CU_ASSERT_EQUAL(read(fd, got, sizeof got), 3);
	close(fd);
	CU_ASSERT(!memcmp(got, "new", 3) && !stat(path, &st) && S_ISFIFO(st.st_mode));
}

static void test_store(void)
{
	char path[160], other[160];
	struct error err;

	CU_ASSERT_EQUAL(mkdir(in("data", path), 0700), 0); /* a store by what it holds */
	put("data/ssl.db", "db");
	CU_ASSERT_EQUAL(try("data/x", 0), 0);
	CU_ASSERT_EQUAL(mkdir(in("data/objects", path), 0700), 0);
	CU_ASSERT_EQUAL(try("data/y", 0), ERR_USAGE);
	CU_ASSERT_EQUAL(try("data/objects/y", 0), ERR_USAGE);
	CU_ASSERT_EQUAL(try("data/ssl.db", OUTPUT_REPLACE), ERR_USAGE);
	CU_ASSERT_EQUAL(symlink("data", in("way", path)), 0);
	CU_ASSERT_EQUAL(try("way/y", 0), ERR_USAGE);
	CU_ASSERT_EQUAL(symlink("data/objects/../y", in("link", path)), 0);
	CU_ASSERT_EQUAL(try("link", 0), ERR_USAGE);
	CU_ASSERT_EQUAL(try("data/../beside", 0), 0);
	CU_ASSERT_EQUAL(try("data/ssl.db", OUTPUT_REPLACE | OUTPUT_OF_STORE), 0);
	CU_ASSERT_EQUAL(output_check_dir(in("data/objects/no/such", path), &err), -1);
	CU_ASSERT_EQUAL(output_check_dir(in("data", path), &err), -1);
	CU_ASSERT_EQUAL(output_check_dir(in("way/deeper", path), &err), -1);
	CU_ASSERT_EQUAL(output_check_dir(in("fresh/deeper", path), &err), 0);
	CU_ASSERT_EQUAL(rename(in("data", path), in(".SSL", other)), 0);
	CU_ASSERT_EQUAL(unlink(in(".SSL/ssl.db", path)), 0);
	CU_ASSERT_EQUAL(try(".SSL/z", 0), ERR_USAGE);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"a file", test_files},
	    {"one that comes meanwhile", test_meanwhile},
	    {"given up", test_abort},
	    {"links", test_links},
	    {"outputs of ssl", test_remake},
	    {"the mark of a PNG", test_png_mark},
	    {"a pipe", test_pipe},
	    {"stores", test_store},
	    {0},
	};
	int ret;

	strcpy(dir, "/tmp/ssl-output-XXXXXX");
	if (!mkdtemp(dir))
		return 1;
	ret = check_run("base/output", cases);
	fs_remove_tree(dir);
	return ret;
}
