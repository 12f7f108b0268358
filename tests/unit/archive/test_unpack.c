/* Protects: entries come out with clean names and the right bytes; unsafe, cut and damaged archives
 * are errors. */
#include "core/archive/unpack.h"

#include <archive.h>
#include <archive_entry.h>

#include "tests/unit/data/files.h"

/* All of PATH as "name=content|name@|...", '@' for links; or -1. */
static int list(struct files *f, struct strbuf *out)
{
	struct unpack_entry e;
	struct unpack *u;
	int r;

	memset(&f->err, 0, sizeof f->err);
	strbuf_clear(out);
	if (unpack_open(&u, f->path, &f->err))
		return -1;
	while ((r = unpack_next(u, &e, &f->err)) == 1) {
		strbuf_adds(out, e.name);
		strbuf_addc(out, e.is_link ? '@' : '=');
		if (unpack_read_all(u, out, 1 << 20, &f->err)) {
			r = -1;
			break;
		}
		strbuf_addc(out, '|');
	}
	unpack_close(u);
	return r;
}

static void lists(struct files *f, const char *want)
{
	struct strbuf out = STRBUF_INIT;

	CU_ASSERT_EQUAL(list(f, &out), 0);
	CU_ASSERT_STRING_EQUAL(out.buf, want);
	strbuf_release(&out);
}

static void fails(struct files *f, enum error_code code, const char *why)
{
	struct strbuf out = STRBUF_INIT;

	CU_ASSERT_EQUAL(list(f, &out), -1);
	CU_ASSERT_EQUAL(f->err.code, code);
	if (!strstr(f->err.msg, why)) {
		fprintf(stderr, "\n  '%s' does not say '%s'\n", f->err.msg, why);
		CU_FAIL("another error");
	}
	strbuf_release(&out);
}

static void test_tar(void)
{
	struct strbuf tar = STRBUF_INIT, gz = STRBUF_INIT, inner = STRBUF_INIT;
	struct files f;

	files_open(&f);
	files_gzip(&inner, "zipped", 6);
	files_tar_add(&tar, "./a/", '5', "", "", 0);
	files_tar_add(&tar, "./a//b", '0', "", "bytes", 5);
	files_tar_add(&tar, "z.gz", '0', "", inner.buf, inner.len);
	files_tar_add(&tar, "a/.hidden", '0', "", "x", 1);
	files_tar_add(&tar, "__MACOSX/a/b", '0', "", "x", 1);
	files_tar_add(&tar, "s", '2', "/etc/passwd", "", 0);
	files_tar_add(&tar, "h", '1', "a/b", "", 0);
	files_tar_add(&tar, "p", '6', "", "", 0); /* a pipe */
	files_tar_add(&tar, "empty", '0', "", "", 0);
	files_tar_end(&tar);
	files_put(&f, "t", tar.buf, tar.len);
	lists(&f, "a/b=bytes|z=zipped|s@|h@|empty=|");
	files_gzip(&gz, tar.buf, tar.len);
	files_put(&f, "t", gz.buf, gz.len);
	lists(&f, "a/b=bytes|z=zipped|s@|h@|empty=|");
	strbuf_release(&inner);
	strbuf_release(&gz);
	strbuf_release(&tar);
	files_close(&f);
}

static void test_folder_and_file(void)
{
	struct strbuf gz = STRBUF_INIT;
	struct files f;

	files_open(&f);
	files_put(&f, "d/b", "2", 1);
	files_put(&f, "d/a/c", "1", 1);
	files_put(&f, "d/.x", "3", 1);
	files_gzip(&gz, "0", 1);
	files_put(&f, "d/a/a.gz", gz.buf, gz.len);
	snprintf(f.path, sizeof f.path, "%s/d", f.dir);
	lists(&f, "a/a=0|a/c=1|b=2|");
	files_put(&f, "one.gz", gz.buf, gz.len);
	lists(&f, "one=0|");
	files_put(&f, "one", "plain", 5);
	lists(&f, "one=plain|");
	snprintf(f.path, sizeof f.path, "%s/none", f.dir);
	fails(&f, ERR_USAGE, "none: No such file");
	strbuf_release(&gz);
	files_close(&f);
}

