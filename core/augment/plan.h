/*
 * Applying plans on the CPU. augment_draw() (augment.h) draws a plan; augment_apply() reads the plan, the
 * settings that are the same for all images of a view, and the pixels, and nothing else. Both structs
 * are declared in core/tensor/kernels/views.h, since other devices apply plans too.
 */
#ifndef SSL_AUGMENT_PLAN_H
#define SSL_AUGMENT_PLAN_H

#include "core/base/real.h"
#include "core/tensor/kernels/views.h"

/* The bytes of scratch that augment_apply() needs, a multiple of 64. */
unsigned long augment_scratch(const struct augment_fixed *f);

/* Applies a plan. image: {height, width, channels}, 8 bits a value. out: {out_height, out_width,
 * channels}, normalised. scratch: augment_scratch() bytes, 64-byte aligned. */
void augment_apply(const struct augment_fixed *f, const struct augment_plan *plan,
		   const uint8_t *image, real *out, void *scratch);

/* Applies the plan in which nothing was drawn: only resizes and normalises, for evaluation. */
void augment_plain(const struct augment_fixed *f, const uint8_t *image, real *out, void *scratch);

#endif
