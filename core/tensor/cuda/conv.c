#include "core/tensor/cuda/conv.h"

enum { DIMS = 4, ALIGNMENT = 16, MOST = 16, ENGINES = 32, NOTES = 10 };
enum { X_ID = 1, W_ID, Y_ID };

static int check(const struct cudnn *api, int status, const char *function, struct error *err)
{
	if (status == DNN_SUCCESS)
		return 0;
	return error_set(err, ERR_FAILED, "cuda: %s: %s", function, api->error_string(status));
}

int cuda_dnn_open(struct cuda_dnn *d, const struct cudnn *api, const struct cuda_queue *q,
		  struct error *err)
{
	void *handle;

	if (check(api, api->create(&handle), "cudnnCreate", err))
		return -1;
	if (check(api, api->set_stream(handle, q->stream), "cudnnSetStream", err)) {
		api->destroy(handle);
		return -1;
	}
	*d = (struct cuda_dnn){api, handle};
	return 0;
}

void cuda_dnn_close(struct cuda_dnn *d)
{
	d->api->destroy(d->handle);
	*d = (struct cuda_dnn){0};
}

/* --- descriptors --------------------------------------------------------------------------- */

/* The descriptors that describe a pass, which cuDNN refers to only until the plan is finalized. */
struct builder {
	const struct cuda_dnn *dnn;
	const struct cuda_conv_job *j;
	const struct conv_shape *s; /* of j */
	size_t most_scratch;
	void *made[MOST];
	int n;
};

/* Is called with each plan that may be used, of the engine at place 0, 1, ...: takes it and returns
 * 1, or returns 0 or -1. */
struct taker {
	int (*take)(void *ctx, const struct cuda_conv *c, int place, struct error *err);
	void *ctx;
	int places; /* so many plans so far */
};

static int create(const struct cuda_dnn *dnn, int kind, void **d, struct error *err)
{
	return check(dnn->api, dnn->api->backend_create(kind, d), "cudnnBackendCreateDescriptor",
		     err);
}

static int set(const struct cuda_dnn *dnn, void *d, int attribute, int type, int64_t n,
	       const void *values, struct error *err)
{
	return check(dnn->api, dnn->api->backend_set(d, attribute, type, n, values),
		     "cudnnBackendSetAttribute", err);
}

static int finalize(const struct cuda_dnn *dnn, void *d, struct error *err)
{
	return check(dnn->api, dnn->api->backend_finalize(d), "cudnnBackendFinalize", err);
}

/* A descriptor that is destroyed with the builder. */
static int make(struct builder *b, int kind, void **d, struct error *err)
{
	if (create(b->dnn, kind, d, err))
		return -1;
	b->made[b->n++] = *d;
	return 0;
}

static void builder_release(struct builder *b)
{
	while (b->n)
		b->dnn->api->backend_destroy(b->made[--b->n]);
}

static int dnn_type(enum cuda_type type)
{
	return type == CUDA_F64   ? DNN_DATA_DOUBLE
	       : type == CUDA_F32 ? DNN_DATA_FLOAT
				  : DNN_DATA_BFLOAT16;
}

/* n images (or filters) of h x w pixels of c channels, in this order in memory; cuDNN's order of
 * dimensions is n, c, h, w. */
static int make_tensor(struct builder *b, int64_t id, int64_t n, int64_t c, int64_t h, int64_t w,
		       void **d, struct error *err)
{
	const int64_t dims[DIMS] = {n, c, h, w}, strides[DIMS] = {h * w * c, 1, w * c, c};
	const int64_t alignment = ALIGNMENT;
	const int type = dnn_type(b->j->type);

	if (make(b, DNN_TENSOR, d, err) ||
	    set(b->dnn, *d, DNN_ATTR_TENSOR_DATA_TYPE, DNN_TYPE_DATA_TYPE, 1, &type, err) ||
	    set(b->dnn, *d, DNN_ATTR_TENSOR_DIMENSIONS, DNN_TYPE_INT64, DIMS, dims, err) ||
	    set(b->dnn, *d, DNN_ATTR_TENSOR_STRIDES, DNN_TYPE_INT64, DIMS, strides, err) ||
	    set(b->dnn, *d, DNN_ATTR_TENSOR_UNIQUE_ID, DNN_TYPE_INT64, 1, &id, err) ||
	    set(b->dnn, *d, DNN_ATTR_TENSOR_BYTE_ALIGNMENT, DNN_TYPE_INT64, 1, &alignment, err))
		return -1;
	return finalize(b->dnn, *d, err);
}

