/* Results of a check as sentences; see check.h. */
#include <string.h>

#include "core/eval/protocol.h"
#include "core/run/check.h"

void run_check_why(enum run_skip skip, struct strbuf *out)
{
	static const char *const why[] = {
	    [SKIP_NOTHING] = "",
	    [SKIP_NO_LABELS] = "its training images have no labels",
	    [SKIP_ONE_CLASS] = "its labelled training images are all of one class",
	    [SKIP_NO_TEST] = "it has no labelled test images",
	    [SKIP_NO_VAL] = "it has no validation images",
	};

	strbuf_adds(out, why[skip]);
}

static void add_protocols(const struct recipe *rc, struct strbuf *out)
{
	const struct protocol_row *row;
	const char *sep = "";

	for (int i = 0; (row = protocol_at(i)); i++)
		if (recipe_list_has(rc, "eval.protocol", row->name)) {
			strbuf_addf(out, "%s%s", sep, row->name);
			sep = ", ";
		}
}

static void report_training(const struct run_check *c, const struct data_facts *f,
			    struct strbuf *out)
{
	if (!c->pool) {
		strbuf_adds(out, "trains on nothing");
		return;
	}
	strbuf_addf(out, "trains on %u%s images", c->pool, f->n[SPLIT_TRAIN] ? "" : " unlabeled");
	if (c->held)
		strbuf_addf(out, ", holds out %u (%.3g %%) for validation", c->held,
			    100.0 * c->held / f->n[SPLIT_TRAIN]);
	else if (c->val)
		strbuf_addf(out, ", validates on the %u of the dataset's own validation split",
			    c->val);
}

static void report_evaluation(const struct run_check *c, const struct recipe *rc,
			      struct strbuf *out)
{
	if (!c->wanted) {
		strbuf_adds(out, "; no evaluation (the recipe asks for none)");
		return;
	}
	strbuf_adds(out, c->skip ? "; no evaluation (" : "; evaluates ");
	add_protocols(rc, out);
	if (c->skip) {
		strbuf_adds(out, " is skipped): ");
		run_check_why(c->skip, out);
		if (c->skip == SKIP_NO_TEST && !c->val)
			strbuf_adds(out, ", and data.val is 0");
		return;
	}
	strbuf_addf(out, " on %s", eval_split_name(c->split));
	if (c->final_test)
		strbuf_adds(out, ", and once on test after the last epoch");
}

void run_check_report(const struct run_check *c, const struct recipe *rc,
		      const struct data_facts *f, struct strbuf *out)
{
	strbuf_addf(out, "%s: ", f->name);
	report_training(c, f, out);
	report_evaluation(c, rc, out);
}

/* Appends how many images and classes there are. */
static void report_contents(const struct data_facts *f, struct strbuf *out)
{
	uint32_t train = f->n[SPLIT_TRAIN], rest = f->n[SPLIT_UNLABELED];
	int classes = f->present[SPLIT_TRAIN];

	if (train && rest)
		strbuf_addf(out, "%u labelled and %u unlabeled images", train, rest);
	else if (train)
		strbuf_addf(out, "%u image%s", train, train == 1 ? "" : "s");
	else
		strbuf_addf(out, "%u image%s without labels", rest, rest == 1 ? "" : "s");
	if (train)
		strbuf_addf(out, ", %d class%s", classes, classes == 1 ? "" : "es");
}

void data_facts_report(const struct data_facts *f, struct strbuf *out)
{
	uint32_t val = run_check_val(f, EVAL_TEST);
	enum eval_split split = val ? EVAL_VAL : EVAL_TEST;
	enum run_skip skip = run_check_split(f, split, val);

	report_contents(f, out);
	if (skip == SKIP_NO_LABELS || skip == SKIP_ONE_CLASS) {
		strbuf_adds(out, ": runs train on them; evaluation, which needs labels of at least "
				 "two classes, is skipped");
		return;
	}
	if (!f->n[SPLIT_TEST])
		strbuf_adds(out, ", no test split");
	if (f->n[SPLIT_VAL])
		strbuf_addf(out, ": runs are evaluated on the %u validation images", val);
	else if (val)
		strbuf_addf(out, ": runs hold out 10 %% (%u image%s) for validation", val,
			    val == 1 ? "" : "s");
	else
		strbuf_addf(out, ": runs are evaluated on the %u test images", f->n[SPLIT_TEST]);
	if (val && f->present[SPLIT_TEST])
		strbuf_addf(out, ", and once on the %u test images at their end", f->n[SPLIT_TEST]);
}
