#include "core/data/layout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/data/dataset_file.h"
#include "core/data/label_list.h"
#include "core/data/layout_check.h"
#include "core/data/split_name.h"

/* the folder of a split's classes */

/* The last component of the folder's path, n bytes. */
static const char *base_of(const struct node *dir, size_t *n)
{
	const char *path = (*dir->lo)->name, *at = path + dir->at;

	*n = 0;
	if (!dir->at)
		return path;
	for (at--; at > path && at[-1] != '/'; at--)
		;
	*n = (size_t)(path + dir->at - 1 - at);
	return at;
}

/* True if the only folder in a split's folder is not a class but merely wraps the contents:
 * seg_train/seg_train/cat, train/images/1.jpg, train/pets/{cat,dog}. */
static int is_wrapper(const struct layout *l, const struct split_dir *s, const struct child *c)
{
	struct split_name w;
	struct level below;
	size_t n;
	const char *name = base_of(&s->dir, &n);

	if ((n == c->n && !strncasecmp(name, c->name, n)) || split_name_is_images(c->name, c->n))
		return 1;
	if (split_name_read(c->name, c->n, &w) && w.split == s->part->split)
		return 1;
	node_level(&c->in, &l->im->arena, &below);
	return below.n > 1 && !below.direct;
}

/* Replaces the folders by those one level below. Images between the levels count as direct. */
static void descend(const struct layout *l, struct split_dir *s)
{
	struct level all = {0};

	all.child = arena_alloc(&l->im->arena, (node_images(&s->dir) + 1) * sizeof *all.child);
	for (uint32_t i = 0; i < s->level.n; i++) {
		struct level one;

		node_level(&s->level.child[i].in, &l->im->arena, &one);
		if (one.direct && !all.direct)
			all.first = one.first;
		all.direct += one.direct;
		for (uint32_t k = 0; k < one.n; k++)
			all.child[all.n++] = one.child[k];
	}
	s->level = all;
}

/* Reads the list of labels of a split without class folders, if there is one. */
static int read_list(const struct layout *l, struct split_dir *s, struct error *err)
{
	int r = 0;

	if (!s->level.n && s->part->named && s->part->split != SPLIT_UNLABELED)
		r = label_list_apply(l->im, &s->part->dir, &s->dir, &s->level, err);
	s->labeled |= r > 0;
	return r < 0 ? -1 : 0;
}

static void find_classes(const struct layout *l, struct split_dir *s)
{
	s->dir = s->part->dir;
	node_level(&s->dir, &l->im->arena, &s->level);
	while (s->level.n == 1 && !s->level.direct && is_wrapper(l, s, &s->level.child[0])) {
		s->dir = s->level.child[0].in;
		node_level(&s->dir, &l->im->arena, &s->level);
	}
	s->labeled = s->level.n && s->part->split != SPLIT_UNLABELED;
	for (int d = 1; d < l->im->opts->class_depth && s->labeled && !s->level.direct; d++)
		descend(l, s);
}

/* splits without labels */

static void set_split(const struct node *dir, int split)
{
	for (struct import_image **at = dir->lo; at < dir->hi; at++)
		(*at)->split = (int16_t)split;
}

static int refuse_unlabeled_val(const struct layout *l, const struct split_dir *s,
				struct error *err)
{
	struct strbuf why = STRBUF_INIT, path = STRBUF_INIT;

	node_path(&s->part->dir, &path);
	if (path.len && path.buf[path.len - 1] == '/')
		strbuf_shorten(&path, 1);
	strbuf_addf(&why, "%s/ has ", path.buf);
	layout_add_count(&why, node_images(&s->dir), "image");
	strbuf_addf(&why,
		    " (%s) and no class folders, so that they have no labels: sort them into "
		    "folders named like those of train, skip them with --exclude '%s', or use them "
		    "without labels with --split '%s'=unlabeled",
		    (*s->dir.lo)->name, path.buf, path.buf);
	strbuf_release(&path);
	return layout_refuse(l, &why, err);
}

/* Images without labels: those of train become unlabeled. Those of test or val are skipped if there
 * are other images to train on, since held-out images must not be trained on. */
static int assign_unlabeled(struct layout *l, const struct split_dir *s, int labels, int others,
			    struct error *err)
{
	struct strbuf path = STRBUF_INIT;
	int split = s->part->split;
	uint32_t n = node_images(&s->dir);

