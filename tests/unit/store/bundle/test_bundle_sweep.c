/* Sweeps in bundles that nobody exported: a row that cannot be is refused and leaves the store as
 * it was; what can be made sane comes in so; fsck finds nothing after either. */
#include "core/store/bundle/bundle.h"
#include "core/store/query/selection.h"
#include "core/store/query/selection_add.h"
#include "core/store/upkeep/fsck.h"
#include "tests/unit/store/cells.h"

enum { GIANT = 1 << 20 };

/* A bundle, and where it comes from and goes to. */
struct fixture {
	struct scratch from, to;
	struct bundle_in in;
	struct strbuf sound; /* the text of the sweep */
	char uuid[37];       /* of the run */
};

/* As run_of(), with a group whose hash an import accepts. */
static struct run_new run_of_hash(struct text *t, int recipe, int64_t data)
{
	struct run_new run = run_of(t, recipe, 1, data);

	run.group_hash = t->hash;
	return run;
}

/* Cells 1 and 2. */
static int add_two(void *ctx, struct sweep_edit *e, struct error *err)
{
	const int64_t *data = ctx;

	for (int r = 1; r <= 2; r++) {
		struct text t;
		struct run_new run = run_of_hash(&t, r, *data);
		struct cell_new c = {&run, 0, "label", NULL};

		if (sweep_add_cell(e, &c, err))
			return -1;
	}
	return 0;
}

/* A sweep of two cells, of which the first is done. */
static void make_swept(struct scratch *x)
{
	struct sweep_new n = {"s", "{}", SPEC_HASH, "cmd", 9, 2, "continue", "", "max", 1, 0};
	struct dataset_row row = {
	    .name = "d", .source = "test", .height = 1, .width = 1, .channels = 1, .bytes = 6};
	struct run_end end = {.status = "done"};
	struct text t;
	struct cell_claim c;
	struct sweep_row w;
	struct run_handle h;
	struct run_new run;
	int64_t id;
	int added;

	scratch_object(x->s, "images", row.sha256);
	CU_ASSERT_EQUAL_FATAL(datasets_insert(x->s, &row, 0, &x->err), 0);
	CU_ASSERT_EQUAL_FATAL(datasets_find(x->s, "d", &row, &x->err), 0);
	CU_ASSERT_EQUAL_FATAL(sweeps_save(x->s, &n, add_two, &row.id, &id, &added, &x->err), 0);
	CU_ASSERT_EQUAL_FATAL(sweeps_find(x->s, "s", &w, &x->err), 0);
	CU_ASSERT_EQUAL_FATAL(cells_claim(x->s, &w, "me", &c, &x->err), 1);
	run = run_of_hash(&t, 1, row.id);
	run.cell = c.cell;
	run.cell_token = c.token;
	CU_ASSERT_EQUAL_FATAL(runs_insert(x->s, &run, &h, &x->err), 0);
	CU_ASSERT_EQUAL_FATAL(runs_finish(x->s, &h, &end, &x->err), 0);
	cell_claim_release(&c);
	sweep_row_release(&w);
}

static void open_all(struct fixture *f)
{
	struct selection sel = {0};
	char hash[HASH_HEX];
	struct bundle_in *in = &f->in;

	memset(f, 0, sizeof *f);
	f->sound = (struct strbuf)STRBUF_INIT;
	scratch_open(&f->from);
	scratch_open(&f->to);
	scratch_object(f->to.s, "images", hash);
	make_swept(&f->from);
	CU_ASSERT_EQUAL_FATAL(selection_add_sweep(f->from.s, &sel, "s", &f->from.err), 1);
	in->shared = xcalloc(16, sizeof *in->shared);
	in->run = xcalloc(1, sizeof *in->run);
	in->sweep = xcalloc(2, sizeof *in->sweep);
	for (const char *table; (table = bundle_shared(in->n_shared)); in->n_shared++) {
		struct bundle_text *t = &in->shared[in->n_shared];

		snprintf(t->name, sizeof t->name, "%s", table);
		t->text = (struct strbuf)STRBUF_INIT;
		CU_ASSERT_EQUAL(
		    bundle_export_shared(f->from.s, &sel, table, &t->text, &f->from.err), 0);
	}
	in->run[0].text = in->sweep[0].text = in->sweep[1].text = (struct strbuf)STRBUF_INIT;
	in->n_runs = in->n_sweeps = 1;
	CU_ASSERT_EQUAL_FATAL(sel.n, 1);
	CU_ASSERT_EQUAL(bundle_export_run(f->from.s, sel.run[0].id, NULL, &in->run[0].text, f->uuid,
					  &f->from.err),
			0);
	strcpy(in->run[0].name, f->uuid);
	CU_ASSERT_EQUAL(bundle_export_sweep(f->from.s, &sel, sel.sweep[0], &f->sound,
					    in->sweep[0].name, &f->from.err),
			0);
	CU_ASSERT_EQUAL(bundle_schema_version(f->from.s, &in->schema, &f->from.err), 0);
	selection_release(&sel);
}

