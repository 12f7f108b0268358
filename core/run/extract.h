/*
 * Features of images for other programs, as NumPy's .npy files or as CSV. Batch norm uses its
 * running statistics and images are only normalised, as in evaluations. The same weights and images
 * give the same bytes with any number of threads.
 */
#ifndef SSL_RUN_EXTRACT_H
#define SSL_RUN_EXTRACT_H

#include <signal.h>
#include <stdio.h>

#include "core/run/run.h"

struct extract {
	struct run *run;          /* after run_load() */
	enum dataset_split split; /* of the dataset */
	const uint32_t *index;    /* the images of the split, or NULL: the first n */
	uint32_t n;
	int embedding;            /* the projector's output instead of the encoder's */
	int images;               /* the pixels as well */
	const volatile sig_atomic_t *stop; /* not 0: stop, and write nothing */
};

/* The number of columns of a row; 0 for embeddings of a method without a projector. */
int extract_dim(const struct extract *x);
/* True if any of the images has a label. */
int extract_has_labels(const struct extract *x);

/* The files of an export to STEM.npy: features, STEM.labels.npy and STEM.classes.json if there are
 * labels, and STEM.images.npy if images are asked for. */
enum extract_file {
	EXTRACT_FEATURES,
	EXTRACT_LABELS,
	EXTRACT_CLASSES,
	EXTRACT_IMAGES,
	EXTRACT_FILES
};
/* Appends the name of one of them; `path` ends in ".npy". */
void extract_path(const char *path, enum extract_file file, struct strbuf *out);
/* True if the file is part of this export. */
int extract_has(const struct extract *x, enum extract_file file);

/* Writes the files, each one completely or not at all, the features last. With `replace` it removes
 * the files of an older export that this one does not have. 1: stopped, with nothing written. */
int extract_npy(const struct extract *x, const char *path, int replace, struct error *err);

/* Prints a line for each image: its position in the split, label and class (empty without a label),
 * features f0, f1 ... or embedding z0, z1 ..., pixels p0, p1 ... 1: stopped. */
int extract_csv(const struct extract *x, FILE *out, struct error *err);

#endif
