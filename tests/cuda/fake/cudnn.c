/* The stand-in for cuDNN's backend interface: descriptors and engines. See fake.h; convolve.c
 * computes. A descriptor is a list of attributes; it is checked when it is finalized, against what
 * its kind needs and against itself. */
#include "tests/cuda/fake/descriptor.h"

#include <stdlib.h>
#include <time.h>

#include "core/tensor/cuda/api.h"
#include "tests/cuda/fake/convolve.h"
#include "tests/cuda/fake/fake.h"

/* What a kind of descriptor may have; those with `required` it must have. */
struct rule {
	int kind, attribute, type, least, most, required;
};

#define OPERATION(kind, first)                                                                     \
	{kind, first + DNN_ALPHA, ANY_FLOAT, 1, 1, 1},                                             \
	    {kind, first + DNN_BETA, ANY_FLOAT, 1, 1, 1},                                          \
	    {kind, first + DNN_CONV, DNN_TYPE_BACKEND_DESCRIPTOR, 1, 1, 1},                        \
	    {kind, first + DNN_W, DNN_TYPE_BACKEND_DESCRIPTOR, 1, 1, 1},                           \
	    {kind, first + DNN_X, DNN_TYPE_BACKEND_DESCRIPTOR, 1, 1, 1},                           \
	{                                                                                          \
		kind, first + DNN_Y, DNN_TYPE_BACKEND_DESCRIPTOR, 1, 1, 1                          \
	}
enum { ANY_FLOAT = -1 };

static const struct rule rules[] = {
    {DNN_TENSOR, DNN_ATTR_TENSOR_DATA_TYPE, DNN_TYPE_DATA_TYPE, 1, 1, 1},
    {DNN_TENSOR, DNN_ATTR_TENSOR_DIMENSIONS, DNN_TYPE_INT64, 4, 4, 1},
    {DNN_TENSOR, DNN_ATTR_TENSOR_STRIDES, DNN_TYPE_INT64, 4, 4, 1},
    {DNN_TENSOR, DNN_ATTR_TENSOR_UNIQUE_ID, DNN_TYPE_INT64, 1, 1, 1},
    {DNN_TENSOR, DNN_ATTR_TENSOR_BYTE_ALIGNMENT, DNN_TYPE_INT64, 1, 1, 1},
    {DNN_CONVOLUTION, DNN_ATTR_CONVOLUTION_COMP_TYPE, DNN_TYPE_DATA_TYPE, 1, 1, 1},
    {DNN_CONVOLUTION, DNN_ATTR_CONVOLUTION_CONV_MODE, DNN_TYPE_CONVOLUTION_MODE, 1, 1, 1},
    {DNN_CONVOLUTION, DNN_ATTR_CONVOLUTION_SPATIAL_DIMS, DNN_TYPE_INT64, 1, 1, 1},
    {DNN_CONVOLUTION, DNN_ATTR_CONVOLUTION_PRE_PADDINGS, DNN_TYPE_INT64, 2, 2, 1},
    {DNN_CONVOLUTION, DNN_ATTR_CONVOLUTION_POST_PADDINGS, DNN_TYPE_INT64, 2, 2, 1},
    {DNN_CONVOLUTION, DNN_ATTR_CONVOLUTION_FILTER_STRIDES, DNN_TYPE_INT64, 2, 2, 1},
    {DNN_CONVOLUTION, DNN_ATTR_CONVOLUTION_DILATIONS, DNN_TYPE_INT64, 2, 2, 1},
    OPERATION(DNN_OPERATION_CONVOLUTION_FORWARD, DNN_ATTR_CONVOLUTION_FORWARD),
    OPERATION(DNN_OPERATION_CONVOLUTION_BACKWARD_DATA, DNN_ATTR_CONVOLUTION_BWD_DATA),
    OPERATION(DNN_OPERATION_CONVOLUTION_BACKWARD_FILTER, DNN_ATTR_CONVOLUTION_BWD_FILTER),
    {DNN_OPERATIONGRAPH, DNN_ATTR_OPERATIONGRAPH_OPS, DNN_TYPE_BACKEND_DESCRIPTOR, 1, 1, 1},
    {DNN_OPERATIONGRAPH, DNN_ATTR_OPERATIONGRAPH_HANDLE, DNN_TYPE_HANDLE, 1, 1, 1},
    {DNN_ENGINEHEUR, DNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, DNN_TYPE_BACKEND_DESCRIPTOR, 1, 1, 1},
    {DNN_ENGINEHEUR, DNN_ATTR_ENGINEHEUR_MODE, DNN_TYPE_HEUR_MODE, 1, 1, 1},
    {DNN_EXECUTION_PLAN, DNN_ATTR_EXECUTION_PLAN_HANDLE, DNN_TYPE_HANDLE, 1, 1, 1},
    {DNN_EXECUTION_PLAN, DNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, DNN_TYPE_BACKEND_DESCRIPTOR, 1, 1,
     1},
    {DNN_VARIANT_PACK, DNN_ATTR_VARIANT_PACK_DATA_POINTERS, DNN_TYPE_VOID_PTR, 1, 8, 1},
    {DNN_VARIANT_PACK, DNN_ATTR_VARIANT_PACK_UNIQUE_IDS, DNN_TYPE_INT64, 1, 8, 1},
    {DNN_VARIANT_PACK, DNN_ATTR_VARIANT_PACK_WORKSPACE, DNN_TYPE_VOID_PTR, 1, 1, 0},
};
enum { RULES = sizeof rules / sizeof *rules };

