/*
 * Labels that a split has in a list, beside images in no class folder, as Tiny ImageNet has them:
 * val/val_annotations.txt, whose lines are the name of a file of val/images/, a tab, its class, and
 * what does not matter here. Internal to core/data.
 */
#ifndef SSL_DATA_LAYOUT_LIST_H
#define SSL_DATA_LAYOUT_LIST_H

#include "core/archive/unpack.h"
#include "core/data/layout_tree.h"

/* The file is such a list, by its name. */
int label_list_wants(const char *name);

/* Reads it into im->list. */
int label_list_read(struct import *im, struct unpack *u, const char *name, struct error *err);

/* Where the folder `top` of a split has a list, sorts the images of `dir` by their classes into
 * *out, as if they lay in class folders: 1; 0 without a list; ERR_FAILED when an image is not in
 * it. */
int label_list_apply(struct import *im, const struct node *top, const struct node *dir,
		     struct level *out, struct error *err);

#endif
