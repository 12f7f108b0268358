/* Rows of bundles: what is written is read back to the last bit, and anything else is refused. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "core/store/bundle/bundle.h"
#include "core/store/bundle/jsonline.h"
#include "core/store/query/selection.h"
#include "core/store/query/selection_add.h"
#include "tests/unit/store/scratch.h"

static int reads(const char *line)
{
	struct jsonline j = {.text = STRBUF_INIT};
	struct error err = {0};
	int ret = jsonline_read(&j, line, line + strlen(line), &err);

	if (ret)
		CU_ASSERT_EQUAL(err.code, ERR_CORRUPT);
	strbuf_release(&j.text);
	return !ret;
}

static void test_lines(void)
{
	static const char *const bad[] = {"",
					  "{",
					  "{}",
					  "[1]",
					  "{\"a\"",
					  "{\"a\":}",
					  "{\"a\":1",
					  "{\"a\":1}x",
					  "{\"a\":1,}",
					  "{\"a\":\"x}",
					  "{\"a\":\"\\x\"}",
					  "{\"a\":\"\\u00\"}",
					  "{\"a\":\"\\u0000\"}",
					  "{a:1}",
					  "{\"a\":[1]}",
					  "{\"a\":{\"b\":1}}",
					  "{\"a\":--1}",
					  "{\"a\":1e}",
					  "{\"a\":1e999}",
					  "{\"a\":\"x\ty\"}",
					  "{\"a\":nul}"};
	struct jsonline j = {.text = STRBUF_INIT};
	const char *line =
	    "{\"a\":-7,\"b\":0.1,\"c\":null,\"d\":\"x\\\"\\\\\\n\\u0001\xCE\xBB\",\"e\":1e+300}";

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CU_ASSERT_FALSE(reads(bad[i]));
	CU_ASSERT_EQUAL_FATAL(jsonline_read(&j, line, line + strlen(line), NULL), 0);
	CU_ASSERT_EQUAL(j.n, 5);
	CU_ASSERT_EQUAL(jsonline_find(&j, "a")->i, -7);
	CU_ASSERT_EQUAL(jsonline_find(&j, "b")->d, 0.1);
	CU_ASSERT_EQUAL(jsonline_find(&j, "c")->kind, JSON_NULL);
	CU_ASSERT_STRING_EQUAL(jsonline_text(&j, jsonline_find(&j, "d")), "x\"\\\n\x01\xCE\xBB");
	CU_ASSERT_EQUAL(jsonline_find(&j, "e")->kind, JSON_REAL);
	CU_ASSERT_PTR_NULL(jsonline_find(&j, "f"));
	/* cut anywhere, it is no line */
	for (size_t n = 0; n < strlen(line); n++)
		CU_ASSERT_EQUAL(jsonline_read(&j, line, line + n, NULL), -1);
	strbuf_release(&j.text);
}

/* The bundle of all runs of a store. */
static void pack(struct scratch *x, struct bundle_in *in)
{
	struct selection sel = {0};
	char uuid[37];

	memset(in, 0, sizeof *in);
	CU_ASSERT_EQUAL_FATAL(selection_add_where(x->s, &sel, NULL, &x->err), 0);
	in->shared = xcalloc(16, sizeof *in->shared);
	in->run = xcalloc((size_t)sel.n + 1, sizeof *in->run);
	for (const char *table; (table = bundle_shared(in->n_shared)); in->n_shared++) {
		struct bundle_text *t = &in->shared[in->n_shared];

		snprintf(t->name, sizeof t->name, "%s", table);
		t->text = (struct strbuf)STRBUF_INIT;
		CU_ASSERT_EQUAL(bundle_export_shared(x->s, &sel, table, &t->text, &x->err), 0);
	}
	for (int i = 0; i < sel.n; i++) {
		in->run[i].text = (struct strbuf)STRBUF_INIT;
		CU_ASSERT_EQUAL(
		    bundle_export_run(x->s, sel.run[i].id, NULL, &in->run[i].text, uuid, &x->err),
		    0);
		snprintf(in->run[i].name, sizeof in->run[i].name, "%s", uuid);
	}
	in->n_runs = sel.n;
	selection_release(&sel);
}

static void unpack(struct bundle_in *in)
{
	for (int i = 0; i < in->n_shared; i++)
		strbuf_release(&in->shared[i].text);
	for (int i = 0; i < in->n_runs; i++)
		strbuf_release(&in->run[i].text);
	free(in->shared);
	free(in->run);
}