/* The engines that the heuristics name, in this order: one whose bits change, one that is not
 * supported, one that needs more memory than there is, two that are too coarse for any type, one
 * that cannot be compiled, one that must not be used for f32, and two good ones, which sum in
 * different orders. The fallback names the good ones.
 *
 * In the environment: FAKE_SLOW_ENGINE=N lets engine N take 20 ms more; with FAKE_NEW_ENGINES=1 the
 * good ones are named in the opposite order, as another version of cuDNN might. */
struct engine {
	int number, notes, note[3];
	int64_t workspace;
};
static const struct engine engines[] = {
    {ENGINE_RANDOM, 1, {DNN_NOTE_NONDETERMINISTIC}, 0},
    {ENGINE_UNSUPPORTED, 0, {0}, 0},
    {ENGINE_HUGE, 0, {0}, (int64_t)1 << 50},
    {ENGINE_HALF, 2, {DNN_NOTE_TENSOR_CORE, DNN_NOTE_DOWN_CONVERT_INPUTS}, 0},
    {ENGINE_WINOGRAD, 1, {DNN_NOTE_WINOGRAD_4x4}, 0},
    {ENGINE_BROKEN, 0, {0}, 0},
    {ENGINE_NARROW, 1, {DNN_NOTE_TENSOR_CORE}, 0},
    {ENGINE_GOOD, 0, {0}, 4096},
    {ENGINE_OTHER, 0, {0}, 64},
};
enum { ENGINES = sizeof engines / sizeof *engines, GOOD_ENGINES = 2 };
enum { NOTES = 10, NOT_COMPILED = 4001 }; /* kinds of notes that there are */

static long live;

long fake_live(void);
long fake_live(void)
{
	return live;
}

/* --- attributes ---------------------------------------------------------------------------- */

static const struct rule *rule_of(int kind, int attribute)
{
	for (int i = 0; i < RULES; i++)
		if (rules[i].kind == kind && rules[i].attribute == attribute)
			return rules + i;
	return NULL;
}

const struct attribute *attribute_of(const struct descriptor *d, int name)
{
	for (int i = 0; i < d->n; i++)
		if (d->attribute[i].name == name)
			return d->attribute + i;
	return NULL;
}

int64_t attribute_int(const struct descriptor *d, int name, int i)
{
	return ((const int64_t *)(const void *)attribute_of(d, name)->bytes)[i];
}

