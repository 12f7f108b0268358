/*
 * The one check of a recipe against a dataset: what it trains on, which split it evaluates, and
 * what cannot work. `ssl run`, `run -n`, `sweep plan`, `start` and `extend` and `data add` all use
 * it, and a run is built from the same result; so a recipe that one of them accepts does not fail
 * in another for a reason that could have been known.
 *
 * A dataset without the labels that an evaluation needs is no error: the run trains, and its
 * evaluations are skipped. A recipe that cannot be trained is ERR_USAGE.
 */
#ifndef SSL_RUN_CHECK_H
#define SSL_RUN_CHECK_H

#include "core/base/strbuf.h"
#include "core/recipe/recipe.h"
#include "core/run/data_facts.h"

enum eval_split { EVAL_TEST, EVAL_VAL };
const char *eval_split_name(enum eval_split split); /* "test", "val" */

/* Why evaluations that a recipe asks for are skipped. */
enum run_skip {
	SKIP_NOTHING,
	SKIP_NO_LABELS, /* no training image has a label */
	SKIP_ONE_CLASS, /* all have the same label, so that every guess is right */
	SKIP_NO_TEST,   /* there are no labelled test images to evaluate on */
	SKIP_NO_VAL,    /* there are no validation images to evaluate on */
};

struct run_check {
	uint32_t pool;         /* images that are trained on: of train, and the unlabeled ones */
	uint32_t held;         /* images of train that are held out for validation */
	uint32_t val;          /* validation images: those, or the dataset's own validation split */
	int wanted;            /* the recipe asks for an evaluation at some point */
	enum run_skip skip;    /* SKIP_NOTHING if it takes place, or none is wanted */
	enum eval_split split; /* evaluated during the run */
	int final_test;        /* the test split is evaluated as well, after the last epoch */
};

/* Determines what the recipe does with the dataset. ERR_USAGE, with a fix, for what cannot be
 * trained: more images held out than there are, a batch larger than the rest, images too small for
 * the encoder, heads that do not fit together. */
int run_check(struct run_check *c, const struct recipe *rc, const struct data_facts *f,
	      struct error *err);

/* The same for a recipe that a user gives now, not for a recorded one: ERR_USAGE also if it names
 * the split to evaluate on (run_check_names_split()) and the dataset does not have it, and for
 * supervised training without labels of two classes. */
int run_check_given(struct run_check *c, const struct recipe *rc, int names_split,
		    const struct data_facts *f, struct error *err);

/* True if eval.split is set in the recipe's file or on the command line. */
int run_check_names_split(const struct recipe *rc);

/* The default of data.val: the size of the dataset's own validation split; without one, 0 if there
 * is a labelled test split to evaluate on (unless `split` is val), and otherwise a tenth of the
 * training images if they have at least two classes. */
uint32_t run_check_val(const struct data_facts *f, enum eval_split split);

/* True if a recipe with this data.val uses the dataset's own validation split: its size is that
 * number. */
int run_check_own_val(const struct data_facts *f, uint32_t val);

/* Why an encoder cannot be evaluated on `split` of the dataset, with `val` validation images. */
enum run_skip run_check_split(const struct data_facts *f, enum eval_split split, uint32_t val);

/* Appends the reason as a clause: "its images have no labels". */
void run_check_why(enum run_skip skip, struct strbuf *out);

/* Appends one sentence: what the run trains on, and what it evaluates on which split, or why it
 * does not. */
void run_check_report(const struct run_check *c, const struct recipe *rc,
		      const struct data_facts *f, struct strbuf *out);

/* Appends one sentence on what runs can do with a dataset, for any recipe. */
void data_facts_report(const struct data_facts *f, struct strbuf *out);

#endif
