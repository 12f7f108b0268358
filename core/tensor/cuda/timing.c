#include "core/tensor/cuda/timing.h"

#include "core/base/clock.h"

enum { ROUNDS = 3, CALLS = 10 };
static const double long_call = 1e-3; /* seconds: a call of which one at a time is timed */
static const double clearly = 0.98;   /* of the rule's time: what is less is clearly faster */

struct timing {
	struct cuda_queue *q;
	void *x, *w, *y, *scratch;
	size_t room; /* bytes of scratch */
	struct engine_choice *out;
	int place; /* of the next engine */
};

/* Makes room for the scratch memory of an engine. */
static int make_room(struct timing *t, size_t bytes, struct error *err)
{
	if (bytes <= t->room)
		return 0;
	if (t->scratch)
		cuda_free(t->q, t->scratch);
	t->scratch = NULL;
	t->room = 0;
	if (cuda_alloc(t->q, bytes, &t->scratch, err))
		return -1;
	t->room = bytes;
	return 0;
}

/* The seconds of one call, from a queue that is empty to one that is empty again. */
static int time_calls(const struct timing *t, const struct cuda_conv *c, int calls, double *seconds,
		      struct error *err)
{
	double started;

	if (cuda_sync(t->q, err))
		return -1;
	started = clock_now();
	for (int i = 0; i < calls; i++)
		if (cuda_conv_run(c, t->x, t->w, t->y, t->scratch, err))
			return -1;
	if (cuda_sync(t->q, err))
		return -1;
	*seconds = (clock_now() - started) / calls;
	return 0;
}

/* The least of several rounds. Of calls that are short each round has many, which hide the time
 * that the host takes to launch them. The first call is not counted: it may load the engine. */
static int time_plan(struct timing *t, const struct cuda_conv *c, double *best, struct error *err)
{
	int calls;

	if (make_room(t, c->scratch, err) || time_calls(t, c, 1, best, err) ||
	    time_calls(t, c, 1, best, err))
		return -1;
	calls = *best < long_call ? CALLS : 1;
	for (int i = 0; i < ROUNDS; i++) {
		double seconds;

		if (time_calls(t, c, calls, &seconds, err))
			return -1;
		*best = !i || seconds < *best ? seconds : *best;
	}
	return 0;
}

static int note_plan(void *ctx, const struct cuda_conv *c, struct error *err)
{
	struct timing *t = ctx;
	struct engine_choice *best = t->out;
	const int place = t->place++;
	double seconds;

	if (time_plan(t, c, &seconds, err))
		return -1;
	if (!place)
		best->seconds = best->first_seconds = seconds;
	else if (seconds >= best->seconds || seconds >= clearly * best->first_seconds)
		return 0;
	best->place = place;
	best->engine = c->engine;
	best->seconds = seconds;
	return 0;
}

/* Memory with zeros: the time of an engine does not depend on the numbers. */
static int alloc_zeros(struct cuda_queue *q, size_t n, enum cuda_type type, void **p,
		       struct error *err)
{
	const size_t bytes = n * cuda_type_bytes(type);

	return cuda_alloc(q, bytes, p, err) || cuda_zero(q, *p, bytes, err) ? -1 : 0;
}

static int alloc_tensors(struct timing *t, const struct cuda_conv_job *j, struct error *err)
{
	const struct conv_shape *s = &j->s;
	const size_t n = (size_t)s->n, cin = (size_t)s->cin, cout = (size_t)s->cout;

	return alloc_zeros(t->q, n * (size_t)s->h * (size_t)s->w * cin, j->type, &t->x, err) ||
	       alloc_zeros(t->q, (size_t)s->kh * (size_t)s->kw * cin * cout, j->type, &t->w, err) ||
	       alloc_zeros(t->q, n * (size_t)s->oh * (size_t)s->ow * cout, j->type, &t->y, err);
}

int cuda_conv_time(const struct cuda_dnn *dnn, struct cuda_queue *q, const struct cuda_conv_job *j,
		   size_t most_scratch, struct engine_choice *out, struct error *err)
{
	struct engine_choice best = {0};
	struct timing t = {.q = q, .out = &best};
	void *const *block[] = {&t.x, &t.w, &t.y, &t.scratch};
	int failed =
	    alloc_tensors(&t, j, err) || cuda_conv_each(dnn, j, most_scratch, note_plan, &t, err);

	for (int i = 0; i < 4; i++)
		if (*block[i])
			cuda_free(q, *block[i]);
	if (failed)
		return -1;
	*out = best;
	return 0;
}
