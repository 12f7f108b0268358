/*
 * The numbers of a step that are recorded: its loss, the terms of the loss, norms. Kernels write each
 * into a cell, a double in one small block of the device, so that a step needs no answer from the
 * device before it goes on. At its end the block is copied to the host, where it is read after the
 * next step has begun.
 */
#ifndef SSL_TENSOR_SCALARS_H
#define SSL_TENSOR_SCALARS_H

#include "core/tensor/tensor.h"

enum { SCALARS = 64, SCALARS_SLOTS = 2 };

struct scalars {
	struct tensor_arena arena;
	double *block; /* SCALARS cells, in the device's memory; NULL before the first is asked for */
	int n;         /* cells in use */
	double host[SCALARS_SLOTS][SCALARS];
};

void scalars_init(struct scalars *s, const struct device *device);
void scalars_release(struct scalars *s);

/* A cell, which is not cleared. After scalars_reset() the same sequence of calls gets the same cells. */
double *scalars_cell(struct scalars *s);
void scalars_reset(struct scalars *s);

/* Begins to copy all cells in use to slot step % SCALARS_SLOTS of the host. */
void scalars_post(struct scalars *s, long step);

/* Waits until what was posted at this step is on the host. */
void scalars_wait(const struct scalars *s, long step);

/* What a cell held when its step was posted; valid after scalars_wait(). */
double scalars_get(const struct scalars *s, long step, const double *cell);

#endif
