/*
 * Checkpoint files: parameters, running statistics, target network, optimiser state, buffers and
 * position in one safetensors file, convolution weights as OIHW, so that PyTorch reads them and one
 * file resumes.
 */
#ifndef SSL_RUN_SAVE_H
#define SSL_RUN_SAVE_H

#include "core/run/run.h"

/* Fills the values of p (and with need_slots the optimiser's) from a checkpoint; *step gets its
 * position. ERR_CORRUPT when a tensor is missing or has another shape. */
int checkpoint_load(struct params *p, const char *path, long *step, int need_slots,
		    struct error *err);
/* Copies from checkpoint file `from` the tensors whose names start with `prefix`, which is cut off:
 * with "encoder." what is left are torchvision's names. Never the optimiser's state. */
int checkpoint_export(const char *from, const char *prefix, const char *to, struct error *err);

#endif