	if (split == SPLIT_VAL && labels)
		return refuse_unlabeled_val(l, s, err);
	if (s->part->dir.at)
		node_path(&s->part->dir, &path);
	if (path.len)
		strbuf_adds(&path, ": ");
	if ((split == SPLIT_TEST || split == SPLIT_VAL) && others) {
		import_remark(
		    l->im, REMARK_WARNING,
		    "%s: %s%u image%s and no class folders: without labels they cannot be a "
		    "%s split, and are skipped (use --split FOLDER=unlabeled to include them)",
		    l->im->path, path.buf, n, n == 1 ? "" : "s", dataset_split_name(split));
		set_split(&s->dir, -1);
	} else {
		if (split != SPLIT_UNLABELED || !s->part->named)
			import_remark(
			    l->im, REMARK_INFO,
			    "%s: %s%u image%s and no class folders: used as unlabeled images",
			    l->im->path, path.buf, n, n == 1 ? "" : "s");
		set_split(&s->dir, SPLIT_UNLABELED);
	}
	strbuf_release(&path);
	return 0;
}

static int assign_unlabeled_splits(struct layout *l, struct error *err)
{
	int labels = 0, others = 0;

	for (int i = 0; i < l->splits; i++) {
		const struct split_dir *s = &l->split[i];

		labels |= s->labeled;
		others |= s->labeled || s->part->split == SPLIT_TRAIN ||
			  s->part->split == SPLIT_UNLABELED;
	}
	for (int i = 0; i < l->splits; i++)
		if (!l->split[i].labeled && assign_unlabeled(l, &l->split[i], labels, others, err))
			return -1;
	return 0;
}

/* classes */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static uint32_t count_folders(const struct layout *l)
{
	uint32_t n = 0;

	for (int i = 0; i < l->splits; i++)
		n += l->split[i].labeled ? l->split[i].level.n : 0;
	return n;
}

static const char *class_name(const struct layout *l, const struct child *c)
{
	char *s = arena_alloc(&l->im->arena, c->n + 1);

	memcpy(s, c->name, c->n);
	s[c->n] = 0;
	return s;
}

/* Sets im->class_name to the names of the class folders of all splits, sorted, each once. */
static int collect_classes(const struct layout *l, struct error *err)
{
	struct import *im = l->im;
	uint32_t n = 0, kinds = 0, all = count_folders(l);
	const char **name = arena_alloc(&im->arena, (all + 1) * sizeof *name);

	for (int i = 0; i < l->splits; i++)
		for (uint32_t k = 0; l->split[i].labeled && k < l->split[i].level.n; k++) {
			const struct child *c = &l->split[i].level.child[k];

			if (c->n > DATASET_NAME_MAX)
				return error_set(err, ERR_USAGE,
						 "%s: %s: the class's name is too long", im->path,
						 (*c->in.lo)->name);
			name[n++] = class_name(l, c);
		}
	if (n)
		qsort(name, n, sizeof *name, by_text);
	for (uint32_t i = 0; i < n; i++)
		if (!i || strcmp(name[i], name[kinds - 1]))
			name[kinds++] = name[i];
	if (kinds > DATASET_CLASSES_MAX)
		return error_set(err, ERR_FAILED, "%s: more than %d classes", im->path,
				 DATASET_CLASSES_MAX);
	im->class_name = name;
	im->classes = (int)kinds;
	return 0;
}

/* Sets split, label and rank of the images in class folders; reports images in folders below. */
static void label_images(const struct layout *l)
{
	struct import *im = l->im;
	const char *deep = NULL;

	for (int i = 0; i < l->splits; i++)
		for (uint32_t k = 0; l->split[i].labeled && k < l->split[i].level.n; k++) {
			const struct child *c = &l->split[i].level.child[k];
			const char *key = class_name(l, c);
			const char **found = bsearch(&key, im->class_name, (size_t)im->classes,
						     sizeof *im->class_name, by_text);

			for (struct import_image **at = c->in.lo; at < c->in.hi; at++) {
				(*at)->split = (int16_t)l->split[i].part->split;
				(*at)->label = (int16_t)(found - im->class_name);
				(*at)->rank = (uint32_t)(found - im->class_name);
				if (!deep && strchr((*at)->name + c->in.at, '/'))
					deep = (*at)->name;
			}
		}
	if (deep)
		import_remark(
		    l->im, REMARK_INFO,
		    "%s: class folders contain folders (%s): all images in them belong to the "
		    "class",
		    im->path, deep);
}

/* all splits together */

/* Appends the classes that have images of split `has` but none of `lacks`; returns their number. */
static int classes_without(const struct layout *l, const uint32_t *n, int has, int lacks,
			   struct strbuf *out)
{
	enum { SHOWN = 4 };
	int found = 0;

