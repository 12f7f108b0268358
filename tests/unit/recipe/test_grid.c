/* Sweeps: what a file comes to in cells, that nothing unused multiplies, that nonsense is named
 * with file and line, and that drawn points are the same each time. */
#include "core/recipe/grid.h"
#include "core/recipe/sobol.h"
#include "tests/check.h"
#include "tests/unit/recipe/try.h"

/* The labels of all cells as "LABEL#SEED\n", and their recipes' hashes. */
struct told {
	struct strbuf labels, hashes;
	int n;
};

static int tell(void *ctx, const struct grid_cell *c, struct error *err)
{
	struct told *t = ctx;

	(void)err;
	strbuf_addf(&t->labels, "%d %s#%lld\n", c->ordinal, c->label, (long long)c->seed);
	strbuf_addf(&t->hashes, "%s\n", c->recipe->hash);
	t->n++;
	return 0;
}

static int expand(const char *text, struct told *t, char spec[HASH_HEX], struct error *err)
{
	struct strbuf json = STRBUF_INIT;
	struct grid g;
	int ret;

	*t = (struct told){STRBUF_INIT, STRBUF_INIT, 0};
	try_write(text, strlen(text));
	grid_init(&g, &test_schema, NULL);
	ret = grid_read(&g, "r.yaml", err) || grid_finish(&g, err) || grid_each(&g, tell, t, err);
	if (!ret) {
		grid_json(&g, &json);
		hash_buffer(json.buf, json.len, spec);
	}
	strbuf_release(&json);
	grid_release(&g);
	return ret;
}

static void told_release(struct told *t)
{
	strbuf_release(&t->labels);
	strbuf_release(&t->hashes);
}

static void gives(const char *text, const char *labels)
{
	struct told t;
	struct error err = {0};
	char spec[HASH_HEX];

	if (expand(text, &t, spec, &err))
		fprintf(stderr, "\n  %s\n", err.msg);
	else if (strcmp(t.labels.buf, labels))
		fprintf(stderr, "\n  got:\n%s  wanted:\n%s", t.labels.buf, labels);
	CU_ASSERT_STRING_EQUAL(t.labels.buf, labels);
	told_release(&t);
}

static void refuses(const char *text, const char *words)
{
	struct told t;
	struct error err = {0};
	char spec[HASH_HEX];

	CU_ASSERT_EQUAL(expand(text, &t, spec, &err), 1);
	CU_ASSERT_EQUAL(err.code, ERR_USAGE);
	if (!strstr(err.msg, words))
		fprintf(stderr, "\n  %s\n  lacks: %s\n", err.msg, words);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, words));
	told_release(&t);
}

static void test_expansion(void)
{
	gives("sweep: a\nbase: {method: vicreg}\n", "1 #1\n");
	gives("grid: {vicreg: {mu: [1, 5]}, vicreg.λ: [2, 3]}\nseeds: 2\n",
	      "1 vicreg.mu=1 vicreg.lambda=2#1\n2 vicreg.mu=1 vicreg.lambda=3#1\n"
	      "3 vicreg.mu=5 vicreg.lambda=2#1\n4 vicreg.mu=5 vicreg.lambda=3#1\n"
	      "1 vicreg.mu=1 vicreg.lambda=2#2\n2 vicreg.mu=1 vicreg.lambda=3#2\n"
	      "3 vicreg.mu=5 vicreg.lambda=2#2\n4 vicreg.mu=5 vicreg.lambda=3#2\n");
	gives("grid: {projector.dims: [[8, 4], [16], []]}\n",
	      "1 projector.dims=[8,4]#1\n2 projector.dims=[16]#1\n3 projector.dims=[]#1\n");
	/* a value of a zip may come again; the same pair is one cell */
	gives("zip: {optim.lr: [0.1, 0.1, 0.1], optim.epochs: [1, 2, 1]}\n",
	      "1 optim.lr=0.1 optim.epochs=1#1\n2 optim.lr=0.1 optim.epochs=2#1\n");
	gives("zip: {optim.lr: [0.1, 0.2], optim.epochs: [1, 2]}\ngrid: {eval.knn.k: [5, 6]}\n",
	      "1 eval.knn.k=5 optim.lr=0.1 optim.epochs=1#1\n"
	      "2 eval.knn.k=5 optim.lr=0.2 optim.epochs=2#1\n"
	      "3 eval.knn.k=6 optim.lr=0.1 optim.epochs=1#1\n"
	      "4 eval.knn.k=6 optim.lr=0.2 optim.epochs=2#1\n");
	gives("list: [{optim.lr: 0.1}, {optim: {lr: 0.2, epochs: 7}}]\nseeds: [4]\n"
	      "exec: {strategy: list}\n",
	      "1 optim.lr=0.1#4\n2 optim.lr=0.2 optim.epochs=7#4\n");
	gives("grid: {optim.lr: [1, 2], optim.epochs: [1, 2]}\n"
	      "exclude: [{optim.lr: 1, optim.epochs: [1, 5]}, {optim.lr: 2, optim.epochs: 2}]\n",
	      "1 optim.lr=1 optim.epochs=2#1\n2 optim.lr=2 optim.epochs=1#1\n");
}

