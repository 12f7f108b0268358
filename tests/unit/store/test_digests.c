/*
 * Protects: the digest chain does not depend on the order in which a step's values come, on
 * timings, nor on where a run was cut; and does depend on every bit, name and step. And its rows:
 * written with the metrics, cut with them.
 */
#include "core/store/digests.h"

#include <math.h>

#include "tests/unit/store/scratch.h"

static const struct metric_point points[] = {{"loss", 1, 0.5},    {"lr", 1, 0.1},
					     {"grad_norm", 1, 3}, {"lr", 2, 0.05},
					     {"loss", 2, -0.25},  {"epoch_s", 2, 7}};
enum { POINTS = sizeof points / sizeof *points };

static void chain_of(const struct metric_point *p, int n, const char *recipe, char out[HASH_HEX])
{
	struct digest_chain *c = xcalloc(1, sizeof *c);
	struct digest_row row = {.state = "s"};

	digest_chain_start(c, recipe, "d", NULL);
	for (int i = 0; i < n; i++)
		digest_chain_add(c, p[i].name, p[i].step, p[i].value);
	digest_chain_link(c, &row);
	memcpy(out, row.chain, HASH_HEX);
	digest_chain_release(c);
	free(c);
}

static int same_chain(const struct metric_point *p, int n)
{
	char a[HASH_HEX], b[HASH_HEX];

	chain_of(points, POINTS, "r", a);
	chain_of(p, n, "r", b);
	return !strcmp(a, b);
}

/* The definition in ssl-schema(5), word for word. */
static void test_definition(void)
{
	static const unsigned char metrics[] = {'x', 0, 3, 0, 0, 0, 0, 0,    0,
						0,   0, 0, 0, 0, 0, 0, 0xf8, 0x3f};
	struct digest_chain *c = xcalloc(1, sizeof *c);
	struct digest_row row = {.state = "state"};
	char genesis[HASH_HEX], want[HASH_HEX];
	struct strbuf text = STRBUF_INIT;

	digest_chain_start(c, "recipe", "data", NULL);
	digest_chain_add(c, "x", 3, 1.5);
	digest_chain_link(c, &row);
	hash_buffer(metrics, sizeof metrics, want);
	CU_ASSERT_STRING_EQUAL(row.metrics, want);
	hash_buffer("recipedata", 10, genesis);
	strbuf_addf(&text, "%s%sstate", genesis, row.metrics);
	hash_buffer(text.buf, text.len, want);
	CU_ASSERT_STRING_EQUAL(row.chain, want);
	strbuf_release(&text);
	digest_chain_release(c);
	free(c);
}

static void test_what_counts(void)
{
	struct metric_point p[POINTS];
	char other[HASH_HEX], chain[HASH_HEX];

	memcpy(p, points, sizeof p);
	p[0] = points[2];
	p[2] = points[0];
	p[5].value = 8; /* a timing */
	CU_ASSERT(same_chain(p, POINTS));
	CU_ASSERT(same_chain(points, POINTS - 1));
	CU_ASSERT(!same_chain(points, POINTS - 2));
	p[0].value = nextafter(p[0].value, 9);
	CU_ASSERT(!same_chain(p, POINTS));
	memcpy(p, points, sizeof p);
	p[4].name = "lOss";
	CU_ASSERT(!same_chain(p, POINTS));
	memcpy(p, points, sizeof p);
	p[3].step = p[4].step = 3;
	CU_ASSERT(!same_chain(p, POINTS));
	chain_of(points, POINTS, "r", chain);
	chain_of(points, POINTS, "other", other);
	CU_ASSERT(strcmp(chain, other));
	CU_ASSERT_EQUAL(digest_bits(-0.0), digest_bits(0.0));
	CU_ASSERT_EQUAL(digest_bits(NAN), digest_bits(-NAN));
	CU_ASSERT(digest_bits(INFINITY) != digest_bits(-INFINITY));
	CU_ASSERT(digest_is_timing("images_per_s") && digest_is_timing("epoch_s"));
	CU_ASSERT(!digest_is_timing("loss") && !digest_is_timing("_s"));
}

