/* Protects: the optimisers' rules on a device, for lists of parameters: golden vectors; one and a
 * hundred parameters of odd sizes, of several chunks, not aligned, each with numbers of its own;
 * the gate that forbids an update; the norms that LARS and the gradient's norm need. */
#include <math.h>
#include <string.h>

#include "tests/cuda/twin.h"

/* --- lists --------------------------------------------------------------------------------- */

enum { MOST = 100 };
enum rule { SGD, ADAM, LARS };

struct list {
	int n;
	struct both w[MOST], m[MOST], v[MOST], g[MOST];
	struct update cpu[MOST], gpu[MOST];
	struct update_pair cpu_pair[MOST], gpu_pair[MOST];
	struct both_bytes norms;
};

/* A tensor that begins `shift` elements after where one is aligned. */
static struct both shifted(struct twin *t, int n, int shift, double scale)
{
	const struct both x = twin_random(t, ELEMENT_REAL, 1, (int[]){n + shift}, scale, scale / 2);

	return (struct both){tensor_view(&t->here.arena, x.cpu, (size_t)shift, 1, (int[]){n}),
			     tensor_view(&t->there.arena, x.gpu, (size_t)shift, 1, (int[]){n})};
}

static struct update numbers(struct twin *t, int i)
{
	return (struct update){.lr = (real)(0.1 * twin_uniform(t)),
			       .momentum = (real)0.9,
			       .decay = (real)(i % 3 * 0.01),
			       .scale = (real)0.98,
			       .beta1 = (real)0.9,
			       .beta2 = (real)0.99,
			       .rest1 = (real)0.1,
			       .rest2 = (real)0.01,
			       .eps = (real)1e-6,
			       .root = (real)1.5,
			       .nesterov = i % 2,
			       .form = (enum lars_form)(i % 3),
			       .trust = 0.02,
			       .rate = i % 5 ? 0.5 : 0.001,
			       .weight_decay = 0.02};
}

/* A parameter, of which every seventh is not aligned, and every eleventh 0. */
static void add(struct twin *t, struct list *l, enum rule rule, int n)
{
	const int i = l->n++, shift = i % 7 == 6;
	struct update *cpu = &l->cpu[i], *gpu = &l->gpu[i];

	l->w[i] = shifted(t, n, shift, i % 11 == 10 ? 0 : 1);
	l->m[i] = shifted(t, n, i % 14 == 13, 1);
	l->g[i] = shifted(t, n, 0, 1);
	*cpu = *gpu = numbers(t, i);
	cpu->w = l->w[i].cpu;
	cpu->m = l->m[i].cpu;
	cpu->g = l->g[i].cpu;
	gpu->w = l->w[i].gpu;
	gpu->m = l->m[i].gpu;
	gpu->g = l->g[i].gpu;
	if (rule == ADAM) {
		l->v[i] = twin_random(t, ELEMENT_REAL, 1, (int[]){n}, 0.5, 0.5);
		cpu->v = l->v[i].cpu;
		gpu->v = l->v[i].gpu;
	}
	l->cpu_pair[i] = (struct update_pair){cpu->w, cpu->g, i % 4 * 0.1};
	l->gpu_pair[i] = (struct update_pair){gpu->w, gpu->g, i % 4 * 0.1};
}

static void add_norms(struct twin *t, struct list *l)
{
	const struct update_norms *cpu, *gpu;

	l->norms = twin_bytes(t, (size_t)l->n * sizeof(struct update_norms));
	cpu = l->norms.cpu;
	gpu = l->norms.gpu;
	t->cpu->update_norms(l->cpu_pair, l->n, l->norms.cpu);
	t->gpu->update_norms(l->gpu_pair, l->n, l->norms.gpu);
	twin_compare_doubles(t, "norms", l->norms, 1e-12);
	for (int i = 0; i < l->n; i++)
		if (i % 9 != 8) {
			l->cpu[i].norms = cpu + i;
			l->gpu[i].norms = gpu + i;
		}
}

static void apply(const struct kernels *k, enum rule rule, const struct update *list, int n)
{
	if (rule == SGD)
		k->sgd_rule(list, n);
	else if (rule == ADAM)
		k->adam_rule(list, n);
	else
		k->lars_rule(list, n);
}

static void check_list(struct twin *t, struct list *l, enum rule rule)
{
	if (rule == LARS)
		add_norms(t, l);
	apply(t->cpu, rule, l->cpu, l->n);
	apply(t->gpu, rule, l->gpu, l->n);
	for (int i = 0; i < l->n; i++) {
		twin_compare(t, "w", l->w[i], twin_tolerance());
		twin_compare(t, "m", l->m[i], twin_tolerance());
		if (rule == ADAM)
			twin_compare(t, "v", l->v[i], twin_tolerance());
	}
}