int attribute_enum(const struct descriptor *d, int name)
{
	return *(const int *)(const void *)attribute_of(d, name)->bytes;
}

void *attribute_pointer(const struct descriptor *d, int name, int i)
{
	return ((void *const *)(const void *)attribute_of(d, name)->bytes)[i];
}

double attribute_factor(const struct descriptor *d, int name)
{
	const struct attribute *a = attribute_of(d, name);

	return a->type == DNN_TYPE_DOUBLE ? *(const double *)(const void *)a->bytes
					  : (double)*(const float *)(const void *)a->bytes;
}

static size_t type_bytes(int type)
{
	switch (type) {
	case DNN_TYPE_DATA_TYPE:
	case DNN_TYPE_FLOAT:
	case DNN_TYPE_CONVOLUTION_MODE:
	case DNN_TYPE_HEUR_MODE:
		return 4;
	default:
		return 8;
	}
}

static int type_fits(const struct rule *r, int type)
{
	return r->type == type ||
	       (r->type == ANY_FLOAT && (type == DNN_TYPE_FLOAT || type == DNN_TYPE_DOUBLE));
}

/* --- handles and descriptors --------------------------------------------------------------- */

size_t cudnnGetVersion(void);
size_t cudnnGetVersion(void)
{
	return 91900;
}

const char *cudnnGetErrorString(int status);
const char *cudnnGetErrorString(int status)
{
	switch (status) {
	case DNN_SUCCESS:
		return "CUDNN_STATUS_SUCCESS";
	case STATUS_NOT_INITIALIZED:
		return "CUDNN_STATUS_NOT_INITIALIZED";
	case STATUS_BAD_PARAM:
		return "CUDNN_STATUS_BAD_PARAM";
	case STATUS_MISALIGNED:
		return "CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER";
	case STATUS_NOT_FINALIZED:
		return "CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED";
	case STATUS_SHAPES:
		return "CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH";
	case DNN_NOT_SUPPORTED:
		return "CUDNN_STATUS_NOT_SUPPORTED";
	default:
		return "CUDNN_STATUS_INTERNAL_ERROR";
	}
}

int cudnnCreate(void **handle);
int cudnnCreate(void **handle)
{
	if (shim_fails("cudnnCreate"))
		return STATUS_NOT_INITIALIZED;
	*handle = calloc(1, sizeof(void *));
	live++;
	return DNN_SUCCESS;
}

int cudnnDestroy(void *handle);
int cudnnDestroy(void *handle)
{
	live -= handle != NULL;
	free(handle);
	return DNN_SUCCESS;
}

int cudnnSetStream(void *handle, void *stream);
int cudnnSetStream(void *handle, void *stream)
{
	if (shim_fails("cudnnSetStream"))
		return STATUS_INTERNAL_ERROR;
	*(void **)handle = stream;
	return stream ? DNN_SUCCESS : STATUS_BAD_PARAM;
}

int cudnnBackendCreateDescriptor(int kind, void **descriptor);
int cudnnBackendCreateDescriptor(int kind, void **descriptor)
{
	struct descriptor *d;

	if (shim_fails("cudnnBackendCreateDescriptor"))
		return STATUS_INTERNAL_ERROR;
	d = calloc(1, sizeof *d);
	d->kind = kind;
	d->references = 1;
	live++;
	*descriptor = d;
	return DNN_SUCCESS;
}

int cudnnBackendDestroyDescriptor(void *descriptor);
static void release_parts(struct descriptor *d)
{
	for (int i = 0; i < d->n; i++)
		if (d->attribute[i].type == DNN_TYPE_BACKEND_DESCRIPTOR)
			cudnnBackendDestroyDescriptor(
			    attribute_pointer(d, d->attribute[i].name, 0));
	if (d->graph)
		cudnnBackendDestroyDescriptor(d->graph);
}

int cudnnBackendDestroyDescriptor(void *descriptor)
{
	struct descriptor *d = descriptor;

	if (!d || d->references < 1)
		abort();
	if (--d->references)
		return DNN_SUCCESS;
	release_parts(d);
	live--;
	free(d);
	return DNN_SUCCESS;
}

