/* Texts that people write and stores record: recipes, sweeps, settings of a command line, and
 * config files. Each input is read as all of them. */
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/recipe/grid.h"
#include "core/run/recipe_context.h"
#include "core/run/keys.h"
#include "core/run/sweep.h"
#include "core/store/config.h"
#include "tests/fuzz/fuzz.h"

enum { POINTS = 10, LINES = 4 };

static char path[FUZZ_PATH];

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_begin();
	fuzz_path(path, "r.yaml");
	return 0;
}

/* What is accepted comes back the same from its YAML and from its JSON. */
static void round_trip(const struct recipe *a)
{
	struct strbuf text = STRBUF_INIT;
	struct error err = {0};
	struct recipe b;

	recipe_json(a, &text);
	if (recipe_from_json(&b, keys_schema(), text.buf, a->defaults, &err))
		fuzz_fail("its own JSON is refused: %s\n%s", err.msg, text.buf);
	FUZZ_CHECK(!strcmp(a->hash, b.hash));
	recipe_release(&b);
	strbuf_clear(&text);
	recipe_yaml(a, &text);
	fuzz_put("again.yaml", text.buf, text.len);
	{
		char again[FUZZ_PATH];

		if (recipe_load(&b, keys_schema(), fuzz_path(again, "again.yaml"), NULL, 0, &err))
			fuzz_fail("its own YAML is refused: %s\n%s", err.msg, text.buf);
	}
	FUZZ_CHECK(!strcmp(a->hash, b.hash));
	recipe_release(&b);
	strbuf_release(&text);
}

static void refused(const struct error *err, enum error_code code)
{
	fuzz_check_error(err);
	for (const char *s = err->msg; *s; s++)
		FUZZ_CHECK((unsigned char)*s >= 0x20 && *s != 0x7f);
	FUZZ_CHECK(err->code == code || err->code == ERR_USAGE);
}

static void as_recipe(const char *file, const struct recipe_set *set, int n)
{
	struct recipe_context context;
	const struct recipe_how how = {.context = &context};
	struct error err = {0};
	struct recipe r;

	recipe_context_of_store(&context, NULL);
	if (recipe_load_with(&r, keys_schema(), &how, file, set, n, &err)) {
		refused(&err, ERR_USAGE);
		return;
	}
	round_trip(&r);
	recipe_release(&r);
}

/* As a row of the store may have it. */
static void as_recorded(const char *text, int defaults)
{
	struct error err = {0};
	struct recipe r;
	struct grid g;

	if (recipe_from_json(&r, keys_schema(), text, defaults, &err))
		refused(&err, ERR_CORRUPT);
	else
		recipe_release(&r);
	{
		struct recipe_how how = {.recorded = 1, .defaults = defaults};

		struct strbuf json = STRBUF_INIT;

		grid_init(&g, keys_schema(), &how);
		if (grid_from_json(&g, text, &err)) {
			refused(&err, ERR_CORRUPT);
		} else {
			grid_json(&g, &json);
			if (grid_finish(&g, &err))
				refused(&err, ERR_CORRUPT);
		}
		grid_release(&g);
		strbuf_release(&json);
	}
}

static int is_small(const struct grid *g)
{
	double points = 0;

	for (int b = 0; b < g->n_blocks; b++) {
		double n = g->block[b].n_list ? g->block[b].n_list : 1;

		for (int i = 0; i < g->block[b].grid.n; i++)
			n *= g->block[b].grid.axis[i].n ? g->block[b].grid.axis[i].n : 1;
		if (g->block[b].zip.n)
			n *= g->block[b].zip.axis[0].n;
		points += n;
	}
	if (strcmp(recipe_text(&g->exec, "exec.strategy"), "grid"))
		points *= (double)recipe_int(&g->exec, "exec.samples");
	return points * g->n_seeds <= POINTS;
}

static void quiet(const char *text)
{
	(void)text;
}

static int plan(struct grid *g, struct error *err)
{
	struct sweep_plan p = {0};
	int ret = sweep_plan_make(&p, g, err) ||
		  sweep_plan_check(&p, &g->exec, NULL, 1, quiet, err) || sweep_goal_check(g, err);

	if (!ret)
		FUZZ_CHECK(p.n > 0 && p.points > 0);
	sweep_plan_release(&p);
	return ret ? -1 : 0;
}

