/*
 * Inside core/data: the list of labels of a split whose images lie in no class folder, as in Tiny
 * ImageNet: val/val_annotations.txt. Each line has the name of a file in val/images/, a tab, its
 * class, and further fields that are ignored.
 */
#ifndef SSL_DATA_LABEL_LIST_H
#define SSL_DATA_LABEL_LIST_H

#include "core/archive/unpack.h"
#include "core/data/layout_tree.h"

/* True if the file is such a list, by its name. */
int label_list_has_name(const char *name);

/* Reads the list into im->list. */
int label_list_read(struct import *im, struct unpack *u, const char *name, struct error *err);

/* If the folder `top` of a split has a list, sorts the images of `dir` by their classes into
 * *out, as if they were in class folders, and returns 1; 0 without a list. ERR_FAILED if an
 * image is not in the list. */
int label_list_apply(struct import *im, const struct node *top, const struct node *dir,
		     struct level *out, struct error *err);

#endif