static void test_unsafe(void)
{
	static const char *const names[][2] = {
	    {"../x", "'..' leads out"},       {"a/../../x", "'..' leads out"},
	    {"/etc/x", "it is absolute"},     {"a\\x", "it has a backslash"},
	    {"c:x", "it has a drive letter"}, {"a/..", "'..' leads out"},
	    {"a\nb", "a control character"},  {"a\x1b[0m", "a control character"},
	};
	struct files f;

	files_open(&f);
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		for (int kind = 0; kind < 3; kind++) {
			struct strbuf tar = STRBUF_INIT;

			files_tar_add(&tar, "good", '0', "", "x", 1);
			files_tar_add(&tar, names[i][0], "025"[kind], "good", "", 0);
			files_tar_end(&tar);
			files_put(&f, "t", tar.buf, tar.len);
			fails(&f, ERR_USAGE, names[i][1]);
			CU_ASSERT_PTR_NULL(strpbrk(f.err.msg, "\n\x1b"));
			strbuf_release(&tar);
		}
	files_close(&f);
}

/* However a tar (plain, or in gzip) is cut, it is noticed, until only zeros at its end are missing.
 */
static void test_cut(void)
{
	struct strbuf tar = STRBUF_INIT, gz = STRBUF_INIT;
	struct files f;

	files_open(&f);
	files_tar_add(&tar, "a", '0', "", "first", 5);
	files_tar_add(&tar, "b", '0', "", "second", 6);
	files_tar_end(&tar);
	for (size_t n = 264; n<2048 + 512; n += n % 512> 480 ? 1 : 31) {
		struct strbuf out = STRBUF_INIT;
		int bad;

		files_put(&f, "t.tar", tar.buf, n);
		bad = list(&f, &out);
		if (bad != -1 || f.err.code != ERR_FAILED)
			fprintf(stderr, "\n  cut at %zu: %s\n", n, out.buf);
		CU_ASSERT(bad == -1 && f.err.code == ERR_FAILED);
		strbuf_release(&out);
	}
	files_put(&f, "t.tar", tar.buf, 2048 + 512);
	lists(&f, "a=first|b=second|");
	files_gzip(&gz, tar.buf, 2048); /* whole gzip, cut tar */
	files_put(&f, "t.tgz", gz.buf, gz.len);
	fails(&f, ERR_FAILED, "the end of the archive is missing");
	strbuf_clear(&gz);
	files_gzip(&gz, tar.buf, tar.len);
	for (size_t n = 12; n < gz.len; n += 37) {
		files_put(&f, "t.tgz", gz.buf, n);
		fails(&f, ERR_FAILED, "corrupt");
	}
	files_put(&f, "t.tgz", gz.buf, gz.len - 1);
	fails(&f, ERR_FAILED, "corrupt");
	strbuf_release(&gz);
	strbuf_release(&tar);
	files_close(&f);
}

/* Every member has its own CRC; what stands between and behind them is read as gzip does. */
static void test_members(void)
{
	struct strbuf gz = STRBUF_INIT;
	struct files f;
	size_t one, two;

	files_open(&f);
	files_gzip(&gz, "first", 5);
	one = gz.len;
	files_gzip(&gz, "", 0);
	files_gzip(&gz, "second", 6);
	two = gz.len;
	files_put(&f, "m.gz", gz.buf, gz.len);
	lists(&f, "m=firstsecond|");
	for (size_t i = 2; i < two; i++) { /* payload, CRC, length: of any member */
		struct strbuf out = STRBUF_INIT;
		int bad;

		gz.buf[i] ^= 0x40;
		files_put(&f, "m.gz", gz.buf, gz.len);
		bad = list(&f, &out);
		CU_ASSERT(bad ? f.err.code == ERR_FAILED : !strcmp(out.buf, "m=firstsecond|"));
		CU_ASSERT(bad || i < 11 || i >= one); /* unused bits of a header */
		gz.buf[i] ^= 0x40;
		strbuf_release(&out);
	}
	for (size_t n = one + 1; n < two; n++) {
		if (n == one + one - 5)
			continue; /* whole, without the last member */
		files_put(&f, "m.gz", gz.buf, n);
		fails(&f, ERR_FAILED, "corrupt");
	}
	files_fill(&gz, 0, 512);
	files_put(&f, "m.gz", gz.buf, gz.len);
	lists(&f, "m=firstsecond|");
	strbuf_addc(&gz, 'x');
	files_put(&f, "m.gz", gz.buf, gz.len);
	fails(&f, ERR_FAILED, "other bytes follow its end");
	strbuf_release(&gz);
	files_close(&f);
}

