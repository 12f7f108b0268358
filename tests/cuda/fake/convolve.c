#include "tests/cuda/fake/convolve.h"

#include <stdlib.h>

#include "core/tensor/cuda/api.h"
#include "tests/cuda/fake/fake.h"

enum { N, C, H, W, DIMS };

/* A tensor as its descriptor says. */
struct view {
	int64_t dims[DIMS], strides[DIMS], id, alignment;
	enum fake_type type;
	char *p;
};

struct convolution {
	struct view x, w, y;
	int64_t before[2], after[2], stride[2], dilation[2];
	int flipped, compute, kind, engine;
	double alpha, beta;
};

int operation_first(int kind)
{
	switch (kind) {
	case DNN_OPERATION_CONVOLUTION_FORWARD:
		return DNN_ATTR_CONVOLUTION_FORWARD;
	case DNN_OPERATION_CONVOLUTION_BACKWARD_DATA:
		return DNN_ATTR_CONVOLUTION_BWD_DATA;
	case DNN_OPERATION_CONVOLUTION_BACKWARD_FILTER:
		return DNN_ATTR_CONVOLUTION_BWD_FILTER;
	default:
		return 0;
	}
}

static struct view view_of(const struct descriptor *operation, int name)
{
	const struct descriptor *d =
	    attribute_pointer(operation, operation_first(operation->kind) + name, 0);
	const int type = attribute_enum(d, DNN_ATTR_TENSOR_DATA_TYPE);
	struct view v = {.type = type == DNN_DATA_DOUBLE  ? FAKE_F64
				 : type == DNN_DATA_FLOAT ? FAKE_F32
							  : FAKE_BF16,
			 .id = attribute_int(d, DNN_ATTR_TENSOR_UNIQUE_ID, 0),
			 .alignment = attribute_int(d, DNN_ATTR_TENSOR_BYTE_ALIGNMENT, 0)};

	for (int i = 0; i < DIMS; i++) {
		v.dims[i] = attribute_int(d, DNN_ATTR_TENSOR_DIMENSIONS, i);
		v.strides[i] = attribute_int(d, DNN_ATTR_TENSOR_STRIDES, i);
	}
	return v;
}

static struct convolution convolution_of(const struct descriptor *operation)
{
	const int first = operation_first(operation->kind);
	const struct descriptor *d = attribute_pointer(operation, first + DNN_CONV, 0);
	struct convolution c = {
	    .x = view_of(operation, DNN_X),
	    .w = view_of(operation, DNN_W),
	    .y = view_of(operation, DNN_Y),
	    .flipped = attribute_enum(d, DNN_ATTR_CONVOLUTION_CONV_MODE) != DNN_CROSS_CORRELATION,
	    .compute = attribute_enum(d, DNN_ATTR_CONVOLUTION_COMP_TYPE),
	    .kind = operation->kind,
	    .alpha = attribute_factor(operation, first + DNN_ALPHA),
	    .beta = attribute_factor(operation, first + DNN_BETA),
	};

	for (int i = 0; i < 2; i++) {
		c.before[i] = attribute_int(d, DNN_ATTR_CONVOLUTION_PRE_PADDINGS, i);
		c.after[i] = attribute_int(d, DNN_ATTR_CONVOLUTION_POST_PADDINGS, i);
		c.stride[i] = attribute_int(d, DNN_ATTR_CONVOLUTION_FILTER_STRIDES, i);
		c.dilation[i] = attribute_int(d, DNN_ATTR_CONVOLUTION_DILATIONS, i);
	}
	return c;
}

int operation_check(const struct descriptor *operation)
{
	const int first = operation_first(operation->kind);
	const struct convolution c = convolution_of(operation);
	const int wide = c.x.type == FAKE_F64;

	if (c.x.type != c.w.type || c.x.type != c.y.type ||
	    wide != (c.compute == DNN_DATA_DOUBLE) ||
	    wide != (attribute_of(operation, first + DNN_ALPHA)->type == DNN_TYPE_DOUBLE) ||
	    c.x.id == c.w.id || c.x.id == c.y.id || c.w.id == c.y.id)
		return STATUS_BAD_PARAM;
	if (c.x.dims[N] != c.y.dims[N] || c.x.dims[C] != c.w.dims[C] || c.w.dims[N] != c.y.dims[C])
		return STATUS_SHAPES;
	for (int i = 0; i < 2; i++) {
		const int64_t wide_x = c.x.dims[H + i] + c.before[i] + c.after[i];
		const int64_t wide_w = c.dilation[i] * (c.w.dims[H + i] - 1) + 1;

		if (c.stride[i] < 1 || c.dilation[i] < 1 || wide_x < wide_w ||
		    (wide_x - wide_w) / c.stride[i] + 1 != c.y.dims[H + i])
			return STATUS_SHAPES;
	}
	return DNN_SUCCESS;
}

static const struct descriptor *operation_of(const struct descriptor *plan)
{
	const struct descriptor *config =
	    attribute_pointer(plan, DNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, 0);

	return attribute_pointer(config->graph, DNN_ATTR_OPERATIONGRAPH_OPS, 0);
}

int64_t operation_batch(const struct descriptor *plan)
{
	return view_of(operation_of(plan), DNN_X).dims[N];
}

static size_t offset(const struct view *v, int64_t n, int64_t c, int64_t h, int64_t w)
{
	return (size_t)(n * v->strides[N] + c * v->strides[C] + h * v->strides[H] +
			w * v->strides[W]);
}

static size_t elements(const struct view *v)
{
	return (size_t)(v->dims[N] * v->dims[C] * v->dims[H] * v->dims[W]);
}

