#include "core/archive/zip.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/strbuf.h"

enum {
	END = 22, /* bytes of the record at the end, before its comment */
	COMMENT_MAX = 65535,
	ENTRY = 46, /* bytes of an entry of the directory, before its name */
	LIST_MAX = 64 << 20,
	UNICODE_NAME = 0x7075, /* the kind of extra data with a second name of an entry */
};

struct zip {
	int has_more, broken, known;
	int other; /* some name is not ASCII */
	char **name;
	size_t n, cap;
	size_t entries;
};

static size_t little(const uint8_t *p, int size)
{
	size_t v = 0;

	while (size--)
		v = v << 8 | p[size];
	return v;
}

/* Adds a name of n bytes, with '/' for Windows's '\'. */
static void add_name(struct zip *z, const uint8_t *name, size_t n)
{
	char *copy = xmalloc(n + 1);

	for (size_t i = 0; i < n; i++) {
		copy[i] = (char)(name[i] == '\\' ? '/' : name[i]);
		z->other |= name[i] >= 0x80;
	}
	copy[n] = 0;
	if (n && copy[n - 1] == '/')
		copy[n - 1] = 0;
	if (z->n == z->cap) {
		z->cap = z->cap ? 2 * z->cap : 64;
		z->name = xrealloc(z->name, z->cap * sizeof *z->name);
	}
	z->name[z->n++] = copy;
}

static void add_extra(struct zip *z, const uint8_t *p, size_t n)
{
	for (size_t size; n >= 4; p += 4 + size, n -= 4 + size) {
		size = little(p + 2, 2);
		if (size > n - 4)
			return;
		if (little(p, 2) == UNICODE_NAME && size > 5)
			add_name(z, p + 9, size - 5);
	}
}

/* Reads the names of the directory; 0 if it is damaged. */
static int read_list(struct zip *z, const uint8_t *p, size_t n)
{
	while (n) {
		size_t name, extra, all;

		if (n < ENTRY || memcmp(p, "PK\1\2", 4) != 0)
			return 0;
		name = little(p + 28, 2);
		extra = little(p + 30, 2);
		all = ENTRY + name + extra + little(p + 32, 2);
		if (n < all)
			return 0;
		add_name(z, p + ENTRY, name);
		add_extra(z, p + ENTRY + name, extra);
		z->entries++;
		p += all;
		n -= all;
	}
	return 1;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void clear_names(struct zip *z)
{
	for (size_t i = 0; i < z->n; i++)
		free(z->name[i]);
	z->n = z->entries = 0;
	z->other = 0;
}

/* Reads the directory at `at`; 1 if it is there with this number of entries. */
static int list_at(struct zip *z, int fd, off_t at, size_t size, size_t entries)
{
	uint8_t *list = xmalloc(size + 1);
	int ok = at >= 0 && pread(fd, list, size, at) == (ssize_t)size &&
		 read_list(z, list, size) && (z->entries & 0xffff) == entries;

	free(list);
	if (!ok)
		clear_names(z);
	return ok;
}

/* Finds the directory from the record at the end, which is at `at` in the file. The directory is
 * before that record or at the offset in it. */
static void find_list(struct zip *z, int fd, const uint8_t *end, off_t at)
{
	size_t entries = little(end + 10, 2), size = little(end + 12, 4);
	size_t offset = little(end + 16, 4);

	if (entries == 0xffff || size == 0xffffffff || offset == 0xffffffff)
		return;
	if (size > LIST_MAX) {
		z->broken = (off_t)size > at;
		return;
	}
	z->known = list_at(z, fd, at - (off_t)size, size, entries) ||
		   list_at(z, fd, (off_t)offset, size, entries);
	z->broken = !z->known;
	if (z->n)
		qsort(z->name, z->n, sizeof *z->name, by_text);
}

struct zip *zip_open(int fd)
{
	struct zip *z = xcalloc(1, sizeof *z);
	uint8_t *tail = xmalloc(END + COMMENT_MAX);
	struct stat st;
	size_t n = 0;

	if (!fstat(fd, &st) && st.st_size > 0)
		n = st.st_size < END + COMMENT_MAX ? (size_t)st.st_size : END + COMMENT_MAX;
	z->has_more = n && pread(fd, tail, n, st.st_size - (off_t)n) == (ssize_t)n;
	for (size_t at = n < END ? 0 : n - END + 1; z->has_more && at-- > 0;)
		if (!memcmp(tail + at, "PK\5\6", 4) && n - at - END == little(tail + at + 20, 2)) {
			z->has_more = 0;
			find_list(z, fd, tail + at, st.st_size - (off_t)(n - at));
		}
	free(tail);
	return z;
}

int zip_has_more(const struct zip *z)
{
	return z->has_more;
}

int zip_has_all(const struct zip *z, size_t entries)
{
	return !z->broken && (!z->known || z->entries == entries);
}

int zip_has(const struct zip *z, const char *name)
{
	char *slashes = xstrdup(name);
	int ascii = 1, found = 0;
	size_t n = strlen(slashes);

	for (char *p = slashes; *p; p++) {
		ascii &= (unsigned char)*p < 0x80;
		if (*p == '\\')
			*p = '/';
	}
	if (n && slashes[n - 1] == '/')
		slashes[n - 1] = 0;
	if ((!z->known && !z->broken) || (!ascii && z->other))
		found = 1;
	else if (z->n)
		found = bsearch(&slashes, z->name, z->n, sizeof *z->name, by_text) != NULL;
	free(slashes);
	return found;
}

void zip_close(struct zip *z)
{
	if (!z)
		return;
	clear_names(z);
	free(z->name);
	free(z);
}
