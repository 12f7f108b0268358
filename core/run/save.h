/*
 * Checkpoint files: parameters, running statistics, target network, optimiser state, buffers and
 * position in one safetensors file, convolution weights as OIHW, so that PyTorch reads them and one
 * file resumes.
 */
#ifndef SSL_RUN_SAVE_H
#define SSL_RUN_SAVE_H

#include "core/run/run.h"
#include "core/tensor/safetensors.h"

/* All that a checkpoint of `params` holds, in the file's order and layout, in memory of `a`: how
 * many tensors there are. */
int checkpoint_entries(const struct params *params, struct arena *a, struct st_entry **out);
/* ERR_USAGE, naming what differs, unless the checkpoint was made by this recipe. */
int checkpoint_check(const struct recipe *recipe, const char *path, struct error *err);
/* Fills the values of p (and with need_slots the optimiser's) from a checkpoint; *step gets its
 * position. ERR_CORRUPT when a tensor is missing or has another shape. */
int checkpoint_load(struct params *p, const char *path, long *step, int need_slots,
		    struct error *err);
/* Copies from checkpoint file `from` the tensors whose names start with `prefix`, which is cut off:
 * with "encoder." what is left are torchvision's names. Never the optimiser's state. flags: of
 * output.h. */
int checkpoint_export(const char *from, const char *prefix, const char *to, int flags,
		      struct error *err);

#endif