/* What another method has multiplies nothing, within a block and across blocks. */
static void test_unused(void)
{
	gives("grid: {method: [vicreg, byol], byol.tau: [0.9, 0.99], vicreg.mu: [1, 2]}\n",
	      "1 method=vicreg vicreg.mu=1#1\n2 method=vicreg vicreg.mu=2#1\n"
	      "3 method=byol byol.tau=0.9#1\n4 method=byol byol.tau=0.99#1\n");
	gives(
	    "blocks:\n- {set: {method: vicreg}, grid: {vicreg.mu: [1, 2], byol.tau: [0.1, 0.2]}}\n"
	    "- {set: {method: vicreg}, grid: {vicreg.mu: [2, 3]}}\n- {set: {method: byol}}\n",
	    "1 method=vicreg vicreg.mu=1#1\n2 method=vicreg vicreg.mu=2#1\n"
	    "3 method=vicreg vicreg.mu=3#1\n4 method=byol#1\n");
	/* a value that is the default is the same recipe as none */
	gives("blocks:\n- {set: {vicreg.mu: 25}}\n- {set: {vicreg.lambda: 25}}\n",
	      "1 vicreg.mu=25#1\n");
}

static void test_refused(void)
{
	refuses("sweep: a\nsweep: b\n", "r.yaml:2: ");
	refuses("gird: {optim.lr: [1]}\nseeds: 2\n",
		"r.yaml:1: gird: unknown key (did you mean grid?)");
	refuses("grid: {optim.lr: [1, 2]}\nexec: {leas: 3}\n", "exec.lease");
	refuses("grid:\n  optim.rl: [1]\n",
		"r.yaml:2: optim.rl: unknown key (did you mean optim.lr?)");
	refuses("grid: {optim.lr: [0.1, hot]}\n", "r.yaml:1: optim.lr");
	refuses("grid: {optim.lr: [-1]}\n", "optim.lr");
	refuses("grid: {optim.lr: 0.1}\n", "expected a list of values");
	refuses("grid: {optim.lr: []}\n", "expected a list of values");
	refuses("grid: {optim.lr: [1, 1.0]}\n", "listed twice");
	refuses("grid: {optim: [1]}\n", "optim: holds other keys");
	refuses("grid: {optim.lr: {min: 0.1, max: 1}}\nexec: {strategy: random, samples: 100}\n"
		"seeds: 501\n",
		"100 recipes with 501 seeds each are more than 50000 cells");
	refuses("blocks:\n- grid: {optim.lr: {min: 0.1, max: 1}}\n- grid: {optim.lr: {min: 2, max: "
		"3}}\n"
		"exec: {strategy: random, samples: 50001}\nseeds: 1\n",
		"r.yaml:3: 100002 points with those of this block: at most 100000");
	refuses("grid: {optim.lr: {min: 0, max: 1}}\n", "a range needs exec.strategy");
	refuses("grid: {optim.lr: {min: 1, max: 0}}\nexec: {strategy: random}\n",
		"max must be greater than min");
	refuses("grid: {optim.lr: {min: 0, max: 1, log: true}}\nexec: {strategy: sobol}\n",
		"greater than 0");
	refuses("grid: {seed: [1, 2]}\n", "replicates are not an axis");
	refuses("set: {seed: 3}\n", "replicates are not an axis");
	refuses("seeds: [1, 1]\n", "listed twice");
	refuses("seeds: 0\n", "1 to 1000");
	refuses("seeds: [-1]\n", "whole numbers");
	refuses("zip: {optim.lr: [1, 2], optim.epochs: [1]}\n", "has 2 values and");
	refuses("set: {optim.lr: 1}\ngrid: {optim.lr: [2]}\n", "given twice");
	refuses("zip: {optim.lr: [1]}\ngrid: {optim.lr: [2]}\n", "given twice");
	refuses("blocks: []\n", "a list of blocks");
	refuses("blocks: [3]\n", "a block is a map");
	refuses("grid: {optim.lr: [1]}\nblocks: [{set: {optim.lr: 2}}]\n", "in one of the blocks");
	refuses("base: nothere.yaml\n", "r.yaml:1: nothere.yaml");
	refuses("base: {optim: {lr: x}}\ngrid: {optim.epochs: [1]}\n", "optim.lr");
	refuses("base: {sweep: x}\nseeds: 1\n", "this is a sweep, not a recipe");
	refuses("grid: {optim.lr: [1]}\nexclude: [{optim.lr: 1}]\n", "no cell is left");
	refuses("grid: {data.val: [1, 13]}\n", "cell data.val=13");
	refuses("version: 2\nsweep: a\n", "version 1");
	refuses("exec: {prune: median}\n", "exec.prune");
	refuses("sweep: [a]\n", "expected a name");
	refuses("grid: {optim.lr: &x [1]}\n", "r.yaml:1");
	refuses("- a\n", "not a sweep");
}