int cudnnBackendSetAttribute(void *descriptor, int attribute, int type, int64_t n,
			     const void *values);
int cudnnBackendSetAttribute(void *descriptor, int attribute, int type, int64_t n,
			     const void *values)
{
	struct descriptor *d = descriptor;
	const struct rule *r = rule_of(d->kind, attribute);
	struct attribute *a;

	if (shim_fails("cudnnBackendSetAttribute"))
		return STATUS_INTERNAL_ERROR;
	if (d->finalized || !r || !type_fits(r, type) || n < r->least || n > r->most || !values ||
	    attribute_of(d, attribute))
		return STATUS_BAD_PARAM;
	if (type == DNN_TYPE_BACKEND_DESCRIPTOR) {
		struct descriptor *part = *(struct descriptor *const *)values;

		if (!part || !part->finalized)
			return STATUS_NOT_FINALIZED;
		part->references++;
	}
	a = d->attribute + d->n++;
	a->name = attribute;
	a->type = type;
	a->n = n;
	memcpy(a->bytes, values, (size_t)n * type_bytes(type));
	return DNN_SUCCESS;
}

static int is_complete(const struct descriptor *d)
{
	int known = 0;

	for (int i = 0; i < RULES; i++) {
		known |= rules[i].kind == d->kind;
		if (rules[i].kind == d->kind && rules[i].required &&
		    !attribute_of(d, rules[i].attribute))
			return 0;
	}
	return known;
}

static int check_tensor(const struct descriptor *d)
{
	for (int i = 0; i < 4; i++)
		if (attribute_int(d, DNN_ATTR_TENSOR_DIMENSIONS, i) < 1 ||
		    attribute_int(d, DNN_ATTR_TENSOR_STRIDES, i) < 1)
			return STATUS_BAD_PARAM;
	return attribute_int(d, DNN_ATTR_TENSOR_BYTE_ALIGNMENT, 0) < 1 ? STATUS_BAD_PARAM
								       : DNN_SUCCESS;
}

static const struct engine *engine_of(const struct descriptor *d)
{
	for (int i = 0; i < ENGINES; i++)
		if (engines[i].number == d->engine)
			return engines + i;
	return NULL;
}

int cudnnBackendFinalize(void *descriptor);
int cudnnBackendFinalize(void *descriptor)
{
	struct descriptor *d = descriptor;
	int status = DNN_SUCCESS;

	if (shim_fails("cudnnBackendFinalize"))
		return STATUS_INTERNAL_ERROR;
	if (d->finalized || !is_complete(d))
		return STATUS_BAD_PARAM;
	if (d->kind == DNN_TENSOR)
		status = check_tensor(d);
	else if (operation_first(d->kind))
		status = operation_check(d);
	else if (d->kind == DNN_EXECUTION_PLAN) {
		const struct descriptor *config =
		    attribute_pointer(d, DNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, 0);

		d->engine = config->engine;
		status = d->engine == ENGINE_UNSUPPORTED ? DNN_NOT_SUPPORTED
			 : d->engine == ENGINE_BROKEN    ? NOT_COMPILED
							 : DNN_SUCCESS;
	}
	d->finalized = status == DNN_SUCCESS;
	return status;
}

/* --- what can be read ---------------------------------------------------------------------- */

static int named_engine(int i)
{
	const int good = i - (ENGINES - GOOD_ENGINES);

	if (good >= 0 && getenv("FAKE_NEW_ENGINES"))
		i = ENGINES - 1 - good;
	return engines[i].number;
}

