/*
 * Evaluation protocols: ways of judging an encoder by labelled images. A protocol is one file
 * (template: protocol_knn.c) with a `const struct protocol`, and a line of the table in
 * protocols.c; another line with a share of labels makes it semi-supervised. It learns from the
 * task's `train` images and guesses the classes of its `judged` ones, and never changes the encoder
 * that it is given.
 */
#ifndef SSL_EVAL_PROTOCOL_H
#define SSL_EVAL_PROTOCOL_H

#include "core/base/error.h"
#include "core/base/strbuf.h"
#include "core/eval/images.h"
#include "core/recipe/recipe.h"

struct eval_task {
	const struct recipe *recipe; /* eval.* is read */
	struct eval_source source;   /* the encoder, and what it sees */
	struct eval_images *train, *judged;
	double labels; /* share of the training images that keep their label; 0: as in the recipe */
	const volatile int *stop; /* not NULL: ERR_PREEMPTED soon after it is not 0 */
	int rules;                /* 1: what version 1 of the rules gives is wanted as well */
};

/* In percent; NaN: there is no result. */
struct eval_scores {
	double top1, top5;
};

struct eval_result {
	char name[32]; /* "knn", "linear", "linear-1pct" */
	struct eval_scores score;
	char missing[160]; /* why there is no result: then the score is NaN and `predicted` says
			      nothing; "": there is one */
	struct eval_scores rule1; /* by version 1 of the rules, where the task wants it */
	int *predicted;           /* a class for each of the judged images, in order; owned */
	int trained, judged;      /* images */
	/* JSON: all that the result depends on besides the encoder and the images. */
	struct strbuf settings;
	/* Settings that are not the run's own, as from protocol_differs(); "" until the caller fills
	 * it in. */
	struct strbuf differs;
	double seconds;
};
void eval_result_release(struct eval_result *r);

struct protocol {
	const char *name, *summary;
	const struct hparam *hparams; /* eval.NAME.*; ended by {0} */
	const char *labels_key;       /* eval.NAME.labels; NULL: always with all labels */
	int online; /* 1: cheap enough for every eval.every epochs; 0: after the last */
	/* Does the result depend on this key of hparams, or on eval.seed, with these settings?
	 * `share`: of the labels. NULL: on all of hparams. */
	int (*depends)(const struct recipe *r, const char *key, double share);
	/* Fills predicted, score and rule1 (or calls eval_missing()), and appends its settings as
	 * JSON members: "k":20,... */
	int (*run)(const struct eval_task *t, struct eval_result *out, struct error *err);
};

/* A line of the table. */
struct protocol_row {
	const char *name; /* "linear-1pct": in eval.protocol, --protocol and the metrics' names */
	const struct protocol *protocol;
	double labels; /* share; 0: the recipe's */
};

/* NULL if there is none of that name; protocol_at(i): i-th row, NULL past the end. */
const struct protocol_row *protocol_find(const char *name);
const struct protocol_row *protocol_at(int i);

/* The keys that all protocols share: eval.seed. */
extern const struct hparam eval_hparams[];
/* eval.NAME.* of the i-th protocol, each protocol once; NULL past the end. */
const struct hparam *protocol_hparams(int i);

/* Judges by one row of the table. ERR_USAGE when train or judged is empty. *out is released by the
 * caller when 0 is returned. */
int protocol_run(const struct protocol_row *row, const struct eval_task *t, struct eval_result *out,
		 struct error *err);

/* The name that results of the row have with this recipe: "linear", "linear-1pct". */
void protocol_result_name(const struct protocol_row *row, const struct recipe *rc, char *out,
			  size_t size);

/* Appends the settings under which `used` evaluates otherwise than `own`, as they stand in the
 * names of metrics: "l2=100,steps=3", by name; nothing where it is the same. The share of labels is
 * not among them: it is in the result's name. `labels`: as in eval_task; bank: images that it
 * learns from, to which numbers of neighbours and batches are cut. */
void protocol_differs(const struct protocol_row *row, const struct recipe *own,
		      const struct recipe *used, double labels, int bank, struct strbuf *out);

/* {classes, classes}: n[actual * classes + predicted] images, the caller's. */
void eval_confusion(const struct eval_result *r, const struct eval_images *judged, int classes,
		    uint32_t *n);

#endif
