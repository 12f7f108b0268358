/* What tests of sweeps share: a sweep of cells, and the claim of one. */
#ifndef SSL_TESTS_STORE_CELLS_H
#define SSL_TESTS_STORE_CELLS_H

#include "core/store/sweeps.h"
#include "tests/unit/store/scratch.h"

/* As the hash of a spec: any SHA-256. */
#define SPEC_HASH "d4f02eaafd1a9e9de7d10972ca8e47fa7a985825c3c9c1e249c72683cb3e4f19"

static inline int64_t dataset(struct scratch *x)
{
	struct dataset_row row = {
	    .name = "d", .source = "test", .height = 1, .width = 1, .channels = 1};

	scratch_object(x->s, "images", row.sha256);
	CU_ASSERT_EQUAL_FATAL(datasets_insert(x->s, &row, 0, &x->err), 0);
	CU_ASSERT_EQUAL_FATAL(datasets_find(x->s, "d", &row, &x->err), 0);
	return row.id;
}

/* A cell's run row, without parameters. */
struct text {
	char json[80], hash[HASH_HEX], group[HASH_HEX];
};

static inline struct run_new run_of(struct text *t, int recipe, int64_t seed, int64_t data)
{
	static const struct code_info code = {.version = "1",
					      .compiler = "",
					      .flags = "",
					      .commit = "",
					      .libraries = "",
					      .binary = "b"};
	static const struct host_info host = {"box", "cpu", "os", "avx2", 2};
	struct run_new r = {.method = "m",
			    .recipe_json = t->json,
			    .recipe_hash = t->hash,
			    .group_hash = t->group,
			    .command = "",
			    .seed = seed,
			    .threads = 1,
			    .dataset_id = data,
			    .code = &code,
			    .host = &host};

	snprintf(t->json, sizeof t->json, "{\"r\":%d,\"seed\":%lld}", recipe, (long long)seed);
	hash_buffer(t->json, strlen(t->json), t->hash);
	snprintf(t->group, sizeof t->group, "group %d", recipe);
	return r;
}

struct shape {
	int64_t data;
	int recipes, seeds;
};

static inline int add(void *ctx, struct sweep_edit *e, struct error *err)
{
	const struct shape *h = ctx;

	for (int s = 0; s < h->seeds; s++)
		for (int r = 0; r < h->recipes; r++) {
			struct text t;
			struct run_new run = run_of(&t, r, s + 1, h->data);
			struct cell_new c = {&run, s, "label", NULL};

			if (sweep_add_cell(e, &c, err))
				return -1;
		}
	return 0;
}

static inline void make(struct scratch *x, struct shape *h, double lease, long retries,
		 const char *on_fail, struct sweep_row *w)
{
	struct sweep_new n = {"s", "{}", SPEC_HASH, "cmd", lease, retries, on_fail, "", "max", 1, 0};
	int64_t id;
	int added;

	scratch_open(x);
	h->data = dataset(x);
	CU_ASSERT_EQUAL_FATAL(sweeps_save(x->s, &n, add, h, &id, &added, &x->err), 0);
	CU_ASSERT_EQUAL(added, h->recipes * h->seeds);
	CU_ASSERT_EQUAL_FATAL(sweeps_find(x->s, "s", w, &x->err), 0);
}

static inline void done(struct scratch *x, struct sweep_row *w)
{
	sweep_row_release(w);
	scratch_close(x);
}

static inline int claim(struct scratch *x, const struct sweep_row *w, const char *who,
		 struct cell_claim *c)
{
	return cells_claim(x->s, w, who, c, &x->err);
}

static inline int status_of(struct scratch *x, const struct sweep_row *w, int64_t data, int mu,
		     const char *status)
{
	struct text t;
	struct run_new run = run_of(&t, mu, 1, data);
	struct run_handle r;
	struct cell_claim c;
	enum cell_end end = strcmp(status, "pruned") ? CELL_FAILED : CELL_PRUNED;

	CU_ASSERT_EQUAL_FATAL(claim(x, w, "a", &c), 1);
	run.cell = c.cell;
	run.cell_token = c.token;
	CU_ASSERT_EQUAL_FATAL(runs_insert(x->s, &run, &r, &x->err), 0);
	CU_ASSERT_EQUAL(runs_finish(x->s, &r, &(struct run_end){.status = status}, &x->err), 0);
	CU_ASSERT_EQUAL(cells_release(x->s, w, &c, end, "why", &x->err),
			strcmp(status, "done") != 0);
	cell_claim_release(&c);
	return 0;
}

#endif