/* Appends to *out what `filter` makes of an archive of two files of bytes that do not compress. */
static void squeeze(struct strbuf *out, int filter, int zip, const char *how)
{
	size_t cap = 1 << 17, used = 0;
	char *buf = malloc(cap), data[3000];
	struct archive *a = archive_write_new();
	uint32_t x = 1;

	archive_write_add_filter(a, filter);
	zip ? archive_write_set_format_zip(a) : archive_write_set_format_ustar(a);
	archive_write_set_options(a, how);
	archive_write_set_bytes_in_last_block(a, 1);
	CU_ASSERT_EQUAL_FATAL(archive_write_open_memory(a, buf, cap, &used), ARCHIVE_OK);
	for (int k = 0; k < 2; k++) {
		struct archive_entry *e = archive_entry_new();

		for (size_t i = 0; i < sizeof data; i++)
			data[i] = (char)((x = x * 1664525u + 1013904223u) >> 24);
		archive_entry_set_pathname(e, k ? "b" : "a");
		archive_entry_set_filetype(e, AE_IFREG);
		archive_entry_set_size(e, sizeof data);
		CU_ASSERT_EQUAL(archive_write_header(a, e), ARCHIVE_OK);
		CU_ASSERT_EQUAL(archive_write_data(a, data, sizeof data), (int)sizeof data);
		archive_entry_free(e);
	}
	archive_write_close(a);
	archive_write_free(a);
	strbuf_add(out, buf, used);
	free(buf);
}

/* Whatever byte is flipped, the content is the same or the archive is refused. */
static void test_flipped(void)
{
	static const struct {
		int filter, zip;
		const char *how;
	} kinds[] = {
	    {ARCHIVE_FILTER_GZIP, 0, NULL},
	    {ARCHIVE_FILTER_BZIP2, 0, NULL},
	    {ARCHIVE_FILTER_XZ, 0, NULL},
	    {ARCHIVE_FILTER_LZ4, 0, "lz4:stream-checksum"},
	    {ARCHIVE_FILTER_NONE, 1, "zip:compression=store"},
	    {ARCHIVE_FILTER_NONE, 1, "zip:compression=deflate"},
	};
	struct files f;

	files_open(&f);
	for (unsigned k = 0; k < sizeof kinds / sizeof *kinds; k++) {
		struct strbuf good = STRBUF_INIT, want = STRBUF_INIT, got = STRBUF_INIT;
		int refused = 0, wrong = 0;

		squeeze(&good, kinds[k].filter, kinds[k].zip, kinds[k].how);
		files_put(&f, "x", good.buf, good.len);
		CU_ASSERT_EQUAL(list(&f, &want), 0);
		CU_ASSERT(want.len > 6000);
		for (size_t at = 40; at < good.len; at += 97) {
			int bad;

			good.buf[at] ^= 4;
			files_put(&f, "x", good.buf, good.len);
			bad = list(&f, &got);
			refused += bad != 0;
			wrong += !bad &&
				 (got.len != want.len || memcmp(got.buf, want.buf, got.len) != 0);
			good.buf[at] ^= 4;
		}
		if (wrong || refused < 55)
			fprintf(stderr, "\n  kind %u: %d wrong, %d refused\n", k, wrong, refused);
		CU_ASSERT(!wrong && refused >= 55);
		strbuf_release(&good);
		strbuf_release(&want);
		strbuf_release(&got);
	}
	files_close(&f);
}

/* Of files "a" and "b", the one or the other came out as a link, which importers refuse. */
static int has_link(const struct strbuf *got)
{
	return got->len >= 3 && (got->buf[1] == '@' || !memcmp(got->buf + got->len - 3, "b@|", 3));
}

/* What list() gives for the bytes: 1 as wanted, 0 refused, -1 something else. */
static int outcome(struct files *f, const char *name, const char *data, size_t n,
		   const struct strbuf *want)
{
	struct strbuf got = STRBUF_INIT;
	int r = -1;

	files_put(f, name, data, n);
	if (list(f, &got) || has_link(&got))
		r = 0;
	else if (got.len == want->len && !memcmp(got.buf, want->buf, got.len))
		r = 1;
	strbuf_release(&got);
	return r;
}

