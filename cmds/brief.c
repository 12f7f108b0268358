#include "cmds/brief.h"

#include <stdlib.h>
#include <string.h>

static int is_whole(const struct brief *b)
{
	return b->ctx->verbose || b->ctx->format != TABLE_TEXT;
}

int brief_shows(struct brief *b, const char *word, const char *second)
{
	int i = b->n - 1;

	while (i >= 0 && (strcmp(b->kind[i].word[0], word) || strcmp(b->kind[i].word[1], second)))
		i--;
	if (i < 0) {
		i = b->n++;
		b->kind = xrealloc(b->kind, (size_t)b->n * sizeof *b->kind);
		b->kind[i] = (struct brief_kind){0};
		snprintf(b->kind[i].word[0], sizeof b->kind[i].word[0], "%s", word);
		snprintf(b->kind[i].word[1], sizeof b->kind[i].word[1], "%s", second);
	}
	return ++b->kind[i].n <= BRIEF_ROWS || is_whole(b);
}

int brief_is_cut(const struct brief *b, const struct brief_kind *k)
{
	return k->n > BRIEF_ROWS && !is_whole(b);
}

void brief_release(struct brief *b)
{
	free(b->kind);
	b->kind = NULL;
	b->n = 0;
}
