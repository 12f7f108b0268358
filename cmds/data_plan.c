/* ssl data show --plan: what training draws at random to augment an image. */
#include <stdio.h>
#include <string.h>

#include "cmds/cmd.h"
#include "cmds/data.h"
#include "cmds/pager.h"
#include "cmds/usage.h"
#include "core/augment/batch.h"
#include "core/base/terminal.h"
#include "core/methods/method.h"
#include "core/recipe/recipe.h"
#include "core/run/keys.h"
#include "core/run/recipe_context.h"

enum { VIEWS = 2 };

/* The plans of an image, one for each view. */
struct planned {
	const struct dataset *data;
	struct augment view[VIEWS];
	struct augment_plan plan[VIEWS];
	int views, from, to; /* of the method; those to print: from .. to - 1 */
	uint32_t image;
	long epoch, seed;
};

static const char *const jitter_name[JITTER_OPS] = {"brightness", "contrast", "saturation", "hue"};

/* The recipe: RECIPE (or the defaults) on this dataset, with --seed and --set. */
static int load_recipe(struct data_args *a, struct recipe *out, struct error *err)
{
	struct recipe_set set[OPT_LIST_MAX + 2];
	char text[2][100];
	struct recipe_context context;
	const struct recipe_how how = {.context = &context};
	int n = 0;

	recipe_context_of_store(&context, a->ctx->store);
	snprintf(text[0], sizeof text[0], "data.set=%s", a->name[0]);
	set[n++].text = text[0];
	if (a->seed >= 0) {
		snprintf(text[1], sizeof text[1], "seed=%ld", a->seed);
		set[n++].text = text[1];
	}
	for (int i = 0; i < a->set.n; i++)
		set[n++].text = a->set.item[i];
	return recipe_load_with(out, keys_schema(), &how, a->n > 1 ? a->name[1] : NULL, set, n,
				err);
}

/* Which views the method has, and which of them to print. */
static int pick_views(struct planned *p, const struct data_args *a, const struct recipe *r,
		      struct error *err)
{
	const char *method = recipe_text(r, "method");

	p->views = method_find(method)->views;
	if (!p->views)
		return error_set(err, ERR_USAGE,
				 "data show --plan: method %s trains nothing, so that no image is "
				 "augmented",
				 method);
	p->from = 0;
	p->to = p->views;
	if (!a->view)
		return 0;
	p->from = !strcmp(a->view, "b");
	p->to = p->from + 1;
	if (strcmp(a->view, "a") != 0 && !p->from)
		return error_set(err, ERR_USAGE, "--view: '%s' is not a or b", a->view);
	if (p->to > p->views)
		return error_set(err, ERR_USAGE, "--view b: method %s has one view, a", method);
	return 0;
}

static int check_image(const struct planned *p, const struct data_args *a, struct error *err)
{
	const uint32_t unlabeled = p->views == 1 ? 0 : p->data->n[SPLIT_UNLABELED];
	const uint32_t n = p->data->n[SPLIT_TRAIN] + unlabeled;

	if (p->image < n)
		return 0;
	return error_set(err, ERR_USAGE, "--image %u: the images of %s to train on are 0 to %u",
			 p->image, a->name[0], n - 1);
}

/* Draws the plans as training does. */
static int draw(struct planned *p, const struct recipe *r, struct error *err)
{
	const struct dataset *d = p->data;
	/* mean and standard deviation of the images are in no plan */
	const struct augment_source source = {d->height, d->width, d->channels, {0}, {1, 1, 1, 1}};

	for (int v = 0; v < p->views; v++)
		if (augment_from_recipe(&p->view[v], r, v, &source, err))
			return -1;
	p->seed = recipe_int(r, "seed");
	for (int v = 0; v < p->views; v++)
		batch_draw(p->view, p->views, v, (uint64_t)p->seed, (uint32_t)(p->epoch - 1),
			   p->image, &p->plan[v]);
	return 0;
}