/* Cut anywhere, or with anything but zeros after its end, an archive is refused; so is one whose
 * second stream no longer looks like one. */
static void check_end(struct files *f, const char *name, struct strbuf *good)
{
	static const char *const tails[] = {"x", "PK", "\n", "garbage garbage garbage", "BZh"};
	struct strbuf want = STRBUF_INIT;
	size_t n = good->len;

	files_put(f, name, good->buf, n);
	CU_ASSERT_EQUAL_FATAL(list(f, &want), 0);
	for (size_t k = 1; k < n; k += k < 40 || n - k < 40 ? 3 : 211) {
		int r = outcome(f, name, good->buf, k, &want);

		if (r)
			fprintf(stderr, "\n  %s: cut at %zu of %zu: %d\n", name, k, n, r);
		CU_ASSERT_EQUAL(r, 0);
	}
	for (unsigned i = 0; i < sizeof tails / sizeof *tails; i++) {
		int r;

		strbuf_adds(good, tails[i]);
		r = outcome(f, name, good->buf, good->len, &want);
		if (r)
			fprintf(stderr, "\n  %s: '%s' after the end: %d\n", name, tails[i], r);
		CU_ASSERT_EQUAL(r, 0);
		strbuf_shorten(good, good->len - strlen(tails[i]));
	}
	strbuf_release(&want);
}

static void test_ends(void)
{
	static const struct {
		const char *name;
		int filter, zip;
		const char *how;
	} kinds[] = {
	    {"t.tar.gz", ARCHIVE_FILTER_GZIP, 0, NULL},
	    {"t.tar.bz2", ARCHIVE_FILTER_BZIP2, 0, NULL},
	    {"t.tar.xz", ARCHIVE_FILTER_XZ, 0, NULL},
	    {"t.tar.zst", ARCHIVE_FILTER_ZSTD, 0, NULL},
	    {"t.tar.lz4", ARCHIVE_FILTER_LZ4, 0, NULL},
	    {"s.zip", ARCHIVE_FILTER_NONE, 1, "zip:compression=store"},
	    {"d.zip", ARCHIVE_FILTER_NONE, 1, "zip:compression=deflate"},
	};
	struct files f;

	files_open(&f);
	for (unsigned k = 0; k < sizeof kinds / sizeof *kinds; k++) {
		struct strbuf good = STRBUF_INIT;

		squeeze(&good, kinds[k].filter, kinds[k].zip, kinds[k].how);
		check_end(&f, kinds[k].name, &good);
		strbuf_release(&good);
	}
	files_close(&f);
}

/* Each bit of what stands before and after the data: names too. */
static void check_bits(struct files *f, const char *name, char *data, size_t n, size_t from,
		       size_t to)
{
	struct strbuf want = STRBUF_INIT;

	files_put(f, name, data, n);
	CU_ASSERT_EQUAL_FATAL(list(f, &want), 0);
	for (size_t bit = 8 * from; bit < 8 * to; bit++) {
		int r;

		data[bit / 8] ^= (char)(1 << bit % 8);
		r = outcome(f, name, data, n, &want);
		data[bit / 8] ^= (char)(1 << bit % 8);
		if (r < 0)
			fprintf(stderr, "\n  %s: byte %zu of %zu, bit %zu\n", name, bit / 8, n,
				bit % 8);
		CU_ASSERT(r >= 0);
	}
	strbuf_release(&want);
}

