#include "core/archive/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/archive/expand.h"
#include "core/archive/gunzip.h"
#include "core/archive/name.h"
#include "core/archive/walk.h"
#include "core/archive/zip.h"
#include "core/base/fs.h"

enum { BLOCK = 1 << 17, BLOCK_TAR = 512 };

/*
 * The flow of the data:
 *   a folder     walk -> fd of a file [-> entry_gz]
 *   NAME.gz, .xz fd -> outer -> a, which identifies the format inside [-> entry_gz]
 *   other files  fd -> a, which may seek (zip, 7z) [-> entry_gz]
 */
struct unpack {
	char *path; /* as given: for messages */
	struct walk *walk;
	int fd; /* of the compressed file, or of the current file of a folder; -1 */
	struct expand *outer;
	struct gunzip *entry_gz;
	struct archive *a;
	struct zip *zip;     /* if a reads a zip */
	struct error source; /* of a read from outer that failed */
	uint8_t *block;      /* outer's output */
	size_t zeros;        /* at the end of outer's output so far */
	struct strbuf name;
	int single, is_link, ended;
	uint8_t peek[UNPACK_PEEK]; /* bytes read ahead, of which peek_at .. n_peek - 1 are left */
	size_t n_peek, peek_at;
	uint32_t litter;   /* skipped files and folders of an archive */
	char **litter_dir; /* the folders among them */
	size_t n_litter_dir;
	locale_t utf8; /* for names in archives, whatever the user's locale; 0: not available */
};

static ssize_t read_fd(void *ctx, void *buf, size_t n, struct error *err)
{
	const struct unpack *u = ctx;
	ssize_t got;

	do
		got = read(u->fd, buf, n);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return error_errno(err, ERR_FAILED, "read");
	return got;
}

/* Reads a block of the decompressed data. */
static ssize_t read_block(struct unpack *u, struct error *err)
{
	ssize_t n = expand_read(u->outer, u->block, BLOCK, err), at = n;

	while (at > 0 && !u->block[at - 1])
		at--;
	if (n > 0)
		u->zeros = (size_t)(n - at) + (at ? 0 : u->zeros);
	return n;
}

static la_ssize_t read_outer(struct archive *a, void *ctx, const void **buf)
{
	struct unpack *u = ctx;
	ssize_t n = read_block(u, &u->source);

	if (n < 0)
		archive_set_error(a, EIO, "%s", u->source.msg);
	*buf = u->block;
	return n;
}

static int archive_failed(const struct unpack *u, struct error *err)
{
	const char *why = archive_error_string(u->a), *what = u->name.buf;

	if (!why)
		why = "cannot be read";
	if (!*what)
		return error_set(err, ERR_FAILED, "%s: truncated or corrupt: %s", u->path, why);
	return error_set(err, ERR_FAILED, "%s: %s: truncated or corrupt: %s", u->path, what, why);
}

/* Enables the formats that read only the archive itself, so not mtree, whose entries name files of
 * this machine, and no filter that starts another program. A zip is read by its central directory,
 * since reading from the front would not notice that it is truncated. */
static void support(struct archive *a)
{
	archive_read_support_filter_bzip2(a);
	archive_read_support_filter_compress(a);
	archive_read_support_filter_gzip(a);
	archive_read_support_filter_lz4(a);
	archive_read_support_filter_lzma(a);
	archive_read_support_filter_xz(a);
	archive_read_support_filter_zstd(a);
	archive_read_support_format_7zip(a);
	archive_read_support_format_cpio(a);
	archive_read_support_format_empty(a);
	archive_read_support_format_raw(a);
	archive_read_support_format_tar(a);
	archive_read_support_format_zip_seekable(a);
}

static int is_compressed(int fd)
{
	uint8_t magic[EXPAND_MAGIC];
	ssize_t n = pread(fd, magic, sizeof magic, 0);

	return n > 0 && expand_can(magic, (size_t)n);
}

