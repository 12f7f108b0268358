/*
 * The devices that ssl knows, by name. Adding one: its file, with a `struct device_kind`, and its
 * line of the table in devices.c.
 *
 * A device is named by its kind, "cpu"; where a machine may have several of a kind, a number chooses
 * one, "cuda:1", and the kind alone stands for the first. "auto" is the best one that works here.
 */
#ifndef SSL_TENSOR_DEVICES_H
#define SSL_TENSOR_DEVICES_H

#include "core/base/error.h"
#include "core/base/strbuf.h"
#include "core/tensor/device.h"

#define DEVICE_AUTO "auto"

struct device_kind {
	const char *name;    /* "cpu"; struct device has the same */
	int is_numbered;     /* 1: a machine may have several */
	const char *missing; /* why this build has none; NULL: it has this kind */
	/* The device of this number, from 0, which lives as long as the process. NULL with *err, which
	 * may be NULL: ERR_FAILED if this machine has none, or cannot use it. Not called if `missing`. */
	const struct device *(*get)(int number, struct error *err);
	/* How many of them this machine has, whether or not they can be used; NULL: one. Not called if
	 * `missing`. */
	int (*count)(void);
	/* Appends what this machine has of the kind, in one line. Not called if `missing`. */
	void (*describe)(struct strbuf *out);
};

/* The table in order, the best kind first; NULL past its end. */
const struct device_kind *device_kind_at(int i);

/* Does this machine have a device of this kind, even one that cannot be used? */
int device_kind_is_here(const struct device_kind *kind);

/* Finds a device by name; auto warns of a better one that is here but cannot be used. 0; or -1 with *err: ERR_USAGE if no device has this name, ERR_FAILED if
 * this build or this machine does not have it. */
int device_find(const char *name, const struct device **out, struct error *err);

#endif
