/* Checks that the folders of a split are clearly its classes; refuses ambiguous layouts. */
#include <stdlib.h>
#include <string.h>

#include "core/data/layout_check.h"
#include "core/data/split_name.h"

int layout_refuse(const struct layout *l, struct strbuf *why, struct error *err)
{
	error_set(err, ERR_USAGE, "%s: %s", l->im->path, why->buf);
	strbuf_release(why);
	return -1;
}

void layout_add_count(struct strbuf *out, uint32_t n, const char *what)
{
	strbuf_addf(out, "%u %s%s", n, what, n == 1 ? "" : "s");
}

/* Appends the folder as it is given to --split; "." if no folder is named like a split. */
static void add_split_path(const struct split_dir *s, struct strbuf *out)
{
	if (!s->part->named || !s->part->dir.at) {
		strbuf_addc(out, '.');
		return;
	}
	node_path(&s->part->dir, out);
	if (out->buf[out->len - 1] == '/')
		strbuf_shorten(out, 1);
}

static int refuse_mixed(const struct layout *l, const struct split_dir *s, struct error *err)
{
	struct strbuf why = STRBUF_INIT;

	strbuf_adds(&why, "in ");
	node_path(&s->dir, &why);
	strbuf_adds(&why, " ");
	layout_add_count(&why, s->level.direct, "image");
	strbuf_addf(&why, " (%s) lie%s beside ", s->level.first, s->level.direct == 1 ? "s" : "");
	layout_add_count(&why, s->level.n, "folder");
	strbuf_adds(&why, " (");
	level_names(&s->level, NULL, &why);
	strbuf_adds(&why,
		    "), so their class is unclear: move them into class folders, or skip them "
		    "with --exclude; --split '");
	add_split_path(s, &why);
	strbuf_adds(&why, "'=unlabeled uses all images without labels");
	return layout_refuse(l, &why, err);
}

/* The folders in a class folder, below folders that hold only one folder. */
static void folders_below(const struct layout *l, const struct child *c, struct level *out)
{
	struct level next;

	node_level(&c->in, &l->im->arena, out);
	while (out->n == 1 && !out->direct) {
		node_level(&out->child[0].in, &l->im->arena, &next);
		if (!next.n)
			break;
		*out = next;
	}
}

static int by_child(const void *pa, const void *pb)
{
	const struct child *a = pa, *b = pb;
	int c = strncmp(a->name, b->name, a->n < b->n ? a->n : b->n);

	return c ? c : (a->n > b->n) - (a->n < b->n);
}

/* Sorts the n folders by name and counts those that share their name with another one. */
static uint32_t count_shared(struct child *c, uint32_t n)
{
	uint32_t shared = 0;

	if (n)
		qsort(c, n, sizeof *c, by_child);
	for (uint32_t i = 0; i < n; i++)
		shared += (i && !by_child(&c[i - 1], &c[i])) ||
			  (i + 1 < n && !by_child(&c[i], &c[i + 1]));
	return shared;
}

static int is_split_word(const struct child *c)
{
	struct split_name w;

	return split_name_read(c->name, c->n, &w) && w.exact;
}

/* 1 if the folders hold no images, but folders that mostly have the same names, or names of splits;
 * *below is set to all of these. Then either of the two levels can be the classes. */
static int is_regular(const struct layout *l, const struct split_dir *s, struct level *below)
{
	uint32_t n = 0, words = 0, several = 0;

	*below = (struct level){0};
	below->child =
	    arena_alloc(&l->im->arena, (node_images(&s->dir) + 1) * sizeof *below->child);
	for (uint32_t i = 0; i < s->level.n; i++) {
		struct level one;

		folders_below(l, &s->level.child[i], &one);
		if (one.direct || !one.n)
			return 0;
		several |= one.n > 1;
		for (uint32_t k = 0; k < one.n; k++) {
			words += (uint32_t)is_split_word(&one.child[k]);
			below->child[n++] = one.child[k];
		}
	}
	below->n = n;
	return s->level.n > 1 && several && (words == n || 2 * count_shared(below->child, n) > n);
}

/* Keeps one folder of each name; the folders are sorted. */
static void remove_duplicates(struct level *l)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < l->n; i++)
		if (!kept || by_child(&l->child[kept - 1], &l->child[i]))
			l->child[kept++] = l->child[i];
	l->n = kept;
}

static int refuse_regular(const struct layout *l, const struct split_dir *s, struct level *below,
			  struct error *err)
{
	struct strbuf why = STRBUF_INIT;

	strbuf_adds(&why, "which folders are the classes? The folders in ");
	node_path(&s->dir, &why);
	strbuf_adds(&why, " (");
	level_names(&s->level, NULL, &why);
	strbuf_adds(&why, ") hold no images, but folders of the same names (");
	count_shared(below->child, below->n); /* sorts them */
	remove_duplicates(below);
	level_names(below, NULL, &why);
	strbuf_adds(&why,
		    "): use --class-depth 1 for the outer folders, 2 or more for inner ones; or "
		    "import one of them alone, or skip some with --exclude");
	return layout_refuse(l, &why, err);
}

/* Refuses a folder images/ beside others, such as masks/ or annotations/: it is not a class. */
static int check_images_word(const struct layout *l, const struct split_dir *s, struct error *err)
{
	struct strbuf why = STRBUF_INIT;

	for (uint32_t i = 0; i < s->level.n && s->level.n > 1; i++) {
		const struct child *c = &s->level.child[i];

		if (!split_name_is_images(c->name, c->n))
			continue;
		strbuf_addf(&why, "%.*s/ lies beside other folders with images (", (int)c->n,
			    c->name);
		level_names(&s->level, NULL, &why);
		strbuf_adds(&why, " in ");
		node_path(&s->dir, &why);
		strbuf_adds(&why, "), and they do not look like classes: import it alone, or skip "
				  "the others with --exclude");
		return layout_refuse(l, &why, err);
	}
	return 0;
}

int layout_check_split(const struct layout *l, const struct split_dir *s, struct error *err)
{
	struct level below;

	if (!s->labeled)
		return 0;
	if (s->level.direct && l->im->opts->class_depth)
		return error_set(
		    err, ERR_USAGE,
		    "%s: --class-depth %d: %s is not in a folder of that depth in its split",
		    l->im->path, l->im->opts->class_depth, s->level.first);
	if (s->level.direct)
		return refuse_mixed(l, s, err);
	if (l->im->opts->class_depth)
		return 0;
	if (is_regular(l, s, &below))
		return refuse_regular(l, s, &below, err);
	return check_images_word(l, s, err);
}
