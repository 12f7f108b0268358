/* Matrix products. */
#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/ops/chunk.h"
#include "core/ops/ops.h"
#include "core/tensor/kernels/gemm.h"

struct bias_job {
	real *y;
	const real *b;
	size_t rows;
	int cols, chunk; /* chunk: rows per chunk */
};

static void add_bias(void *ctx, int i)
{
	const struct bias_job *j = ctx;
	size_t from = (size_t)i * (size_t)j->chunk, to = from + (size_t)j->chunk;

	for (size_t r = from; r < to && r < j->rows; r++)
		for (int c = 0; c < j->cols; c++)
			j->y[r * (size_t)j->cols + (size_t)c] += j->b[c];
}

/* db += sum of dy over rows, in double, for a block of columns */
enum { COLUMNS = 64 };

static void bias_grad(void *ctx, int i)
{
	const struct bias_job *j = ctx; /* y is db, b is dy */
	int from = i * COLUMNS, n = j->cols - from < COLUMNS ? j->cols - from : COLUMNS;
	double sum[COLUMNS] = {0};

	for (size_t r = 0; r < j->rows; r++)
		for (int c = 0; c < n; c++)
			sum[c] += (double)j->b[r * (size_t)j->cols + (size_t)(from + c)];
	for (int c = 0; c < n; c++)
		j->y[from + c] += (real)sum[c];
}

/* y = x W^T + b:  dx = dy W,  dW += dy^T x,  db += sum over rows of dy */
static void linear_backward(struct tensor *out)
{
	struct tensor *x = out->in[0], *w = out->in[1], *b = out->in[2];
	int n = (int)tensor_rows(out), o = w->shape[0], k = w->shape[1], accumulate;
	real *d = tape_grad(x, &accumulate);

	if (d)
		gemm(0, 0, n, k, o, 1, out->grad, o, w->data, k, (real)accumulate, d, k);
	d = tape_grad(w, &accumulate);
	if (d)
		gemm(1, 0, o, k, n, 1, out->grad, o, x->data, k, (real)accumulate, d, k);
	d = tape_grad(b, &accumulate);
	if (d) {
		struct bias_job j = {d, out->grad, (size_t)n, o, 0};

		for (int i = 0; !accumulate && i < o; i++)
			d[i] = 0;
		parallel_for((o + COLUMNS - 1) / COLUMNS, bias_grad, &j);
	}
}

static const struct op linear_op = {"linear", linear_backward};

struct tensor *op_linear(struct tape *t, struct tensor *x, struct tensor *w, struct tensor *b)
{
	int n = x->shape[0], k = tensor_cols(x), o = w->shape[0];
	struct tensor *y, *in[] = {x, w, b};
	char tx[64], tw[64];

	if (x->ndim != 2 || w->ndim != 2 || w->shape[1] != k || (b && b->n != (size_t)o))
		BUG("linear of %s with %s and %zu biases", tensor_shape_text(x, tx, sizeof tx),
		    tensor_shape_text(w, tw, sizeof tw), b ? b->n : 0);
	y = tensor_new2(&t->arena, n, o);
	gemm(0, 1, n, o, k, 1, x->data, k, w->data, k, 0, y->data, o);
	if (b) {
		struct bias_job j = {y->data, b->data, (size_t)n, o, 1 + CHUNK / (o + 1)};

		parallel_for((n + j.chunk - 1) / j.chunk, add_bias, &j);
	}
	return tape_append(t, &linear_op, y, in, 3);
}

struct matmul_save {
	int ta, tb, k;
};

/* y = op(a) op(b):  d op(a) = dy op(b)^T,  d op(b) = op(a)^T dy; transposed if the input is */
static void matmul_backward(struct tensor *out)
{
	struct tensor *a = out->in[0], *b = out->in[1];
	const struct matmul_save *s = out->save;
	int n = out->shape[0], m = out->shape[1], lda = a->shape[1], ldb = b->shape[1], acc;
	const real *dy = out->grad;
	real *d = tape_grad(a, &acc);

	if (d && !s->ta)
		gemm(0, !s->tb, n, s->k, m, 1, dy, m, b->data, ldb, (real)acc, d, lda);
	else if (d)
		gemm(s->tb, 1, s->k, n, m, 1, b->data, ldb, dy, m, (real)acc, d, lda);
	d = tape_grad(b, &acc);
	if (d && !s->tb)
		gemm(!s->ta, 0, s->k, m, n, 1, a->data, lda, dy, m, (real)acc, d, ldb);
	else if (d)
		gemm(1, s->ta, m, s->k, n, 1, dy, m, a->data, lda, (real)acc, d, ldb);
}

static const struct op matmul_op = {"matmul", matmul_backward};

struct tensor *op_matmul(struct tape *t, int ta, int tb, struct tensor *a, struct tensor *b)
{
	struct tensor *y, *in[] = {a, b};
	struct matmul_save *s = tape_alloc(t, sizeof *s);
	char sa[64], sb[64];
	int n, m;

	if (a->ndim != 2 || b->ndim != 2 || a->shape[!ta] != b->shape[!!tb])
		BUG("matmul of %s%s and %s%s", tensor_shape_text(a, sa, sizeof sa), ta ? "^T" : "",
		    tensor_shape_text(b, sb, sizeof sb), tb ? "^T" : "");
	n = a->shape[!!ta];
	m = b->shape[!tb];
	*s = (struct matmul_save){ta, tb, a->shape[!ta]};
	y = tensor_new2(&t->arena, n, m);
	gemm(ta, tb, n, m, s->k, 1, a->data, a->shape[1], b->data, b->shape[1], 0, y->data, m);
	tape_append(t, &matmul_op, y, in, 2);
	y->save = s;
	return y;
}