/* One parameter; and a hundred, which are several tables. */
static void check_rule(struct twin *t, enum rule rule)
{
	static const int sizes[] = {1, 3, 4, 1021, 4096, 4099, 12301};
	const int n_sizes = shim_watcher ? 4 : (int)(sizeof sizes / sizeof *sizes);
	struct list *l = xcalloc(1, sizeof *l);

	add(t, l, rule, 37);
	check_list(t, l, rule);
	memset(l, 0, sizeof *l);
	for (int i = 0; i < n_sizes; i++)
		add(t, l, rule, sizes[i]);
	while (l->n < MOST)
		add(t, l, rule, 1 + l->n * 7 % 23);
	check_list(t, l, rule);
	free(l);
}

static void all_sgd(struct twin *t)
{
	check_rule(t, SGD);
}

static void all_adam(struct twin *t)
{
	check_rule(t, ADAM);
}

static void all_lars(struct twin *t)
{
	check_rule(t, LARS);
}

static void test_lists(void)
{
	twin_run(all_sgd, 0);
	twin_run(all_adam, 0);
	twin_run(all_lars, 0);
}

/* --- the gate ------------------------------------------------------------------------------ */

/* guard.nan: a step whose loss is not finite changes nothing. Every other gate is closed. */
static void check_gate(struct twin *t, enum rule rule)
{
	const double gates[] = {0, 1};
	const struct both_bytes gate = twin_put(t, gates, sizeof gates);
	struct list *l = xcalloc(1, sizeof *l);

	for (int i = 0; i < 4; i++) {
		add(t, l, rule, 5 + i);
		l->cpu[i].gate = (const double *)gate.cpu + i % 2;
		l->gpu[i].gate = (const double *)gate.gpu + i % 2;
	}
	check_list(t, l, rule);
	free(l);
}

static void all_gates(struct twin *t)
{
	check_gate(t, SGD);
	check_gate(t, ADAM);
	check_gate(t, LARS);
}

static void test_gates(void)
{
	twin_run(all_gates, 0);
}

/* --- the norm of all gradients ------------------------------------------------------------- */

static void check_norm(struct twin *t, int n, int size, double scale)
{
	struct tensor *cpu[200], *gpu[200];
	struct both_bytes cell = twin_bytes(t, sizeof(double));

	for (int i = 0; i < n; i++) {
		const struct both x =
		    shifted(t, 1 + (i * 5 + size) % (size + 3), i % 3 == 2, scale);

		cpu[i] = x.cpu;
		gpu[i] = x.gpu;
	}
	t->cpu->norm_of_all(cpu, n, cell.cpu);
	t->gpu->norm_of_all(gpu, n, cell.gpu);
	twin_compare_doubles(t, "norm", cell, 1e-12);
}

static void all_norms(struct twin *t)
{
	check_norm(t, 1, 1, 1);
	check_norm(t, 1, shim_watcher ? 700 : 4096 * 70, 1); /* more chunks than a warp has lanes */
	check_norm(t, 200, 30, 1e-3);
	check_norm(t, 3, 50, 0);
}

static void test_norms(void)
{
	twin_run(all_norms, 0);
}

/* A gradient that is not finite shows in the norm. */
static void not_finite(struct twin *t)
{
	const real values[] = {1, REAL_IS_DOUBLE ? (real)INFINITY : (real)3e38, (real)INFINITY,
			       (real)NAN};
	struct both_bytes cell = twin_bytes(t, sizeof(double));

	for (int i = 0; i < 4; i++) {
		const struct both x = twin_random(t, ELEMENT_REAL, 1, (int[]){9}, 1, 0);
		double got;

		x.cpu->mem->data[5] = values[i];
		tensor_write(x.gpu, x.cpu->mem->data);
		t->cpu->norm_of_all(&(struct tensor *){x.cpu}, 1, cell.cpu);
		t->gpu->norm_of_all(&(struct tensor *){x.gpu}, 1, cell.gpu);
		t->c->device.download(&t->c->device, &got, cell.gpu, sizeof got);
		CU_ASSERT(!isfinite(got) == !isfinite(*(double *)cell.cpu));
		CU_ASSERT(isnan(got) == isnan(*(double *)cell.cpu));
	}
}

static void test_not_finite(void)
{
	twin_run(not_finite, 0);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"lists of parameters", test_lists},
	    {"an update that is forbidden changes nothing", test_gates},
	    {"the norm of all gradients", test_norms},
	    {"the norm of gradients that are not finite", test_not_finite},
	    {0},
	};

	return check_run("cuda/kernels/update", cases);
}
