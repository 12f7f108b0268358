/* Numbers that depend on the dataset. */
#include "core/run/recipe_context.h"

#include <string.h>

#include "core/base/error.h"
#include "core/run/check.h"
#include "core/run/datasets.h"
#include "core/store/sweeps.h"

/* Is anything evaluated that could need validation images? A draft's list is canonical: "[]". */
static int evaluates(const struct resolver *draft)
{
	const char *protocols = recipe_so_far(draft, "eval.protocol");

	return protocols && strcmp(protocols, "[]") != 0;
}

/* From the row alone where that tells, since a sweep asks for each of its cells. */
static int count_val(struct store *s, const char *dataset, enum eval_split split, uint32_t *out,
		     struct error *err)
{
	struct dataset_row row;
	struct data_facts f;

	if (!datasets_find(s, dataset, &row, NULL)) {
		if (row.n_val || !row.n_train || (row.n_test && split == EVAL_TEST)) {
			*out = (uint32_t)row.n_val;
			return 0;
		}
	} else if (strcmp(dataset, DATASET_SHAPES) != 0) {
		*out = 0; /* whoever wants the dataset will miss it */
		return 0;
	}
	if (data_facts_find(&f, s, dataset, err))
		return -1;
	*out = run_check_val(&f, split);
	return 0;
}

/* data.val: how many images there are to validate on (run_check_val()). */
static int answer_val(struct store *s, const struct resolver *draft, struct strbuf *out,
		      struct error *err)
{
	const char *split = recipe_so_far(draft, "eval.split");
	uint32_t val = 0;

	if (s && evaluates(draft) &&
	    count_val(s, recipe_so_far(draft, "data.set"),
		      split && !strcmp(split, "val") ? EVAL_VAL : EVAL_TEST, &val, err))
		return -1;
	strbuf_addf(out, "%u", val);
	return 0;
}

static int answer(void *ctx, const char *key, const struct resolver *draft, struct strbuf *out,
		  struct error *err)
{
	if (!strcmp(key, "data.val"))
		return answer_val(ctx, draft, out, err);
	BUG("%s: no answer is known", key);
}

void recipe_context_of_store(struct recipe_context *out, struct store *s)
{
	*out = (struct recipe_context){.answer = answer, .ctx = s};
}

static int is_cell(void *ctx, const char *group_hash)
{
	const struct sweep_context *of = ctx;

	return sweeps_has_group(of->store, of->sweep, group_hash, NULL) > 0;
}

void recipe_context_of_sweep(struct recipe_context *out, struct sweep_context *of)
{
	recipe_context_of_store(out, of->store);
	out->known = is_cell;
	out->known_ctx = of;
}
