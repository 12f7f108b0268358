/* The convolutions of struct kernels, by cuDNN: filters and, where the channels of x are few, x are
 * first copied into the form that it likes. */
#include "core/tensor/cuda/device.h"
#include "core/tensor/cuda/kernels.h"
#include "core/tensor/cuda/layout.h"
#include "core/tensor/cuda/plans.h"

enum { PART = 256 /* alignment of a part */ };

/* A pass and its parts of the workspace. */
struct job {
	struct cuda_device *c;
	struct conv_shape s; /* with padded channels */
	struct cuda_filters f;
	enum cuda_type type;
	const struct cuda_conv *conv;
	size_t w_bytes, x_bytes; /* 0: x is used where it is */
	char *w, *x, *scratch;
};

static size_t part(size_t bytes)
{
	return (bytes + PART - 1) / PART * PART;
}

/* The channels of x, padded to a multiple of 16 bytes where tensor cores multiply. */
static int padded(const struct conv_shape *s, enum cuda_type type)
{
	const int many = type == CUDA_BF16 ? 8 : s->precision == PRECISION_TF32 ? 4 : 1;

	return (s->cin + many - 1) / many * many;
}

/* 0, or -1 if the device fails, or has. */
static int prepare(struct job *j, const struct conv_shape *s, enum cuda_conv_pass pass,
		   const struct tensor *x, const struct tensor *y, int accumulate)
{
	struct cuda_device *c = cuda_of(y);
	struct cuda_conv_job what;
	struct error err;

	*j = (struct job){.c = c, .s = *s, .type = cuda_type_of(y)};
	if (cuda_failed(c))
		return -1;
	j->s.cin = padded(s, j->type);
	j->f = (struct cuda_filters){s->kh * s->kw, s->cin, s->cout, j->s.cin, j->type};
	what = (struct cuda_conv_job){j->s, pass, j->type, accumulate};
	if (cuda_check(c, cuda_plans_find(c->plans, &what, &j->conv, &err), &err))
		return -1;
	j->w_bytes = part((size_t)(s->kh * s->kw) * (size_t)j->s.cin * (size_t)s->cout *
			  cuda_type_bytes(j->type));
	if (j->s.cin != s->cin || cuda_type_of(x) != j->type)
		j->x_bytes = part((size_t)s->n * (size_t)s->h * (size_t)s->w * (size_t)j->s.cin *
				  cuda_type_bytes(j->type));
	j->w = cuda_workspace(c, j->w_bytes + j->x_bytes + j->conv->scratch);
	if (!j->w)
		return -1;
	j->x = j->w + j->w_bytes;
	j->scratch = j->x + j->x_bytes;
	return 0;
}

static size_t pixels(const struct job *j)
{
	return (size_t)j->s.n * (size_t)j->s.h * (size_t)j->s.w;
}

static void *packed_x(const struct job *j, const struct tensor *x)
{
	if (!j->x_bytes)
		return cuda_values(x);
	cuda_pad_columns(&j->c->q, cuda_values(x), cuda_type_of(x), j->x, j->type, pixels(j),
			 j->f.cin, j->s.cin);
	return j->x;
}

static void run(const struct job *j, void *x, void *y)
{
	struct error err;

	cuda_check(j->c, cuda_conv_run(j->conv, x, j->w, y, j->scratch, &err), &err);
}

size_t cuda_convolve_scratch(const struct conv_shape *s)
{
	(void)s;
	return 0; /* the device has its own, whose size depends on the engine */
}

void cuda_convolve_forward(const struct conv_shape *s, const struct tensor *x,
			   const struct tensor *w, struct tensor *y, void *scratch)
{
	struct job j;

	(void)scratch;
	if (prepare(&j, s, CUDA_CONV_FORWARD, x, y, 0))
		return;
	cuda_filters_pack(&j.c->q, &j.f, w->mem->data, j.w);
	run(&j, packed_x(&j, x), cuda_values(y));
}

void cuda_convolve_backward_data(const struct conv_shape *s, const struct tensor *dy,
				 const struct tensor *w, struct tensor *dx, int accumulate,
				 void *scratch)
{
	struct job j;

	(void)scratch;
	/* cuDNN adds only where it writes dx itself */
	if (prepare(&j, s, CUDA_CONV_DATA, dx, dy,
		    accumulate && cuda_type_of(dx) == cuda_type_of(dy) &&
			padded(s, cuda_type_of(dy)) == s->cin))
		return;
	cuda_filters_pack(&j.c->q, &j.f, w->mem->data, j.w);
	run(&j, j.x_bytes ? j.x : cuda_values(dx), cuda_values(dy));
	if (j.x_bytes)
		cuda_unpad_columns(&j.c->q, j.x, j.type, cuda_values(dx), cuda_type_of(dx),
				   pixels(&j), j.f.cin, j.s.cin, accumulate);
}

void cuda_convolve_backward_weights(const struct conv_shape *s, const struct tensor *x,
				    const struct tensor *dy, struct tensor *dw, int accumulate,
				    void *scratch)
{
	struct job j;

	(void)scratch;
	if (prepare(&j, s, CUDA_CONV_WEIGHTS, x, dy, 0))
		return;
	run(&j, packed_x(&j, x), cuda_values(dy));
	cuda_filters_unpack(&j.c->q, &j.f, j.w, dw->mem->data, accumulate);
}