static void test_bits(void)
{
	/* 90 bytes by zstd(1), which adds a checksum; libarchive does not */
	uint8_t zstd[] = {
	    0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x58, 0xd1, 0x02, 0x00, 0x00, 0x0a, 0x22, 0x48,
	    0x7c, 0xbe, 0x13, 0x71, 0xdd, 0x5c, 0xe4, 0x7f, 0x28, 0xda, 0x9f, 0x72, 0x53,
	    0x42, 0x3f, 0x4a, 0x63, 0x8a, 0xbf, 0x07, 0x58, 0xb7, 0x29, 0xa4, 0x32, 0xc9,
	    0x73, 0x2b, 0xec, 0xc0, 0xa2, 0x92, 0x90, 0x9c, 0xb6, 0xde, 0x19, 0x5d, 0xaf,
	    0x14, 0x82, 0x03, 0x8d, 0x2a, 0xd0, 0x89, 0x50, 0x25, 0x08, 0xf4, 0xf3, 0x05,
	    0x20, 0x49, 0x80, 0xc5, 0x1d, 0x7e, 0xed, 0x6f, 0xfa, 0x98, 0x44, 0xf9, 0xc1,
	    0x97, 0x7b, 0x6d, 0x6d, 0x7b, 0x97, 0xc1, 0xf9, 0x44, 0x98, 0xfa, 0x6f, 0xed,
	    0x7e, 0x1d, 0xc5, 0x80, 0x49, 0x20, 0x05, 0xf3, 0xf9, 0xb9, 0xa5, 0xbd,
	};
	struct strbuf zip = STRBUF_INIT, tar = STRBUF_INIT;
	struct files f;

	files_open(&f);
	check_bits(&f, "x.zst", (char *)zstd, sizeof zstd, 0, sizeof zstd);
	squeeze(&zip, ARCHIVE_FILTER_NONE, 1, "zip:compression=store");
	check_bits(&f, "s.zip", zip.buf, zip.len, 0, 64);
	check_bits(&f, "s.zip", zip.buf, zip.len, zip.len - 200, zip.len);
	files_tar_add(&tar, "a", '0', "", "first", 5);
	files_tar_add(&tar, "b", '0', "", "second", 6);
	files_tar_end(&tar);
	check_bits(&f, "t.tar", tar.buf, tar.len, 1024, 1024 + 300);
	strbuf_release(&zip);
	strbuf_release(&tar);
	files_close(&f);
}

/* gzip's checksum is checked, in and around an archive: stored data is not protected by anything
 * else. */
static void test_checksum(void)
{
	struct strbuf tar = STRBUF_INIT, gz = STRBUF_INIT;
	struct files f;

	files_open(&f);
	files_tar_add(&tar, "a", '0', "", "first", 5);
	files_tar_end(&tar);
	files_gzip(&gz, tar.buf, tar.len);
	for (size_t at = 15 + 512; at < 15 + 517; at++) { /* the file's bytes */
		gz.buf[at] ^= 1;
		files_put(&f, "t", gz.buf, gz.len);
		fails(&f, ERR_FAILED, "the checksum differs");
		gz.buf[at] ^= 1;
	}
	strbuf_clear(&gz);
	files_gzip(&gz, "content", 7);
	gz.buf[16] ^= 1;
	files_put(&f, "d/a.gz", gz.buf, gz.len);
	snprintf(f.path, sizeof f.path, "%s/d", f.dir);
	fails(&f, ERR_FAILED, "a: corrupt gzip data: the checksum differs");
	gz.buf[16] ^= 1;
	strbuf_add(&gz, gz.buf, gz.len); /* two members are one file */
	files_put(&f, "two.gz", gz.buf, gz.len);
	lists(&f, "two=contentcontent|");
	strbuf_release(&gz);
	strbuf_release(&tar);
	files_close(&f);
}

static void test_limit(void)
{
	struct strbuf out = STRBUF_INIT;
	struct unpack_entry e;
	struct unpack *u;
	struct files f;

	files_open(&f);
	files_put(&f, "one", "12345678", 8);
	CU_ASSERT_EQUAL_FATAL(unpack_open(&u, f.path, &f.err), 0);
	CU_ASSERT_EQUAL(unpack_next(u, &e, &f.err), 1);
	CU_ASSERT_EQUAL(unpack_read_all(u, &out, 7, &f.err), -1);
	CU_ASSERT_EQUAL(f.err.code, ERR_FAILED);
	CU_ASSERT_EQUAL(unpack_next(u, &e, &f.err), 0);
	CU_ASSERT_EQUAL(unpack_next(u, &e, &f.err), 0);
	unpack_close(u);
	strbuf_release(&out);
	files_close(&f);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"a tar, plain and gzipped: names, bytes, links", test_tar},
	    {"a folder in order; one file", test_folder_and_file},
	    {"names that lead out", test_unsafe},
	    {"cut archives", test_cut},
	    {"gzip's checksum", test_checksum},
	    {"no more than asked for", test_limit},
	    {"gzip members", test_members},
	    {"cut, and more after the end", test_ends},
	    {"each bit of headers", test_bits},
	    {"flipped bytes under every compression", test_flipped},
	    {0}};

	return check_run("archive/unpack", cases);
}
