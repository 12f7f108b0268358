/* The text is cut into SQLite's tokens. Names are replaced, and only known ones are accepted. */
#include "core/store/query/filter.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/store/metric_names.h"
#include "core/store/query/query.h"

enum { NAME_MAX_LENGTH = 128 };

static int is_column(struct store *s, const char *name, struct error *err)
{
	int64_t one;

	return db_int(s, &one, err, "SELECT 1 FROM pragma_table_info('v_run') WHERE name = ?", "t",
		      name);
}

/* Appends the column of this name, or of the name with _ for dots: 1; 0 if there is none; -1. */
static int try_column(struct store *s, const char *name, struct strbuf *out, struct error *err)
{
	char plain[NAME_MAX_LENGTH];
	int found;

	snprintf(plain, sizeof plain, "%s", name);
	for (char *p = plain; *p; p++)
		if (*p == '.')
			*p = '_';
	found = is_column(s, plain, err);
	if (found > 0)
		strbuf_addf(out, "v_run.\"%s\"", plain);
	return found;
}

/* 1 if any recipe has a number for the hyperparameter, 0, -1. */
static int has_numbers(struct store *s, int64_t id, struct error *err)
{
	int64_t one;

	return db_int(s, &one, err,
		      "SELECT 1 FROM param WHERE name_id = ? AND number IS NOT NULL LIMIT 1", "I",
		      id);
}

static int try_param(struct store *s, const char *name, int truth, struct strbuf *out,
		     struct error *err)
{
	int64_t id;
	int found = db_int(s, &id, err, "SELECT id FROM param_name WHERE name = ?", "t", name);
	int numbers = found > 0 && truth == FILTER_NUMERIC ? has_numbers(s, id, err) : 0;

	if (numbers < 0)
		return -1;
	if (numbers)
		strbuf_addf(out,
			    "(SELECT p.number FROM param p WHERE p.recipe_id = v_run.recipe_id "
			    "AND p.name_id = %lld)",
			    (long long)id);
	else if (found > 0)
		strbuf_addf(out,
			    "(SELECT %scoalesce(p.number, p.value)%s FROM param p "
			    "WHERE p.recipe_id = v_run.recipe_id AND p.name_id = %lld)",
			    truth ? "CASE p.value WHEN 'true' THEN 1 WHEN 'false' THEN 0 ELSE "
				  : "",
			    truth ? " END" : "", (long long)id);
	return found;
}

const char filter_replaced[] =
    "EXISTS (SELECT 1 FROM run q WHERE q.recipe_id = v_run.recipe_id AND q.id <> v_run.id AND CASE "
    "WHEN v_run.status NOT IN ('collapsed', 'pruned') THEN q.status = 'done' AND q.id > v_run.id "
    "WHEN q.status = 'done' THEN 1 ELSE q.status IN ('collapsed', 'pruned') AND q.id > v_run.id "
    "END AND +q.dataset_id IS v_run.dataset_id "
    "AND q.id NOT IN (SELECT run_id FROM trash))";

const char filter_of_sweep[] = "v_run.id IN (SELECT c.run_id FROM cell c JOIN sweep w ON w.id = "
			       "c.sweep_id WHERE w.name = ?3)";

/* The value at the last step, of the newest evaluation there, else of the series; as in v_last. */
static void add_last(long long id, int evaluated, struct strbuf *out)
{
	if (!evaluated) {
		strbuf_addf(out,
			    "(SELECT s.last FROM metric_summary s "
			    "WHERE s.run_id = v_run.id AND s.name_id = %lld)",
			    id);
		return;
	}
	/* the index returns evaluations in this order, so nothing is sorted */
	strbuf_addf(
	    out,
	    "coalesce((SELECT CASE WHEN s.last_step > e.step THEN s.last ELSE v.value END FROM "
	    "eval "
	    "e CROSS JOIN eval_value v LEFT JOIN metric_summary s ON s.run_id = e.run_id AND "
	    "s.name_id = %lld WHERE e.run_id = v_run.id AND v.eval_id = e.id AND v.name_id = %lld "
	    "ORDER BY e.step DESC, e.id DESC LIMIT 1), (SELECT s.last FROM metric_summary s WHERE "
	    "s.run_id = v_run.id AND s.name_id = %lld AND NOT EXISTS (SELECT 1 FROM eval e CROSS "
	    "JOIN eval_value v WHERE e.run_id = v_run.id AND e.step >= s.last_step AND v.eval_id = "
	    "e.id AND v.name_id = %lld)))",
	    id, id, id, id);
}

/* The best value of the series and the evaluations, without that of the untrained encoder of a run
 * that trains; as in v_best. */