static void as_sweep(const char *file, const char *const *line, int lines)
{
	struct recipe_context context;
	const struct recipe_how how = {.context = &context};
	struct strbuf json = STRBUF_INIT, again = STRBUF_INIT;
	struct error err = {0};
	struct grid g, h;
	int ret;

	recipe_context_of_store(&context, NULL);
	grid_init(&g, keys_schema(), &how);
	ret = file ? grid_read(&g, file, &err) : 0;
	for (int i = 0; i < lines && !ret; i++)
		ret = i % 4 == 0   ? grid_set(&g, line[i], &err)
		      : i % 4 == 3 ? grid_add_seeds(&g, line[i], 0, &err)
				   : grid_add_axis(&g, line[i], i % 4 == 2, &err);
	ret = ret || grid_finish(&g, &err) || sweep_goal_settle(&g, &err) ||
	      (is_small(&g) && plan(&g, &err));
	if (ret)
		refused(&err, ERR_USAGE);
	if (!ret) {
		struct recipe_how recorded = {.recorded = 1, .context = &context};

		grid_json(&g, &json);
		grid_init(&h, keys_schema(), &recorded);
		if (grid_from_json(&h, json.buf, &err) || grid_finish(&h, &err))
			fuzz_fail("its own JSON is refused: %s\n%s", err.msg, json.buf);
		grid_json(&h, &again);
		if (strcmp(json.buf, again.buf))
			fuzz_fail("not the same again:\n%s\n%s", json.buf, again.buf);
		grid_release(&h);
	}
	grid_release(&g);
	strbuf_release(&json);
	strbuf_release(&again);
}

static int seen(void *ctx, const char *key, const char *value)
{
	*(int *)ctx += key[0] && value;
	return 0;
}

static void as_config(const uint8_t *data, size_t size)
{
	struct config c = {.keys = config_keys};
	struct strbuf value = STRBUF_INIT;
	struct error err = {0};
	int n = 0;

	fuzz_put("config", data, size);
	fuzz_path(c.path, "config");
	if (config_each(&c, seen, &n, &err))
		fuzz_check_error(&err);
	for (const struct config_key *k = config_keys; k->key; k++) {
		double seconds;

		if (config_get(&c, k->key, &value, &err) < 0)
			fuzz_check_error(&err);
		if (k->is_seconds && config_seconds(&c, k->key, &seconds, &err))
			fuzz_check_error(&err);
	}
	strbuf_release(&value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xmalloc(size + 1), *save = NULL, *line[LINES];
	struct recipe_set set[LINES];
	int n = 0;

	memcpy(text, data, size);
	text[size] = 0;
	fuzz_put("r.yaml", data, size);
	as_recipe(path, NULL, 0);
	as_sweep(path, NULL, 0);
	as_recorded(text, (int)(size % 3));
	as_config(data, size);
	for (char *s = strtok_r(text, "\n", &save); s && n < LINES;
	     s = strtok_r(NULL, "\n", &save)) {
		line[n] = s;
		set[n++].text = s;
	}
	as_recipe(NULL, set, n);
	as_sweep(NULL, (const char *const *)line, n);
	free(text);
	return 0;
}

/* Lines are what both formats are made of: some move, go or come twice. */
static size_t move_line(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	size_t from = seed % size, to = seed / 7 % size, n;
	uint8_t *copy, *end;

	while (from && data[from - 1] != '\n')
		from--;
	while (to && data[to - 1] != '\n')
		to--;
	end = memchr(data + from, '\n', size - from);
	n = end ? (size_t)(end - data) + 1 - from : size - from;
	if (n > max_size - size)
		return size;
	copy = xmalloc(n);
	memcpy(copy, data + from, n);
	memmove(data + to + n, data + to, size - to);
	memcpy(data + to, copy, n);
	free(copy);
	return size + n;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	if (size && seed % 8 == 0)
		return move_line(data, size, max_size, seed / 8);
	return LLVMFuzzerMutate(data, size, max_size);
}
