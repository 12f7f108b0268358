/* 2-d convolution on the tape; core/tensor/kernels/conv.h computes it. */
#include "core/base/error.h"
#include "core/ops/ops.h"
#include "core/tensor/kernels.h"

static struct conv_shape shape_of(const struct tensor *x, const struct tensor *w, int stride,
				  int padding)
{
	struct conv_shape s;
	char a[64], b[64];

	if (x->ndim != 4 || w->ndim != 4 || x->shape[3] != w->shape[2] || stride < 1 || padding < 0)
		BUG("op_conv: image %s, weights %s, stride %d, padding %d",
		    tensor_shape_text(x, a, sizeof a), tensor_shape_text(w, b, sizeof b), stride,
		    padding);
	s = conv_shape_of(x->shape[0], x->shape[1], x->shape[2], x->shape[3], w->shape[0],
			  w->shape[1], w->shape[3], stride, padding);
	if (s.oh < 1 || s.ow < 1)
		BUG("op_conv: no room for weights %s in image %s",
		    tensor_shape_text(w, b, sizeof b), tensor_shape_text(x, a, sizeof a));
	return s;
}

static void conv_op_backward(struct tensor *out)
{
	const struct kernels *k = out->tape->k;
	const struct conv_shape *s = out->save;
	struct tensor *x = out->in[0], *w = out->in[1];
	void *scratch = tape_scratch(out->tape, k->convolve_scratch(s));
	int accumulate;
	struct tensor *grad;

	grad = tape_grad(w, &accumulate);
	if (grad)
		k->convolve_backward_weights(s, x, tensor_grad(out), grad, accumulate, scratch);
	grad = tape_grad(x, &accumulate); /* NULL for the images, the input of the first layer */
	if (grad)
		k->convolve_backward_data(s, tensor_grad(out), w, grad, accumulate, scratch);
}

static const struct op conv_op = {
    .name = "conv", .backward = conv_op_backward, .part = PROFILE_CONV};

struct tensor *op_conv(struct tape *t, struct tensor *x, struct tensor *w, int stride, int padding)
{
	struct conv_shape s = shape_of(x, w, stride, padding), *save;
	const int out_shape[] = {s.n, s.oh, s.ow, s.cout};
	struct tensor *out = tensor_new_as(
	    &t->arena, t->precision == PRECISION_BF16 ? ELEMENT_BF16 : ELEMENT_REAL, 4, out_shape);

	s.precision = t->precision;
	t->k->convolve_forward(&s, x, w, out, tape_scratch(t, t->k->convolve_scratch(&s)));
	save = tape_alloc(t, sizeof *save);
	*save = s;
	out->save = save;
	return tape_append(t, &conv_op, out, (struct tensor *[]){x, w}, 2);
}