/* What no cell uses, with what there is instead. */
static void test_idle(void)
{
	refuses("grid: {byol.tau: [0.1, 0.2]}\n",
		"r.yaml:1: byol.tau: no cell has it: it is for method byol, but method is vicreg");
	refuses("set: {byol.tau: 0.1}\ngrid: {optim.lr: [1, 2]}\n", "r.yaml:1: byol.tau: no cell");
	refuses("grid: {optim.lr: [1, 2]}\nzip: {byol.tau: [0.1, 0.2]}\n",
		"r.yaml:2: byol.tau: no");
	refuses("list:\n- {optim.lr: 1}\n- {byol.tau: 0.1}\n",
		"r.yaml:3: byol.tau: no cell has it");
	refuses("grid: {byol.tau: {min: 0, max: 1}, optim.lr: [1, 2]}\nexec: {strategy: random}\n",
		"byol.tau: no cell has it");
	refuses("grid: {optim.lr: [1, 2]}\nexclude:\n- {byol.tau: 0.1}\n",
		"r.yaml:3: exclude: no cell has byol.tau");
	refuses("grid: {optim.lr: [1, 2]}\nexclude: [{optim.lr: 3}]\n",
		"exclude: no cell has optim.lr=3; the cells have 1, 2");
	refuses("grid: {optim.lr: [1, 2], vicreg.mu: [1, 2]}\n"
		"exclude: [{optim.lr: 1, vicreg.mu: 1}, {optim.lr: 1, vicreg.mu: 2, optim.epochs: "
		"99}]\n",
		"exclude: no cell has optim.epochs=99");
	refuses("blocks:\n- {grid: {optim.lr: [1, 2]}}\n"
		"- {grid: {optim.lr: [3, 4]}, exclude: [{optim.lr: [3, 4]}]}\n",
		"r.yaml:3: no cell is left: exclude matches all 2 points of this block");
	refuses("list: [{optim.lr: 1}, {optim.lr: 2}]\nset: {optim.lr: 3}\n", "given twice");
	refuses("seeds: 2\nexec: {strategy: list}\n", "needs a `list`");
	refuses("seeds: 2\nexec: {strategy: random}\n", "a block has none");
	refuses("grid: {optim.lr: [1, 2]}\nexec: {samples: 3}\n",
		"exec.samples: not used: it is for exec.strategy random|sobol, but exec.strategy "
		"is grid");
	refuses("grid: {optim.lr: [1, 2]}\nexec: {prune_eta: 3}\n", "exec.prune is none");
	refuses("grid: {optim.lr: [1, 2]}\nobjective: {goal: min}\n",
		"objective.goal needs a metric");
	/* a drawn point may miss an exclude; what is switched off may keep its settings */
	gives("grid: {optim.lr: [1, 2]}\nexclude: [{optim.lr: 9}]\n"
	      "exec: {strategy: random, samples: 1}\n",
	      "1 optim.lr=2#1\n");
	gives("exec: {prune: none, prune_eta: 3}\nseeds: 1\n", "1 #1\n");
}

/* What was recorded is never refused by a rule that came later, and says the same. */
static void test_recorded(void)
{
	static const char *const text[] = {
	    "grid: {byol.tau: [0.1, 0.2], optim.lr: [1, 2]}\nset: {byol.m: 3}\n",
	    "grid: {optim.lr: [1, 2]}\nexclude: [{optim.lr: 3}]\nexec: {samples: 3}\n",
	    "grid: {optim.lr: [1]}\nexec: {strategy: random}\nobjective: {goal: min}\n"};
	const struct recipe_how how = {.recorded = 1};

	for (int i = 0; i < 3; i++) {
		struct told t = {STRBUF_INIT, STRBUF_INIT, 0};
		struct error err = {0};
		struct grid g;

		try_write(text[i], strlen(text[i]));
		grid_init(&g, &test_schema, &how);
		if (!i) /* no such key: what is unknown stays an error */
			CU_ASSERT_EQUAL(grid_read(&g, "r.yaml", &err), -1);
		grid_release(&g);
		try_write(text[i],
			  i ? strlen(text[i]) : strlen(text[i]) - strlen("set: {byol.m: 3}\n"));
		grid_init(&g, &test_schema, &how);
		CU_ASSERT_EQUAL(grid_read(&g, "r.yaml", &err) || grid_finish(&g, &err) ||
				    grid_each(&g, tell, &t, &err),
				0);
		CU_ASSERT_EQUAL(t.n, i == 2 ? 1 : 2);
		grid_release(&g);
		told_release(&t);
	}
}