static void test_round_trip(void)
{
	const struct metric_point p[] = {{"loss", 1, 0.1 + 0.2}, {"loss", 2, NAN},
					 {"loss", 3, -INFINITY}, {"loss", 4, 5e-324},
					 {"loss", 5, 1e308},     {"lr", 1, 25}};
	struct bundle_result result;
	struct bundle_in in, again;
	struct scratch a, b;
	struct run_handle h;

	scratch_open(&a);
	scratch_open(&b);
	CU_ASSERT_EQUAL_FATAL(scratch_run(a.s, "vicreg", "one", 1, 25, &h, &a.err), 0);
	CU_ASSERT_EQUAL(runs_write_points(a.s, &h, p, 6, 1, 5, NULL, &a.err), 0);
	CU_ASSERT_EQUAL(runs_event(a.s, &h, "warning", "a \"quoted\"\nline", &a.err), 0);
	/* the other store numbers its rows otherwise */
	CU_ASSERT_EQUAL_FATAL(scratch_run(b.s, "byol", "one", 2, 1, &h, &b.err), 0);
	pack(&a, &in);
	CU_ASSERT_EQUAL_FATAL(bundle_import(b.s, &in, &result, &b.err), 0);
	CU_ASSERT_EQUAL(result.added, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(result.report.buf, "another run has this name"));
	strbuf_release(&result.report);
	pack(&b, &again);
	CU_ASSERT_EQUAL_FATAL(again.n_runs, 2);
	sql_is(b.s, "SELECT count(*) FROM v_metric WHERE run_id = 2 AND kind <> 'number'", "2\n");
	sql_is(b.s,
	       "SELECT value = 0.1 + 0.2 FROM metric WHERE run_id = 2 AND step = 1 AND name_id = "
	       "(SELECT id FROM metric_name WHERE name = 'loss')",
	       "1\n");
	CU_ASSERT_EQUAL_FATAL(bundle_import(b.s, &in, &result, &b.err), 0);
	CU_ASSERT_EQUAL(result.there, 1);
	strbuf_release(&result.report);
	unpack(&in);
	unpack(&again);
	scratch_close(&a);
	scratch_close(&b);
}

/* Whatever a line says, it goes into the run's own rows or nowhere. */
static void test_hostile(void)
{
	static const char *const line[] = {
	    "{\"table\":\"meta\",\"key\":\"x\",\"value\":\"y\"}\n",
	    "{\"table\":\"recipe\",\"hash\":\"x\"}\n",
	    "{\"table\":\"run\",\"uuid\":\"x\"}\n",
	    "{\"table\":\"nothing\",\"a\":1}\n",
	    "{\"table\":\"tag\",\"name\":\"x\",\"created\":\"2026-01-01T00:00:00Z\",\"more\":1}\n",
	    "{\"table\":\"tag\",\"name\":null,\"created\":\"2026-01-01T00:00:00Z\"}\n",
	    ("{\"table\":\"eval_value\",\"eval_id\":7,\"name_id\":\"loss\",\"kind\":0,\"value\":1}"
	     "\n"),
	    "{\"table\":\"tag\",\"name\":\"x\"",
	    "{\"table\":\"tag\",\"name\":\"x\",\"created\":99999999999999999999}\n",
	};
	struct bundle_result result;
	struct bundle_in in;
	struct scratch a, b;
	struct run_handle h;

	scratch_open(&a);
	scratch_open(&b);
	CU_ASSERT_EQUAL_FATAL(scratch_run(a.s, "vicreg", "one", 1, 25, &h, &a.err), 0);
	pack(&a, &in);
	for (size_t i = 0; i < sizeof line / sizeof *line; i++) {
		size_t was = in.run[0].text.len;

		strbuf_adds(&in.run[0].text, line[i]);
		CU_ASSERT_EQUAL(bundle_import(b.s, &in, &result, &b.err), -1);
		CU_ASSERT(b.err.code == ERR_CORRUPT || b.err.code == ERR_USAGE);
		sql_is(b.s, "SELECT (SELECT count(*) FROM run) + (SELECT count(*) FROM recipe)",
		       "0\n");
		in.run[0].text.len = was;
		in.run[0].text.buf[was] = 0;
	}
	CU_ASSERT_EQUAL(bundle_import(b.s, &in, &result, &b.err), 0);
	strbuf_release(&result.report);
	unpack(&in);
	scratch_close(&a);
	scratch_close(&b);
}

/* A run whose name would be taken for another ref gets a name made here. */
static void test_odd_names(void)
{
	static const char *const odd[] = {"@~1", "007"}; /* as long as "one" */
	struct bundle_result result;
	struct bundle_in in;
	struct scratch a, b;
	struct run_handle h;

	scratch_open(&a);
	CU_ASSERT_EQUAL_FATAL(scratch_run(a.s, "vicreg", "one", 1, 25, &h, &a.err), 0);
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		char *at;

		pack(&a, &in);
		at = strstr(in.run[0].text.buf, "\"name\":\"one\"");
		CU_ASSERT_PTR_NOT_NULL_FATAL(at);
		memcpy(at + strlen("\"name\":\""), odd[i], 3);
		scratch_open(&b);
		CU_ASSERT_EQUAL(bundle_import(b.s, &in, &result, &b.err), 0);
		sql_is(b.s, "SELECT name GLOB '[a-z]*-[a-z]*' FROM run", "1\n");
		CU_ASSERT_PTR_NOT_NULL(strstr(result.report.buf, "cannot be used as a reference"));
		strbuf_release(&result.report);
		scratch_close(&b);
		unpack(&in);
	}
	scratch_close(&a);
}

