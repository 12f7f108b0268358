/*
 * Protects: every formula of the project, compared with references computed elsewhere (PyTorch,
 * float64). There is one CUnit test per *.safetensors file in the folder. An unknown file is a
 * failure, so that a misspelt name cannot leave a reference unused.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/tensor/memory.h"
#include "tests/check.h"
#include "tests/golden/golden.h"

/* The cases live in files of their own; one that is not linked fails by name. */
#pragma weak golden_linear
#pragma weak golden_batchnorm
#pragma weak golden_maxpool
#pragma weak golden_conv
#pragma weak golden_resnet
#pragma weak golden_optim
#pragma weak golden_schedule
#pragma weak golden_barlow
#pragma weak golden_vicreg
#pragma weak golden_byol
#pragma weak golden_simclr
#pragma weak golden_simsiam
#pragma weak golden_directpred
#pragma weak golden_image_ops
#pragma weak golden_evaluation
#pragma weak golden_collapse

/* The longest prefix of a file's name selects the case. */
static const struct golden_case {
	const char *prefix;
	golden_fn fn;
} table[] = {
    {"linear", golden_linear},
    {"batchnorm", golden_batchnorm},
    {"maxpool", golden_maxpool},
    {"conv", golden_conv},
    {"resnet", golden_resnet},
    {"sgd", golden_optim},
    {"sgd_nesterov", golden_optim},
    {"adam", golden_optim},
    {"adamw", golden_optim},
    {"lars", golden_optim},
    {"lars_excluded", golden_optim},
    {"schedule", golden_schedule},
    {"barlow", golden_barlow},
    {"vicreg", golden_vicreg},
    {"byol", golden_byol},
    {"image_ops", golden_image_ops},
    {"evaluation", golden_evaluation},
    {"simclr", golden_simclr},
    {"simsiam", golden_simsiam},
    {"directpred", golden_directpred},
    {"directcopy", golden_directpred},
    {"collapse", golden_collapse},
};

static const char ending[] = ".safetensors";

/* The files found. A CUnit test has no argument, so a counter identifies the current one. */
static struct {
	char dir[4096];
	char **name; /* without extension, sorted */
	int n, at, failed;
} files;

static const struct golden_case *find_case(const char *name)
{
	const struct golden_case *best = NULL;
	size_t longest = 0;

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		size_t n = strlen(table[i].prefix);

		if (n > longest && !strncmp(name, table[i].prefix, n)) {
			best = &table[i];
			longest = n;
		}
	}
	return best;
}

static void fail(const char *name, const char *why)
{
	files.failed++;
	printf("\n    %s: %s\n", name, why);
	CU_FAIL("see above");
}

static void run_case(struct golden *g, const struct golden_case *c)
{
	char path[sizeof files.dir + 300];
	struct error err;

	snprintf(path, sizeof path, "%s/%s%s", files.dir, g->name, ending);
	if (st_open(path, &g->st, &err)) {
		fail(g->name, err.msg);
		return;
	}
	c->fn(g);
	if (golden_device()->check(golden_device(), &err))
		fail(g->name, err.msg);
	printf("%d checks, worst %.2g (%s) ...", g->checks, g->worst, g->where);
	if (g->failures || !g->checks)
		fail(g->name, g->failures ? "wrong" : "nothing was checked");
	st_close(&g->st);
	tensor_arena_release(&g->arena);
}

static void run_next(void)
{
	struct golden g = {.name = files.name[files.at++]};
	const struct golden_case *c = find_case(g.name);

	tensor_arena_init(&g.arena, golden_device());
	if (!c) {
		fail(g.name, "no case knows this name");
	} else if (!c->fn) {
		fail(g.name, "case not linked");
	} else {
		run_case(&g, c);
	}
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list_files(void)
{
	const char *dir = getenv("SSL_GOLDEN_DIR"), *source = getenv("SSL_SOURCE_DIR");
	struct dirent *e;
	DIR *d;

	if (dir && *dir)
		snprintf(files.dir, sizeof files.dir, "%s", dir);
	else
		snprintf(files.dir, sizeof files.dir, "%s/tests/golden", source ? source : ".");
	d = opendir(files.dir);
	if (!d) {
		fprintf(stderr, "%s: %s\n", files.dir, strerror(errno));
		return -1;
	}
	while ((e = readdir(d))) {
		size_t n = strlen(e->d_name), m = sizeof ending - 1;

		if (n <= m || strcmp(e->d_name + n - m, ending))
			continue;
		files.name = xrealloc(files.name, (size_t)(files.n + 1) * sizeof *files.name);
		files.name[files.n] = xstrdup(e->d_name);
		files.name[files.n++][n - m] = 0;
	}
	closedir(d);
	if (!files.n) {
		fprintf(stderr, "%s: no *%s here\n", files.dir, ending);
		return -1;
	}
	qsort(files.name, (size_t)files.n, sizeof *files.name, by_name);
	return 0;
}

int main(void)
{
	struct check_case *cases;
	int bad;

	if (list_files())
		return 1;
	cases = xcalloc((size_t)files.n + 1, sizeof *cases);
	for (int i = 0; i < files.n; i++)
		cases[i] = (struct check_case){files.name[i], run_next};
	bad = check_run("golden", cases);
	printf("%d passed, %d failed\n", files.n - files.failed, files.failed);
	for (int i = 0; i < files.n; i++)
		free(files.name[i]);
	free(files.name);
	free(cases);
	return bad;
}