static int open_archive(struct unpack *u, struct error *err)
{
	int r;

	u->fd = fs_open_file(u->path, ERR_USAGE, err);
	if (u->fd < 0)
		return -1;
	u->a = archive_read_new();
	if (!u->a)
		return error_set(err, ERR_FAILED, "libarchive: out of memory");
	support(u->a);
	if (is_compressed(u->fd)) {
		u->outer = expand_open(read_fd, u, err);
		if (!u->outer)
			return error_prefix(err, "%s", u->path);
		u->block = xmalloc(BLOCK);
		r = archive_read_open(u->a, u, NULL, read_outer, NULL);
	} else {
		r = archive_read_open_fd(u->a, u->fd, BLOCK);
	}
	return r == ARCHIVE_OK ? 0 : archive_failed(u, err);
}

int unpack_open(struct unpack **out, const char *path, struct error *err)
{
	struct unpack *u = xcalloc(1, sizeof *u);
	struct stat st;
	int ret;

	u->path = xstrdup(path);
	u->name = (struct strbuf)STRBUF_INIT;
	u->fd = -1;
	u->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (stat(path, &st)) {
		ret = error_errno(err, ERR_USAGE, "%s", path);
	} else if (S_ISDIR(st.st_mode)) {
		u->walk = walk_open(path, err);
		ret = u->walk ? 0 : -1;
	} else if (S_ISREG(st.st_mode)) {
		ret = open_archive(u, err);
	} else {
		ret = error_set(err, ERR_USAGE, "%s: neither a file nor a folder", path);
	}
	if (ret)
		unpack_close(u);
	else
		*out = u;
	return ret;
}

void unpack_close(struct unpack *u)
{
	if (!u)
		return;
	gunzip_close(u->entry_gz);
	archive_read_free(u->a);
	expand_close(u->outer);
	walk_close(u->walk);
	zip_close(u->zip);
	if (u->fd >= 0)
		close(u->fd);
	if (u->utf8)
		freelocale(u->utf8);
	strbuf_release(&u->name);
	for (size_t i = 0; i < u->n_litter_dir; i++)
		free(u->litter_dir[i]);
	free(u->litter_dir);
	free(u->block);
	free(u->path);
	free(u);
}

int unpack_is_single(const struct unpack *u)
{
	return u->single;
}

/* Counts a folder of litter once, however many files of an archive are in it. */
static void count_litter(struct unpack *u, const char *path, size_t n, int is_dir)
{
	for (size_t i = 0; is_dir && i < u->n_litter_dir; i++)
		if (strlen(u->litter_dir[i]) == n && !strncmp(u->litter_dir[i], path, n))
			return;
	u->litter++;
	if (!is_dir)
		return;
	u->litter_dir = xrealloc(u->litter_dir, (u->n_litter_dir + 1) * sizeof *u->litter_dir);
	u->litter_dir[u->n_litter_dir] = xstrdup(path);
	u->litter_dir[u->n_litter_dir++][n] = 0;
}

/* The length of the path up to the first component that is litter; 0 if none is. */
static size_t litter_length(const char *path)
{
	for (const char *name = path; *name;) {
		size_t n = strcspn(name, "/");

		if (walk_is_litter(name, n))
			return (size_t)(name - path) + n;
		name += n + (name[n] == '/');
	}
	return 0;
}

/* True if the file or a folder above it is litter. walk.c skips litter of folders on disk. */
static int is_litter(struct unpack *u)
{
	size_t n = litter_length(u->name.buf);

	if (n)
		count_litter(u, u->name.buf, n, u->name.buf[n] == '/');
	return n > 0;
}

uint32_t unpack_litter(const struct unpack *u)
{
	return u->walk ? walk_litter(u->walk) : u->litter;
}

static int ends_with(const struct strbuf *sb, const char *end)
{
	size_t n = strlen(end);

	return sb->len > n && !strcmp(sb->buf + sb->len - n, end);
}