/* What names a file is a hash: looked at before anything is done with it. */
static void test_odd_hash(void)
{
	const char path[] = "{\"table\":\"object\",\"sha256\":\"../../../../../../../../../../../"
			    "../../../../../../../etc/passwd\","
			    "\"bytes\":1,\"created\":\"2026-01-01T00:00:00Z\"}\n";
	struct bundle_result result;
	struct bundle_in in;
	struct scratch a, b;
	struct run_handle h;

	scratch_open(&a);
	scratch_open(&b);
	CU_ASSERT_EQUAL_FATAL(scratch_run(a.s, "vicreg", "one", 1, 25, &h, &a.err), 0);
	pack(&a, &in);
	for (int k = 0; k < in.n_shared; k++)
		if (!strcmp(in.shared[k].name, "object"))
			strbuf_adds(&in.shared[k].text, path);
	CU_ASSERT_EQUAL(bundle_import(b.s, &in, &result, &b.err), -1);
	sql_is(b.s, "SELECT count(*) FROM run", "0\n");
	CU_ASSERT_PTR_NOT_NULL(strstr(b.err.msg, "object ../"));
	unpack(&in);
	scratch_close(&a);
	scratch_close(&b);
}

/* Takes `"name":value,` out of the text. */
static void cut_field(struct strbuf *text, const char *name)
{
	char *at = strstr(text->buf, name), *end;

	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	end = strchr(at, ',') + 1;
	memmove(at, end, strlen(end) + 1);
	text->len = strlen(text->buf);
}

/* A column that came later: its default where it has one, and the run is then the same one; else
 * the bundle is refused, with both versions. */
static void test_older(void)
{
	struct bundle_result result;
	struct bundle_in in;
	struct scratch a, b;
	struct run_handle h;
	char want[80];
	int ours;

	scratch_open(&a);
	scratch_open(&b);
	CU_ASSERT_EQUAL_FATAL(scratch_run(a.s, "vicreg", "one", 1, 25, &h, &a.err), 0);
	CU_ASSERT_EQUAL(bundle_schema_version(a.s, &ours, &a.err), 0);
	pack(&a, &in);
	in.schema = 1;
	cut_field(&in.run[0].text, "\"seconds\":");
	CU_ASSERT_EQUAL(bundle_import(b.s, &in, &result, &b.err), 0);
	CU_ASSERT_EQUAL(result.added, 1);
	strbuf_release(&result.report);
	sql_is(b.s, "SELECT seconds FROM run", "0\n");
	CU_ASSERT_EQUAL(bundle_import(b.s, &in, &result, &b.err), 0);
	CU_ASSERT_EQUAL(result.there, 1);
	CU_ASSERT_EQUAL(result.conflicts, 0);
	strbuf_release(&result.report);
	scratch_close(&b);
	scratch_open(&b);
	cut_field(&in.run[0].text, "\"threads\":");
	CU_ASSERT_EQUAL(bundle_import(b.s, &in, &result, &b.err), -1);
	snprintf(want, sizeof want,
		 "run has no threads: the bundle was made with schema 1, here it is %d", ours);
	err_is(&b.err, ERR_USAGE, want);
	in.schema = ours; /* then it is no older schema's */
	CU_ASSERT_EQUAL(bundle_import(b.s, &in, &result, &b.err), -1);
	err_is(&b.err, ERR_CORRUPT, "a row of run has no threads");
	sql_is(b.s, "SELECT count(*) FROM run", "0\n");
	unpack(&in);
	scratch_close(&a);
	scratch_close(&b);
}

/* A recipe under the hash of another would later be taken for that one. */
static void test_false_recipe(void)
{
	struct bundle_result result;
	struct bundle_in in;
	struct scratch a, b;
	struct run_handle h;

	scratch_open(&a);
	scratch_open(&b);
	CU_ASSERT_EQUAL_FATAL(scratch_run(a.s, "vicreg", "one", 1, 25, &h, &a.err), 0);
	pack(&a, &in);
	for (int k = 0; k < in.n_shared; k++)
		if (!strcmp(in.shared[k].name, "recipe")) {
			char *at = strstr(in.shared[k].text.buf, ":25");

			CU_ASSERT_PTR_NOT_NULL_FATAL(at);
			at[2] = '6';
		}
	CU_ASSERT_EQUAL(bundle_import(b.s, &in, &result, &b.err), -1);
	err_is(&b.err, ERR_CORRUPT, "its hash is");
	sql_is(b.s, "SELECT count(*) FROM recipe", "0\n");
	unpack(&in);
	scratch_close(&a);
	scratch_close(&b);
}

int main(void)
{
	static const struct check_case cases[] = {{"lines", test_lines},
						  {"there and back", test_round_trip},
						  {"hostile rows", test_hostile},
						  {"odd names", test_odd_names},
						  {"a hash that is a path", test_odd_hash},
						  {"an older schema", test_older},
						  {"a false recipe", test_false_recipe},
						  {0}};

	return check_run("store/bundle", cases);
}