static int remarks_on(const char *text, const char *words)
{
	struct told t = {STRBUF_INIT, STRBUF_INIT, 0};
	struct error err = {0};
	struct grid g;
	int found = 0;

	try_write(text, strlen(text));
	grid_init(&g, &test_schema, NULL);
	CU_ASSERT_EQUAL(grid_read(&g, "r.yaml", &err) || grid_finish(&g, &err) ||
			    grid_each(&g, tell, &t, &err),
			0);
	for (int i = 0; i < g.n_remarks; i++)
		found += !*words || strstr(g.remark[i], words) != NULL;
	grid_release(&g);
	told_release(&t);
	return found;
}

/* What some cells have is fine, and said. */
static void test_remarks(void)
{
	CU_ASSERT_EQUAL(remarks_on("grid: {method: [vicreg, byol], byol.tau: [0.9, 0.99]}\n",
				   "byol.tau: 2 of 3 cells have it"),
			1);
	CU_ASSERT_EQUAL(remarks_on("grid: {method: [vicreg, byol]}\nset: {byol.tau: 0.9}\n",
				   "byol.tau: 1 of 2 cells has it"),
			1);
	CU_ASSERT_EQUAL(remarks_on("grid: {optim.lr: [1]}\nexec: {strategy: random, samples: 5}\n",
				   "4 of 5 points"),
			1);
	CU_ASSERT_EQUAL(
	    remarks_on("zip: {optim.lr: [1, 1], optim.epochs: [2, 2]}\n", "1 of 2 points"), 1);
	CU_ASSERT_EQUAL(remarks_on("grid: {optim.lr: [1, 2], vicreg.mu: [1, 2]}\n", ""), 0);
}

/* The same sweep in other words is the same; what changes it, changes the hash. */
static void test_canonical(void)
{
	static const char *const same[] = {
	    "sweep: s\nbase: {method: vicreg, optim: {lr: 0.1}}\ngrid: {vicreg.mu: [1, 2]}\nseeds: "
	    "2\n",
	    "seeds: [1, 2]\nblocks:\n- grid:\n    vicreg: {μ: [1.0, 2e0]}\nsweep: 's'\n"
	    "base:\n  optim.lr: 1e-1\n  method: vicreg\n"};
	char a[HASH_HEX], b[HASH_HEX], again[HASH_HEX];
	struct strbuf json = STRBUF_INIT;
	struct error err = {0};
	struct told t, u;
	struct grid g;

	CU_ASSERT_EQUAL_FATAL(expand(same[0], &t, a, &err), 0);
	CU_ASSERT_EQUAL_FATAL(expand(same[1], &u, b, &err), 0);
	CU_ASSERT_STRING_EQUAL(a, b);
	CU_ASSERT_STRING_EQUAL(t.hashes.buf, u.hashes.buf);
	grid_init(&g, &test_schema, NULL);
	try_write(same[0], strlen(same[0]));
	CU_ASSERT_EQUAL_FATAL(grid_read(&g, "r.yaml", &err) || grid_finish(&g, &err), 0);
	grid_json(&g, &json);
	grid_release(&g);
	told_release(&u);
	CU_ASSERT_EQUAL_FATAL(expand(json.buf, &u, again, &err), 0);
	CU_ASSERT_STRING_EQUAL(a, again);
	CU_ASSERT_STRING_EQUAL(t.hashes.buf, u.hashes.buf);
	told_release(&t);
	told_release(&u);
	strbuf_release(&json);
}