/* Sets the name of the only file, which is PATH without the extension of its compression. Returns
 * that extension, or NULL. */
static const char *single_name(struct unpack *u)
{
	static const char *const ends[] = {".gz", ".bz2", ".xz", ".zst", ".lz4", ".lzma", ".Z"};
	const char *slash = strrchr(u->path, '/');

	u->single = 1;
	strbuf_clear(&u->name);
	strbuf_adds(&u->name, slash ? slash + 1 : u->path);
	for (unsigned i = 0; i < sizeof ends / sizeof *ends; i++)
		if (ends_with(&u->name, ends[i])) {
			u->name.len -= strlen(ends[i]);
			u->name.buf[u->name.len] = 0;
			return ends[i];
		}
	return NULL;
}

/* libarchive reads data of an unknown format as one file. If PATH has the name of an archive or of
 * a compressed file, or begins like a zip, it is damaged. */
static int single_file(struct unpack *u, struct error *err)
{
	static const char *const ends[] = {".tar",  ".tgz", ".tbz2", ".txz",
					   ".tzst", ".zip", ".7z",   ".cpio"};
	char magic[4] = "";
	int bad = !u->outer && pread(u->fd, magic, 4, 0) == 4 && !memcmp(magic, "PK\3\4", 4);
	const char *squeezed = single_name(u);

	for (unsigned i = 0; i < sizeof ends / sizeof *ends; i++)
		bad |= ends_with(&u->name, ends[i]);
	if (bad)
		return error_set(err, ERR_FAILED,
				 "%s: truncated or corrupt: not a readable archive", u->path);
	if (squeezed && !u->outer && archive_filter_code(u->a, 0) == ARCHIVE_FILTER_NONE)
		return error_set(err, ERR_FAILED,
				 "%s: corrupt: not compressed, although its name ends in %s",
				 u->path, squeezed);
	return 1;
}

/* True if the last BLOCK_TAR bytes of the file are zero. */
static int ends_in_zeros(const struct unpack *u)
{
	uint8_t tail[BLOCK_TAR];
	struct stat st;

	if (fstat(u->fd, &st) || st.st_size < BLOCK_TAR ||
	    pread(u->fd, tail, BLOCK_TAR, st.st_size - BLOCK_TAR) != BLOCK_TAR)
		return 0;
	for (int i = 0; i < BLOCK_TAR; i++)
		if (tail[i])
			return 0;
	return 1;
}

/* True for a tar that does not end in blocks of zeros, which was truncated between two files;
 * libarchive does not check that. Other compressions than those of `outer` notice it themselves. */
