#include "core/data/layout_parts.h"

#include <stdio.h>
#include <string.h>

#include "core/data/split_name.h"

/* Sets ERR_USAGE with the text `why`, which it releases. */
static int refuse(const struct import *im, struct strbuf *why, struct error *err)
{
	error_set(err, ERR_USAGE, "%s: %s", im->path, why->buf);
	strbuf_release(why);
	return -1;
}

static void add_part(struct parts *p, int split, int named, const struct node *dir)
{
	p->part[p->n++] = (struct part){.split = split, .named = named, .dir = *dir};
}

/* names */

static int is_split(const struct child *c)
{
	struct split_name w;

	return split_name_read(c->name, c->n, &w) && w.exact;
}

/* True for "train", and also for "train_images" and "train2". */
static int is_bare(const struct child *c)
{
	struct split_name w;

	return split_name_read(c->name, c->n, &w) && !w.rest[0];
}

static int is_other(const struct child *c)
{
	return !is_split(c);
}

static int is_unlabeled(const struct child *c)
{
	struct split_name w;

	return split_name_read(c->name, c->n, &w) && w.exact && w.split == SPLIT_UNLABELED;
}

static int split_of(const struct child *c)
{
	struct split_name w;

	return split_name_read(c->name, c->n, &w) ? w.split : -1;
}

static uint32_t count(const struct level *l, int (*which)(const struct child *c))
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < l->n; i++)
		n += (uint32_t)which(&l->child[i]);
	return n;
}

/* True if folders in it hold images. */
static int has_folders(const struct child *c)
{
	for (struct import_image **at = c->in.lo; at < c->in.hi; at++)
		if (strchr((*at)->name + c->in.at, '/'))
			return 1;
	return 0;
}

/* True if each name has the word for a different split, and they are otherwise equal: train and
 * test, seg_train and seg_test. */
static int all_splits(const struct level *l)
{
	struct split_name w, first;
	int seen[SPLIT_COUNT] = {0};

	for (uint32_t i = 0; i < l->n; i++) {
		const struct child *c = &l->child[i];

		if (!split_name_read(c->name, c->n, &w) || seen[w.split]++)
			return 0;
		if (!i)
			first = w;
		if (strcmp(w.rest, first.rest))
			return 0;
	}
	return l->n > 1 || (l->n == 1 && is_split(&l->child[0]));
}

/* The first folder that names the same split as *before, a folder before it, by the word alone or
 * with general words ("train_images"); NULL if there is none. */
static const struct child *second_of_split(const struct level *l, const struct child **before)
{
	const struct child *seen[SPLIT_COUNT] = {NULL};

	for (uint32_t i = 0; i < l->n; i++) {
		const struct child *c = &l->child[i];
		int split = is_bare(c) ? split_of(c) : -1;

		if (split >= 0 && seen[split]) {
			*before = seen[split];
			return c;
		}
		if (split >= 0)
			seen[split] = c;
	}
	return NULL;
}

/* the reading of a level */

enum reading { READ_CLASSES, READ_SPLITS, READ_UNLABELED_BESIDE, READ_REFUSED };

static int refuse_twice(const struct import *im, const struct child *a, const struct child *b,
			struct error *err)
{
	struct strbuf why = STRBUF_INIT;

	strbuf_addf(&why,
		    "%.*s/ and %.*s/ both look like the %s split: specify each with --split "
		    "%.*s=train, val, test or unlabeled, or skip one with --exclude %.*s; use "
		    "--no-splits if they are classes",
		    (int)a->n, a->name, (int)b->n, b->name, dataset_split_name(split_of(a)),
		    (int)b->n, b->name, (int)b->n, b->name);
	return refuse(im, &why, err);
}

static int refuse_others(const struct import *im, const struct level *l, struct error *err)
{
	struct strbuf why = STRBUF_INIT;
	const struct child *other = l->child;

	while (!is_other(other))
		other++;
	level_names(l, is_split, &why);
	strbuf_adds(&why, count(l, is_split) > 1 ? " are splits, but " : " is a split, but ");
	level_names(l, is_other, &why);
	strbuf_addf(
	    &why,
	    " (first image: %s) %s: specify the split with --split %.*s=train, val, test or "
	    "unlabeled, or skip it with --exclude %.*s; use --no-splits if all are "
	    "classes",
	    (*other->in.lo)->name, count(l, is_other) > 1 ? "are not" : "is not", (int)other->n,
	    other->name, (int)other->n, other->name);
	return refuse(im, &why, err);
}

