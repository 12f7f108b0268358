/*
 * Which image of a folder of images belongs to which split and class: from the paths alone, once
 * all are known. Internal to core/data; folder.c reads the images.
 *
 * The top of the folder, below folders that merely wrap it, names the splits where its folders are
 * called train, test and so on (split_words.h), also as parts of names that differ in nothing else
 * (seg_train, seg_test). Else it is a folder of class folders; and where no folder is left, its
 * images are unlabeled. Folders named by --split are what it says; the rest is read as above.
 *
 * Below a split's folder, and below folders that merely wrap what is in it, every folder is a class,
 * with all images in it or further down. Classes are numbered in the order of their names (bytes)
 * over all splits together. Where there are no class folders the images have no labels: those of
 * train are unlabeled, those of test are left out with a warning, since without labels they test
 * nothing.
 *
 * What could be read in two ways is refused, and the message says what was found and which option
 * settles it: a guess would give images wrong labels without a word.
 */
#ifndef SSL_DATA_LAYOUT_H
#define SSL_DATA_LAYOUT_H

#include "core/data/import.h"

/* Sets split, label and rank of every image of im (whose names are the paths) and the class names.
 * ERR_USAGE for a layout that can be read in two ways, ERR_FAILED for classes that do not fit together. */
int layout_settle(struct import *im, struct error *err);

#endif
