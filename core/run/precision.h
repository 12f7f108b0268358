/*
 * The key `precision` of a recipe: the number format in which a run computes. It changes results,
 * so it belongs to the recipe, and its hash covers it; f32, the default, is left out of the
 * canonical form, as in recipes that are older than the key. The device is no part of the recipe: a
 * recipe can be planned where no device computes at its precision, and is refused where it is run.
 */
#ifndef SSL_RUN_PRECISION_H
#define SSL_RUN_PRECISION_H

#include "core/base/error.h"
#include "core/tensor/device.h"
#include "core/tensor/tensor.h"

/* The kind of device that the precision (a choice of the key) needs: "a CUDA device"; NULL if every
 * device has it. */
const char *precision_needs(const char *precision);

/* The choice of the key as a tape knows it. */
enum precision precision_of(const char *precision);

/* ERR_USAGE, naming the device that it needs, unless the device (NULL: the CPU) computes at the
 * precision. */
int precision_check(const char *precision, const struct device *device, struct error *err);

#endif