static void add_best(long long id, const char *goal, struct strbuf *out)
{
	strbuf_addf(
	    out,
	    "(SELECT %s(x) FROM (SELECT CASE WHEN s.%s_step = 0 AND v_run.steps > 0 THEN (SELECT "
	    "%s(m.value) FROM metric m WHERE m.run_id = s.run_id AND m.name_id = s.name_id AND "
	    "m.step > 0) ELSE s.%s END AS x FROM metric_summary s "
	    "WHERE s.run_id = v_run.id AND s.name_id = %lld UNION ALL "
	    "SELECT v.value FROM eval e CROSS JOIN eval_value v WHERE e.run_id = v_run.id AND "
	    "v.eval_id = e.id AND v.name_id = %lld AND NOT (e.step = 0 AND v_run.steps > 0)))",
	    goal, goal, goal, goal, id, id);
}

static void add_floor(long long id, struct strbuf *out)
{
	strbuf_addf(out,
		    "(SELECT f.floor FROM v_floor f WHERE f.run_id = v_run.id AND f.metric = "
		    "(SELECT name FROM metric_name WHERE id = %lld))",
		    id);
}

int filter_metric(struct store *s, int64_t id, const char *goal, enum filter_value which,
		  struct strbuf *out, struct error *err)
{
	int evaluated;

	if (which == FILTER_FLOOR) {
		add_floor((long long)id, out);
		return 0;
	}
	if (which == FILTER_BEST && strcmp(goal, "none")) {
		add_best((long long)id, goal, out);
		return 0;
	}
	evaluated = metric_is_evaluated(s, id, err);
	if (evaluated < 0)
		return -1;
	strbuf_addc(out, '(');
	add_last((long long)id, evaluated, out);
	if (which == FILTER_GAIN) {
		strbuf_adds(out, " - ");
		add_floor((long long)id, out);
	}
	strbuf_addc(out, ')');
	return 0;
}

static int try_metric(struct store *s, const char *name, enum filter_value which,
		      struct strbuf *out, struct error *err)
{
	int64_t id;
	const char *goal;
	int found = metric_pick(s, name, &id, err);

	if (found > 0 &&
	    (metric_goal(s, id, &goal, err) || filter_metric(s, id, goal, which, out, err)))
		return -1;
	return found;
}

/* The columns knn_top1 and linear_top1 of v_run are of the test split or, if a run has none, of
 * val. The name with a dot means the metric, of one split for all runs, and its last value. */
static int try_split_column(struct store *s, const char *name, struct strbuf *out,
			    struct error *err)
{
	if (strcmp(name, "knn.top1") && strcmp(name, "linear.top1"))
		return 0;
	return try_metric(s, name, FILTER_LAST, out, err);
}

static const struct {
	const char *word;
	enum filter_value value;
} prefixes[] = {
    {"last", FILTER_LAST}, {"best", FILTER_BEST}, {"floor", FILTER_FLOOR}, {"gain", FILTER_GAIN}};

enum { PREFIXES = sizeof prefixes / sizeof *prefixes };

enum filter_value filter_prefix(const char **name)
{
	for (int i = 0; i < PREFIXES; i++) {
		size_t n = strlen(prefixes[i].word);

		if (!strncmp(*name, prefixes[i].word, n) && (*name)[n] == ':') {
			*name += n + 1;
			return prefixes[i].value;
		}
	}
	return FILTER_ANY;
}

static int unknown(struct store *s, const char *what, const char *name, struct error *err)
{
	char near[64];

	if (store_nearest(s,
			  "SELECT name FROM pragma_table_info('v_run') UNION ALL "
			  "SELECT name FROM param_name UNION ALL SELECT * FROM (" METRIC_NAMES_SQL
			  ")",
			  name, near, err))
		return -1;
	if (near[0])
		return error_set(err, ERR_USAGE,
				 "%s: %s: no such column, hyperparameter or metric: did you mean "
				 "%s?",
				 what, name, near);
	return error_set(err, ERR_USAGE,
			 "%s: %s: no such column, hyperparameter or metric: `ssl schema v_run` "
			 "lists columns, `ssl help keys` hyperparameters",
			 what, name);
}

static int find_kind(struct store *s, const char *name, int truth, struct strbuf *out,
		     enum filter_kind *kind, struct error *err)
{
	enum filter_value which = filter_prefix(&name);
	int found = 0;

	if (which == FILTER_ANY) {
		*kind = FILTER_METRIC;
		found = try_split_column(s, name, out, err);
		if (found)
			return found;
		*kind = FILTER_COLUMN;
		found = try_column(s, name, out, err);
		if (!found) {
			*kind = FILTER_PARAM;
			found = try_param(s, name, truth, out, err);
		}
	}
	if (found)
		return found;
	*kind = FILTER_METRIC;
	return try_metric(s, name, which, out, err);
}

