/*
 * Parameters and buffers of a run: long-lived, named, in one block, apart from activations. A net
 * declares what it needs with params_add(), then params_build() allocates one block for values, one
 * for gradients, and fills them. Names are torchvision's below a part's prefix
 * ("encoder.layer1.0.conv1.weight", "projector.0.weight"), unique, and unchanging: checkpoints,
 * exports, EMA and optimiser walk this list, so a method writes no save or load code.
 *
 * Initial values come from rng(seed, RNG_INIT, 0, hash of the name): they depend on nothing else.
 */
#ifndef SSL_TENSOR_PARAMS_H
#define SSL_TENSOR_PARAMS_H

#include <stdint.h>

#include "core/tensor/tensor.h"

enum param_kind {
	PARAM_WEIGHT, /* matrices and filters: decayed, adapted by LARS */
	PARAM_BIAS,   /* excluded from decay and adaptation where the recipe says so */
	PARAM_NORM,   /* gamma and beta of batch norm: likewise */
	PARAM_BUFFER, /* not trained: running statistics, queues, centres, counters */
};

enum param_part { PART_ENCODER, PART_PROJECTOR, PART_PREDICTOR, PART_TARGET, PART_OTHER };

enum param_init {
	INIT_ZERO,
	INIT_ONE,
	INIT_HE_FAN_OUT,   /* N(0, 2 / fan_out): torchvision's ResNet convolutions */
	INIT_UNIFORM_FAN_IN, /* U(-1/sqrt(fan_in), 1/sqrt(fan_in)): torch's default for Linear */
	INIT_IDENTITY,
};

struct param {
	struct tensor t; /* t.needs_grad = 1 unless a buffer or of PART_TARGET; clear it to freeze */
	char *name;
	enum param_kind kind;
	enum param_part part;
	enum param_init init;
	int fan_in, fan_out;
	double lr_mult; /* 1; 0 freezes the values but not the flow of gradients */
	int lr_fixed;   /* 1: trains at the base rate, off the schedule (SimSiam's predictor) */
	real *slot[2];  /* the optimiser's state of the same size (momentum; second moment), or NULL */
};

struct params {
	struct arena arena;
	struct param **list;
	int n, cap;
	size_t values; /* elements in all */
};

#define PARAMS_INIT {ARENA_INIT, 0, 0, 0, 0}

/* Declares one; the returned tensor's data is valid after params_build(). `fan_in`/`fan_out` are read
 * by the initialisers that need them. A name that is taken is a BUG(). */
struct param *params_add(struct params *p, const char *name, enum param_kind kind,
                         enum param_part part, int ndim, const int *shape, enum param_init init,
                         int fan_in, int fan_out);

/* Allocates the blocks and initialises values from `seed`. Once. Gradients are given to what has
 * needs_grad at this moment. */
void params_build(struct params *p, uint64_t seed);

void params_release(struct params *p);

/* Clears all gradients. */
void params_zero_grad(struct params *p);

/* L2 norm over all gradients, summed in double in a fixed order. */
double params_grad_norm(const struct params *p);

/* The parameter of that name, or NULL. */
struct param *params_find(const struct params *p, const char *name);

/* Gives every trainable parameter `slots` (1 or 2) zeroed optimiser slots. */
void params_add_slots(struct params *p, int slots);

#endif
