/* The fields of a line, and those of older versions in the names and words of this one. */
#include <string.h>

#include "core/store/bundle/bundle_internal.h"
#include "core/store/metric_kinds.h"
#include "core/store/prune.h"

const char *bundle_field(const struct bundle_import *m, const char *name)
{
	const struct json_field *f = jsonline_find(&m->line, name);

	return f && f->kind == JSON_TEXT ? jsonline_text(&m->line, f) : "";
}

static void set_text(struct jsonline *line, const char *name, const char *value)
{
	for (int i = 0; i < line->n; i++) {
		if (strcmp(line->text.buf + line->field[i].name, name) != 0)
			continue;
		line->field[i].kind = JSON_TEXT;
		line->field[i].text = line->text.len;
		strbuf_add(&line->text, value, strlen(value) + 1);
	}
}

int bundle_was_pruned(const struct jsonline *line)
{
	const struct json_field *status = jsonline_find(line, "status"),
				*error = jsonline_find(line, "error");

	return status && error && status->kind == JSON_TEXT && error->kind == JSON_TEXT &&
	       !strcmp(jsonline_text(line, status), "stopped") &&
	       prune_is_reason(jsonline_text(line, error));
}

/* Columns that migration 0017 renamed. */
static void rename_field(struct jsonline *line, const char *old, const char *name)
{
	for (int i = 0; i < line->n; i++) {
		if (strcmp(line->text.buf + line->field[i].name, old) != 0)
			continue;
		line->field[i].name = line->text.len;
		strbuf_add(&line->text, name, strlen(name) + 1);
	}
}

static void add_number(struct jsonline *line, const char *name, double value)
{
	if (line->n == JSON_FIELDS || jsonline_find(line, name))
		return;
	line->field[line->n++] =
	    (struct json_field){.name = line->text.len, .kind = JSON_REAL, .d = value};
	strbuf_add(&line->text, name, strlen(name) + 1);
}

/* What the methods of the versions before 0017 had in view v_collapse; other methods have the
 * columns' defaults. */
static void add_method_numbers(struct jsonline *line, const char *method)
{
	static const struct {
		const char *method;
		double loss_floor, least_progress;
	} known[] = {{"byol", 0, 0.15}, {"directpred", 0, 0.15}, {"simsiam", -1, 0.15}};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (!strcmp(known[i].method,
			    method)) { /* its text may move with the first number */
			add_number(line, "loss_floor", known[i].loss_floor);
			add_number(line, "least_progress", known[i].least_progress);
			return;
		}
}

void bundle_read_words(struct bundle_import *m)
{
	int run = !strcmp(bundle_field(m, "table"), "run");
	int metric = !strcmp(bundle_field(m, "table"), "metric_name");
	const struct metric_kind *kind = metric_kind(metric ? bundle_field(m, "name") : "");

	if (!strcmp(bundle_field(m, "table"), "cell"))
		rename_field(&m->line, "rank", "seed_index");
	if (!strcmp(bundle_field(m, "table"), "sweep"))
		rename_field(&m->line, "spec_hash", "first_spec_hash");
	if (run && bundle_was_pruned(&m->line))
		set_text(&m->line, "status", "pruned");
	if (run)
		add_method_numbers(&m->line, bundle_field(m, "method"));
	if (!metric || kind->guess)
		return;
	set_text(&m->line, "goal", kind->goal);
}