static int make_convolution(struct builder *b, void **d, struct error *err)
{
	const int type = b->j->type == CUDA_F64 ? DNN_DATA_DOUBLE : DNN_DATA_FLOAT;
	const int mode = DNN_CROSS_CORRELATION;
	const int64_t dims = 2, pad[] = {b->s->pad, b->s->pad}, one[] = {1, 1};
	const int64_t stride[] = {b->s->stride, b->s->stride};
	const struct {
		int attribute, type;
		int64_t n;
		const void *values;
	} list[] = {
	    {DNN_ATTR_CONVOLUTION_COMP_TYPE, DNN_TYPE_DATA_TYPE, 1, &type},
	    {DNN_ATTR_CONVOLUTION_CONV_MODE, DNN_TYPE_CONVOLUTION_MODE, 1, &mode},
	    {DNN_ATTR_CONVOLUTION_SPATIAL_DIMS, DNN_TYPE_INT64, 1, &dims},
	    {DNN_ATTR_CONVOLUTION_PRE_PADDINGS, DNN_TYPE_INT64, 2, pad},
	    {DNN_ATTR_CONVOLUTION_POST_PADDINGS, DNN_TYPE_INT64, 2, pad},
	    {DNN_ATTR_CONVOLUTION_FILTER_STRIDES, DNN_TYPE_INT64, 2, stride},
	    {DNN_ATTR_CONVOLUTION_DILATIONS, DNN_TYPE_INT64, 2, one},
	};

	if (make(b, DNN_CONVOLUTION, d, err))
		return -1;
	for (size_t i = 0; i < sizeof list / sizeof *list; i++)
		if (set(b->dnn, *d, list[i].attribute, list[i].type, list[i].n, list[i].values,
			err))
			return -1;
	return finalize(b->dnn, *d, err);
}

/* The factors of y = alpha conv(x, w) + beta y, in the type of the sums. */
static int set_factors(struct builder *b, void *d, int first, struct error *err)
{
	const double wide[] = {1, b->j->accumulate};
	const float narrow[] = {1, (float)b->j->accumulate};
	const int type = b->j->type == CUDA_F64 ? DNN_TYPE_DOUBLE : DNN_TYPE_FLOAT;

	for (int i = DNN_ALPHA; i <= DNN_BETA; i++)
		if (set(b->dnn, d, first + i, type, 1,
			b->j->type == CUDA_F64 ? (const void *)(wide + i) : narrow + i, err))
			return -1;
	return 0;
}

static int make_operation(struct builder *b, void **d, struct error *err)
{
	static const int kind[] = {DNN_OPERATION_CONVOLUTION_FORWARD,
				   DNN_OPERATION_CONVOLUTION_BACKWARD_DATA,
				   DNN_OPERATION_CONVOLUTION_BACKWARD_FILTER};
	static const int first[] = {DNN_ATTR_CONVOLUTION_FORWARD, DNN_ATTR_CONVOLUTION_BWD_DATA,
				    DNN_ATTR_CONVOLUTION_BWD_FILTER};
	const struct conv_shape *s = b->s;
	void *part[DNN_Y + 1];

	if (make_convolution(b, &part[DNN_CONV], err) ||
	    make_tensor(b, W_ID, s->cout, s->cin, s->kh, s->kw, &part[DNN_W], err) ||
	    make_tensor(b, X_ID, s->n, s->cin, s->h, s->w, &part[DNN_X], err) ||
	    make_tensor(b, Y_ID, s->n, s->cout, s->oh, s->ow, &part[DNN_Y], err) ||
	    make(b, kind[b->j->pass], d, err) || set_factors(b, *d, first[b->j->pass], err))
		return -1;
	for (int i = DNN_CONV; i <= DNN_Y; i++)
		if (set(b->dnn, *d, first[b->j->pass] + i, DNN_TYPE_BACKEND_DESCRIPTOR, 1, &part[i],
			err))
			return -1;
	return finalize(b->dnn, *d, err);
}