	for (int c = 0; c < l->im->classes; c++) {
		const uint32_t *of = n + (size_t)c * SPLIT_COUNT;

		if (!of[has] || of[lacks] || found++ >= SHOWN)
			continue;
		strbuf_addf(out, "%s%s", found > 1 ? ", " : "", l->im->class_name[c]);
	}
	if (found > SHOWN)
		strbuf_addf(out, " and %d more", found - SHOWN);
	return found;
}

static int check_classes(const struct layout *l, const uint32_t *n, struct error *err)
{
	static const int held_out[] = {SPLIT_TEST, SPLIT_VAL};
	struct strbuf names = STRBUF_INIT;
	int found = 0;

	for (int i = 0; i < 2 && !found && l->n[SPLIT_TRAIN]; i++) {
		int split = held_out[i];

		found = classes_without(l, n, split, SPLIT_TRAIN, &names);
		if (found)
			error_set(
			    err, ERR_FAILED,
			    "%s: class%s %s ha%s %s images but none in train: rename %s, or use "
			    "--exclude",
			    l->im->path, found > 1 ? "es" : "", names.buf, found > 1 ? "ve" : "s",
			    dataset_split_name(split), found > 1 ? "them" : "it");
	}
	for (int i = 0; i < 2 && !found && l->n[SPLIT_TRAIN]; i++) {
		int split = held_out[i], lack;

		strbuf_clear(&names);
		lack = l->n[split] ? classes_without(l, n, SPLIT_TRAIN, split, &names) : 0;
		if (lack)
			import_remark(l->im, REMARK_WARNING,
				      "%s: %d of %d classes have train images but no %s images: %s",
				      l->im->path, lack, l->im->classes, dataset_split_name(split),
				      names.buf);
	}
	strbuf_release(&names);
	return found ? -1 : 0;
}

/* Counts the images of splits and classes and checks them. Without a test split, val becomes it. */
static int finish_splits(struct layout *l, struct error *err)
{
	struct import *im = l->im;
	uint32_t *n = xcalloc((size_t)im->classes * SPLIT_COUNT + 1, sizeof *n);
	int val = SPLIT_VAL, ret;

	for (uint32_t i = 0; i < im->n; i++)
		if (im->image[i].split >= 0)
			l->n[im->image[i].split]++;
	if (!l->n[SPLIT_TEST]) {
		val = SPLIT_TEST;
		l->n[SPLIT_TEST] = l->n[SPLIT_VAL];
		l->n[SPLIT_VAL] = 0;
	}
	for (uint32_t i = 0; i < im->n; i++) {
		struct import_image *image = &im->image[i];

		if (image->split == SPLIT_VAL)
			image->split = (int16_t)val;
		if (image->split >= 0 && image->label >= 0)
			n[image->label * SPLIT_COUNT + image->split]++;
	}
	ret = check_classes(l, n, err);
	free(n);
	return ret;
}

static void log_splits(const struct layout *l)
{
	for (int i = 0; i < l->splits; i++) {
		const struct split_dir *s = &l->split[i];
		struct strbuf path = STRBUF_INIT;

		node_path(&s->dir, &path);
		import_remark(l->im, REMARK_DETAIL, "%s: %s: %s, %u images, %u class folders",
			      l->im->path, path.buf, dataset_split_name(s->part->split),
			      node_images(&s->dir), s->labeled ? s->level.n : 0);
		strbuf_release(&path);
	}
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(struct import_image *const *)a)->name,
		      (*(struct import_image *const *)b)->name);
}

int layout_assign(struct import *im, struct error *err)
{
	struct import_image **sorted = xmalloc(((size_t)im->n + 1) * sizeof *sorted);
	struct layout l = {.im = im};
	struct parts parts;
	int ret = -1;

	for (uint32_t i = 0; i < im->n; i++) {
		sorted[i] = &im->image[i];
		im->image[i].label = -1;
	}
	if (im->n)
		qsort(sorted, im->n, sizeof *sorted, by_name);
	if (im->n && layout_parts(im, sorted, im->n, &parts, err))
		goto done;
	l.splits = im->n ? parts.n : 0;
	l.split = arena_zalloc(&im->arena, (size_t)(l.splits + 1) * sizeof *l.split);
	for (int i = 0; i < l.splits; i++) {
		l.split[i].part = &parts.part[i];
		find_classes(&l, &l.split[i]);
		if (read_list(&l, &l.split[i], err) || layout_check_split(&l, &l.split[i], err))
			goto done;
	}
	log_splits(&l);
	if (assign_unlabeled_splits(&l, err) || collect_classes(&l, err))
		goto done;
	label_images(&l);
	ret = finish_splits(&l, err);
done:
	free(sorted);
	return ret;
}