static int tar_is_cut(const struct unpack *u)
{
	int is_tar = (archive_format(u->a) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_TAR;

	if (!is_tar || archive_filter_code(u->a, 0) != ARCHIVE_FILTER_NONE)
		return 0;
	return u->outer ? u->zeros < BLOCK_TAR : !ends_in_zeros(u);
}

/* True if the archive is a zip; then u->zip is open. */
static int is_zip(struct unpack *u)
{
	if (u->outer || (archive_format(u->a) & ARCHIVE_FORMAT_BASE_MASK) != ARCHIVE_FORMAT_ZIP)
		return 0;
	if (!u->zip)
		u->zip = zip_open(u->fd);
	return 1;
}

static int zip_end(const struct unpack *u, struct error *err)
{
	if (zip_has_more(u->zip))
		return error_set(err, ERR_FAILED,
				 "%s: corrupt: other bytes follow the end of the archive", u->path);
	if (!zip_has_all(u->zip, (size_t)archive_file_count(u->a)))
		return error_set(err, ERR_FAILED,
				 "%s: corrupt: the list of files at its end is damaged", u->path);
	return 0;
}

/* Reads and checks the bytes after the last entry, where the last checksums are. */
static int archive_end(struct unpack *u, struct error *err)
{
	ssize_t n = 1;

	u->ended = 1;
	while (u->outer && n > 0)
		n = read_block(u, err);
	if (n < 0)
		return error_prefix(err, "%s", u->path);
	if (tar_is_cut(u))
		return error_set(err, ERR_FAILED,
				 "%s: truncated: the end of the archive is missing", u->path);
	return is_zip(u) ? zip_end(u, err) : 0;
}

/* 1 if the entry is a file, or a link, which sets u->is_link; 0 if it is to be skipped. */
static int entry_kind(struct unpack *u, struct archive_entry *e)
{
	mode_t type = archive_entry_filetype(e);

	u->is_link = type == AE_IFLNK || archive_entry_hardlink(e);
	return u->is_link || type == AE_IFREG || type == 0;
}

/* True if a warning about a header only concerns the encoding of its name. libarchive also warns
 * when it skips damaged bytes of a cpio up to what looks like the next header. */
static int is_harmless(const struct unpack *u)
{
	const char *why = archive_error_string(u->a);

	return !why || strncmp(why, "Skipped ", 8) != 0;
}

/* Reads the next header of the archive: 1; 0 at the end; -1. A damaged header is an error, even
 * where libarchive could continue with the next one (ARCHIVE_RETRY), since its file would be
 * missing. */
static int archive_header(struct unpack *u, struct archive_entry **e, struct error *err)
{
	locale_t old = u->utf8 ? uselocale(u->utf8) : (locale_t)0;
	int r = archive_read_next_header(u->a, e);

	if (old)
		uselocale(old);
	if (r == ARCHIVE_EOF)
		return archive_end(u, err);
	if (r == ARCHIVE_OK || (r == ARCHIVE_WARN && is_harmless(u)))
		return 1;
	return archive_failed(u, err);
}

/* Checks an entry of a zip: the central directory has its name, and it is of a kind that zips hold.
 */
static int check_zip(struct unpack *u, struct archive_entry *e, const char *name, struct error *err)
{
	mode_t type = archive_entry_filetype(e);

	if (!is_zip(u))
		return 0;
	if (type && type != AE_IFREG && type != AE_IFDIR && type != AE_IFLNK)
		return error_set(err, ERR_FAILED,
				 "%s: corrupt: %s has a type that a zip cannot hold", u->path,
				 u->name.buf);
	if (zip_has(u->zip, name))
		return 0;
	return error_set(err, ERR_FAILED, "%s: corrupt: %s is not in the list at its end", u->path,
			 u->name.buf);
}

static int archive_next(struct unpack *u, struct error *err)
{
	struct archive_entry *e;
	int r;

	while ((r = archive_header(u, &e, err)) == 1) {
		const char *name = archive_entry_pathname(e);

		if (archive_format(u->a) == ARCHIVE_FORMAT_RAW)
			return single_file(u, err);
		if (!name)
			name = archive_entry_pathname_utf8(e);
		if (!name || !*name)
			return error_set(err, ERR_FAILED,
					 "%s: corrupt: an entry without a name (after '%s')",
					 u->path, u->name.buf);
		if (name_clean(u->path, name, &u->name, err))
			return -1;
		if (name_has_control(u->name.buf) && !litter_length(u->name.buf))
			return name_unsafe(u->path, u->walk != NULL, u->name.buf,
					   "it has a control character", err);
		if (check_zip(u, e, name, err))
			return -1;
		if (entry_kind(u, e) && u->name.len)
			return 1;
	}
	return r;
}

static int folder_next(struct unpack *u, struct error *err)
{
	struct strbuf path = STRBUF_INIT;
	int r = walk_next(u->walk, &u->name, err);

	if (u->fd >= 0)
		close(u->fd);
	u->fd = -1;
	if (r <= 0)
		return r;
	if (name_has_control(u->name.buf))
		return name_unsafe(u->path, u->walk != NULL, u->name.buf,
				   "it has a control character", err);
	strbuf_addf(&path, "%s/%s", u->path, u->name.buf);
	u->fd = fs_open_file(path.buf, ERR_FAILED, err);
	if (u->fd < 0)
		r = -1;
	strbuf_release(&path);
	return r;
}

/* Reads the bytes of the current file as stored, before entry_gz. */
static ssize_t read_stored(void *ctx, void *buf, size_t n, struct error *err)
{
	struct unpack *u = ctx;
	la_ssize_t got;

	if (u->walk)
		return read_fd(u, buf, n, err);
	got = archive_read_data(u->a, buf, n);
	if (got >= 0)
		return got;
	return error_set(err, ERR_FAILED, "truncated or corrupt: %s",
			 archive_error_string(u->a) ? archive_error_string(u->a)
						    : "cannot be read");
}

static int open_inner_gz(struct unpack *u, struct error *err)
{
	u->entry_gz = gunzip_open(read_stored, u, err);
	if (!u->entry_gz)
		return error_prefix(err, "%s: %s", u->path, u->name.buf);
	u->name.len -= strlen(".gz");
	u->name.buf[u->name.len] = 0;
	return 0;
}

int unpack_next(struct unpack *u, struct unpack_entry *e, struct error *err)
{
	int r;

	gunzip_close(u->entry_gz);
	u->entry_gz = NULL;
	u->is_link = 0;
	u->n_peek = u->peek_at = 0;
	if (u->ended)
		return 0;
	do
		r = u->walk ? folder_next(u, err) : archive_next(u, err);
	while (r == 1 && !u->single && is_litter(u));
	if (r < 1) {
		u->ended = 1;
		return r;
	}
	if (!u->is_link && !u->single && ends_with(&u->name, ".gz") && open_inner_gz(u, err))
		return -1;
	e->name = u->name.buf;
	e->is_link = u->is_link;
	return 1;
}

void unpack_stat(const struct unpack *u, int64_t *bytes, int64_t *time)
{
	struct stat st = {0};

	if (u->walk && u->fd >= 0)
		(void)!fstat(u->fd, &st);
	*bytes = (int64_t)st.st_size;
	*time = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
}

static ssize_t read_on(struct unpack *u, void *buf, size_t n, struct error *err)
{
	size_t done = 0;

	while (done < n && !u->is_link) {
		char *p = (char *)buf + done;
		ssize_t got = u->entry_gz ? gunzip_read(u->entry_gz, p, n - done, err)
					  : read_stored(u, p, n - done, err);

		if (got < 0)
			return error_prefix(err, "%s: %s", u->path, u->name.buf);
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

ssize_t unpack_read(struct unpack *u, void *buf, size_t n, struct error *err)
{
	size_t left = u->n_peek - u->peek_at, first = n < left ? n : left;
	ssize_t more;

	memcpy(buf, u->peek + u->peek_at, first);
	u->peek_at += first;
	more = first < n ? read_on(u, (char *)buf + first, n - first, err) : 0;
	return more < 0 ? -1 : (ssize_t)first + more;
}

ssize_t unpack_peek(struct unpack *u, const uint8_t **out, struct error *err)
{
	ssize_t n = u->n_peek ? 0 : read_on(u, u->peek, sizeof u->peek, err);

	if (n < 0)
		return -1;
	u->n_peek += (size_t)n;
	*out = u->peek;
	return (ssize_t)u->n_peek;
}

int unpack_read_all(struct unpack *u, struct strbuf *out, size_t max, struct error *err)
{
	char buf[1 << 15];
	size_t total = 0;
	ssize_t n;

	while ((n = unpack_read(u, buf, sizeof buf, err)) > 0) {
		total += (size_t)n;
		if (total > max)
			return error_set(err, ERR_FAILED, "%s: %s: larger than %zu kB", u->path,
					 u->name.buf, max >> 10);
		strbuf_add(out, buf, (size_t)n);
	}
	return n < 0 ? -1 : 0;
}