static int make_graph(struct builder *b, void **d, struct error *err)
{
	void *operation;

	if (make_operation(b, &operation, err) || make(b, DNN_OPERATIONGRAPH, d, err) ||
	    set(b->dnn, *d, DNN_ATTR_OPERATIONGRAPH_OPS, DNN_TYPE_BACKEND_DESCRIPTOR, 1, &operation,
		err) ||
	    set(b->dnn, *d, DNN_ATTR_OPERATIONGRAPH_HANDLE, DNN_TYPE_HANDLE, 1, &b->dnn->handle,
		err))
		return -1;
	return finalize(b->dnn, *d, err);
}

/* --- engines ------------------------------------------------------------------------------- */

static int get(const struct cuda_dnn *dnn, void *d, int attribute, int type, int64_t room,
	       int64_t *n, void *values, struct error *err)
{
	return check(dnn->api, dnn->api->backend_get(d, attribute, type, room, n, values),
		     "cudnnBackendGetAttribute", err);
}

static int not_supported(int status)
{
	return status >= DNN_NOT_SUPPORTED && status < DNN_NOT_SUPPORTED_END;
}

/* A plan that cannot be finalized is no engine for this pass, whatever the reason, unless cuDNN
 * itself is unusable: engines that are compiled at run time fail in many ways. */
static int is_no_engine(int status)
{
	return status != DNN_SUCCESS && (status < DNN_UNUSABLE || status >= DNN_UNUSABLE_END);
}

/* May an engine with these notes be used? Tensor cores round the factors of f32 to tf32. */
static int permitted(const struct builder *b, const int *note, int64_t n)
{
	const int tensor_cores = b->j->type == CUDA_BF16 || b->s->precision == PRECISION_TF32;

	for (int64_t i = 0; i < n; i++)
		switch (note[i]) {
		case DNN_NOTE_TENSOR_CORE:
			if (!tensor_cores)
				return 0;
			break;
		case DNN_NOTE_NONDETERMINISTIC:
		case DNN_NOTE_DOWN_CONVERT_INPUTS:
		case DNN_NOTE_REDUCED_PRECISION_REDUCTION:
		case DNN_NOTE_FFT:
		case DNN_NOTE_WINOGRAD_4x4:
		case DNN_NOTE_WINOGRAD_6x6:
		case DNN_NOTE_WINOGRAD_13x13:
			return 0;
		default:
			break;
		}
	return 1;
}

/* Reads the number of the engine of a configuration, and whether it may be used. */
static int read_engine(struct builder *b, void *config, int64_t *number, int *may,
		       struct error *err)
{
	const struct cuda_dnn *dnn = b->dnn;
	int note[NOTES];
	int64_t n = 0;
	void *engine;
	int failed;

	if (create(dnn, DNN_ENGINE, &engine, err))
		return -1;
	failed =
	    get(dnn, config, DNN_ATTR_ENGINECFG_ENGINE, DNN_TYPE_BACKEND_DESCRIPTOR, 1, &n, &engine,
		err) ||
	    get(dnn, engine, DNN_ATTR_ENGINE_GLOBAL_INDEX, DNN_TYPE_INT64, 1, &n, number, err) ||
	    get(dnn, engine, DNN_ATTR_ENGINE_NUMERICAL_NOTE, DNN_TYPE_NUMERICAL_NOTE, NOTES, &n,
		note, err);
	dnn->api->backend_destroy(engine);
	*may = !failed && permitted(b, note, n < NOTES ? n : NOTES);
	return failed ? -1 : 0;
}

/* Makes the plan of a configuration. *plan stays NULL if cuDNN does not support it or it needs too
 * much scratch. */
static int try_plan(struct builder *b, void *config, void **plan, int64_t *scratch,
		    struct error *err)
{
	const struct cuda_dnn *dnn = b->dnn;
	int status, failed;
	int64_t n;
	void *d;

