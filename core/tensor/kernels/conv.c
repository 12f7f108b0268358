#include "core/tensor/kernels/conv.h"

#include "core/tensor/kernels/direct.h"
#include "core/tensor/kernels/im2col.h"
#include "core/tensor/kernels/winograd.h"
#include "core/tensor/memory.h"

struct conv_shape conv_shape_of(int n, int h, int w, int cin, int kh, int kw, int cout, int stride,
				int pad)
{
	return (struct conv_shape){
	    .n = n,
	    .h = h,
	    .w = w,
	    .cin = cin,
	    .kh = kh,
	    .kw = kw,
	    .cout = cout,
	    .stride = stride,
	    .pad = pad,
	    .oh = h + 2 * pad < kh ? 0 : (h + 2 * pad - kh) / stride + 1,
	    .ow = w + 2 * pad < kw ? 0 : (w + 2 * pad - kw) / stride + 1,
	};
}

/* Below this number of multiply-adds Winograd is not used, since its rounding error is about twice
 * that of a direct sum and the pass takes only a few milliseconds anyway. */
enum { WINOGRAD_LEAST = 1 << 27 };

int conv2d_uses_winograd(const struct conv_shape *s)
{
	double work = (double)s->n * s->oh * s->ow * 9 * s->cin * s->cout;

	return winograd_fits(s) && work >= WINOGRAD_LEAST && winograd_cost(s) < im2col_cost(s);
}

size_t conv2d_scratch(const struct conv_shape *s)
{
	if (direct_fits(s))
		return 0;
	return conv2d_uses_winograd(s) ? winograd_scratch(s) : im2col_scratch(s);
}

void conv2d_forward(const struct conv_shape *s, const real *x, const real *w, real *y,
		    void *scratch)
{
	if (direct_fits(s))
		direct_forward(s, x, w, y);
	else if (conv2d_uses_winograd(s))
		winograd_forward(s, x, w, y, scratch);
	else
		im2col_forward(s, x, w, y, scratch);
}

void conv2d_backward_data(const struct conv_shape *s, const real *dy, const real *w, real *dx,
			  int accumulate, void *scratch)
{
	if (direct_fits(s))
		direct_backward_data(s, dy, w, dx, accumulate);
	else if (conv2d_uses_winograd(s))
		winograd_backward_data(s, dy, w, dx, accumulate, scratch);
	else
		im2col_backward_data(s, dy, w, dx, accumulate, scratch);
}

void conv2d_backward_weights(const struct conv_shape *s, const real *x, const real *dy, real *dw,
			     int accumulate, void *scratch)
{
	if (direct_fits(s))
		direct_backward_weights(s, x, dy, dw, accumulate);
	else if (conv2d_uses_winograd(s))
		winograd_backward_weights(s, x, dy, dw, accumulate, scratch);
	else
		im2col_backward_weights(s, x, dy, dw, accumulate, scratch);
}

void convolve_forward(const struct conv_shape *s, const struct tensor *x, const struct tensor *w,
		      struct tensor *y, void *scratch)
{
	conv2d_forward(s, x->mem->data, w->mem->data, y->mem->data, scratch);
}

void convolve_backward_data(const struct conv_shape *s, const struct tensor *dy,
			    const struct tensor *w, struct tensor *dx, int accumulate,
			    void *scratch)
{
	conv2d_backward_data(s, dy->mem->data, w->mem->data, dx->mem->data, accumulate, scratch);
}

void convolve_backward_weights(const struct conv_shape *s, const struct tensor *x,
			       const struct tensor *dy, struct tensor *dw, int accumulate,
			       void *scratch)
{
	conv2d_backward_weights(s, x->mem->data, dy->mem->data, dw->mem->data, accumulate, scratch);
}
