/*
 * A descriptor of the stand-in for cuDNN: its kind and its attributes, by which other descriptors
 * are found.
 */
#ifndef SSL_TESTS_CUDA_DESCRIPTOR_H
#define SSL_TESTS_CUDA_DESCRIPTOR_H

#include <stdint.h>

enum {
	STATUS_NOT_INITIALIZED = 1001,
	STATUS_BAD_PARAM = 2000,
	STATUS_MISALIGNED = 2003,
	STATUS_NOT_FINALIZED = 2004,
	STATUS_SHAPES = 2008,
	STATUS_INTERNAL_ERROR = 4000
};

enum {
	ENGINE_RANDOM = 10,
	ENGINE_NARROW,
	ENGINE_UNSUPPORTED,
	ENGINE_HUGE,
	ENGINE_GOOD,
	ENGINE_OTHER,
	ENGINE_HALF,
	ENGINE_WINOGRAD,
	ENGINE_BROKEN
};

struct attribute {
	int name, type;
	int64_t n;
	_Alignas(8) unsigned char bytes[64];
};

struct descriptor {
	int kind, finalized, references;
	struct attribute attribute[8];
	int n;
	int engine;               /* of an engine, a configuration or a plan */
	struct descriptor *graph; /* of a configuration */
};

/* The attribute, or NULL; its i-th value, for an attribute that is there. */
const struct attribute *attribute_of(const struct descriptor *d, int name);
int64_t attribute_int(const struct descriptor *d, int name, int i);
int attribute_enum(const struct descriptor *d, int name);
void *attribute_pointer(const struct descriptor *d, int name, int i);
double attribute_factor(const struct descriptor *d, int name);

#endif