static int refuse_unclear(const struct import *im, const struct level *l, struct error *err)
{
	struct strbuf why = STRBUF_INIT;

	level_names(l, NULL, &why);
	strbuf_addf(&why,
		    " are named like splits, but it is not clear which is which: specify each with "
		    "--split %.*s=train, val, test or unlabeled; use --no-splits if they are "
		    "classes",
		    (int)l->child[0].n, l->child[0].name);
	return refuse(im, &why, err);
}

/* For a level where only some folders are named like splits. A single one among class folders
 * without subfolders is a class itself: a dataset may have a class `train`. */
static enum reading read_mixed(const struct import *im, const struct level *l, struct error *err)
{
	uint32_t exact = count(l, is_split);

	if (exact == count(l, is_unlabeled) && exact == 1)
		return READ_UNLABELED_BESIDE;
	if (exact == 1 && l->n > 2 && !l->direct && !count(l, has_folders)) {
		for (uint32_t i = 0; i < l->n; i++)
			if (is_split(&l->child[i]))
				import_remark(im, REMARK_INFO,
					      "%s: %.*s/ is taken as a class, like the %u folders "
					      "beside it",
					      im->path, (int)l->child[i].n, l->child[i].name,
					      l->n - 1);
		return READ_CLASSES;
	}
	refuse_others(im, l, err);
	return READ_REFUSED;
}

static enum reading read_level(const struct import *im, const struct level *l, struct error *err)
{
	const struct child *before = NULL, *second;
	int seen[SPLIT_COUNT] = {0}, different = 0, words = 1;

	if (im->opts->no_splits)
		return READ_CLASSES;
	second = second_of_split(l, &before);
	if (second) {
		refuse_twice(im, before, second, err);
		return READ_REFUSED;
	}
	if (all_splits(l))
		return READ_SPLITS;
	if (count(l, is_split))
		return read_mixed(im, l, err);
	for (uint32_t i = 0; i < l->n; i++) {
		int split = split_of(&l->child[i]);

		words &= split >= 0;
		if (split >= 0 && !seen[split]++)
			different++;
	}
	if (!words || different < 2)
		return READ_CLASSES;
	refuse_unclear(im, l, err);
	return READ_REFUSED;
}

/* the top */

/* The images of `dir` that are not in its subfolder `out`. */
static struct node without(struct import *im, const struct node *dir, const struct node *out)
{
	uint32_t before = (uint32_t)(out->lo - dir->lo), after = (uint32_t)(dir->hi - out->hi);
	struct node left = *dir;

	left.lo = arena_alloc(&im->arena, (before + after + 1) * sizeof *left.lo);
	memcpy(left.lo, dir->lo, before * sizeof *left.lo);
	memcpy(left.lo + before, out->hi, after * sizeof *left.lo);
	left.hi = left.lo + before + after;
	return left;
}

static int add_splits(struct import *im, const struct level *l, struct parts *out,
		      struct error *err)
{
	struct strbuf why = STRBUF_INIT;

	for (uint32_t i = 0; i < l->n; i++)
		add_part(out, split_of(&l->child[i]), 1, &l->child[i].in);
	if (!l->direct)
		return 0;
	strbuf_addf(&why, "%u image%s (%s) beside ", l->direct, l->direct == 1 ? "" : "s",
		    l->first);
	level_names(l, NULL, &why);
	strbuf_addf(&why, ", in no split: skip them, as with --exclude '%s'",
		    import_base_name(l->first));
	return refuse(im, &why, err);
}

static int add_level(struct import *im, const struct node *dir, const struct level *l,
		     struct parts *out, struct error *err)
{
	struct node left;

	switch (read_level(im, l, err)) {
	case READ_SPLITS:
		return add_splits(im, l, out, err);
	case READ_UNLABELED_BESIDE:
		for (uint32_t i = 0; i < l->n; i++)
			if (is_unlabeled(&l->child[i])) {
				add_part(out, SPLIT_UNLABELED, 1, &l->child[i].in);
				left = without(im, dir, &l->child[i].in);
				add_part(out, SPLIT_TRAIN, 0, &left);
			}
		return 0;
	case READ_CLASSES:
		add_part(out, SPLIT_TRAIN, 0, dir);
		return 0;
	case READ_REFUSED:
	default:
		return -1;
	}
}

