#include "core/tensor/engines.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"

const struct engine_choice *engine_table_find(const struct engine_table *t, const char *what)
{
	for (int i = 0; t && i < t->n; i++)
		if (!strcmp(t->choice[i].what, what))
			return t->choice + i;
	return NULL;
}

void engine_table_add(struct engine_table *t, const struct engine_choice *choice)
{
	if (t->n == t->room) {
		t->room = t->room ? 2 * t->room : 16;
		t->choice = xrealloc(t->choice, (size_t)t->room * sizeof *t->choice);
	}
	t->choice[t->n++] = *choice;
}

void engine_table_release(struct engine_table *t)
{
	free(t->choice);
	*t = (struct engine_table){0};
}
