/* Rows of bundles that older versions made, in today's words. */
#include <string.h>

#include "core/store/bundle/bundle_internal.h"
#include "core/store/metric_kinds.h"
#include "core/store/prune.h"

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

void bundle_read_words(struct bundle_import *m)
{
	int run = !strcmp(bundle_field(m, "table"), "run");
	int metric = !strcmp(bundle_field(m, "table"), "metric_name");
	const struct metric_kind *kind = metric_kind(metric ? bundle_field(m, "name") : "");

	if (run && bundle_was_pruned(&m->line))
		set_text(&m->line, "status", "pruned");
	if (!metric || kind->guess)
		return;
	set_text(&m->line, "goal", kind->goal);
}
