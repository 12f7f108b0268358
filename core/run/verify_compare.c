/* Compares the records of two runs; see verify.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/run/engines.h"
#include "core/run/provenance.h"
#include "core/run/verify.h"
#include "core/store/digests.h"
#include "core/store/environment.h"
#include "core/store/object.h"
#include "core/tensor/safetensors.h"

void verify_find(struct verify_report *report, enum verify_kind kind, long step, const char *name,
		 const char *recorded, const char *now)
{
	struct verify_finding *f = &report->item[report->n];

	if ((report->count[kind]++ && kind != VERIFY_ENVIRONMENT) || report->n == VERIFY_FINDINGS)
		return;
	report->n++;
	f->kind = kind;
	f->step = step;
	snprintf(f->name, sizeof f->name, "%s", name);
	snprintf(f->recorded, sizeof f->recorded, "%.79s", recorded);
	snprintf(f->now, sizeof f->now, "%.79s", now);
}

struct environments {
	struct environment now;
	struct verify_report *report;
};

/* True if an earlier attempt had the same value, so that it is not reported twice. */
static int is_reported(const struct verify_report *report, const char *name, const char *recorded)
{
	for (int i = 0; i < report->n; i++)
		if (!strcmp(report->item[i].name, name) &&
		    !strncmp(report->item[i].recorded, recorded,
			     sizeof report->item[i].recorded - 1))
			return 1;
	return 0;
}

static int compare_environment(void *ctx, const struct environment *e)
{
	struct environments *both = ctx;
	char then[32], now[32];

	for (int i = 0; i < e->n; i++) {
		const char *name = e->item[i].name, *was = e->item[i].value;

		if (strcmp(was, both->now.item[i].value) && !is_reported(both->report, name, was))
			verify_find(both->report, VERIFY_ENVIRONMENT, -1, name, was,
				    both->now.item[i].value);
	}
	snprintf(then, sizeof then, "%ld", e->threads);
	snprintf(now, sizeof now, "%ld", both->now.threads);
	if (e->attempt == 1 && strcmp(then, now))
		verify_find(both->report, VERIFY_ENVIRONMENT, -1, "threads", then, now);
	return 0;
}

int verify_environment(struct store *s, int64_t run, const struct verify_opts *now,
		       struct verify_report *report, struct error *err)
{
	const struct engines *e = now->engines;
	const struct device_info device = provenance_device(now->device ? now->device : &device_cpu,
							    e && e->used ? &e->row : NULL);
	struct environments *both = xcalloc(1, sizeof *both);
	struct code_info code;
	struct host_info host;
	int ret;

	provenance_code(&code);
	provenance_host(&host);
	environment_make(&both->now, &code, &host, &device);
	both->now.threads = now->threads;
	both->report = report;
	ret = environments_each(s, run, compare_environment, both, err);
	free(both);
	return ret;
}

struct links {
	struct digest_row *row;
	int n;
};

static int add_link(void *ctx, const struct digest_row *d)
{
	struct links *l = ctx;

	l->row = xrealloc(l->row, ((size_t)l->n + 1) * sizeof *l->row);
	l->row[l->n++] = *d;
	return 0;
}

static void compare_link(const struct digest_row *then, const struct digest_row *now,
			 struct verify_report *report)
{
	report->links++;
	if (strcmp(then->metrics, now->metrics))
		verify_find(report, VERIFY_DIGEST, then->step, "metrics", then->metrics,
			    now->metrics);
	else if (strcmp(then->state, now->state))
		verify_find(report, VERIFY_DIGEST, then->step, "state", then->state, now->state);
	else if (strcmp(then->chain, now->chain))
		verify_find(report, VERIFY_DIGEST, then->step, "chain", then->chain, now->chain);
}

int verify_links(struct store *s, int64_t run, struct store *again, int64_t again_run, long last,
		 struct verify_report *report, struct error *err)
{
	struct links then = {0}, now = {0};
	int ret = -1, j = 0;

	if (digests_each(s, run, add_link, &then, err) ||
	    digests_each(again, again_run, add_link, &now, err))
		goto done;
	for (int i = 0; i < then.n && then.row[i].step <= last; i++) {
		while (j < now.n && now.row[j].step < then.row[i].step)
			j++;
		if (j < now.n && now.row[j].step == then.row[i].step)
			compare_link(&then.row[i], &now.row[j], report);
		else
			verify_find(report, VERIFY_DIGEST, then.row[i].step, "chain",
				    then.row[i].chain, "no link");
	}
	/* the second run has a link for every epoch; the recorded one as well, unless it is older
	 * than the digest chain */
	for (j = 0; then.n && j < now.n && now.row[j].step <= last; j++) {
		int i = 0;

		while (i < then.n && then.row[i].step != now.row[j].step)
			i++;
		if (i == then.n)
			verify_find(report, VERIFY_DIGEST, now.row[j].step, "chain", "no link",
				    now.row[j].chain);
	}
	ret = 0;
done:
	free(then.row);
	free(now.row);
	return ret;
}

