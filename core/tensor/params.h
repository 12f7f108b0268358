/*
 * The parameters and buffers of a run. They exist for the whole run, apart from the activations. A
 * network declares its parameters with params_add(); then params_build() allocates one block for
 * all values and one for all gradients, and initialises the values. Names are unique and never
 * change: below the prefix of their part they are torchvision's ("encoder.layer1.0.conv1.weight",
 * "projector.0.weight"). Checkpoints, exports, EMA and optimisers iterate over this list, so a
 * method needs no code to save or load its state.
 *
 * Initial values are drawn from rng(seed, RNG_INIT, 0, hash of the name) and depend on nothing
 * else.
 */
#ifndef SSL_TENSOR_PARAMS_H
#define SSL_TENSOR_PARAMS_H

#include <stdint.h>

#include "core/tensor/device.h"
#include "core/tensor/tensor.h"

enum param_kind {
	PARAM_WEIGHT, /* matrices and filters: with weight decay, adapted by LARS */
	PARAM_BIAS,   /* no decay and adaptation unless the recipe has optim.decay_bias_norm */
	PARAM_NORM,   /* gamma and beta of batch norm: as for biases */
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
	struct tensor t; /* needs_grad is 1 except for buffers and PART_TARGET; clear it to freeze */
	char *name;
	enum param_kind kind;
	enum param_part part;
	enum param_init init;
	int fan_in, fan_out;
	double lr_mult; /* default 1; with 0 the values do not change, but gradients still flow */
	int lr_fixed;   /* 1: trained at the base rate, without schedule (SimSiam's predictor) */
	/* the optimiser's state (momentum; second moment), of t's shape, or NULL */
	struct tensor *slot[2];
};

struct update_norms; /* core/tensor/kernels/update.h */

struct params {
	struct tensor_arena arena;
	struct param **list;
	int n, cap;
	size_t values; /* total number of elements */
	/* All values, and all gradients, in the order of the list, each parameter's at a multiple of 64
	 * bytes: NULL before params_build(). */
	struct tensor *value_block, *grad_block;
	struct tensor **grad; /* all gradients, in the order of the list */
	int n_grads;
	/* A cell: while it is 0, nothing updates the values; NULL: they are always updated. */
	const double *gate;
	struct update_norms *norms; /* the optimiser's, on the device; NULL before it first needs them */
};

/* No parameters yet; their values will be on the CPU. */
#define PARAMS_CPU {.arena = TENSOR_ARENA_CPU}

/* The same on any device. */
void params_init(struct params *p, const struct device *device);

/* Declares a parameter; its data is valid after params_build(). `fan_in` and `fan_out` are used by
 * the initialisers that need them. BUG() if the name is already in use. */
struct param *params_add(struct params *p, const char *name, enum param_kind kind,
                         enum param_part part, int ndim, const int *shape, enum param_init init,
                         int fan_in, int fan_out);

/* Allocates the blocks and initialises the values from `seed`. Call it once. Parameters whose
 * needs_grad is set at this time get a gradient. */
void params_build(struct params *p, uint64_t seed);

void params_release(struct params *p);

/* Clears all gradients. */
void params_zero_grad(struct params *p);

/* *cell, on the device, = the L2 norm of all gradients, summed in double in a fixed order. */
void params_grad_norm(const struct params *p, double *cell);

/* The parameter with this name, or NULL. */
struct param *params_find(const struct params *p, const char *name);

/* Allocates `slots` (1 or 2) zeroed optimiser slots for every trainable parameter. */
void params_add_slots(struct params *p, int slots);

#endif
