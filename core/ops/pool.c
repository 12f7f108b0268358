/* Pooling over pixels; core/tensor/kernels/pool.h computes it. */
#include "core/base/error.h"
#include "core/ops/ops.h"
#include "core/tensor/kernels.h"

struct maxpool {
	struct pool_shape shape;
	uint8_t *where;
};

static void maxpool_op_backward(struct tensor *out)
{
	const struct kernels *k = out->tape->k;
	const struct maxpool *m = out->save;
	int accumulate;
	struct tensor *dx = tape_grad(out->in[0], &accumulate);

	k->maxpool_backward(&m->shape, tensor_grad(out), m->where, dx, accumulate);
}

static const struct op maxpool_op = {
    .name = "maxpool", .backward = maxpool_op_backward, .part = PROFILE_POOL};

struct tensor *op_maxpool(struct tape *t, struct tensor *x, int kernel, int stride, int padding)
{
	struct maxpool *m = tape_alloc(t, sizeof *m);
	struct pool_shape *s = &m->shape;
	struct tensor *y;
	char text[64];

	if (x->ndim != 4 || kernel < 1 || kernel > 15 || stride < 1 || padding < 0 ||
	    2 * padding > kernel || x->shape[1] + 2 * padding < kernel ||
	    x->shape[2] + 2 * padding < kernel)
		BUG("maxpool %d/%d/%d of %s", kernel, stride, padding,
		    tensor_shape_text(x, text, sizeof text));
	*s = (struct pool_shape){.h = x->shape[1],
				 .w = x->shape[2],
				 .c = x->shape[3],
				 .kernel = kernel,
				 .stride = stride,
				 .padding = padding};
	s->oh = (s->h + 2 * padding - kernel) / stride + 1;
	s->ow = (s->w + 2 * padding - kernel) / stride + 1;
	y = tensor_new_as(&t->arena, x->element, 4, (int[]){x->shape[0], s->oh, s->ow, s->c});
	m->where = tape_values(t, y->n);
	t->k->maxpool_forward(s, x, y, m->where);
	tape_append(t, &maxpool_op, y, &x, 1);
	y->save = m;
	return y;
}

static void avgpool_op_backward(struct tensor *out)
{
	const struct kernels *k = out->tape->k;
	int accumulate;
	struct tensor *dx = tape_grad(out->in[0], &accumulate);

	k->avgpool_backward(tensor_grad(out), dx, accumulate);
}

static const struct op avgpool_op = {
    .name = "avgpool", .backward = avgpool_op_backward, .part = PROFILE_POOL};

struct tensor *op_avgpool_global(struct tape *t, struct tensor *x)
{
	struct tensor *y;

	if (x->ndim != 4 || !x->shape[1] || !x->shape[2])
		BUG("global pooling of a tensor of %d dimensions", x->ndim);
	y = tensor_new2(&t->arena, x->shape[0], x->shape[3]);
	t->k->avgpool_forward(x, y);
	return tape_append(t, &avgpool_op, y, &x, 1);
}
