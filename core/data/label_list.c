#include "core/data/label_list.h"

#include <stdlib.h>
#include <string.h>

#define LIST_NAME "val_annotations.txt"
enum { LIST_MAX = 64 << 20 };

/* A line. */
struct entry {
	const char *file, *class;
};

int label_list_has_name(const char *name)
{
	return !strcmp(import_base_name(name), LIST_NAME);
}

int label_list_read(struct import *im, struct unpack *u, const char *name, struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	int ret = unpack_read_all(u, &text, LIST_MAX, err);

	if (!ret && im->list_name)
		ret = error_set(err, ERR_USAGE, "%s: %s: a second such list, after %s", im->path,
				name, im->list_name);
	if (!ret) {
		im->list_name = arena_strdup(&im->arena, name);
		im->list = arena_strdup(&im->arena, text.buf);
	}
	strbuf_release(&text);
	return ret;
}

static int by_file(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->file, ((const struct entry *)b)->file);
}

/* Parses the list; the lines are sorted by file, and lines without a tab are skipped. */
static struct entry *read_lines(struct import *im, size_t *n)
{
	size_t lines = 1;
	struct entry *out;
	char *p = arena_strdup(&im->arena, im->list);

	for (const char *c = p; *c; c++)
		lines += *c == '\n';
	out = arena_alloc(&im->arena, lines * sizeof *out);
	for (*n = 0; *p;) {
		char *end = p + strcspn(p, "\r\n"), *tab = memchr(p, '\t', (size_t)(end - p));

		if (tab) {
			out[*n] = (struct entry){p, tab + 1};
			*tab = 0;
		}
		p = end + strspn(end, "\r\n");
		*end = 0;
		if (tab && (end = strchr(tab + 1, '\t')))
			*end = 0;
		*n += tab && tab[1];
	}
	if (*n)
		qsort(out, *n, sizeof *out, by_file);
	return out;
}

static int has_control(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 127)
			return 1;
	return 0;
}

/* An image and its class. */
struct listed {
	struct import_image *image;
	const char *class;
};

static int by_class(const void *pa, const void *pb)
{
	const struct listed *a = pa, *b = pb;
	int c = strcmp(a->class, b->class);

	return c ? c : strcmp(a->image->name, b->image->name);
}

/* Sets the images of `dir` to the order of their classes, and adds a child for each class. */
static void group(const struct listed *of, const struct node *dir, struct level *out)
{
	uint32_t n = node_images(dir);

	for (uint32_t i = 0; i < n; i++) {
		dir->lo[i] = of[i].image;
		if (!i || strcmp(of[i].class, of[i - 1].class))
			out->child[out->n++] = (struct child){
			    {dir->lo + i, dir->lo + i, dir->at}, of[i].class, strlen(of[i].class)};
		out->child[out->n - 1].in.hi = dir->lo + i + 1;
	}
}

int label_list_apply(struct import *im, const struct node *top, const struct node *dir,
		     struct level *out, struct error *err)
{
	uint32_t n = node_images(dir);
	struct listed *of;
	struct entry *entry;
	size_t lines;

	if (!im->list_name || strncmp(im->list_name, (*top->lo)->name, top->at) ||
	    strcmp(im->list_name + top->at, LIST_NAME))
		return 0;
	entry = read_lines(im, &lines);
	of = arena_alloc(&im->arena, (n + 1) * sizeof *of);
	for (uint32_t i = 0; i < n; i++) {
		struct import_image *image = dir->lo[i];
		struct entry key = {import_base_name(image->name), NULL}, *found = NULL;

		if (lines)
			found = bsearch(&key, entry, lines, sizeof *entry, by_file);
		if (!found)
			return error_set(err, ERR_FAILED, "%s: %s: not in %s", im->path,
					 image->name, im->list_name);
		if (has_control(found->class))
			return error_set(err, ERR_USAGE,
					 "%s: %s: the class of %s has a control character",
					 im->path, im->list_name, key.file);
		of[i] = (struct listed){image, found->class};
	}
	qsort(of, n, sizeof *of, by_class);
	*out = (struct level){.child = arena_alloc(&im->arena, (n + 1) * sizeof *out->child)};
	group(of, dir, out);
	return 1;
}
