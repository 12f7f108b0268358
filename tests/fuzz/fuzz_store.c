/*
 * Databases: a store of which anything may be in any column, or in any byte of the file, and the
 * commands that read it. An input is text, a line a change:
 *
 *     run.step i -5              every row's column is the integer; r real, t text, b bytes (the
 * rest of the cell.attempt_id:3 n        line), n NULL; ":3": the third row's alone
 *     @4096 255                  a byte of the file, after all other changes
 *     $ log -v --format json     runs the command (one of store.c), after all changes
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/store.h"

enum { COLUMNS = 600, LINES = 24, FEW = 6 };

static struct strbuf sound = STRBUF_INIT; /* the database */
static char column[COLUMNS][80];          /* table.column, of those that are no view's */
static uint32_t columns;

static sqlite3 *open_copy(void)
{
	char path[FUZZ_PATH];
	sqlite3 *db;

	FUZZ_CHECK(!sqlite3_open(fuzz_path(path, "store/.ssl/ssl.db"), &db));
	return db;
}

/* A column takes anything, as it does in a file that somebody else wrote. */
static void loosen(sqlite3 *db)
{
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
	sqlite3_exec(db,
		     "PRAGMA journal_mode = DELETE; PRAGMA writable_schema = ON;"
		     "UPDATE sqlite_schema SET sql = replace(replace(replace(replace(sql,"
		     "' IS NOT NULL', ' NOTNULL'), ' STRICT', ' '), ', WITHOUT ROWID', ' WITHOUT "
		     "ROWID'), ' NOT NULL', ' ') WHERE type = 'table'",
		     NULL, NULL, NULL);
}

