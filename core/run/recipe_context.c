#include "core/run/recipe_context.h"

#include <string.h>

#include "core/base/error.h"
#include "core/run/check.h"
#include "core/run/datasets.h"
#include "core/store/sweeps.h"

/* True if a protocol is asked for, which may need validation images. The list of a draft is
 * canonical: "[]". */
static int evaluates(const struct resolver *draft)
{
	const char *protocols = recipe_so_far(draft, "eval.protocol");

	return protocols && strcmp(protocols, "[]") != 0;
}

/* Answers from the dataset's row where it suffices, since a sweep asks for each of its cells. */
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
		*out = 0; /* that the dataset is missing is reported where it is opened */
		return 0;
	}
	if (data_facts_find(&f, s, dataset, err))
		return -1;
	*out = run_check_val(&f, split);
	return 0;
}

/* data.val: the number of validation images (run_check_val()). */
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
	BUG("%s: this key has no value that depends on the dataset", key);
}

void recipe_context_of_store(struct recipe_context *out, struct store *s)
{
	*out = (struct recipe_context){.answer = answer, .ctx = s};
}

static int is_point(void *ctx, const char *group_hash)
{
	const struct sweep_context *of = ctx;

	return sweeps_has_group(of->store, of->sweep, group_hash, NULL) > 0;
}

void recipe_context_of_sweep(struct recipe_context *out, struct sweep_context *of)
{
	recipe_context_of_store(out, of->store);
	out->known = is_point;
	out->known_ctx = of;
}
