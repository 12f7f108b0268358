#include "core/store/query/metric_heading.h"

#include <string.h>

#include "core/store/identity.h"
#include "core/store/metric_names.h"
#include "core/store/query/filter.h"

int metric_pick_name(struct store *s, const char *name, char out[256], struct error *err)
{
	int64_t id;
	int found = metric_pick(s, name, &id, err);

	out[0] = 0;
	if (found <= 0)
		return found;
	return metric_name_text(s, id, out, err) ? -1 : 1;
}

int metric_heading(struct store *s, const char *name, size_t n, const char *meant,
		   struct strbuf *out, struct error *err)
{
	struct strbuf typed = STRBUF_INIT;
	char found[256];
	int ret = 0;

	strbuf_add(&typed, name, n);
	if (!meant) {
		ret = metric_pick_name(s, typed.buf, found, err) < 0 ? -1 : 0;
		meant = found;
	}
	if (!ret && strstr(meant + identity_base(meant), "rule="))
		strbuf_addf(out, "%.*s%s", (int)identity_base(typed.buf), typed.buf,
			    meant + identity_base(meant));
	else
		strbuf_add(out, name, n);
	strbuf_release(&typed);
	return ret;
}

int metric_add_alias(struct store *s, const char *name, int64_t id, struct strbuf *sql,
		     struct error *err)
{
	struct strbuf heading = STRBUF_INIT;
	char meant[256];
	int ret = metric_name_text(s, id, meant, err) ||
		  metric_heading(s, name, strlen(name), meant, &heading, err);

	if (!ret)
		filter_add_alias(heading.buf, heading.len, sql);
	strbuf_release(&heading);
	return ret ? -1 : 0;
}