/* for people: a row for each operation, in the order in which they are applied, and a column for
 * each view */

static void crop_cell(struct table *t, const struct augment *a, const struct augment_plan *p)
{
	const struct image_box *b = &p->box;
	char text[100];

	if (b->height == a->fixed.height && b->width == a->fixed.width)
		snprintf(text, sizeof text, "%dx%d, all", b->width, b->height);
	else
		snprintf(text, sizeof text, "%dx%d at x %d, y %d", b->width, b->height, b->left,
			 b->top);
	table_text(t, text);
}

static void resize_cell(struct table *t, const struct augment *a, const struct augment_plan *p)
{
	char text[40];

	(void)p;
	snprintf(text, sizeof text, "to %dx%d", a->fixed.out_width, a->fixed.out_height);
	table_text(t, text);
}

/* "-" if the operation is not applied. */
static void value_cell(struct table *t, int applied, const char *format, double value)
{
	char text[60];

	if (!applied) {
		table_null(t);
		return;
	}
	snprintf(text, sizeof text, format, value);
	table_text(t, text);
}

static void flip_cell(struct table *t, const struct augment *a, const struct augment_plan *p)
{
	(void)a;
	table_text(t, p->flip ? "yes" : NULL);
}

static void rotate_cell(struct table *t, const struct augment *a, const struct augment_plan *p)
{
	(void)a;
	value_cell(t, p->rotate, "%+.1f degrees", p->degrees);
}

static void gray_cell(struct table *t, const struct augment *a, const struct augment_plan *p)
{
	(void)a;
	table_text(t, p->gray ? "yes" : NULL);
}

static void blur_cell(struct table *t, const struct augment *a, const struct augment_plan *p)
{
	(void)a;
	value_cell(t, p->blur, "sigma %.2f pixels", p->sigma);
}

static void solarize_cell(struct table *t, const struct augment *a, const struct augment_plan *p)
{
	value_cell(t, p->solarize, "values from %g", a->fixed.solarize_threshold);
}

/* The i-th jitter operation. */
static void jitter_cell(struct table *t, const struct augment_plan *p, int i)
{
	char format[60];

	if (i >= p->jitter) {
		table_null(t);
		return;
	}
	snprintf(format, sizeof format, "%s %s", jitter_name[p->order[i]],
		 p->order[i] == JITTER_HUE ? "%+.3f turns" : "x %.2f");
	value_cell(t, 1, format, p->factor[p->order[i]]);
}

static void jitter_rows(struct table *t, const struct planned *p)
{
	for (int i = 0; i < JITTER_OPS; i++) {
		char name[40];

		snprintf(name, sizeof name, "jitter %d", i + 1);
		table_text(t, name);
		for (int v = p->from; v < p->to; v++)
			jitter_cell(t, &p->plan[v], i);
	}
}

static void add_operations(struct table *t, const struct planned *p)
{
	static const struct {
		const char *name;
		void (*cell)(struct table *t, const struct augment *a,
			     const struct augment_plan *p); /* NULL: the rows of the jitter */
	} rows[] = {
	    {"crop", crop_cell}, {"resize", resize_cell},
	    {"flip", flip_cell}, {"rotate", rotate_cell},
	    {NULL, NULL},        {"gray", gray_cell},
	    {"blur", blur_cell}, {"solarize", solarize_cell},
	};

	table_column(t, "operation");
	for (int v = p->from; v < p->to; v++)
		table_column(t, v ? "view b" : "view a");
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (!rows[i].cell) {
			jitter_rows(t, p);
			continue;
		}
		table_text(t, rows[i].name);
		for (int v = p->from; v < p->to; v++)
			rows[i].cell(t, &p->view[v], &p->plan[v]);
	}
}

