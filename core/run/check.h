/*
 * The one check of a recipe against a dataset: what it would train on, what would be evaluated on
 * which split, and what cannot work. `ssl run`, `run -n`, `sweep plan`, `start` and `extend` and
 * `data add` all ask here, and a run that starts is built from the same answers; so what one of
 * them approves does not fail in another for a reason that could be known beforehand.
 *
 * A dataset without the labels that an evaluation needs is no error: the run trains, and its
 * evaluations are skipped. What cannot be trained is ERR_USAGE.
 */
#ifndef SSL_RUN_CHECK_H
#define SSL_RUN_CHECK_H

#include "core/base/strbuf.h"
#include "core/recipe/recipe.h"
#include "core/run/facts.h"

enum eval_split { EVAL_TEST, EVAL_VAL };
const char *eval_split_name(enum eval_split split); /* "test", "val" */

/* Why evaluations that a recipe asks for are skipped. */
enum run_skip {
	SKIP_NOTHING,
	SKIP_NO_LABELS, /* no training image has a label */
	SKIP_ONE_CLASS, /* all have the same, so that every guess is right */
	SKIP_NO_TEST,   /* the test split, which would be judged, is not there */
	SKIP_NO_VAL,    /* the same of validation images */
};

struct run_check {
	uint32_t pool;         /* images that are trained on: of train, and the unlabeled ones */
	uint32_t held;         /* images of train that are held out for validation */
	uint32_t val;          /* validation images: those, or the dataset's own validation split */
	int wanted;            /* the recipe asks for an evaluation, sooner or later */
	enum run_skip skip;    /* SKIP_NOTHING where it takes place, or none is wanted */
	enum eval_split split; /* that is judged during the run */
	int final_test;        /* the test split is judged as well, after the last epoch */
};

/* What the recipe does with the dataset. ERR_USAGE, with a fix, for what cannot be trained: more
 * images to hold out than there are, a batch larger than what is left, supervised training without
 * two classes, images that are too small for the encoder, heads that do not fit together. */
int run_check(struct run_check *c, const struct recipe *rc, const struct data_facts *f,
	      struct error *err);

/* The same of a recipe that a user gives now: ERR_USAGE as well where the split to evaluate on was
 * named (run_check_names_split()) and the dataset does not have it, and for supervised training on
 * labels that are all the same. Recorded recipes are not asked this. */
int run_check_given(struct run_check *c, const struct recipe *rc, int names_split,
		    const struct data_facts *f, struct error *err);

/* Does eval.split stand in the recipe's file or on the command line? */
int run_check_names_split(const struct recipe *rc);

/* How many images data.val is by default: those of the dataset's own validation split; none where
 * there is a labelled test split to evaluate on (unless `split` is val); else a tenth of the
 * training images, where they have at least two classes. */
uint32_t run_check_val(const struct data_facts *f, enum eval_split split);

/* Are the validation images of a recipe with this data.val the dataset's own split? They are where
 * its size is that number. */
int run_check_own_val(const struct data_facts *f, uint32_t val);

/* Why an encoder cannot be judged on `split` of the dataset, with so many validation images. */
enum run_skip run_check_split(const struct data_facts *f, enum eval_split split, uint32_t val);

/* Appends the reason as a clause: "its images have no labels". */
void run_check_why(enum run_skip skip, struct strbuf *out);

/* Appends one sentence: what is trained on, what is evaluated on what, or why it is not. */
void run_check_report(const struct run_check *c, const struct recipe *rc,
		      const struct data_facts *f, struct strbuf *out);

/* Appends one sentence on what can be done with a dataset, whatever the recipe. */
void data_facts_report(const struct data_facts *f, struct strbuf *out);

#endif
