#include "core/tensor/cuda/plans.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/tensor/cuda/timing.h"

/* The largest scratch memory that an engine may need. */
static const size_t most_scratch = (size_t)1 << 30;

struct plan {
	struct cuda_conv_job j;
	struct cuda_conv conv;
	struct plan *next;
};

struct cuda_plans {
	const struct cuda_dnn *dnn;
	struct cuda_queue *q;
	struct plan *list;
	const struct engine_table *used; /* NULL: the rule's engines */
	struct engine_table *timed;      /* NULL: engines are not timed */
};

struct cuda_plans *cuda_plans_new(const struct cuda_dnn *dnn, struct cuda_queue *q)
{
	struct cuda_plans *p = xcalloc(1, sizeof *p);

	p->dnn = dnn;
	p->q = q;
	return p;
}

static void forget(struct cuda_plans *p)
{
	struct plan *next;

	for (struct plan *n = p->list; n; n = next) {
		next = n->next;
		cuda_conv_release(&n->conv);
		free(n);
	}
	p->list = NULL;
}

void cuda_plans_free(struct cuda_plans *p)
{
	if (!p)
		return;
	forget(p);
	free(p);
}

void cuda_plans_use(struct cuda_plans *p, const struct engine_table *t)
{
	if (p->used == t)
		return;
	forget(p);
	p->used = t;
}

void cuda_plans_time(struct cuda_plans *p, struct engine_table *t)
{
	forget(p);
	p->timed = t;
}

/* The number format of a pass, on which its engines depend. */
static const char *format_of(const struct cuda_conv_job *j)
{
	if (j->type == CUDA_BF16)
		return "bf16";
	if (j->type == CUDA_F64)
		return "f64";
	return j->s.precision == PRECISION_TF32 ? "tf32" : "f32";
}

/* The name of a job in a table: "forward f32 512x32x32x64 with 64 of 3x3, stride 1, padding 1". */
static void name_job(const struct cuda_conv_job *j, char *out, size_t size)
{
	static const char *const pass[] = {"forward", "data", "weights"};
	const struct conv_shape *s = &j->s;

	snprintf(out, size, "%s %s %dx%dx%dx%d with %d of %dx%d, stride %d, padding %d%s",
		 pass[j->pass], format_of(j), s->n, s->h, s->w, s->cin, s->cout, s->kh, s->kw,
		 s->stride, s->pad, j->accumulate ? ", added" : "");
}

/* Times the engines for a job, unless the table has it. */
static int time_job(struct cuda_plans *p, const struct cuda_conv_job *j, const char *what,
		    struct error *err)
{
	struct engine_choice choice;

	if (engine_table_find(p->timed, what))
		return 0;
	if (cuda_conv_time(p->dnn, p->q, j, most_scratch, &choice, err))
		return -1;
	snprintf(choice.what, sizeof choice.what, "%s", what);
	engine_table_add(p->timed, &choice);
	return 0;
}

/* The library is not the one for which the table was made. */
static int other_engine(const struct engine_choice *choice, const struct error *why,
			struct error *err)
{
	return error_set(err, ERR_FAILED,
			 "%s: the table names engine %lld at place %d: %s: `ssl device tune` makes "
			 "a table for this cuDNN",
			 choice->what, (long long)choice->engine, choice->place, why->msg);
}

/* Makes the plan of the engine that the table names, or else of the rule's. */
static int make_plan(struct cuda_plans *p, const struct cuda_conv_job *j, const char *what,
		     struct cuda_conv *out, struct error *err)
{
	const struct engine_choice *choice = engine_table_find(p->used, what);
	struct error why;

	if (cuda_conv_init(out, p->dnn, j, most_scratch, choice ? choice->place : 0, &why)) {
		if (choice)
			return other_engine(choice, &why, err);
		*err = why;
		return -1;
	}
	if (!choice || out->engine == choice->engine)
		return 0;
	error_set(&why, ERR_FAILED, "cuDNN has engine %lld there", (long long)out->engine);
	cuda_conv_release(out);
	return other_engine(choice, &why, err);
}

static int is_for(const struct plan *n, const struct cuda_conv_job *j)
{
	return n->j.pass == j->pass && n->j.type == j->type && n->j.accumulate == j->accumulate &&
	       !memcmp(&n->j.s, &j->s, sizeof j->s);
}

static int add_plan(struct cuda_plans *p, const struct cuda_conv_job *j, struct error *err)
{
	struct plan *n, new = {*j, {0}, p->list};
	char what[sizeof((struct engine_choice *)0)->what];

	name_job(j, what, sizeof what);
	if (p->timed && time_job(p, j, what, err))
		return -1;
	if (make_plan(p, j, what, &new.conv, err))
		return -1;
	n = xmalloc(sizeof *n);
	*n = new;
	p->list = n;
	return 0;
}

int cuda_plans_find(struct cuda_plans *p, const struct cuda_conv_job *j,
		    const struct cuda_conv **out, struct error *err)
{
	struct plan *n = p->list;

	while (n && !is_for(n, j))
		n = n->next;
	if (!n && add_plan(p, j, err))
		return -1;
	*out = n ? &n->conv : &p->list->conv;
	return 0;
}
