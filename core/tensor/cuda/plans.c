#include "core/tensor/cuda/plans.h"

#include <stdlib.h>
#include <string.h>

/* The largest scratch memory that an engine may need. */
static const size_t most_scratch = (size_t)1 << 30;

struct plan {
	struct conv_shape s;
	enum cuda_conv_pass pass;
	enum cuda_type type;
	int accumulate;
	struct cuda_conv conv;
	struct plan *next;
};

struct cuda_plans {
	const struct cuda_dnn *dnn;
	struct plan *list;
};

struct cuda_plans *cuda_plans_new(const struct cuda_dnn *dnn)
{
	struct cuda_plans *p = xcalloc(1, sizeof *p);

	p->dnn = dnn;
	return p;
}

void cuda_plans_free(struct cuda_plans *p)
{
	struct plan *next;

	if (!p)
		return;
	for (struct plan *n = p->list; n; n = next) {
		next = n->next;
		cuda_conv_release(&n->conv);
		free(n);
	}
	free(p);
}

static int is_for(const struct plan *n, const struct conv_shape *s, enum cuda_conv_pass pass,
		  enum cuda_type type, int accumulate)
{
	return n->pass == pass && n->type == type && n->accumulate == accumulate &&
	       !memcmp(&n->s, s, sizeof *s);
}

int cuda_plans_find(struct cuda_plans *p, const struct conv_shape *s, enum cuda_conv_pass pass,
		    enum cuda_type type, int accumulate, const struct cuda_conv **out,
		    struct error *err)
{
	struct plan *n = p->list;

	while (n && !is_for(n, s, pass, type, accumulate))
		n = n->next;
	if (!n) {
		struct plan new = {*s, pass, type, accumulate, {0}, p->list};

		if (cuda_conv_init(&new.conv, p->dnn, s, pass, type, accumulate, most_scratch, err))
			return -1;
		n = xmalloc(sizeof *n);
		*n = new;
		p->list = n;
	}
	*out = &n->conv;
	return 0;
}