static void test_command_line(void)
{
	struct error err = {0};
	struct told t = {STRBUF_INIT, STRBUF_INIT, 0};
	struct grid g;

	grid_init(&g, &test_schema, NULL);
	CU_ASSERT_EQUAL(grid_set(&g, "vicreg.mu=3", &err), 0);
	CU_ASSERT_EQUAL(grid_set(&g, "vicreg.mu=4", &err), 0);
	CU_ASSERT_EQUAL(grid_add_axis(&g, "vicreg.λ=1,2", 0, &err), 0);
	CU_ASSERT_EQUAL(grid_add_axis(&g, "projector.dims=[8,4],[2]", 1, &err), 0);
	CU_ASSERT_EQUAL(grid_add_axis(&g, "optim.lr=0.1,0.2", 1, &err), 0);
	CU_ASSERT_EQUAL(grid_add_seeds(&g, "7,8", 0, &err), 0);
	CU_ASSERT_EQUAL(grid_extend_axis(&g, "vicreg.lambda=2,9", &err), 0);
	CU_ASSERT_EQUAL(grid_add_seeds(&g, "8,9", 1, &err), 0);
	CU_ASSERT_EQUAL(g.n_seeds, 3);
	CU_ASSERT_EQUAL_FATAL(grid_finish(&g, &err), 0);
	CU_ASSERT_EQUAL(grid_each(&g, tell, &t, &err), 0);
	CU_ASSERT_EQUAL(t.n, 18);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(t.labels.buf, "6 vicreg.lambda=9 projector.dims=[2] optim.lr=0.2#9\n"));
	CU_ASSERT_EQUAL(grid_set(&g, "vicreg.my=4", &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, "vicreg.mu"));
	CU_ASSERT_EQUAL(grid_add_axis(&g, "vicreg.mu", 0, &err), -1);
	CU_ASSERT_EQUAL(grid_add_axis(&g, "vicreg.lambda=5,6", 0, &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, "already an axis"));
	CU_ASSERT_EQUAL(grid_extend_axis(&g, "optim.epochs=3", &err), -1);
	grid_release(&g);
	told_release(&t);
}

/* Drawn points: as many as asked for, the same for the same seed, others for another. */
static void test_drawn(void)
{
	static const char form[] =
	    "grid: {optim.lr: {min: 0.001, max: 10, log: true}, eval.knn.k: {min: 1, "
	    "max: 1000}, optim.nesterov: [true, false]}\n"
	    "exec: {strategy: %s, samples: 32, seed: %d}\n";
	static const char *const strategy[] = {"random", "sobol"};

	for (int i = 0; i < 2; i++) {
		struct told t[3];
		char spec[HASH_HEX], text[300];
		struct error err = {0};

		for (int k = 0; k < 3; k++) {
			snprintf(text, sizeof text, form, strategy[i], k == 2 ? 5 : 4);
			CU_ASSERT_EQUAL_FATAL(expand(text, &t[k], spec, &err), 0);
			CU_ASSERT_EQUAL(t[k].n, 32);
		}
		CU_ASSERT_STRING_EQUAL(t[0].labels.buf, t[1].labels.buf);
		CU_ASSERT_STRING_NOT_EQUAL(t[0].labels.buf, t[2].labels.buf);
		for (int k = 0; k < 3; k++)
			told_release(&t[k]);
	}
}

/* Each coordinate of the first 64 points has one in every 64th, and the first two have one in each
 * of 8 x 8 boxes: that is what the direction numbers are for. */
static void test_sobol(void)
{
	for (uint64_t seed = 0; seed < 3; seed++) {
		int hit[SOBOL_DIMS][64] = {{0}}, box[8][8] = {{0}};

		for (uint32_t i = 0; i < 64; i++) {
			double x[SOBOL_DIMS];

			sobol_point(seed, i, SOBOL_DIMS, x);
			for (int d = 0; d < SOBOL_DIMS; d++)
				hit[d][(int)(x[d] * 64)]++;
			box[(int)(x[0] * 8)][(int)(x[1] * 8)]++;
		}
		for (int d = 0; d < SOBOL_DIMS; d++)
			for (int k = 0; k < 64; k++)
				CU_ASSERT_EQUAL(hit[d][k], 1);
		for (int k = 0; k < 64; k++)
			CU_ASSERT_EQUAL(box[k / 8][k % 8], 1);
	}
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"what a file comes to", test_expansion},
	    {"what is not used multiplies nothing", test_unused},
	    {"nonsense is named", test_refused},
	    {"what no cell uses is refused", test_idle},
	    {"but not what was recorded", test_recorded},
	    {"what some cells use is said", test_remarks},
	    {"one form for one sweep", test_canonical},
	    {"from the command line", test_command_line},
	    {"drawn points are drawn alike", test_drawn},
	    {"Sobol' points fill every box", test_sobol},
	    {NULL, NULL},
	};
	char dir[32];
	int ret;

	try_enter(dir);
	ret = check_run("recipe/grid", cases);
	try_leave(dir);
	return ret;
}
