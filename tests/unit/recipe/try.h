/* Loading recipes out of strings. */
#ifndef SSL_TESTS_RECIPE_TRY_H
#define SSL_TESTS_RECIPE_TRY_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/recipe/schema.h"

/* Not by fs_write_atomic(): thousands of fsyncs take their time. */
static inline void try_write(const char *text, size_t n)
{
	FILE *f = fopen("r.yaml", "wb");

	if (!f || fwrite(text, 1, n, f) != n || fclose(f))
		abort();
}

/* Loads `text` (NULL: no file) as r.yaml, with settings separated by newlines. The error's path is
 * cut, so that messages begin with "r.yaml:". */
static inline int try_load(struct recipe *out, const char *text, const char *settings,
			   struct error *err)
{
	struct recipe_set set[16];
	char *copy = xstrdup(settings ? settings : ""), *save = NULL;
	int n = 0, ret;

	for (char *s = strtok_r(copy, "\n", &save); s; s = strtok_r(NULL, "\n", &save))
		set[n++].text = s;
	if (text)
		try_write(text, strlen(text));
	ret = recipe_load(out, &test_schema, text ? "r.yaml" : NULL, set, n, err);
	free(copy);
	return ret;
}

/* A scratch folder of its own as working directory. */
static inline void try_enter(char dir[32])
{
	memcpy(dir, "/tmp/ssl-recipe-XXXXXX", sizeof "/tmp/ssl-recipe-XXXXXX");
	if (!mkdtemp(dir) || chdir(dir))
		abort();
}

static inline void try_leave(const char *dir)
{
	unlink("r.yaml");
	if (chdir("/") || rmdir(dir))
		abort();
}

#endif