int filter_name_kind(struct store *s, const char *what, const char *name, size_t n, int truth,
		     struct strbuf *out, enum filter_kind *kind, struct error *err)
{
	char text[NAME_MAX_LENGTH];
	const char *bare = text;
	int found, bracket = n > 2 && name[0] == '[' && name[n - 1] == ']';

	if (n - 2 * (size_t)bracket >= sizeof text)
		return error_set(err, ERR_USAGE, "%s: %.40s...: the name is too long", what, name);
	memcpy(text, name + bracket, n - 2 * (size_t)bracket);
	text[n - 2 * (size_t)bracket] = 0;
	found = find_kind(s, text, truth, out, kind, err);
	if (found)
		return found < 0 ? -1 : 0;
	filter_prefix(&bare);
	return unknown(s, what, bare, err);
}

int filter_name(struct store *s, const char *what, const char *name, size_t n, int truth,
		struct strbuf *out, struct error *err)
{
	enum filter_kind kind;

	return filter_name_kind(s, what, name, n, truth, out, &kind, err);
}

void filter_add_alias(const char *name, size_t n, struct strbuf *out)
{
	strbuf_adds(out, " AS \"");
	for (size_t i = 0; i < n; i++) {
		if (name[i] == '"')
			strbuf_addc(out, '"');
		strbuf_addc(out, name[i]);
	}
	strbuf_addc(out, '"');
}

int filter_group(struct store *s, const char *by, struct strbuf *out, struct error *err)
{
	static const char *const dataset[] = {"dataset", "data.set", "[data.set]"};

	if (!strcmp(by, BY_RECIPE)) {
		strbuf_adds(out, "v_run.group_hash");
		return 0;
	}

	for (size_t i = 0; i < sizeof dataset / sizeof *dataset; i++)
		if (!strcmp(by, dataset[i])) {
			strbuf_adds(out, "v_run.dataset_label");
			return 0;
		}
	return filter_name(s, "--by", by, strlen(by), 0, out, err);
}

