/* A store in a scratch folder, and runs to put into it. */
#ifndef SSL_TESTS_STORE_SCRATCH_H
#define SSL_TESTS_STORE_SCRATCH_H

#include <math.h>
#include <ftw.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/store/datasets.h"
#include "core/store/object.h"
#include "core/store/query/query.h"
#include "core/store/runs.h"
#include "tests/check.h"

struct scratch {
	char dir[256];
	struct store *s;
	struct error err;
};

static inline int scratch_remove_one(const char *path, const struct stat *st, int type,
				     struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void scratch_dir(struct scratch *x)
{
	const char *tmp = getenv("TMPDIR");

	memset(x, 0, sizeof *x);
	snprintf(x->dir, sizeof x->dir, "%s/ssl-store.XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(x->dir)) {
		perror(x->dir);
		exit(1);
	}
}

static inline void scratch_open(struct scratch *x)
{
	int created = 0;

	scratch_dir(x);
	if (store_init(x->dir, &created, &x->err))
		fprintf(stderr, "\n  %s\n", x->err.msg);
	CU_ASSERT_EQUAL_FATAL(x->err.code, 0);
	CU_ASSERT_EQUAL(created, 1);
	CU_ASSERT_EQUAL_FATAL(store_open(&x->s, x->dir, STORE_WRITE, &x->err), 0);
}

/* From now on nothing is known of who lives, as on a network file system: silence and leases
 * decide. A test that takes a run from itself needs that. */
static inline void scratch_forget_locks(struct scratch *x)
{
	char path[320];

	snprintf(path, sizeof path, "%s/.ssl/alive", x->dir);
	unlink(path);
	snprintf(path, sizeof path, "%s/.ssl/claims", x->dir);
	unlink(path);
}

static inline void scratch_close(struct scratch *x)
{
	store_close(x->s);
	x->s = NULL;
	nftw(x->dir, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* A run of method `method` with the given seed and vicreg.mu; name NULL: a made one. */
static inline int scratch_run(struct store *s, const char *method, const char *name, int64_t seed,
			      double mu, struct run_handle *out, struct error *err)
{
	static const struct code_info code = {.version = "1",
					      .compiler = "cc",
					      .flags = "-O",
					      .commit = "",
					      .libraries = "",
					      .binary = "b",
					      .user_commit = "",
					      .user_dirty = 0};
	static const struct host_info host = {"box", "cpu", "os", "avx2", 2};
	char mu_text[32], seed_text[32], json[200], hash[HASH_HEX], group[HASH_HEX];
	struct run_param param[] = {{"method", method, 0, 0, NAN},
				    {"optim.nesterov", "true", 0, 0, NAN},
				    {"seed", seed_text, 1, (double)seed, (double)seed},
				    {"vicreg.mu", mu_text, 1, mu, mu}};
	struct run_new r = {.method = method,
			    .recipe_json = json,
			    .recipe_hash = hash,
			    .group_hash = group,
			    .command = "ssl run",
			    .name = name,
			    .seed = seed,
			    .threads = 1,
			    .epochs = 10,
			    .steps = 100,
			    .least_progress = 0.15,
			    .param = param,
			    .n_params = 4,
			    .code = &code,
			    .host = &host};

	snprintf(mu_text, sizeof mu_text, "%g", mu);
	snprintf(seed_text, sizeof seed_text, "%lld", (long long)seed);
	snprintf(json, sizeof json, "{\"method\":\"%s\",\"vicreg.mu\":%s}", method, mu_text);
	hash_buffer(json, strlen(json), group);
	snprintf(json, sizeof json, "{\"method\":\"%s\",\"seed\":%s,\"vicreg.mu\":%s}", method,
		 seed_text, mu_text);
	hash_buffer(json, strlen(json), hash);
	return runs_insert(s, &r, out, err);
}

/* Puts the text into the object store. */
static inline void scratch_object(struct store *s, const char *text, char hash[HASH_HEX])
{
	char tmp[600];

	hash_buffer(text, strlen(text), hash);
	snprintf(tmp, sizeof tmp, "%s/t", store_tmp_dir(s));
	CU_ASSERT_EQUAL_FATAL(fs_write_atomic(tmp, text, strlen(text), NULL), 0);
	CU_ASSERT_EQUAL(object_adopt(s, tmp, hash, NULL), 0);
}

/* A sink that writes "a|b\n1|2\n" into a strbuf. */
struct text_sink {
	struct strbuf text;
	int columns, at;
};

static inline void text_sink_end(struct text_sink *t)
{
	t->at++;
	strbuf_addc(&t->text, t->at % t->columns ? '|' : '\n');
}

static inline void text_sink_column(void *ctx, const char *name)
{
	struct text_sink *t = ctx;

	if (t->columns++)
		strbuf_addc(&t->text, '|');
	strbuf_adds(&t->text, name);
}

static inline void text_sink_text(void *ctx, const char *s)
{
	struct text_sink *t = ctx;

	if (!t->at)
		strbuf_addc(&t->text, '\n');
	strbuf_adds(&t->text, s ? s : "NULL");
	text_sink_end(t);
}

static inline void text_sink_integer(void *ctx, int64_t v)
{
	char s[32];

	snprintf(s, sizeof s, "%lld", (long long)v);
	text_sink_text(ctx, s);
}

static inline void text_sink_real(void *ctx, double v)
{
	char s[40];

	snprintf(s, sizeof s, "%.6g", v);
	text_sink_text(ctx, s);
}

static inline struct query_sink text_sink_of(struct text_sink *t)
{
	struct query_sink sink = {t, text_sink_column, text_sink_text, text_sink_integer,
				  text_sink_real};

	memset(t, 0, sizeof *t);
	t->text = (struct strbuf)STRBUF_INIT;
	return sink;
}

/* The rows of a query without the header, or the error's message. */
static inline void sql_is(struct store *s, const char *sql, const char *want)
{
	struct text_sink t;
	struct query_sink sink = text_sink_of(&t);
	struct error err = {0};
	int ret = query_user(s, sql, 10, &sink, &err);
	const char *rows = strchr(t.text.buf, '\n');
	const char *got = ret ? err.msg : rows ? rows + 1 : "";

	if (strcmp(got, want))
		fprintf(stderr, "\n  %s\n  wanted: %s\n  got:    %s\n", sql, want, got);
	CU_ASSERT_STRING_EQUAL(got, want);
	strbuf_release(&t.text);
}

/* Both err.code and a part of its message. */
static inline void err_is(const struct error *err, int code, const char *part)
{
	if ((int)err->code != code || !strstr(err->msg, part))
		fprintf(stderr, "\n  wanted %d: ...%s...\n  got    %d: %s\n", code, part,
			(int)err->code, err->msg);
	CU_ASSERT_EQUAL((int)err->code, code);
	CU_ASSERT_PTR_NOT_NULL(strstr(err->msg, part));
}

#endif
