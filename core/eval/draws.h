/* What is drawn from RNG_EVAL: its sample numbers. Part of every recorded result: append, never
 * renumber. The seed is eval.seed; where a thing is drawn anew each epoch, so is the epoch. */
#ifndef SSL_EVAL_DRAWS_H
#define SSL_EVAL_DRAWS_H

enum eval_draw {
	DRAW_HEAD = 1,      /* initial weights of a linear head */
	DRAW_ORDER = 2,     /* order of the features in an epoch of the linear probe */
	DRAW_LABELS = 1000, /* + class: which of its images keep their label */
};

#endif