/* Descends through folders that hold only one folder, and reads the level below. One of those
 * folders may be the only split, unless splits with class folders follow: dev/train/cat,
 * dev/test/cat. */
static int find_top(struct import *im, struct node dir, struct parts *out, struct error *err)
{
	struct part only = {.split = -1};
	struct level l;

	for (;;) {
		const struct child *c;

		node_level(&dir, &im->arena, &l);
		if (l.direct || l.n != 1)
			break;
		c = &l.child[0];
		if (only.split < 0 && is_split(c) && !im->opts->no_splits)
			only = (struct part){split_of(c), 1, c->in};
		dir = c->in;
	}
	if (only.split < 0 || (all_splits(&l) && count(&l, has_folders) == l.n))
		return l.n ? add_level(im, &dir, &l, out, err)
			   : (add_part(out, SPLIT_UNLABELED, 0, &dir), 0);
	add_part(out, only.split, 1, &only.dir);
	return 0;
}

/* --split */

static int split_by_name(const char *kind)
{
	for (int s = 0; s < SPLIT_COUNT; s++)
		if (!strcmp(kind, dataset_split_name(s)))
			return s;
	return -1;
}

/* Finds the folder `path` (n bytes) in `dir`, or in single folders that wrap its contents: 1 if it
 * exists. "." is everything that no --split before it took. */
static int find_option_folder(struct import *im, struct node dir, const char *path, size_t n,
			      struct node *out)
{
	struct level l;

	*out = dir;
	if (n == 1 && *path == '.')
		return dir.hi > dir.lo;
	for (;;) {
		struct import_image **at = dir.lo;

		while (at < dir.hi &&
		       (strncmp((*at)->name + dir.at, path, n) || (*at)->name[dir.at + n] != '/'))
			at++;
		*out = (struct node){at, at, dir.at + n + 1};
		while (out->hi < dir.hi && !strncmp((*out->hi)->name + dir.at, path, n) &&
		       (*out->hi)->name[dir.at + n] == '/')
			out->hi++;
		if (out->hi > out->lo)
			return 1;
		node_level(&dir, &im->arena, &l);
		if (l.direct || l.n != 1)
			return 0;
		dir = l.child[0].in;
	}
}

/* Adds the part of one --split option and removes its folder from *rest. */
static int apply_split_option(struct import *im, const char *text, struct node *rest,
			      struct parts *out, struct error *err)
{
	const char *equals = strrchr(text, '=');
	size_t n = equals ? (size_t)(equals - text) : 0;
	int split = equals ? split_by_name(equals + 1) : -1;
	struct node dir;

	while (n > 1 && text[n - 1] == '/')
		n--;
	if (split < 0 || !n)
		return error_set(err, ERR_USAGE,
				 "--split %s: expected FOLDER=SPLIT, where SPLIT is train, val, "
				 "test or unlabeled",
				 text);
	if (!find_option_folder(im, *rest, text, n, &dir))
		return error_set(
		    err, ERR_USAGE,
		    "%s: --split %s: no images in a folder of that name, or an earlier "
		    "--split has them",
		    im->path, text);
	add_part(out, split, 1, &dir);
	*rest = without(im, rest, &dir);
	return 0;
}

/* The remaining folders must be named like splits, or be the class folders of train if no --split
 * option gave that. */
static int check_rest(const struct import *im, const struct parts *p, int given, struct error *err)
{
	int train = 0;

	for (int i = 0; i < given; i++)
		train |= p->part[i].split == SPLIT_TRAIN;
	for (int i = given; i < p->n; i++)
		if (!p->part[i].named && train)
			return error_set(err, ERR_USAGE,
					 "%s: %s: in none of the folders given with --split: give "
					 "its folder too, or skip it with --exclude",
					 im->path, (*p->part[i].dir.lo)->name);
	return 0;
}

int layout_parts(struct import *im, struct import_image **sorted, uint32_t n, struct parts *out,
		 struct error *err)
{
	const int given = im->opts->splits;
	struct node rest = {sorted, sorted + n, 0};

	*out = (struct parts){0};
	out->part = arena_alloc(&im->arena, ((size_t)given + SPLIT_COUNT + 1) * sizeof *out->part);
	for (int i = 0; i < given; i++)
		if (apply_split_option(im, im->opts->split[i], &rest, out, err))
			return -1;
	if (rest.lo == rest.hi)
		return 0;
	return find_top(im, rest, out, err) || check_rest(im, out, given, err) ? -1 : 0;
}