	*plan = NULL;
	if (create(dnn, DNN_EXECUTION_PLAN, &d, err))
		return -1;
	failed =
	    set(dnn, d, DNN_ATTR_EXECUTION_PLAN_HANDLE, DNN_TYPE_HANDLE, 1, &dnn->handle, err) ||
	    set(dnn, d, DNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, DNN_TYPE_BACKEND_DESCRIPTOR, 1,
		&config, err);
	status = failed ? DNN_NOT_SUPPORTED : dnn->api->backend_finalize(d);
	if (!is_no_engine(status))
		failed = check(dnn->api, status, "cudnnBackendFinalize", err) ||
			 get(dnn, d, DNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, DNN_TYPE_INT64, 1, &n,
			     scratch, err);
	if (!failed && status == DNN_SUCCESS && *scratch <= (int64_t)b->most_scratch)
		*plan = d;
	else
		dnn->api->backend_destroy(d);
	return failed ? -1 : 0;
}

/* Offers the plans of the configurations that one mode of the heuristics names, in their order.
 * Takes what is kept out of the list. 1: one was taken. */
static int try_configs(struct builder *b, struct taker *t, void **config, int64_t n,
		       struct error *err)
{
	int taken = 0;

	for (int64_t i = 0; i < n && !taken; i++) {
		struct cuda_conv c = {.dnn = b->dnn, .config = config[i]};
		int64_t scratch = 0;
		int may;

		if (read_engine(b, config[i], &c.engine, &may, err))
			return -1;
		if (!may)
			continue;
		if (try_plan(b, config[i], &c.plan, &scratch, err))
			return -1;
		if (!c.plan)
			continue;
		c.scratch = (size_t)scratch;
		taken = t->take(t->ctx, &c, t->places++, err);
		if (taken > 0)
			config[i] = NULL;
		else
			b->dnn->api->backend_destroy(c.plan);
	}
	return taken;
}

static int try_mode(struct builder *b, struct taker *t, void *graph, int mode, struct error *err)
{
	const struct cuda_dnn *dnn = b->dnn;
	void *heuristic, *config[ENGINES];
	int64_t n = 0;
	int made = 0, failed = 0, taken = 0, status;

	if (make(b, DNN_ENGINEHEUR, &heuristic, err) ||
	    set(dnn, heuristic, DNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, DNN_TYPE_BACKEND_DESCRIPTOR, 1,
		&graph, err) ||
	    set(dnn, heuristic, DNN_ATTR_ENGINEHEUR_MODE, DNN_TYPE_HEUR_MODE, 1, &mode, err))
		return -1;
	status = dnn->api->backend_finalize(heuristic);
	if (not_supported(status))
		return 0; /* this mode names nothing */
	if (check(dnn->api, status, "cudnnBackendFinalize", err))
		return -1;
	failed = get(dnn, heuristic, DNN_ATTR_ENGINEHEUR_RESULTS, DNN_TYPE_BACKEND_DESCRIPTOR, 0,
		     &n, NULL, err);
	while (!failed && made < n && made < ENGINES) {
		failed = create(dnn, DNN_ENGINECFG, &config[made], err);
		made += !failed;
	}
	failed = failed || get(dnn, heuristic, DNN_ATTR_ENGINEHEUR_RESULTS,
			       DNN_TYPE_BACKEND_DESCRIPTOR, made, &n, config, err);
	if (!failed)
		taken = try_configs(b, t, config, n < made ? n : made, err);
	while (made--)
		if (config[made])
			dnn->api->backend_destroy(config[made]);
	return failed ? -1 : taken;
}

static int no_engine(const struct cuda_conv_job *j, size_t most, struct error *err)
{
	static const char *const name[] = {"y", "the gradient of x", "the gradient of the weights"};
	const struct conv_shape *s = &j->s;

	return error_set(err, ERR_FAILED,
			 "cuda: cuDNN has no deterministic engine for %s of a convolution of "
			 "%dx%dx%dx%d with %d filters of %dx%d that needs at most %zu bytes",
			 name[j->pass], s->n, s->h, s->w, s->cin, s->cout, s->kh, s->kw, most);
}

/* Offers the plans of all engines that may be used, or, if the heuristics name none, those of the
 * fallback. 1: one was taken. */
