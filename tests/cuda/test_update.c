/* Protects: the update of weights by SGD on a device: golden vectors, sizes that are no multiple of
 * anything, the copy in bf16, gradients in bf16, and the flag that forbids an update. */
#include "core/tensor/cuda/update.h"
#include "tests/cuda/harness.h"

static void check_golden(struct harness *h, const char *name, int nesterov)
{
	struct safetensors st;
	struct cuda_update u = {.nesterov = nesterov, .g_type = CUDA_REAL};
	double *w, *m, lr;
	char entry[32];

	harness_golden(&st, name);
	u.momentum = (real)harness_number(&st, "momentum");
	u.decay = (real)harness_number(&st, "weight_decay");
	lr = harness_number(&st, "lr");
	w = harness_entry(h, &st, "in.param", &u.n);
	CU_ASSERT_FATAL(w != NULL);
	m = harness_host(h, u.n);
	u.w = harness_put(h, CUDA_REAL, w, u.n);
	u.m = harness_put(h, CUDA_REAL, m, u.n);
	u.lr = harness_put(h, CUDA_REAL, &lr, 1);
	for (int k = 0; k < 4; k++) {
		double *g, *ref;
		size_t n;

		snprintf(entry, sizeof entry, "in.grad%d", k);
		g = harness_entry(h, &st, entry, &n);
		CU_ASSERT_FATAL(g != NULL);
		u.g = harness_put(h, CUDA_REAL, g, n);
		cuda_sgd_rule(&h->q, &u);
		snprintf(entry, sizeof entry, "out.param%d", k);
		ref = harness_entry(h, &st, entry, &n);
		CU_ASSERT_FATAL(ref != NULL);
		harness_compare(entry, harness_get(h, CUDA_REAL, u.w, n), ref, n,
				REAL_IS_DOUBLE ? 1e-6 : 1e-5);
	}
	st_close(&st);
}

static void all_golden(struct harness *h)
{
	check_golden(h, "sgd", 0);
	check_golden(h, "sgd_nesterov", 1);
}

static void test_golden(void)
{
	harness_run(all_golden, 0);
}

static void check_size(struct harness *h, size_t n, int nesterov)
{
	const double exact = harness_tolerance(CUDA_REAL);
	double *w = harness_random(h, n, 1, 0), *m = harness_random(h, n, 1, 0);
	double *g = harness_random(h, n, 1, 0), lr = 0.05;
	struct cuda_update u = {.n = n,
				.nesterov = nesterov,
				.g_type = h->type,
				.momentum = (real)0.9,
				.decay = (real)0.01};

	u.w = harness_put(h, CUDA_REAL, w, n);
	u.m = harness_put(h, CUDA_REAL, m, n);
	u.g = harness_put(h, h->type, g, n);
	u.copy = harness_new(h, n * cuda_type_bytes(CUDA_BF16));
	u.lr = harness_put(h, CUDA_REAL, &lr, 1);
	cuda_sgd_rule(&h->q, &u);
	for (size_t i = 0; i < n; i++) {
		const double d = g[i] + (double)u.decay * w[i];

		m[i] = (double)u.momentum * m[i] + d;
		w[i] -= lr * (nesterov ? d + (double)u.momentum * m[i] : m[i]);
	}
	harness_compare("w", harness_get(h, CUDA_REAL, u.w, n), w, n, exact);
	harness_compare("m", harness_get(h, CUDA_REAL, u.m, n), m, n, exact);
	harness_compare("copy", harness_get(h, CUDA_BF16, u.copy, n), w, n,
			harness_tolerance(CUDA_BF16));
}

static void all_sizes(struct harness *h)
{
	static const size_t sizes[] = {1, 3, 4, 7, 64, 1021, 1024, 1027, 5001};
	const int n = shim_watcher ? 6 : (int)(sizeof sizes / sizeof *sizes);

	for (int i = 0; i < n; i++)
		check_size(h, sizes[i], i % 2);
}

static void test_sizes(void)
{
	harness_run(all_sizes, 1);
}

/* guard.nan: a step whose loss is not finite changes nothing. */
static void forbidden(struct harness *h)
{
	double w[5] = {1, 2, 3, 4, 5}, m[5] = {0}, g[5] = {1, 1, 1, 1, 1}, lr = 0.1;
	struct cuda_update u = {.n = 5, .g_type = CUDA_REAL, .momentum = (real)0.9};
	double *gate = harness_new(h, sizeof *gate);
	struct error err;

	u.w = harness_put(h, CUDA_REAL, w, 5);
	u.m = harness_put(h, CUDA_REAL, m, 5);
	u.g = harness_put(h, CUDA_REAL, g, 5);
	u.lr = harness_put(h, CUDA_REAL, &lr, 1);
	u.gate = gate;
	CU_ASSERT(!cuda_zero(&h->q, gate, sizeof *gate, &err));
	cuda_sgd_rule(&h->q, &u);
	harness_compare("w", harness_get(h, CUDA_REAL, u.w, 5), w, 5, 0);
	harness_compare("m", harness_get(h, CUDA_REAL, u.m, 5), m, 5, 0);
	CU_ASSERT(!cuda_upload(&h->q, gate, &(double){1}, sizeof *gate, &err));
	cuda_sgd_rule(&h->q, &u);
	harness_compare("m", harness_get(h, CUDA_REAL, u.m, 5), g, 5, 1e-6);
}

static void test_forbidden(void)
{
	harness_run(forbidden, 0);
}

static void shifted(struct harness *h)
{
	double w[9] = {0};
	real *p = harness_put(h, CUDA_REAL, w, 9);
	struct cuda_update u = {.n = 8, .w = p + 1, .m = p, .g = p, .g_type = CUDA_REAL, .lr = p};

	cuda_sgd_rule(&h->q, &u);
}

static void test_launches(void)
{
	harness_must_abort("not aligned to 16 bytes", shifted);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"golden vectors of SGD", test_golden},
	    {"sizes that are no multiple of anything", test_sizes},
	    {"an update that is forbidden changes nothing", test_forbidden},
	    {"parameters that are not aligned are refused", test_launches},
	    {0},
	};

	return check_run("cuda/update", cases);
}
