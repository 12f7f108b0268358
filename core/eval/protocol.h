/*
 * Evaluation protocols: ways to evaluate an encoder on labelled images. A protocol is one file
 * (template: protocol_knn.c) with a `const struct protocol`, and a line of the table in
 * protocols.c; a further line with a share of labels makes it semi-supervised. A protocol learns
 * from the task's `train` images and predicts the classes of its `evaluated` images. It never
 * changes the encoder.
 */
#ifndef SSL_EVAL_PROTOCOL_H
#define SSL_EVAL_PROTOCOL_H

#include <signal.h>

#include "core/base/error.h"
#include "core/base/strbuf.h"
#include "core/eval/images.h"
#include "core/recipe/recipe.h"

struct eval_task {
	const struct recipe *recipe; /* its eval.* keys are read */
	struct eval_source source;   /* the encoder and its inputs */
	struct eval_images *train, *evaluated; /* to learn from; to evaluate on */
	double labels; /* share of the training images that keep their label; 0: the recipe's */
	const volatile sig_atomic_t *stop; /* may be NULL: ERR_PREEMPTED soon after *stop is not 0 */
	int rules;                /* 1: also compute the scores by version 1 of the rules */
};

/* Accuracies in percent; NaN: no result. */
struct eval_scores {
	double top1, top5;
};

struct eval_result {
	char name[32]; /* "knn", "linear", "linear-1pct" */
	struct eval_scores score;
	char missing[160]; /* why there is no result: the score is then NaN and `predicted` is
			      meaningless; "": there is a result */
	struct eval_scores rule1; /* by version 1 of the rules, if the task asks for it */
	int *predicted;           /* the class of each evaluated image, in order; owned */
	int trained, evaluated;      /* number of images learned from and evaluated */
	/* JSON: everything that the result depends on apart from the encoder and the images. */
	struct strbuf settings;
	/* The settings that differ from the run's own, in the form of protocol_differs(); empty
	 * until the caller fills it in. */
	struct strbuf differs;
	double seconds; /* duration */
};
void eval_result_release(struct eval_result *r);

struct protocol {
	const char *name, *summary;
	const struct hparam *hparams; /* eval.NAME.*; ended by {0} */
	const char *labels_key;       /* eval.NAME.labels; NULL: always with all labels */
	int online; /* 1: cheap enough for every eval.every epochs; 0: after the last one */
	/* Does the result depend on this key (one of hparams, or eval.seed) with these settings?
	 * `share`: of the labels. NULL: it depends on all keys. */
	int (*depends)(const struct recipe *r, const char *key, double share);
	/* Fills in predicted, score and rule1 (or calls eval_missing()), and appends the settings
	 * as JSON members: "k":20,... */
	int (*run)(const struct eval_task *t, struct eval_result *out, struct error *err);
};

/* A line of the table. */
struct protocol_row {
	const char *name; /* "linear-1pct": in eval.protocol, --protocol and the metrics' names */
	const struct protocol *protocol;
	double labels; /* share of the labels; 0: the recipe's */
};

/* The row with this name, or NULL. protocol_at(i): the i-th row, NULL past the end. */
const struct protocol_row *protocol_find(const char *name);
const struct protocol_row *protocol_at(int i);

/* The keys that all protocols share: eval.seed. */
extern const struct hparam eval_hparams[];
/* The keys eval.NAME.* of the i-th protocol, each protocol counted once; NULL past the end. */
const struct hparam *protocol_hparams(int i);

/* Evaluates by one row of the table. ERR_USAGE if train or evaluated is empty. If it returns 0, the
 * caller releases *out. */
int protocol_run(const struct protocol_row *row, const struct eval_task *t, struct eval_result *out,
		 struct error *err);

/* The name of the row's results with this recipe: "linear", "linear-1pct". */
void protocol_result_name(const struct protocol_row *row, const struct recipe *rc, char *out,
			  size_t size);

/* Appends the evaluation settings in which `used` differs from `own`, in the form that the names of
 * metrics have: "l2=100,steps=3", sorted by name; nothing if there is no difference. The share of
 * labels is not included, since it is in the result's name. `labels`: as in eval_task; bank: the
 * number of images that the protocol learns from, to which the number of neighbours and the batch
 * size are limited. */
void protocol_differs(const struct protocol_row *row, const struct recipe *own,
		      const struct recipe *used, double labels, int bank, struct strbuf *out);

/* The confusion matrix: n[actual * classes + predicted] images; n {classes, classes} is the
 * caller's. */
void eval_confusion(const struct eval_result *r, const struct eval_images *evaluated, int classes,
		    uint32_t *n);

#endif
