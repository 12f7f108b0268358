/* The schema is documented by its comments, and ssl-schema(5) has the same sentence for every
 * table, view and column, and nothing that does not exist. */
#include "core/store/query/schema_docs.h"
#include "tests/unit/store/scratch.h"

/* The names that a query gives, each on a line. */
static void names(struct store *s, const char *sql, struct strbuf *out)
{
	struct text_sink t;
	struct query_sink sink = text_sink_of(&t);
	struct error err = {0};

	CU_ASSERT_EQUAL(query_user(s, sql, 10, &sink, &err), 0);
	strbuf_clear(out);
	if (strchr(t.text.buf, '\n'))
		strbuf_adds(out, strchr(t.text.buf, '\n') + 1);
	strbuf_release(&t.text);
}

/* The words behind every `mark` in the text from `p` to `end`, each on a line. */
static void marked(const char *p, const char *end, const char *mark, struct strbuf *out)
{
	strbuf_clear(out);
	while ((p = strstr(p, mark)) && p < end) {
		p += strlen(mark);
		strbuf_add(out, p, strcspn(p, "\n"));
		strbuf_addc(out, '\n');
	}
}

/* Appends the text of a part of the page, without blanks, macros and escapes. Each item begins a
 * line. */
static void add_plain(const char *p, const char *end, struct strbuf *out)
{
	static const struct {
		const char *mdoc, *plain;
	} markup[] = {
	    {"\n.It Li ", "\n"}, {"\n.Li ", ""}, {"\n.Bl -tag -width dataset_sha256 -compact", ""},
	    {"\\(dq", "\""},     {"\\(aq", "'"}, {"\\-", "-"}};

	while (p < end) {
		size_t i = 0, n = 1;

		while (i < sizeof markup / sizeof *markup &&
		       strncmp(p, markup[i].mdoc, strlen(markup[i].mdoc)) != 0)
			i++;
		if (i < sizeof markup / sizeof *markup) {
			strbuf_adds(out, markup[i].plain);
			n = strlen(markup[i].mdoc);
		} else if (!strchr(" \n", *p)) {
			strbuf_addc(out, *p);
		}
		p += n;
	}
}

/* Appends a line for each column: its name and its sentence, without blanks. */
static void add_columns(struct store *s, const char *table, struct strbuf *out)
{
	struct text_sink t;
	struct query_sink sink = text_sink_of(&t);
	struct error err = {0};
	const char *row;

	CU_ASSERT_EQUAL(query_columns(s, table, &sink, &err), 0);
	row = strchr(t.text.buf, '\n');
	while (row && row[1]) {
		const char *type = strchr(row, '|'), *about = type ? strchr(type + 1, '|') : NULL;
		const char *end = about ? strchr(about, '\n') : NULL;

		CU_ASSERT_PTR_NOT_NULL_FATAL(end);
		strbuf_addc(out, '\n');
		add_plain(row, type, out);
		add_plain(about + 1, end, out);
		row = end;
	}
	strbuf_release(&t.text);
}

/* One table or view: its section in the page begins with its sentence, and lists exactly its
 * columns, in order, with theirs. */
static void check_section(struct store *s, const char *page, const char *name, const char *about)
{
	struct strbuf want = STRBUF_INIT, got = STRBUF_INIT, title = STRBUF_INIT;
	const char *section, *list, *end;

	strbuf_addf(&title, "\n.Ss %s\n", name);
	section = strstr(page, title.buf);
	if (!section)
		fprintf(stderr, "\n  man/ssl-schema.5: says nothing of %s\n", name);
	CU_ASSERT_PTR_NOT_NULL_FATAL(section);
	section += title.len - 1;
	list = strstr(section, "\n.It Li ");
	end = strstr(section, "\n.El\n");
	CU_ASSERT_FATAL(list && end && list < end);
	add_plain(about, about + strlen(about), &want);
	add_plain(section, list, &got);
	strbuf_shorten(&got, got.len > want.len ? got.len - want.len : 0);
	add_columns(s, name, &want);
	add_plain(list, end, &got);
	if (strcmp(want.buf, got.buf))
		fprintf(stderr, "\n  the schema: %s: %s\n  the page: %s\n", name, want.buf,
			got.buf);
	CU_ASSERT_STRING_EQUAL(want.buf, got.buf);
	strbuf_release(&want);
	strbuf_release(&got);
	strbuf_release(&title);
}

static const char sections_sql[] = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') "
				   "AND name NOT LIKE 'sqlite_%' ORDER BY type DESC, rowid";

static void test_page(void)
{
	struct scratch x;
	struct text_sink t;
	struct query_sink sink = text_sink_of(&t);
	struct strbuf page = STRBUF_INIT, want = STRBUF_INIT, got = STRBUF_INIT;
	const char *source = getenv("SSL_SOURCE_DIR");
	char path[400];

	snprintf(path, sizeof path, "%s/man/ssl-schema.5", source ? source : ".");
	scratch_open(&x);
	CU_ASSERT_EQUAL_FATAL(fs_read(path, &page, &x.err), 0);
	names(x.s, sections_sql, &want);
	marked(page.buf, page.buf + page.len, "\n.Ss ", &got);
	CU_ASSERT_STRING_EQUAL(want.buf, got.buf);
	CU_ASSERT_EQUAL(query_tables(x.s, &sink, &x.err), 0);
	for (char *row = strchr(t.text.buf, '\n'), *field[5]; row && row[1];) {
		field[0] = row + 1;
		row = strchr(row + 1, '\n');
		*row = 0;
		for (int i = 1; i < 4; i++) {
			field[i] = strchr(field[i - 1], '|');
			CU_ASSERT_PTR_NOT_NULL_FATAL(field[i]);
			*field[i]++ = 0;
		}
		check_section(x.s, page.buf, field[0], field[3]);
	}
	strbuf_release(&t.text);
	strbuf_release(&page);
	strbuf_release(&want);
	strbuf_release(&got);
	scratch_close(&x);
}

