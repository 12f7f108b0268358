/* Protects: every sweep of experiments/sweeps/ plans as it is shipped, with the number of cells
 * that its table has, and states its claim in its head; the sweeps of all methods leave none
 * out. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/methods/method.h"
#include "core/run/keys.h"
#include "core/run/sweep.h"
#include "tests/check.h"

/* The papers' tables that are run again here, and the sweeps of all methods: how many recipes. */
static const struct {
	const char *name;
	int recipes;
} tables[] = {
    {"shapes-vicreg-weights", 11},
    {"shapes-barlow-lambda", 5},
    {"shapes-barlow-width", 4},
    {"shapes-barlow-loss", 5},
    {"shapes-byol-tau", 9},
    {"shapes-byol-normalize", 4},
    {"shapes-byol-target", 7},
    {"shapes-simsiam-parts", 9},
    {"shapes-simclr-temperature-batch", 16},
    {"shapes-directpred-rho-epsilon", 8},
    {"shapes-directpred-ema-decay", 16},
    {"shapes-methods", 8},
    {"cifar10-methods", 8},
};

enum { TABLES = sizeof tables / sizeof *tables };

static void check_head(const char *path)
{
	struct strbuf text = STRBUF_INIT;
	struct error err;

	CU_ASSERT_EQUAL_FATAL(fs_read(path, &text, &err), 0);
	CU_ASSERT_EQUAL(text.buf[0], '#');
	CU_ASSERT_PTR_NOT_NULL(strstr(text.buf, "# Claim: "));
	CU_ASSERT_PTR_NOT_NULL(strstr(text.buf, "# Expect: "));
	CU_ASSERT_PTR_NOT_NULL(strstr(text.buf, "# Time: "));
	strbuf_release(&text);
}

static void check_all_methods(const struct sweep_plan *p)
{
	const struct method *m;

	for (int i = 0; (m = method_at(i)); i++) {
		int n = 0;

		for (int c = 0; c < p->points; c++)
			n += !strcmp(p->cell[c].run.method, m->name);
		CU_ASSERT_EQUAL(n, 1);
	}
}

/* The file NAME.yaml is the sweep NAME, of several seeds, with its table's recipes. */
static void check_plan(const char *file, const struct grid *g, const struct sweep_plan *p,
		       int seen[TABLES])
{
	CU_ASSERT_PTR_NOT_NULL_FATAL(g->name);
	CU_ASSERT(!strncmp(file, g->name, strlen(g->name)));
	CU_ASSERT_STRING_EQUAL(file + strlen(g->name), ".yaml");
	CU_ASSERT(g->n_seeds > 1);
	CU_ASSERT(p->points > 1 && p->n == p->points * g->n_seeds);
	if (strstr(file, "-methods."))
		check_all_methods(p);
	for (int i = 0; i < TABLES; i++)
		if (!strcmp(g->name, tables[i].name)) {
			if (p->points != tables[i].recipes)
				fprintf(stderr, "%s: %d recipes\n", file, p->points);
			CU_ASSERT_EQUAL(p->points, tables[i].recipes);
			seen[i]++;
		}
}

static void check_sweep(const char *dir, const char *file, int seen[TABLES])
{
	struct strbuf path = STRBUF_INIT;
	struct sweep_plan p;
	struct error err;
	struct grid g;

	strbuf_addf(&path, "%s/%s", dir, file);
	check_head(path.buf);
	grid_init(&g, keys_schema(), NULL);
	if (grid_read(&g, path.buf, &err) || grid_finish(&g, &err) ||
	    sweep_plan_make(&p, &g, &err)) {
		fprintf(stderr, "%s\n", err.msg);
		CU_FAIL("a sweep does not plan");
	} else {
		check_plan(file, &g, &p, seen);
		sweep_plan_release(&p);
	}
	grid_release(&g);
	strbuf_release(&path);
}

static void test_files(void)
{
	const char *source = getenv("SSL_SOURCE_DIR");
	struct strbuf dir = STRBUF_INIT;
	int seen[TABLES] = {0};
	struct dirent *e;
	DIR *d;

	strbuf_addf(&dir, "%s/experiments/sweeps", source ? source : ".");
	d = opendir(dir.buf);
	CU_ASSERT_PTR_NOT_NULL_FATAL(d);
	while ((e = readdir(d))) {
		size_t len = strlen(e->d_name);

		if (len >= 5 && !strcmp(e->d_name + len - 5, ".yaml"))
			check_sweep(dir.buf, e->d_name, seen);
	}
	closedir(d);
	for (int i = 0; i < TABLES; i++)
		CU_ASSERT_EQUAL(seen[i], 1);
	strbuf_release(&dir);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"every file of experiments/sweeps/ plans its table", test_files}, {0}};

	return check_run("run/sweep", cases);
}
