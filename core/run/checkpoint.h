/*
 * Checkpoints. One safetensors file holds parameters, running statistics, target network, optimiser
 * state, buffers and position, which is all that a resumed run needs; convolution weights are OIHW,
 * as in PyTorch.
 */
#ifndef SSL_RUN_CHECKPOINT_H
#define SSL_RUN_CHECKPOINT_H

#include "core/run/run.h"

/* The run as it is now, for its recorder. */
struct recorder_state run_state(struct run *r);
/* Records a checkpoint of the run. */
int run_checkpoint(struct run *r, struct error *err);
/* After a signal: records a checkpoint, unless no step was taken, and returns -1 with
 * ERR_PREEMPTED. */
int run_stop(struct run *r, struct error *err);

/* The hash of the tensors in a checkpoint file, as a link of the digest chain has it
 * (core/store/digests.h). */
int checkpoint_state(const char *path, char state[HASH_HEX], struct error *err);
/* ERR_USAGE unless this recipe made the checkpoint. */
int checkpoint_check(const struct recipe *recipe, const char *path, struct error *err);
/* Fills the values of p, with need_slots also those of the optimiser, from a checkpoint, and *step
 * with its position. ERR_CORRUPT if a tensor is missing or has another shape. */
int checkpoint_load(struct params *p, const char *path, long *step, int need_slots,
		    struct error *err);
/* Copies from the checkpoint file `from` the tensors whose names start with `prefix`, except the
 * optimiser's state, and removes the prefix: after "encoder." torchvision's names are left. flags:
 * see output.h. */
int checkpoint_export(const char *from, const char *prefix, const char *to, int flags,
		      struct error *err);

#endif