static void close_all(struct fixture *f)
{
	for (int i = 0; i < f->in.n_shared; i++)
		strbuf_release(&f->in.shared[i].text);
	strbuf_release(&f->in.run[0].text);
	strbuf_release(&f->in.sweep[0].text);
	strbuf_release(&f->in.sweep[1].text);
	strbuf_release(&f->sound);
	free(f->in.shared);
	free(f->in.run);
	free(f->in.sweep);
	scratch_close(&f->from);
	scratch_close(&f->to);
}

/* The sweep's text, with the first `find` replaced. */
static void mutate(struct fixture *f, const char *find, const char *put, struct strbuf *out)
{
	const char *at = strstr(f->sound.buf, find);

	if (!at)
		fprintf(stderr, "\n  %s is not in\n%s", find, f->sound.buf);
	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	strbuf_clear(out);
	strbuf_add(out, f->sound.buf, (size_t)(at - f->sound.buf));
	strbuf_adds(out, put);
	strbuf_adds(out, at + strlen(find));
}

static void print_finding(void *ctx, const struct fsck_finding *found)
{
	(void)ctx;
	if (!found->note)
		fprintf(stderr, "\n  fsck: %s %s: %s\n", found->kind, found->what, found->why);
}

static void check_sound(struct fixture *f)
{
	struct fsck fsck = {.found = print_finding, .age = 1e9};

	CU_ASSERT_EQUAL(fsck_run(f->to.s, &fsck, &f->to.err), 0);
	CU_ASSERT_EQUAL(fsck.damages, 0);
}

/* Refused, naming the bundle's fault, and not a row came in. */
static void refused(struct fixture *f, const char *what)
{
	struct bundle_result result = {.report = STRBUF_INIT};
	int ret;

	f->to.err = (struct error){0};
	ret = bundle_import(f->to.s, &f->in, &result, &f->to.err);
	if (ret != -1)
		fprintf(stderr, "\n  taken in: %.80s\n  %s", what, result.report.buf);
	CU_ASSERT_EQUAL(ret, -1);
	if (f->to.err.code != ERR_CORRUPT && f->to.err.code != ERR_USAGE)
		fprintf(stderr, "\n  %.80s: code %d: %s\n", what, (int)f->to.err.code,
			f->to.err.msg);
	CU_ASSERT(f->to.err.code == ERR_CORRUPT || f->to.err.code == ERR_USAGE);
	sql_is(
	    f->to.s,
	    "SELECT (SELECT count(*) FROM run) + (SELECT count(*) FROM sweep) + (SELECT "
	    "count(*) FROM cell) + (SELECT count(*) FROM recipe) + (SELECT count(*) FROM object)",
	    "0\n");
	check_sound(f);
	strbuf_release(&result.report);
}

static void taken(struct fixture *f, struct bundle_result *result)
{
	f->to.err = (struct error){0};
	if (bundle_import(f->to.s, &f->in, result, &f->to.err))
		fprintf(stderr, "\n  refused: %s\n", f->to.err.msg);
	CU_ASSERT_EQUAL(f->to.err.code, 0);
}