/* "3: 0.25 (3e800000)": which element, its value and its bits. */
static void element_text(const struct st_entry *e, size_t i, char *out, size_t size)
{
	struct strbuf text = STRBUF_INIT;
	const unsigned char *p = e->data;

	if (e->dtype == ST_F32) {
		float v;
		uint32_t bits;

		memcpy(&v, p + 4 * i, sizeof v);
		memcpy(&bits, p + 4 * i, sizeof bits);
		strbuf_addf(&text, "[%zu] %.9g (%08x)", i, (double)v, bits);
	} else if (e->dtype == ST_F64) {
		double v;
		uint64_t bits;

		memcpy(&v, p + 8 * i, sizeof v);
		memcpy(&bits, p + 8 * i, sizeof bits);
		strbuf_addf(&text, "[%zu] %.17g (%016llx)", i, v, (unsigned long long)bits);
	} else {
		strbuf_addf(&text, "[%zu]", i);
	}
	snprintf(out, size, "%s", text.buf);
	strbuf_release(&text);
}

static size_t element_size(const struct st_entry *e)
{
	return e->dtype == ST_F64 || e->dtype == ST_I64 ? 8 : e->dtype == ST_U8 ? 1 : 4;
}

static void compare_tensor(const struct st_entry *then, const struct st_entry *now, long step,
			   struct verify_report *report)
{
	char a[80], b[80];
	size_t size = element_size(then), i = 0;
	const unsigned char *p = then->data, *q;

	report->tensors++;
	if (!now || now->dtype != then->dtype || now->n != then->n) {
		verify_find(report, VERIFY_TENSOR, step, then->name, "there",
			    now ? "of another shape or type" : "not there");
		return;
	}
	q = now->data;
	if (!memcmp(p, q, then->n * size))
		return;
	while (!memcmp(p + i * size, q + i * size, size))
		i++;
	element_text(then, i, a, sizeof a);
	element_text(now, i, b, sizeof b);
	verify_find(report, VERIFY_TENSOR, step, then->name, a, b);
}

static int compare_files(const char *then_path, const char *now_path, long step,
			 struct verify_report *report, struct error *err)
{
	struct safetensors then, now;
	struct error why = {0};

	if (st_open(now_path, &now, err))
		return -1;
	if (st_open(then_path, &then, &why)) {
		verify_find(report, VERIFY_FILE, step, "checkpoint", why.msg, "readable");
		st_close(&now);
		return 0;
	}
	for (int i = 0; i < then.n; i++)
		compare_tensor(&then.entry[i], st_find(&now, then.entry[i].name), step, report);
	for (int i = 0; i < now.n; i++)
		if (!st_find(&then, now.entry[i].name))
			verify_find(report, VERIFY_TENSOR, step, now.entry[i].name, "not there",
				    "there");
	st_close(&then);
	st_close(&now);
	return 0;
}

struct checkpoints {
	struct checkpoint_row *row;
	int n;
};

static int add_checkpoint(void *ctx, const struct checkpoint_row *row)
{
	struct checkpoints *c = ctx;

	c->row = xrealloc(c->row, ((size_t)c->n + 1) * sizeof *c->row);
	c->row[c->n++] = *row;
	return 0;
}

static int compare_checkpoint(struct store *s, const struct checkpoint_row *then,
			      struct store *again, const struct checkpoint_row *now,
			      struct verify_report *report, struct error *err)
{
	char a[4200], b[4200], hex[HASH_HEX] = "";
	int there;

	object_path(s, then->sha256, a, sizeof a);
	object_path(again, now->sha256, b, sizeof b);
	report->checkpoints++;
	there = object_exists(s, then->sha256, err);
	if (there < 0)
		return -1;
	if (!there) {
		verify_find(report, VERIFY_FILE, then->step, "checkpoint", then->sha256, "missing");
		return 0;
	}
	if (hash_file(a, hex, err))
		return -1;
	if (strcmp(hex, then->sha256))
		verify_find(report, VERIFY_FILE, then->step, "checkpoint", then->sha256, hex);
	return compare_files(a, b, then->step, report, err);
}

int verify_checkpoints(struct store *s, int64_t run, struct store *again, int64_t again_run,
		       long last, struct verify_report *report, struct error *err)
{
	struct checkpoints then = {0}, now = {0};
	int ret = -1;

	if (checkpoints_each(s, run, add_checkpoint, &then, err) ||
	    checkpoints_each(again, again_run, add_checkpoint, &now, err))
		goto done;
	for (int i = then.n - 1; i >= 0; i--) /* the final one first: it matters most */
		for (int j = 0; then.row[i].step <= last && j < now.n; j++)
			if (now.row[j].step == then.row[i].step &&
			    compare_checkpoint(s, &then.row[i], again, &now.row[j], report, err))
				goto done;
	ret = 0;
done:
	free(then.row);
	free(now.row);
	return ret;
}
