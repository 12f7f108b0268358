/* The sample numbers of the random stream RNG_EVAL, one for each use. Every recorded result depends
 * on them, so new ones are appended and none is renumbered. The seed of the stream is eval.seed;
 * its epoch is the current epoch for draws that are repeated in every epoch, otherwise 0. */
#ifndef SSL_EVAL_DRAWS_H
#define SSL_EVAL_DRAWS_H

enum eval_draw {
	DRAW_HEAD = 1,      /* initial weights of a linear head */
	DRAW_ORDER = 2,     /* order of the features in an epoch of the linear probe */
	DRAW_LABELS = 1000, /* plus the class: which of its images keep their label */
};

#endif
