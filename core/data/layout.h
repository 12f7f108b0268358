/*
 * Inside core/data: assigns the images of a folder to splits and classes, from the paths alone,
 * after all of them are known. folder.c reads the images.
 *
 * The top of the folder is the first level below folders that merely wrap it. If its folders are
 * called train, test and so on (split_name.h), also as parts of names that are otherwise equal
 * (seg_train, seg_test), they are the splits. Otherwise its folders are classes; if it has no
 * folders, its images are unlabeled. Folders that --split names are what it says; the rest is read
 * by the same rules.
 *
 * In a split's folder, and below folders that merely wrap it, every folder is a class, with all
 * images at any depth in it. Classes are numbered in the order of their names (bytes) over all
 * splits together. Where there are no class folders the images have no labels: those of train
 * become unlabeled; those of test are skipped with a warning, since they cannot test anything.
 *
 * An ambiguous layout is refused with a message that says what was found and which option decides:
 * a guess would silently give images wrong labels.
 */
#ifndef SSL_DATA_LAYOUT_H
#define SSL_DATA_LAYOUT_H

#include "core/data/import.h"

/* Sets the class names, and split, label and rank of every image of im, whose names are the
 * paths. ERR_USAGE for an ambiguous layout; ERR_FAILED if the classes of the splits do not fit
 * together. */
int layout_assign(struct import *im, struct error *err);

#endif