static int name_engines(const struct descriptor *heuristic, int64_t room, int64_t *n, void *values)
{
	const int fallback = attribute_enum(heuristic, DNN_ATTR_ENGINEHEUR_MODE) != DNN_HEUR_MODE_A;
	const int first = fallback ? ENGINES - GOOD_ENGINES : 0;
	const int named = !fallback && getenv("FAKE_NO_HEURISTICS") ? 0 : ENGINES - first;
	struct descriptor *graph =
	    attribute_pointer(heuristic, DNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, 0);

	*n = named;
	for (int i = 0; i < named && i < room; i++) {
		struct descriptor *config = ((struct descriptor **)values)[i];

		if (!config || config->kind != DNN_ENGINECFG || config->finalized)
			return STATUS_BAD_PARAM;
		config->engine = named_engine(first + i);
		config->graph = graph;
		config->finalized = 1;
		graph->references++;
	}
	return DNN_SUCCESS;
}

static int64_t workspace_of(const struct descriptor *plan)
{
	const struct engine *e = engine_of(plan);

	return e->workspace + (e->number == ENGINE_GOOD ? 64 * operation_batch(plan) : 0);
}

int cudnnBackendGetAttribute(void *descriptor, int attribute, int type, int64_t room, int64_t *n,
			     void *values);
int cudnnBackendGetAttribute(void *descriptor, int attribute, int type, int64_t room, int64_t *n,
			     void *values)
{
	struct descriptor *d = descriptor;

	if (shim_fails("cudnnBackendGetAttribute"))
		return STATUS_INTERNAL_ERROR;
	if (!d->finalized)
		return STATUS_NOT_FINALIZED;
	if (attribute == DNN_ATTR_ENGINEHEUR_RESULTS && type == DNN_TYPE_BACKEND_DESCRIPTOR)
		return name_engines(d, room, n, values);
	if (attribute == DNN_ATTR_ENGINECFG_ENGINE && type == DNN_TYPE_BACKEND_DESCRIPTOR) {
		struct descriptor *engine = *(struct descriptor **)values;

		engine->engine = d->engine;
		engine->finalized = engine->kind == DNN_ENGINE;
		*n = 1;
		return engine->finalized ? DNN_SUCCESS : STATUS_BAD_PARAM;
	}
	if (attribute == DNN_ATTR_ENGINE_GLOBAL_INDEX && type == DNN_TYPE_INT64) {
		*(int64_t *)values = d->engine;
		*n = 1;
		return DNN_SUCCESS;
	}
	if (attribute == DNN_ATTR_ENGINE_NUMERICAL_NOTE && type == DNN_TYPE_NUMERICAL_NOTE &&
	    room <= NOTES) {
		*n = engine_of(d)->notes;
		for (int i = 0; i < *n && i < room; i++)
			((int *)values)[i] = engine_of(d)->note[i];
		return DNN_SUCCESS;
	}
	if (attribute == DNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE && type == DNN_TYPE_INT64) {
		*(int64_t *)values = workspace_of(d);
		*n = 1;
		return DNN_SUCCESS;
	}
	return STATUS_BAD_PARAM;
}

static void take_time(int engine)
{
	const char *slow = getenv("FAKE_SLOW_ENGINE");

	if (slow && strtol(slow, NULL, 10) == engine)
		nanosleep(&(struct timespec){0, 20000000}, NULL);
}

int cudnnBackendExecute(void *handle, void *plan, void *pack);
int cudnnBackendExecute(void *handle, void *plan, void *pack)
{
	const struct descriptor *p = plan, *v = pack;
	const int64_t workspace = p->finalized ? workspace_of(p) : 0;

	if (shim_fails("cudnnBackendExecute") || !*(void **)handle)
		return STATUS_INTERNAL_ERROR;
	if (!p->finalized || p->kind != DNN_EXECUTION_PLAN || !v->finalized)
		return STATUS_NOT_FINALIZED;
	if (workspace) {
		void *w = attribute_of(v, DNN_ATTR_VARIANT_PACK_WORKSPACE)
			      ? attribute_pointer(v, DNN_ATTR_VARIANT_PACK_WORKSPACE, 0)
			      : NULL;

		if (!w || !fake_holds(w, (size_t)workspace, 16))
			return STATUS_BAD_PARAM;
		memset(w, 0xff, (size_t)workspace);
	}
	take_time(p->engine);
	return operation_run(p, v);
}