static int is_name_start(char c)
{
	return isalpha((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static int is_name_part(char c)
{
	return is_name_start(c) || isdigit((unsigned char)c);
}

/* Length of the quoted token at p, closing quote included; 0 if it is not closed. */
static size_t quoted(const char *p)
{
	char quote = *p == '[' ? ']' : *p;
	size_t i = 1;

	for (; p[i]; i++) {
		if (p[i] != quote)
			continue;
		if (quote != ']' && p[i + 1] == quote)
			i++;
		else
			return i + 1;
	}
	return 0;
}

/* Length of the name at p, dots included; a dot at the end is not part of it. */
static size_t dotted(const char *p, int *dots)
{
	size_t n = 0;

	*dots = 0;
	while (is_name_part(p[n]) || (p[n] == '.' && is_name_part(p[n + 1]))) {
		*dots += p[n] == '.';
		n++;
	}
	return n;
}

static size_t number(const char *p)
{
	size_t n = strspn(p, "0123456789.");

	if ((p[n] == 'e' || p[n] == 'E') &&
	    isdigit((unsigned char)p[n + 1 + (p[n + 1] == '-' || p[n + 1] == '+')])) {
		n += 2;
		n += strspn(p + n, "0123456789");
	}
	return n;
}

static int is_word(const char *p, size_t n, const char *word)
{
	return strlen(word) == n && !sqlite3_strnicmp(p, word, (int)n);
}

static int is_prefix(const char *p, size_t n)
{
	for (int i = 0; i < PREFIXES; i++)
		if (is_word(p, n, prefixes[i].word))
			return 1;
	return 0;
}

/* True if the name between `before` and `after` is an operand of arithmetic or of a comparison by
 * size. There SQLite would treat a word as 0 or as larger than any number. */
static int is_numeric(const struct strbuf *before, const char *after)
{
	const char *start = before->buf, *p = before->buf + before->len;

	while (p > start && strchr(" \t\n(", p[-1]))
		p--;
	if (p > start && strchr("+-*/%", p[-1]))
		return 1;
	if (p > start && p[-1] == '=')
		p--;
	if (p > start && (p[-1] == '<' || (p[-1] == '>' && (p - 1 == start || p[-2] != '<'))))
		return 1;
	after += strspn(after, " \t\n)");
	if (!sqlite3_strnicmp(after, "not", 3) && !is_name_part(after[3]))
		after += 3 + strspn(after + 3, " \t\n");
	if (*after == '<' || *after == '>')
		return after[1] != '>';
	return (*after && strchr("+-*/%", *after)) ||
	       (!sqlite3_strnicmp(after, "between", 7) && !is_name_part(after[7]));
}

/* Appends a word that is not quoted. A name with dots is replaced; other words are SQLite's. */
static int add_word(struct store *s, const char *what, const char *p, size_t n, int dots,
		    struct strbuf *out, struct error *err)
{
	if (is_word(p, n, "select") || is_word(p, n, "values") || is_word(p, n, "with"))
		return error_set(err, ERR_USAGE,
				 "%s: '%.*s' is not allowed in an expression: use `ssl sql`", what,
				 (int)n, p);
	if (dots)
		return filter_name(s, what, p, n, is_numeric(out, p + n) ? FILTER_NUMERIC : 1, out,
				   err);
	strbuf_add(out, p, n);
	return 0;
}

/* True for a time in the format of ISO 8601, '2026-01-31T12:00Z'. As text, the T would make it
 * greater than every time of that day in the store's format, which has a blank there. */
static int is_iso_time(const char *p, size_t n)
{
	static const char form[] = "0000-00-00T00:00";

	if (*p != '\'' || n < sizeof form + 1)
		return 0;
	for (size_t i = 0; form[i]; i++)
		if (form[i] == '0' ? !isdigit((unsigned char)p[1 + i]) : form[i] != p[1 + i])
			return 0;
	return 1;
}

/* Appends a quoted token: text and identifiers unchanged, a name in brackets replaced. Its length,
 * or 0 with *err. */
static size_t add_quoted_token(struct store *s, const char *what, const char *p, struct strbuf *out,
			       struct error *err)
{
	size_t n = quoted(p);

	if (!n)
		error_set(err, ERR_USAGE, "%s: missing closing %c", what, *p == '[' ? ']' : *p);
	else if (is_iso_time(p, n))
		strbuf_addf(out, "coalesce(strftime('%%Y-%%m-%%d %%H:%%M:%%f', %.*s), %.*s)",
			    (int)n, p, (int)n, p);
	else if (*p != '[')
		strbuf_add(out, p, n);
	else if (filter_name(s, what, p, n, is_numeric(out, p + n) ? FILTER_NUMERIC : 1, out, err))
		return 0;
	return n;
}

/* Checks an operator or parenthesis. Refuses what could end the expression or hide a part of it. */
static int check_mark(const char *what, const char *p, int *depth, struct error *err)
{
	int comment = !strncmp(p, "--", 2) || !strncmp(p, "/*", 2);

	if (comment || !strchr(" \t\n()+-*/%<>=!&|~,", *p))
		return error_set(err, ERR_USAGE, "%s: '%.*s' is not allowed in an expression", what,
				 1 + comment, p);
	*depth += (*p == '(') - (*p == ')');
	return *depth < 0 ? error_set(err, ERR_USAGE, "%s: ')' without '('", what) : 0;
}

/* Appends the token at p; its length, or 0 with *err. */
static size_t add_token(struct store *s, const char *what, const char *p, int *depth,
			struct strbuf *out, struct error *err)
{
	size_t n = 1;
	int dots = 0;

	if (*p == '\'' || *p == '"' || *p == '[')
		return add_quoted_token(s, what, p, out, err);
	if (is_name_start(*p)) {
		n = dotted(p, &dots);
		if (p[n] == ':' && is_prefix(p, n) && is_name_start(p[n + 1])) {
			n += 1 + dotted(p + n + 1, &dots);
			dots = 1; /* the name of a metric, even without a dot */
		}
		return add_word(s, what, p, n, dots, out, err) ? 0 : n;
	}
	if (isdigit((unsigned char)*p) || (*p == '.' && isdigit((unsigned char)p[1])))
		n = number(p);
	else if (check_mark(what, p, depth, err))
		return 0;
	strbuf_add(out, p, n);
	return n;
}

int filter_expression(struct store *s, const char *what, const char *text, struct strbuf *out,
		      struct error *err)
{
	int depth = 0;
	size_t n;

	if (!text[strspn(text, " \t\n")])
		return error_set(err, ERR_USAGE, "%s: the expression is empty", what);
	for (const char *p = text; *p; p += n) {
		n = add_token(s, what, p, &depth, out, err);
		if (!n)
			return -1;
	}
	if (depth)
		return error_set(err, ERR_USAGE, "%s: missing closing )", what);
	return 0;
}

int filter_where(struct store *s, const char *text, struct strbuf *out, struct error *err)
{
	strbuf_addc(out, '(');
	if (!text)
		strbuf_addc(out, '1');
	else if (filter_expression(s, "-w", text, out, err))
		return -1;
	strbuf_addc(out, ')');
	return 0;
}