/* The element of v, as the engine reads it. */
static double value(const struct convolution *c, const struct view *v, size_t i)
{
	const double d = fake_get(v->type, v->p, i);

	return c->engine == ENGINE_NARROW ? fake_of_bf16(fake_to_bf16((float)d)) : d;
}

/* Finds the pointer of a tensor in the pack, and checks that its memory holds all elements. */
static int find_pointer(struct view *v, const struct descriptor *pack)
{
	const int64_t n = attribute_of(pack, DNN_ATTR_VARIANT_PACK_UNIQUE_IDS)->n;
	size_t last;

	for (int i = 0; i < n; i++)
		if (attribute_int(pack, DNN_ATTR_VARIANT_PACK_UNIQUE_IDS, i) == v->id)
			v->p = attribute_pointer(pack, DNN_ATTR_VARIANT_PACK_DATA_POINTERS, i);
	if (!v->p)
		return STATUS_BAD_PARAM;
	if ((uintptr_t)v->p % (uintptr_t)v->alignment)
		return STATUS_MISALIGNED;
	last = offset(v, v->dims[N] - 1, v->dims[C] - 1, v->dims[H] - 1, v->dims[W] - 1);
	return fake_holds(v->p, (last + 1) * fake_bytes(v->type), fake_bytes(v->type))
		   ? DNN_SUCCESS
		   : STATUS_BAD_PARAM;
}

/* The other good engine sums in f32, unless the numbers are f64, and begins at the last pixel. */
static void add(const struct convolution *c, double *sum, double product)
{
	*sum += product;
	if (c->engine == ENGINE_OTHER && c->x.type != FAKE_F64)
		*sum = (double)(float)*sum;
}

/* Adds the products of one pixel of y and one of the filter, for all channels, to the sums of the
 * result, which are stored without gaps. */
static void add_products(const struct convolution *c, double *sum, const int64_t *y, int64_t r,
			 int64_t s)
{
	const int64_t h = y[1] * c->stride[0] - c->before[0] + r * c->dilation[0];
	const int64_t w = y[2] * c->stride[1] - c->before[1] + s * c->dilation[1];
	const int64_t fr = c->flipped ? c->w.dims[H] - 1 - r : r;
	const int64_t fs = c->flipped ? c->w.dims[W] - 1 - s : s;
	const int64_t *dx = c->x.dims, *dw = c->w.dims, *dy = c->y.dims;

	if (h < 0 || w < 0 || h >= dx[H] || w >= dx[W])
		return;
	for (int64_t k = 0; k < dy[C]; k++)
		for (int64_t i = 0; i < dx[C]; i++) {
			const size_t at_x = offset(&c->x, y[0], i, h, w);
			const size_t at_w = offset(&c->w, k, i, fr, fs);
			const size_t at_y = offset(&c->y, y[0], k, y[1], y[2]);

			if (c->kind == DNN_OPERATION_CONVOLUTION_FORWARD)
				add(c, sum + ((y[0] * dy[C] + k) * dy[H] + y[1]) * dy[W] + y[2],
				    value(c, &c->x, at_x) * value(c, &c->w, at_w));
			else if (c->kind == DNN_OPERATION_CONVOLUTION_BACKWARD_DATA)
				add(c, sum + ((y[0] * dx[C] + i) * dx[H] + h) * dx[W] + w,
				    value(c, &c->y, at_y) * value(c, &c->w, at_w));
			else
				add(c, sum + ((k * dw[C] + i) * dw[H] + fr) * dw[W] + fs,
				    value(c, &c->x, at_x) * value(c, &c->y, at_y));
		}
}

static void add_all(const struct convolution *c, double *sum)
{
	const int64_t *y = c->y.dims, pixels = y[N] * y[H] * y[W];

	for (int64_t i = 0; i < pixels; i++) {
		const int64_t k = c->engine == ENGINE_OTHER ? pixels - 1 - i : i;
		const int64_t at[] = {k / (y[H] * y[W]), k / y[W] % y[H], k % y[W]};

		for (int64_t r = 0; r < c->w.dims[H]; r++)
			for (int64_t s = 0; s < c->w.dims[W]; s++)
				add_products(c, sum, at, r, s);
	}
}

/* result = alpha sum + beta result. The engine that is not deterministic gives other bits in every
 * call. */
static void write_result(const struct convolution *c, const struct view *v, const double *sum)
{
	static int calls;
	const double noise = c->engine == ENGINE_RANDOM ? 1 + 1e-6 * (++calls % 7 + 1) : 1;

	for (int64_t n = 0; n < v->dims[N]; n++)
		for (int64_t k = 0; k < v->dims[C]; k++)
			for (int64_t h = 0; h < v->dims[H]; h++)
				for (int64_t w = 0; w < v->dims[W]; w++) {
					const size_t i = offset(v, n, k, h, w);
					double d = c->alpha * noise * *sum++;

					if (c->beta != 0)
						d += c->beta * fake_get(v->type, v->p, i);
					fake_set(v->type, v->p, i, d);
				}
}

int operation_run(const struct descriptor *plan, const struct descriptor *pack)
{
	struct convolution c = convolution_of(operation_of(plan));
	const struct view *result = c.kind == DNN_OPERATION_CONVOLUTION_FORWARD         ? &c.y
				    : c.kind == DNN_OPERATION_CONVOLUTION_BACKWARD_DATA ? &c.x
											: &c.w;
	double *sum;
	int status = find_pointer(&c.x, pack);

	status = status ? status : find_pointer(&c.w, pack);
	status = status ? status : find_pointer(&c.y, pack);
	if (status)
		return status;
	c.engine = plan->engine;
	sum = calloc(elements(result), sizeof *sum);
	if (!sum)
		return STATUS_INTERNAL_ERROR;
	add_all(&c, sum);
	write_result(&c, result, sum);
	free(sum);
	return DNN_SUCCESS;
}