static void print_head(FILE *out, const struct data_args *a, const struct planned *p,
		       const struct recipe *r)
{
	const struct dataset *d = p->data;
	const int train = p->image < d->n[SPLIT_TRAIN];
	const int label = train ? d->labels[SPLIT_TRAIN][p->image] : -1;

	if (label < 0)
		terminal_line(out, "image      %u of %s, without a label", p->image, a->name[0]);
	else
		terminal_line(out, "image      %u of %s, class %d: %s", p->image, a->name[0], label,
			      d->class_name[label]);
	terminal_line(out, "drawn      for epoch %ld, seed %ld, method %s, augment.preset %s",
		      p->epoch, p->seed, recipe_text(r, "method"),
		      recipe_text(r, "augment.preset"));
	fputc('\n', out);
}

/* for programs: a row for each view; null for what is not applied */

static void real_or_null(struct table *t, int applied, double value)
{
	if (applied)
		table_real(t, value, TABLE_SHORTEST);
	else
		table_null(t);
}

static void jitter_columns(struct table *t, const struct augment_plan *p)
{
	struct strbuf names = STRBUF_INIT;
	int applied[JITTER_OPS] = {0};

	for (int i = 0; i < p->jitter; i++) {
		strbuf_addf(&names, "%s%s", i ? "," : "", jitter_name[p->order[i]]);
		applied[p->order[i]] = 1;
	}
	table_text(t, p->jitter ? names.buf : NULL);
	for (int i = 0; i < JITTER_OPS; i++)
		real_or_null(t, applied[i], p->factor[i]);
	strbuf_release(&names);
}

static void view_row(struct table *t, const struct planned *p, int v)
{
	const struct augment_fixed *f = &p->view[v].fixed;
	const struct augment_plan *plan = &p->plan[v];

	table_int(t, p->image);
	table_int(t, p->epoch);
	table_int(t, p->seed);
	table_text(t, v ? "b" : "a");
	table_int(t, plan->box.top);
	table_int(t, plan->box.left);
	table_int(t, plan->box.height);
	table_int(t, plan->box.width);
	table_int(t, f->out_height);
	table_int(t, f->out_width);
	table_int(t, plan->flip);
	real_or_null(t, plan->rotate, plan->degrees);
	jitter_columns(t, plan);
	table_int(t, plan->gray);
	real_or_null(t, plan->blur, plan->sigma);
	real_or_null(t, plan->solarize, f->solarize_threshold);
}

static void add_views(struct table *t, const struct planned *p)
{
	static const char *const columns[] = {
	    "image",    "epoch",      "seed",      "view", "top",    "left",    "height",
	    "width",    "out_height", "out_width", "flip", "rotate", "jitter",  "brightness",
	    "contrast", "saturation", "hue",       "gray", "blur",   "solarize"};

	for (unsigned i = 0; i < sizeof columns / sizeof *columns; i++)
		table_column(t, columns[i]);
	for (int v = p->from; v < p->to; v++)
		view_row(t, p, v);
}

static void print(struct data_args *a, const struct planned *p, const struct recipe *r)
{
	struct table *t = table_new();

	pager_start(a->ctx);
	if (a->ctx->format == TABLE_TEXT)
		print_head(a->ctx->out, a, p, r);
	if (table_is_for_people(a->ctx->format))
		add_operations(t, p);
	else
		add_views(t, p);
	cmd_print(a->ctx, t, NULL);
	table_free(t);
}

int data_show_plan(struct data_args *a, struct error *err)
{
	struct dataset_row row;
	struct dataset d;
	struct recipe r;
	struct planned p = {
	    .data = &d, .image = (uint32_t)a->image, .epoch = a->epoch ? a->epoch : 1};
	int ret;

	if (usage_check(&cmd_data, "show --plan", a->name, a->n, 1, 2, err))
		return -1;
	if (data_open(a, a->name[0], &row, &d, err))
		return -1;
	ret = load_recipe(a, &r, err);
	if (!ret) {
		ret = pick_views(&p, a, &r, err) || check_image(&p, a, err) || draw(&p, &r, err);
		if (!ret)
			print(a, &p, &r);
		recipe_release(&r);
	}
	dataset_close(&d);
	return ret ? -1 : 0;
}
