#include "core/data/layout_tree.h"

#include <string.h>

enum { NAMES_SHOWN = 4 };

uint32_t node_images(const struct node *dir)
{
	return (uint32_t)(dir->hi - dir->lo);
}

/* In the order of paths the images of one folder are consecutive. Returns the end of those that are
 * in the same folder as *at. */
static struct import_image **same_folder(struct import_image **at, struct import_image **hi,
					 size_t length)
{
	const char *path = (*at)->name;

	while (at < hi && !strncmp((*at)->name, path, length))
		at++;
	return at;
}

static uint32_t count_folders(const struct node *dir)
{
	uint32_t n = 0;

	for (struct import_image **at = dir->lo; at < dir->hi;) {
		const char *slash = strchr((*at)->name + dir->at, '/');

		n += slash != NULL;
		at = slash ? same_folder(at, dir->hi, (size_t)(slash + 1 - (*at)->name)) : at + 1;
	}
	return n;
}

void node_level(const struct node *dir, struct arena *a, struct level *out)
{
	*out = (struct level){0};
	out->child = arena_zalloc(a, (count_folders(dir) + 1) * sizeof *out->child);
	for (struct import_image **at = dir->lo; at < dir->hi;) {
		const char *name = (*at)->name + dir->at, *slash = strchr(name, '/');
		struct child *c = &out->child[out->n];

		if (!slash) {
			if (!out->direct++)
				out->first = (*at)->name;
			at++;
			continue;
		}
		c->name = name;
		c->n = (size_t)(slash - name);
		c->in.at = dir->at + c->n + 1;
		c->in.lo = at;
		c->in.hi = at = same_folder(at, dir->hi, c->in.at);
		out->n++;
	}
}

void node_path(const struct node *dir, struct strbuf *out)
{
	if (dir->at)
		strbuf_add(out, (*dir->lo)->name, dir->at);
	else
		strbuf_addc(out, '.');
}

void level_names(const struct level *l, int (*filter)(const struct child *c), struct strbuf *out)
{
	uint32_t shown = 0, all = 0;

	for (uint32_t i = 0; i < l->n; i++)
		all += !filter || filter(&l->child[i]);
	for (uint32_t i = 0; i < l->n && shown < NAMES_SHOWN; i++) {
		const struct child *c = &l->child[i];

		if (filter && !filter(c))
			continue;
		if (shown)
			strbuf_adds(out, shown + 1 == all ? " and " : ", ");
		strbuf_add(out, c->name, c->n);
		strbuf_addc(out, '/');
		shown++;
	}
	if (all > shown)
		strbuf_addf(out, " and %u more", all - shown);
}

int level_same_names(const struct level *a, const struct level *b)
{
	if (!a->n || a->n != b->n)
		return 0;
	for (uint32_t i = 0; i < a->n; i++)
		if (a->child[i].n != b->child[i].n ||
		    strncmp(a->child[i].name, b->child[i].name, a->child[i].n))
			return 0;
	return 1;
}