static void list_columns(sqlite3 *db)
{
	sqlite3_stmt *st;

	FUZZ_CHECK(!sqlite3_prepare_v2(
	    db,
	    "SELECT m.name || '.' || c.name FROM sqlite_schema m, pragma_table_info(m.name) c "
	    "WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY 1",
	    -1, &st, NULL));
	while (sqlite3_step(st) == SQLITE_ROW && columns < COLUMNS)
		snprintf(column[columns++], sizeof *column, "%s", sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	FUZZ_CHECK(columns > 50);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char path[FUZZ_PATH];
	sqlite3 *db;

	(void)argc;
	(void)argv;
	fuzz_begin();
	store_template(SSL_SOURCE_DIR "/tests/fuzz/corpus/bundle/sweep.tar.zst");
	store_fresh();
	db = open_copy();
	loosen(db);
	sqlite3_close(db);
	db = open_copy();
	list_columns(db);
	sqlite3_close(db);
	FUZZ_CHECK(!fs_read(fuzz_path(path, "store/.ssl/ssl.db"), &sound, NULL));
	strbuf_clear(store_database());
	strbuf_add(store_database(), sound.buf, sound.len);
	return 0;
}

static const char *column_named(const char *s, size_t n)
{
	for (uint32_t i = 0; i < columns; i++)
		if (strlen(column[i]) == n && !memcmp(column[i], s, n))
			return column[i];
	return NULL;
}

static void bind(sqlite3_stmt *st, char kind, const char *value, size_t n)
{
	char text[64];

	snprintf(text, sizeof text, "%.*s", (int)(n < 60 ? n : 60), value);
	if (kind == 'i')
		sqlite3_bind_int64(st, 1, strtoll(text, NULL, 10));
	else if (kind == 'r')
		sqlite3_bind_double(st, 1, strtod(text, NULL));
	else if (kind == 't' || kind == 'e')
		sqlite3_bind_text(st, 1, value, (int)n, SQLITE_STATIC);
	else if (kind == 'b')
		sqlite3_bind_blob(st, 1, value, (int)n, SQLITE_STATIC);
}

/* UPDATE of a TABLE.COLUMN to ?1, or with kind e to its own text with ?1 from byte ?3 on; of all
 * rows (?2), or of those that have what the one has that `row` chooses. */
static sqlite3_stmt *update(sqlite3 *db, const char *name, char kind, const char *row)
{
	const char *of = strchr(name, '.') + 1;
	char table[80], *value, *sql;
	sqlite3_stmt *st = NULL;

	snprintf(table, sizeof table, "%.*s", (int)(of - 1 - name), name);
	value = kind == 'e' ? sqlite3_mprintf("CAST(substr(CAST(\"%w\" AS BLOB), 1, ?3) || ?1 || "
					      "substr(CAST(\"%w\" AS BLOB), ?3 + 1 + length(?1)) "
					      "AS TEXT)",
					      of, of)
			    : sqlite3_mprintf("?1");
	sql = sqlite3_mprintf(
	    "UPDATE OR IGNORE \"%w\" SET \"%w\" = %s WHERE \"%w\" IN (SELECT \"%w\" "
	    "FROM \"%w\" %s) OR ?2",
	    table, of, value, of, of, table, row);
	sqlite3_prepare_v2(db, sql, -1, &st, NULL);
	sqlite3_free(sql);
	sqlite3_free(value);
	return st;
}

/* TABLE.COLUMN[:ROW] KIND VALUE */
static void change(sqlite3 *db, const char *line, size_t n)
{
	const char *name, *space = memchr(line, ' ', n), *end = line + n, *value;
	const char *colon = space ? memchr(line, ':', (size_t)(space - line)) : NULL;
	char row[60] = "", kind;
	sqlite3_stmt *st;

	if (!space || end - space < 2)
		return;
	kind = space[1];
	value = end - space > 3 ? space + 3 : end;
	name = column_named(line, (size_t)((colon ? colon : space) - line));
	if (colon)
		snprintf(row, sizeof row, " LIMIT 1 OFFSET %ld",
			 strtol(colon + 1, NULL, 10) % 1000);
	st = name ? update(db, name, kind, row) : NULL;
	if (!st)
		return;
	sqlite3_bind_int(st, 2, !colon);
	if (kind == 'e') {
		const char *text = memchr(value, ' ', (size_t)(end - value));

		text = text ? text + 1 : end;
		sqlite3_bind_int64(st, 3, text < end ? strtol(value, NULL, 10) % 10000 : 0);
		value = text;
	}
	bind(st, kind, value, (size_t)(end - value));
	sqlite3_step(st);
	sqlite3_finalize(st);
}

struct lines {
	const char *at[LINES];
	size_t length[LINES];
	int n;
};

static void split(struct lines *l, const uint8_t *data, size_t size)
{
	const char *s = (const char *)data, *end = s + size, *newline;

	for (l->n = 0; s < end && l->n < LINES; s = newline + 1) {
		newline = memchr(s, '\n', (size_t)(end - s));
		newline = newline ? newline : end;
		l->at[l->n] = s;
		l->length[l->n++] = (size_t)(newline - s);
	}
}

static void change_bytes(const struct lines *l)
{
	struct strbuf *file = store_database();
	char path[FUZZ_PATH], text[64];
	unsigned long at;
	unsigned byte;

	strbuf_clear(file);
	FUZZ_CHECK(!fs_read(fuzz_path(path, "store/.ssl/ssl.db"), file, NULL));
	for (int i = 0; i < l->n; i++) {
		snprintf(text, sizeof text, "%.*s", (int)(l->length[i] < 60 ? l->length[i] : 60),
			 l->at[i]);
		if (sscanf(text, "@%9lu %3u", &at, &byte) == 2 && at < file->len)
			file->buf[at] = (char)byte;
	}
	fuzz_put("store/.ssl/ssl.db", file->buf, file->len);
	strbuf_clear(file);
	strbuf_add(file, sound.buf, sound.len);
}

static void run_command(const char *line, size_t n)
{
	char dir[FUZZ_PATH];

	for (uint32_t i = 0; i < store_commands(); i++)
		if (strlen(store_command(i)) == n - 2 && !memcmp(line + 2, store_command(i), n - 2))
			fuzz_command(fuzz_path(dir, "store"), store_command(i));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lines l;
	sqlite3 *db;
	int bytes = 0;

	split(&l, data, size);
	store_fresh();
	db = open_copy();
	sqlite3_exec(db, "PRAGMA ignore_check_constraints = ON; PRAGMA synchronous = OFF; BEGIN",
		     NULL, NULL, NULL);
	for (int i = 0; i < l.n; i++) {
		change(db, l.at[i], l.length[i]);
		bytes |= l.length[i] && *l.at[i] == '@';
	}
	sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	sqlite3_close(db);
	if (bytes)
		change_bytes(&l);
	for (int i = 0; i < l.n; i++)
		if (l.length[i] > 2 && !memcmp(l.at[i], "$ ", 2))
			run_command(l.at[i], l.length[i]);
	return 0;
}

static void add_value(struct rng *r, struct strbuf *out)
{
	static const char *const value[] = {"n",
					    "i 0",
					    "i 1",
					    "i -1",
					    "i 2",
					    "i 7",
					    "i 9223372036854775807",
					    "i -9223372036854775808",
					    "i 99999999",
					    "i 4294967296",
					    "i 2147483648",
					    "r 0.5",
					    "r -1e300",
					    "r 1e308",
					    "r inf",
					    "r 1e-320",
					    "r 9.3e18",
					    "t ",
					    "t x",
					    "t {\"a\":",
					    "t {}",
					    "t []",
					    "t [1,2]",
					    "t \xc3(ff",
					    "t \x1b[31m",
					    "t nan",
					    "t 2026-01-31 12:00:00.000",
					    "t done",
					    "t running",
					    "t failed",
					    "t pruned",
					    "t queued",
					    "t vicreg",
					    "t knn",
					    "t s",
					    "t -5",
					    "t %s%n",
					    "b \xff\x80",
					    "b x"};

	if (rng_below(r, 16)) {
		strbuf_adds(out, value[rng_below(r, sizeof value / sizeof *value)]);
		return;
	}
	strbuf_adds(out, "t ");
	for (uint32_t n = rng_below(r, 2) ? 300 : 40000; n; n--)
		strbuf_adds(out, "l");
}

/* Of columns with a text inside which something is said. */
static void add_edit(struct rng *r, struct strbuf *out)
{
	static const char *const names[] = {"sweep.spec",    "recipe.json",     "metric_name.name",
					    "eval.settings", "dataset.skipped", "run.created",
					    "param.text",    "metric_rule.name"};
	static const char *const what[] = {"0",  "-1",   "9999999999", "\"",  "{",     "}",
					   "[",  "]",    ",",          ":",   "1e999", "x",
					   "\\", "null", "\xff",       "true"};
	uint32_t name = rng_below(r, sizeof names / sizeof *names);

	strbuf_addf(out, "%s e %u %s\n", rng_below(r, 2) ? names[name] : names[name % 2],
		    rng_below(r, name < 2 ? 4000 : 60),
		    what[rng_below(r, sizeof what / sizeof *what)]);
}

static void add_line(struct rng *r, struct strbuf *out)
{
	uint32_t kind = rng_below(r, 16);

	if (kind == 0) {
		strbuf_addf(out, "@%u %u\n", rng_below(r, (uint32_t)sound.len), rng_below(r, 256));
		return;
	}
	if (kind < 7) {
		strbuf_addf(out, "$ %s\n", store_command(rng_below(r, store_commands())));
		return;
	}
	if (kind < 9) {
		add_edit(r, out);
		return;
	}
	strbuf_adds(out, column[rng_below(r, columns)]);
	if (rng_below(r, 2))
		strbuf_addf(out, ":%u", rng_below(r, 8));
	strbuf_addc(out, ' ');
	add_value(r, out);
	strbuf_addc(out, '\n');
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	struct strbuf text = STRBUF_INIT;
	struct lines l;
	struct rng r;
	int at, drop;

	rng_init(&r, seed, RNG_TEST, 0, 0);
	if (!rng_below(&r, 16))
		return LLVMFuzzerMutate(data, size, max_size);
	split(&l, data, size);
	at = (int)rng_below(&r, (uint32_t)l.n + 1);
	drop = (int)rng_below(&r, l.n < FEW ? 2 * FEW : (uint32_t)l.n); /* commands take time */
	for (int i = 0; i <= l.n; i++) {
		if (i == at)
			add_line(&r, &text);
		if (i < l.n && i != drop) {
			strbuf_add(&text, l.at[i], l.length[i]);
			strbuf_addc(&text, '\n');
		}
	}
	size = fuzz_take(data, size, max_size, &text);
	strbuf_release(&text);
	return size;
}
