#include "core/archive/walk.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { WALK_DEPTH = 64 };

/* A folder on the path to the current file: its sorted names and the position in them. */
struct level {
	char **name;
	int n, at;
	size_t prefix; /* length of `rel` up to and including this folder's '/' */
	dev_t dev;
	ino_t ino;
};

struct walk {
	char *root;
	struct strbuf rel; /* "train/cat/" */
	struct level level[WALK_DEPTH];
	int depth;
	uint32_t litter;
};

static int ends_with(const char *name, size_t n, const char *end)
{
	size_t k = strlen(end);

	return n > k && !strncasecmp(name + n - k, end, k);
}

int walk_is_litter(const char *name, size_t n)
{
	static const char *const left[] = {
	    "__MACOSX",  "Thumbs.db", "ehthumbs.db",  "desktop.ini",
	    "Icon\r",    "@eaDir",    "$RECYCLE.BIN", "System Volume Information",
	    "lost+found"};

	if (!n)
		return 0;
	for (unsigned i = 0; i < sizeof left / sizeof *left; i++)
		if (strlen(left[i]) == n && !strncasecmp(name, left[i], n))
			return 1;
	return name[0] == '.' || (n > 1 && name[n - 1] == '~') ||
	       (n > 2 && name[0] == '#' && name[n - 1] == '#') || ends_with(name, n, ".swp") ||
	       ends_with(name, n, ".swo") || ends_with(name, n, ".bak");
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void level_release(struct level *l)
{
	for (int i = 0; i < l->n; i++)
		free(l->name[i]);
	free(l->name);
	memset(l, 0, sizeof *l);
}

static void full_path(const struct walk *w, struct strbuf *out)
{
	strbuf_adds(out, w->root);
	if (w->rel.len) {
		strbuf_addc(out, '/');
		strbuf_adds(out, w->rel.buf);
	}
}

/* Reads the names of the folder at `path` into a new level. */
static int push(struct walk *w, const char *path, struct error *err)
{
	struct level *l = &w->level[w->depth];
	struct dirent *d;
	struct stat st;
	DIR *dir;
	int cap = 0;

	if (w->depth == WALK_DEPTH)
		return error_set(err, ERR_USAGE, "%s: folders too deep (%d)", path, WALK_DEPTH);
	dir = opendir(path);
	if (!dir || fstat(dirfd(dir), &st)) {
		error_errno(err, w->depth ? ERR_FAILED : ERR_USAGE, "%s", path);
		if (dir)
			closedir(dir);
		return -1;
	}
	memset(l, 0, sizeof *l);
	l->dev = st.st_dev;
	l->ino = st.st_ino;
	l->prefix = w->rel.len;
	for (int i = 0; i < w->depth; i++)
		if (w->level[i].dev == l->dev && w->level[i].ino == l->ino) {
			closedir(dir);
			return error_set(err, ERR_USAGE, "%s: a link back to a folder it lies in",
					 path);
		}
	while (errno = 0, (d = readdir(dir))) {
		if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, ".."))
			continue;
		if (l->n == cap) {
			cap = cap ? 2 * cap : 64;
			l->name = xrealloc(l->name, (size_t)cap * sizeof *l->name);
		}
		l->name[l->n++] = xstrdup(d->d_name);
	}
	if (errno) { /* readdir() failed */
		error_errno(err, ERR_FAILED, "%s", path);
		closedir(dir);
		level_release(l);
		return -1;
	}
	closedir(dir);
	if (l->n)
		qsort(l->name, (size_t)l->n, sizeof *l->name, by_name);
	w->depth++;
	return 0;
}

struct walk *walk_open(const char *path, struct error *err)
{
	struct walk *w = xcalloc(1, sizeof *w);
	size_t n = strlen(path);

	w->rel = (struct strbuf)STRBUF_INIT;
	w->root = xstrdup(path);
	while (n > 1 && w->root[n - 1] == '/')
		w->root[--n] = 0;
	if (push(w, path, err)) {
		walk_close(w);
		return NULL;
	}
	return w;
}

static void cut(struct strbuf *sb, size_t len)
{
	sb->len = len;
	if (sb->cap)
		sb->buf[len] = 0;
}

/* Examines w->rel, the next name: 1 for a regular file, 0 for anything else, -1 on error. */
static int visit(struct walk *w, struct error *err)
{
	struct strbuf path = STRBUF_INIT;
	struct stat st;
	int ret = 0;

	full_path(w, &path);
	if (stat(path.buf, &st)) {
		ret = error_errno(err, ERR_FAILED, "%s", path.buf);
	} else if (S_ISDIR(st.st_mode)) {
		strbuf_addc(&w->rel, '/');
		ret = push(w, path.buf, err);
	} else if (S_ISREG(st.st_mode)) {
		ret = 1;
	}
	strbuf_release(&path);
	return ret;
}

int walk_next(struct walk *w, struct strbuf *name, struct error *err)
{
	while (w->depth) {
		struct level *l = &w->level[w->depth - 1];
		const char *next;
		int r;

		if (l->at == l->n) {
			level_release(l);
			w->depth--;
			continue;
		}
		next = l->name[l->at++];
		if (walk_is_litter(next, strlen(next))) {
			w->litter++;
			continue;
		}
		cut(&w->rel, l->prefix);
		strbuf_adds(&w->rel, next);
		r = visit(w, err);
		if (r < 0)
			return -1;
		if (r) {
			strbuf_clear(name);
			strbuf_adds(name, w->rel.buf);
			return 1;
		}
	}
	return 0;
}

uint32_t walk_litter(const struct walk *w)
{
	return w->litter;
}

void walk_close(struct walk *w)
{
	if (!w)
		return;
	while (w->depth)
		level_release(&w->level[--w->depth]);
	strbuf_release(&w->rel);
	free(w->root);
	free(w);
}