static void test_refused(void)
{
	static const char *const bad[][2] = {
	    /* the first cell, which is done */
	    {"\"ordinal\":1,", "\"ordinal\":-1,"},
	    {"\"ordinal\":1,", "\"ordinal\":0,"},
	    {"\"ordinal\":1,", "\"ordinal\":\"1\","},
	    {"\"ordinal\":1,", "\"ordinal\":1.5,"},
	    {"\"ordinal\":1,", "\"ordinal\":9223372036854775807,"},
	    {"\"ordinal\":1,", ""},
	    {"\"seed_index\":0,", "\"seed_index\":-1,"},
	    {"\"seed\":1,", "\"seed\":\"one\","},
	    {"\"seed\":1,", "\"seed\":null,"},
	    {"\"claims\":1,", "\"claims\":-1,"},
	    {"\"claims\":1,", "\"claims\":9223372036854775807,"},
	    {"\"failures\":0,", "\"failures\":\"many\","},
	    {"\"label\":\"label\",", "\"label\":null,"},
	    {"\"status\":\"done\"", "\"status\":\"running\""},
	    {"\"status\":\"done\"", "\"status\":\"queued\""}, /* and finished */
	    {"\"status\":\"done\"", "\"status\":\"lost\""},
	    {"\"status\":\"done\"", "\"status\":null"},
	    {"\"finished\":\"", "\"finished\":null,\"error\":\""},
	    {"\"recipe_id\":\"", "\"recipe_id\":\"0"},
	    {"\"dataset_id\":\"", "\"dataset_id\":\"0"},
	    {"{\"table\":\"cell\"", "{\"table\":\"run\""},
	    {"{\"table\":\"cell\"", "{\"table\":\"meta\""},
	    /* the second, which waits */
	    {"\"status\":\"queued\"", "\"status\":\"done\""},
	    {"\"status\":\"queued\"", "\"status\":\"failed\""}, /* and not finished */
	    {"\"run_id\":null", "\"run_id\":\"00000000-0000-0000-0000-000000000000\""},
	    /* the sweep */
	    {"{\"table\":\"sweep\"", "{\"table\":\"cell\""}, /* cells of none */
	    {"\"uuid\":\"", "\"uuid\":\"0"},
	    {"\"name\":\"s\"", "\"name\":\"../s\""},
	    {"\"name\":\"s\"", "\"name\":\"best\""},
	    {"\"name\":\"s\"", "\"name\":\"s\\u001b[2J\""},
	    {"\"name\":\"s\"", "\"name\":null"},
	    {"\"spec\":\"{}\"", "\"spec\":\"\""},
	    {"\"state\":\"active\"", "\"state\":\"wild\""},
	    {"\"lease\":9.0", "\"lease\":-1.0"},
	    {"\"lease\":9.0", "\"lease\":1e300"},
	    {"\"lease\":9.0", "\"lease\":1e999"},
	    {"\"lease\":9.0", "\"lease\":\"long\""},
	    {"\"retries\":2", "\"retries\":-2"},
	    {"\"on_fail\":\"continue\"", "\"on_fail\":\"rm -rf\""},
	    {"\"goal\":\"max\"", "\"goal\":\"none\""},
	};
	struct bundle_result result;
	struct fixture f;

	open_all(&f);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		mutate(&f, bad[i][0], bad[i][1], &f.in.sweep[0].text);
		refused(&f, bad[i][1]);
	}
	strbuf_clear(&f.in.sweep[0].text); /* as it was it fits */
	strbuf_adds(&f.in.sweep[0].text, f.sound.buf);
	taken(&f, &result);
	strbuf_release(&result.report);
	close_all(&f);
}

/* Schema 16 had other names for two columns, and no numbers of the method in the run's row. */
static void test_older_words(void)
{
	static const char *const words[][2] = {{"\"seed_index\":", "\"rank\":"},
					       {"\"first_spec_hash\":", "\"spec_hash\":"}};
	struct bundle_result result;
	struct fixture f;
	struct strbuf *text, run = STRBUF_INIT;
	const char *from, *to;

	open_all(&f);
	text = &f.in.sweep[0].text;
	for (const char *p = f.sound.buf; *p;) {
		size_t n = 1;

		for (size_t i = 0; i < sizeof words / sizeof *words; i++)
			if (!strncmp(p, words[i][0], strlen(words[i][0]))) {
				strbuf_adds(text, words[i][1]);
				n = strlen(words[i][0]);
			}
		if (n == 1)
			strbuf_addc(text, *p);
		p += n;
	}
	from = strstr(f.in.run[0].text.buf, ",\"loss_floor\":");
	CU_ASSERT_PTR_NOT_NULL_FATAL(from);
	to = from + strcspn(from, "}");
	strbuf_add(&run, f.in.run[0].text.buf, (size_t)(from - f.in.run[0].text.buf));
	strbuf_adds(&run, to);
	from = strstr(run.buf, "\"method\":\"m\"");
	CU_ASSERT_PTR_NOT_NULL_FATAL(from);
	strbuf_clear(&f.in.run[0].text);
	strbuf_add(&f.in.run[0].text, run.buf, (size_t)(from - run.buf));
	strbuf_adds(&f.in.run[0].text, "\"method\":\"simsiam\"");
	strbuf_adds(&f.in.run[0].text, from + strlen("\"method\":\"m\""));
	f.in.schema = 16;
	taken(&f, &result);
	sql_is(f.to.s, "SELECT loss_floor, least_progress FROM run", "-1|0.15\n");
	sql_is(f.to.s, "SELECT rank, seed_index FROM cell ORDER BY id LIMIT 1", "0|0\n");
	sql_is(f.to.s, "SELECT spec_hash = first_spec_hash FROM sweep", "1\n");
	strbuf_release(&result.report);
	strbuf_release(&run);
	close_all(&f);
}

