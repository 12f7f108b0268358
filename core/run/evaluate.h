/* Evaluations of a run's encoder as it is now, during the run and by `ssl eval`: one or more
 * protocols on the images of a split, whose features are computed once. */
#ifndef SSL_RUN_EVALUATE_H
#define SSL_RUN_EVALUATE_H

#include "core/eval/protocol.h"
#include "core/run/run.h"

/* Evaluates the encoder, as it is, by the protocols of eval.protocol that are due, on eval.split;
 * after the last epoch on test too, where eval.split is val. */
int run_evaluate(struct run *r, struct error *err);

/* Any number of evaluations on the same training images. `recipe` has the eval.* keys to use (the
 * run's own, or one changed on the command line) and must live as long as the evaluator. */
struct evaluator {
	struct run *run;
	const struct recipe *recipe;
	struct eval_images train, evaluated;
	enum eval_split split; /* of `evaluated` */
	double labels; /* share of labels, for protocols that can use fewer; 0: the recipe's */
};
void evaluator_init(struct evaluator *e, struct run *r, const struct recipe *recipe);
void evaluator_release(struct evaluator *e);

/* Chooses the split to evaluate on. ERR_USAGE if it has no labelled images, or if all training
 * images are of one class, so that every guess is right. */
int evaluator_split(struct evaluator *e, enum eval_split split, struct error *err);

/* Runs one protocol on that split; the caller releases *out. */
int evaluator_run(struct evaluator *e, const struct protocol_row *row, struct eval_result *out,
		  struct error *err);

/* The row that records a result at (step, epoch), without the run's number. It borrows the texts of
 * `result`. */
struct evaluation {
	struct eval_new row;
	struct metric_point value[2];
	uint32_t *confusion;
};
void evaluation_init(struct evaluation *out, const struct evaluator *e, long step, long epoch,
		     const struct eval_result *result);
void evaluation_release(struct evaluation *e);

/* Of a resumed run: finds the best evaluation so far, whose checkpoint is kept. */
int run_evaluate_resume(struct run *r, struct error *err);

/* At the start of an attempt: reports that evaluations are skipped, and records it as an event; or
 * reports that the recipe chooses a checkpoint by the test split. */
int run_evaluate_advise(struct run *r, struct error *err);

#endif