/* How many lines of the SQL have a comment. */
static int comments(const char *sql)
{
	int n = 0;

	for (; *sql; sql += strcspn(sql, "\n"), sql += *sql == '\n') {
		const char *mark = strstr(sql, "--");

		n += mark && mark < sql + strcspn(sql, "\n");
	}
	return n;
}

/* .schema shows a sentence for the table and one for each column. */
static void test_sentences(void)
{
	struct scratch x;
	struct strbuf list = STRBUF_INIT, text = STRBUF_INIT, sql = STRBUF_INIT;
	char name[64];

	scratch_open(&x);
	names(x.s, sections_sql, &list);
	for (const char *p = list.buf; *p; p += strcspn(p, "\n") + 1) {
		int columns;

		snprintf(name, sizeof name, "%.*s", (int)strcspn(p, "\n"), p);
		strbuf_clear(&sql);
		strbuf_addf(&sql, "SELECT count(*) FROM pragma_table_info('%s')", name);
		names(x.s, sql.buf, &text);
		columns = (int)strtol(text.buf, NULL, 10);
		strbuf_clear(&sql);
		strbuf_addf(&sql, "SELECT sql FROM sqlite_schema WHERE name = '%s'", name);
		names(x.s, sql.buf, &text);
		if (columns < 1 || comments(text.buf) < 1 + columns)
			fprintf(stderr, "\n  %s: %d columns, %d comments\n", name, columns,
				comments(text.buf));
		CU_ASSERT(columns >= 1 && comments(text.buf) >= 1 + columns);
	}
	strbuf_release(&list);
	strbuf_release(&text);
	strbuf_release(&sql);
	scratch_close(&x);
}

static int bare(sqlite3 *db, const char *sql)
{
	int bad = sqlite3_exec(db, sql, NULL, NULL, NULL);

	if (bad)
		fprintf(stderr, "\n  %s: %s\n", sql, sqlite3_errmsg(db));
	return bad;
}

/* A connection of another program, without ssl's functions and with an untrusted schema, reads
 * every view; and the database is sound. */
static void test_stock_sqlite(void)
{
	struct scratch x;
	struct run_handle h;
	struct strbuf list = STRBUF_INIT;
	char path[400], sql[200];
	const struct metric_point p = {"loss", 1, 0.5};
	sqlite3 *db;

	scratch_open(&x);
	CU_ASSERT_EQUAL(scratch_run(x.s, "byol", NULL, 1, 1, &h, &x.err), 0);
	CU_ASSERT_EQUAL(runs_write_points(x.s, &h, &p, 1, 1, 1, NULL, &x.err), 0);
	snprintf(path, sizeof path, "%s/ssl.db", store_dir(x.s));
	CU_ASSERT_EQUAL(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	CU_ASSERT_EQUAL(bare(db, "PRAGMA trusted_schema = OFF"), 0);
	names(x.s, "SELECT name FROM sqlite_schema WHERE type = 'view'", &list);
	for (const char *v = list.buf; *v; v += strcspn(v, "\n") + 1) {
		snprintf(sql, sizeof sql, "SELECT * FROM %.*s", (int)strcspn(v, "\n"), v);
		CU_ASSERT_EQUAL(bare(db, sql), 0);
	}
	sqlite3_close(db);
	sql_is(x.s, "SELECT count(*) >= 6 FROM sqlite_schema WHERE type = 'view'", "1\n");
	sql_is(x.s,
	       "SELECT count(*) FROM pragma_table_list WHERE type = 'table' AND NOT strict "
	       "AND name NOT LIKE 'sqlite_%'",
	       "0\n");
	strbuf_release(&list);
	scratch_close(&x);
}

/* The CHECK constraints: the database refuses a mistake of the program. */
static void test_checks(void)
{
	struct scratch x;
	struct run_handle h;
	static const char *const bad[] = {
	    "UPDATE run SET status = 'odd'",
	    "UPDATE run SET status = 'done'", /* without a time */
	    "UPDATE run SET seed = 'x'",
	    "UPDATE run SET recipe_id = 99",
	    "INSERT INTO metric VALUES (1, 1, 1, NULL, 0)",
	    "INSERT INTO metric VALUES (1, 1, 1, 2.0, 1)",
	    "INSERT INTO object (sha256, bytes, created) VALUES ('short', 1, 'now')",
	    "UPDATE recipe SET json = 'none'",
	};
	char path[400];
	sqlite3 *db;

	scratch_open(&x);
	CU_ASSERT_EQUAL(scratch_run(x.s, "byol", NULL, 1, 1, &h, &x.err), 0);
	snprintf(path, sizeof path, "%s/ssl.db", store_dir(x.s));
	CU_ASSERT_EQUAL(sqlite3_open(path, &db), SQLITE_OK);
	CU_ASSERT_EQUAL(bare(db, "PRAGMA foreign_keys = ON"), 0);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		int rc = sqlite3_exec(db, bad[i], NULL, NULL, NULL);

		if (rc != SQLITE_CONSTRAINT)
			fprintf(stderr, "\n  %s: %d %s\n", bad[i], rc, sqlite3_errmsg(db));
		CU_ASSERT_EQUAL(rc, SQLITE_CONSTRAINT);
	}
	sqlite3_close(db);
	scratch_close(&x);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"ssl-schema(5) is the schema", test_page},
	    {"every table and column has its sentence", test_sentences},
	    {"stock SQLite reads every view", test_stock_sqlite},
	    {"mistakes are refused", test_checks},
	    {0},
	};

	return check_run("store/schema", cases);
}