static int offer(const struct cuda_dnn *dnn, const struct cuda_conv_job *j, size_t most_scratch,
		 struct taker *t, struct error *err)
{
	struct builder b = {.dnn = dnn, .j = j, .s = &j->s, .most_scratch = most_scratch};
	void *graph;
	int ret = make_graph(&b, &graph, err);

	if (!ret)
		ret = try_mode(&b, t, graph, DNN_HEUR_MODE_A, err);
	if (!ret && !t->places)
		ret = try_mode(&b, t, graph, DNN_HEUR_MODE_FALLBACK, err);
	builder_release(&b);
	if (!ret && !t->places)
		return no_engine(j, most_scratch, err);
	return ret;
}

struct choice {
	struct cuda_conv *c;
	int place;
};

static int take_chosen(void *ctx, const struct cuda_conv *c, int place, struct error *err)
{
	struct choice *choice = ctx;

	(void)err;
	if (place < choice->place)
		return 0;
	*choice->c = *c;
	return 1;
}

int cuda_conv_init(struct cuda_conv *c, const struct cuda_dnn *dnn, const struct cuda_conv_job *j,
		   size_t most_scratch, int place, struct error *err)
{
	struct choice choice = {c, place};
	struct taker t = {take_chosen, &choice, 0};
	int ret = offer(dnn, j, most_scratch, &t, err);

	if (ret)
		return ret < 0 ? -1 : 0;
	return error_set(err, ERR_FAILED, "cuda: cuDNN has no engine at place %d, only %d", place,
			 t.places);
}

struct visit {
	int (*fn)(void *ctx, const struct cuda_conv *c, struct error *err);
	void *ctx;
	int ret;
};

/* A visitor that ends the visits looks like an error to the offer, so that its plan is released. */
static int visit(void *ctx, const struct cuda_conv *c, int place, struct error *err)
{
	struct visit *v = ctx;

	(void)place;
	v->ret = v->fn(v->ctx, c, err);
	return v->ret ? -1 : 0;
}

int cuda_conv_each(const struct cuda_dnn *dnn, const struct cuda_conv_job *j, size_t most_scratch,
		   int (*fn)(void *ctx, const struct cuda_conv *c, struct error *err), void *ctx,
		   struct error *err)
{
	struct visit v = {fn, ctx, 0};
	struct taker t = {visit, &v, 0};

	if (offer(dnn, j, most_scratch, &t, err))
		return v.ret ? v.ret : -1;
	return 0;
}

void cuda_conv_release(struct cuda_conv *c)
{
	c->dnn->api->backend_destroy(c->plan);
	c->dnn->api->backend_destroy(c->config);
	*c = (struct cuda_conv){0};
}

static int fill_pack(const struct cuda_dnn *dnn, void *pack, void *x, void *w, void *y,
		     void *scratch, struct error *err)
{
	void *pointers[] = {x, w, y};
	const int64_t ids[] = {X_ID, W_ID, Y_ID};

	if (set(dnn, pack, DNN_ATTR_VARIANT_PACK_DATA_POINTERS, DNN_TYPE_VOID_PTR, 3, pointers,
		err) ||
	    set(dnn, pack, DNN_ATTR_VARIANT_PACK_UNIQUE_IDS, DNN_TYPE_INT64, 3, ids, err) ||
	    set(dnn, pack, DNN_ATTR_VARIANT_PACK_WORKSPACE, DNN_TYPE_VOID_PTR, 1, &scratch, err))
		return -1;
	return finalize(dnn, pack, err);
}

int cuda_conv_run(const struct cuda_conv *c, void *x, void *w, void *y, void *scratch,
		  struct error *err)
{
	const struct cuda_dnn *dnn = c->dnn;
	void *pack;
	int failed;

	if (create(dnn, DNN_VARIANT_PACK, &pack, err))
		return -1;
	failed = fill_pack(dnn, pack, x, w, y, scratch, err) ||
		 check(dnn->api, dnn->api->backend_execute(dnn->handle, c->plan, pack),
		       "cudnnBackendExecute", err);
	dnn->api->backend_destroy(pack);
	return failed ? -1 : 0;
}