/* What no replacement of a word can say. */
static void test_refused_rows(void)
{
	struct strbuf *text, giant = STRBUF_INIT, put = STRBUF_INIT;
	const char *last;
	struct fixture f;

	open_all(&f);
	text = &f.in.sweep[0].text;
	last = strstr(f.sound.buf, "{\"table\":\"cell\",\"ordinal\":2");
	CU_ASSERT_PTR_NOT_NULL_FATAL(last);
	strbuf_add(text, f.sound.buf, f.sound.len);
	strbuf_adds(text, last);
	refused(&f, "a cell twice");
	strbuf_clear(text);
	strbuf_add(text, f.sound.buf, f.sound.len - 1);
	refused(&f, "a last line without an end");
	strbuf_clear(text);
	refused(&f, "nothing");
	strbuf_addf(&put, "\"run_id\":\"%s\"", f.uuid);
	mutate(&f, "\"run_id\":null", put.buf, text);
	refused(&f, "the run of another cell");
	strbuf_clear(&put);
	for (int i = 0; i < GIANT; i++)
		strbuf_addc(&giant, 'x');
	strbuf_addf(&put, "\"name\":\"%s\"", giant.buf);
	mutate(&f, "\"name\":\"s\"", put.buf, text);
	refused(&f, "a giant name");
	strbuf_release(&giant);
	strbuf_release(&put);
	close_all(&f);
}

static void accepted(const char *find, const char *put, const char *sql, const char *want)
{
	struct bundle_result result;
	struct fixture f;

	open_all(&f);
	mutate(&f, find, put, &f.in.sweep[0].text);
	taken(&f, &result);
	CU_ASSERT_EQUAL(result.sweeps, 1);
	strbuf_release(&result.report);
	sql_is(f.to.s, sql, want);
	check_sound(&f);
	/* and again: nothing is added */
	taken(&f, &result);
	CU_ASSERT_EQUAL(result.added + result.sweeps + result.cells + result.conflicts, 0);
	strbuf_release(&result.report);
	sql_is(f.to.s, sql, want);
	close_all(&f);
}

static void test_made_sane(void)
{
	struct strbuf giant = STRBUF_INIT;

	/* no worker here has the lease */
	accepted("\"lease_until\":0.0", "\"lease_until\":9e15", "SELECT max(lease_until) FROM cell",
		 "0\n");
	/* two recipes of one number: the second gets the next */
	accepted("\"ordinal\":2,", "\"ordinal\":1,", "SELECT ordinal FROM cell ORDER BY 1",
		 "1\n2\n");
	/* a number where a word is meant, and a number that is made here */
	accepted("\"label\":\"label\"", "\"label\":7",
		 "SELECT typeof(label) FROM cell WHERE id = 1", "text\n");
	accepted("\"label\":\"label\"", "\"label\":\"label\",\"id\":77", "SELECT max(id) FROM cell",
		 "2\n");
	strbuf_adds(&giant, "\"label\":\"");
	for (int i = 0; i < GIANT; i++)
		strbuf_addc(&giant, 'x');
	strbuf_addc(&giant, '"');
	accepted("\"label\":\"label\"", giant.buf, "SELECT max(length(label)) FROM cell",
		 "1048576\n");
	strbuf_release(&giant);
}

/* Another sweep of the same name: it gets another one, and it is said. */
static void test_one_name(void)
{
	struct bundle_result result;
	struct fixture f;

	open_all(&f);
	strbuf_adds(&f.in.sweep[0].text, f.sound.buf);
	mutate(&f, "\"uuid\":\"", "\"uuid\":\"", &f.in.sweep[1].text);
	strcpy(f.in.sweep[1].name, "00000000-0000-0000-0000-000000000000");
	memcpy(strstr(f.in.sweep[1].text.buf, f.in.sweep[0].name), f.in.sweep[1].name, 36);
	f.in.n_sweeps = 2;
	taken(&f, &result);
	CU_ASSERT_EQUAL(result.conflicts, 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(result.report.buf, "another sweep has this name here"));
	strbuf_release(&result.report);
	sql_is(f.to.s, "SELECT group_concat(name) FROM sweep", "s,s-2\n");
	sql_is(f.to.s, "SELECT count(*) FROM cell", "4\n");
	check_sound(&f);
	close_all(&f);
}

int main(void)
{
	static const struct check_case cases[] = {{"rows that cannot be", test_refused},
						  {"names of an older schema", test_older_words},
						  {"a text that cannot be", test_refused_rows},
						  {"rows made sane", test_made_sane},
						  {"two of one name", test_one_name},
						  {0}};

	return check_run("store/bundle_sweep", cases);
}