static int feed(void *ctx, const struct metric_point *p)
{
	digest_chain_add(ctx, p->name, p->step, p->value);
	return 0;
}

static int count(void *ctx, const struct digest_row *d)
{
	CU_ASSERT_EQUAL(d->step, 2 + 2 * *(int *)ctx);
	++*(int *)ctx;
	return 0;
}

/* What the store gives back makes the same chain, behind any link; and rows are cut with the
 * series. */
static void test_rows(void)
{
	static const struct metric_point more[] = {{"loss", 3, NAN}, {"loss", 4, -0.0}};
	struct digest_chain *c = xcalloc(1, sizeof *c);
	struct digest_row link = {.step = 2, .epoch = 1}, last, again;
	struct run_handle h;
	struct scratch x;
	int n = 0;

	memset(link.state, 'a', 64);
	scratch_open(&x);
	CU_ASSERT_EQUAL_FATAL(scratch_run(x.s, "byol", NULL, 1, 1, &h, &x.err), 0);
	CU_ASSERT_EQUAL(digests_last(x.s, h.id, 100, &last, &x.err), 0);
	digest_chain_start(c, "r", "d", NULL);
	for (int i = 0; i < POINTS; i++)
		feed(c, &points[i]);
	digest_chain_link(c, &link);
	CU_ASSERT_EQUAL(
	    runs_write_points_digest(x.s, &h, points, POINTS, 1, 2, NULL, &link, &x.err), 0);
	for (int i = 0; i < 2; i++)
		feed(c, &more[i]);
	last = link;
	last.step = 4;
	digest_chain_link(c, &last);
	CU_ASSERT_EQUAL(runs_write_points_digest(x.s, &h, more, 2, 2, 4, NULL, &last, &x.err), 0);

	CU_ASSERT_EQUAL(digests_each(x.s, h.id, count, &n, &x.err), 0);
	CU_ASSERT_EQUAL(n, 2);
	CU_ASSERT_EQUAL(digests_last(x.s, h.id, 3, &again, &x.err), 1);
	CU_ASSERT_STRING_EQUAL(again.chain, link.chain);
	digest_chain_start(c, "r", "d", &again);
	CU_ASSERT_EQUAL(points_each(x.s, h.id, again.step, feed, c, &x.err), 0);
	digest_chain_link(c, &again);
	CU_ASSERT_STRING_EQUAL(again.chain, last.chain);

	CU_ASSERT_EQUAL(runs_finish(x.s, &h, &(struct run_end){.status = "stopped"}, &x.err), 0);
	CU_ASSERT_EQUAL(runs_reopen(x.s, h.id, 2, 90, &h, &x.err), 0);
	CU_ASSERT_EQUAL(digests_last(x.s, h.id, 100, &again, &x.err), 1);
	CU_ASSERT_EQUAL(again.step, 2);
	digest_chain_release(c);
	free(c);
	scratch_close(&x);
}

static void test_series_max(void)
{
	static const struct metric_point p[] = {
	    {"top1", 1, 5}, {"top1", 2, 9}, {"top1", 3, 9}, {"top1", 4, NAN}};
	struct run_handle h;
	struct scratch x;
	double value;
	long step;

	scratch_open(&x);
	CU_ASSERT_EQUAL_FATAL(scratch_run(x.s, "byol", NULL, 1, 1, &h, &x.err), 0);
	CU_ASSERT_EQUAL(series_max(x.s, h.id, "top1", &step, &value, &x.err), 0);
	CU_ASSERT_EQUAL(runs_write_points(x.s, &h, p, 4, 1, 4, NULL, &x.err), 0);
	CU_ASSERT_EQUAL(series_max(x.s, h.id, "top1", &step, &value, &x.err), 1);
	CU_ASSERT(step == 2 && value == 9);
	scratch_close(&x);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"the chain is as it is documented", test_definition},
	    {"what counts, and what does not", test_what_counts},
	    {"rows give the chain back, and are cut", test_rows},
	    {"the best of a series", test_series_max},
	    {0}};

	return check_run("store/digests", cases);
}
