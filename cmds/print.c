#include <string.h>

#include "cmds/cmd.h"
#include "core/base/log.h"

void cmd_print(struct cmd_ctx *ctx, const struct table *t, const char *none)
{
	int rows = table_rows(t);

	if (rows || ctx->format != TABLE_TEXT)
		table_print(t, ctx->format, ctx->out);
	if (!rows && none)
		log_info("%s", none);
}

void cmd_remarks(const char *text)
{
	for (int n; *text; text += n + (text[n] == '\n')) {
		n = (int)strcspn(text, "\n");
		log_info("%.*s", n, text);
	}
}
