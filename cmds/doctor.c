#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "cmds/cmd.h"
#include "core/base/clock.h"
#include "core/base/cpu.h"
#include "core/base/fs.h"
#include "core/base/log.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/report/human.h"
#include "core/run/provenance.h"
#include "core/store/engine_tables.h"
#include "core/tensor/devices.h"
#include "core/tensor/kernels/gemm.h"

static int doctor_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err);

const struct cmd cmd_doctor = {
    .name = "doctor",
    .summary = "check the machine, the libraries and the file system of the store",
    .usage = "doctor",
    .needs = NEED_NOTHING, /* it works without a store, and reports that there is none */
    .run = doctor_run,
};

enum verdict { FINE, WARN, BAD };

struct doctor {
	struct table *t;
	int n[3];
};

static void add(struct doctor *d, enum verdict verdict, const char *check, const char *text)
{
	static const char *const word[] = {"ok", "warning", "bad"};

	table_text(d->t, word[verdict]);
	table_text(d->t, check);
	table_text(d->t, text);
	d->n[verdict]++;
}

/* A message about a device of this kind, without the name that it begins with. */
static const char *without_name(const char *text, const char *kind)
{
	const size_t n = strlen(kind);

	return !strncmp(text, kind, n) && !strncmp(text + n, ": ", 2) ? text + n + 2 : text;
}

/* Says what --device can name here, and what it cannot and why. */
static void check_devices(struct doctor *d)
{
	int n = 0;

	while (device_kind_at(n))
		n++;
	while (n--) { /* the CPU, the last of them, first */
		const struct device_kind *kind = device_kind_at(n);
		struct strbuf check = STRBUF_INIT, text = STRBUF_INIT;
		struct error why;
		const int usable = !kind->missing && kind->get(0, &why);
		const int failed = !usable && device_kind_is_here(kind);

		strbuf_addf(&check, "device %s", kind->name);
		if (kind->missing)
			strbuf_addf(&text, "none: %s", kind->missing);
		else if (!usable)
			strbuf_addf(&text, "%s: %s", failed ? "cannot be used" : "none",
				    without_name(why.msg, kind->name));
		else
			kind->describe(&text);
		add(d, failed ? WARN : FINE, check.buf, text.buf);
		strbuf_release(&check);
		strbuf_release(&text);
	}
}

static void check_machine(struct doctor *d)
{
	struct code_info code;
	struct host_info host;
	struct strbuf text = STRBUF_INIT;
	struct sysinfo memory;

	provenance_code(&code);
	provenance_host(&host);
	strbuf_addf(&text, "%s, %.12s, %s", code.version, code.binary, code.compiler);
	add(d, FINE, "ssl", text.buf);
	add(d, FINE, "flags", code.flags);
	add(d, FINE, "system", host.os);
	check_devices(d);
	add(d, strcmp(host.isa, "generic") ? FINE : WARN, "kernels", host.isa);
	add(d, FINE, "libraries", code.libraries);
	strbuf_clear(&text);
	if (!sysinfo(&memory)) {
		human_bytes((int64_t)memory.totalram * memory.mem_unit, &text);
		strbuf_adds(&text, ", free ");
		human_bytes((int64_t)(memory.freeram + memory.bufferram) * memory.mem_unit, &text);
		add(d, FINE, "memory", text.buf);
	}
	strbuf_release(&text);
}

/* ---- matrix multiplication: compared with sums in double, and between one thread and all ---- */

enum { M = 97, N = 130, K = 515 };

static void fill(real *x, size_t n, uint64_t seed)
{
	struct rng g;

	rng_init(&g, seed, RNG_INIT, 0, 0);
	for (size_t i = 0; i < n; i++)
		x[i] = (real)(rng_uniform(&g) - 0.5);
}

/* The largest error relative to the sum of the magnitudes; it should be at most a few times the
 * precision. */
static double gemm_error(const real *a, const real *b, const real *c)
{
	double worst = 0;

	for (int i = 0; i < M; i++)
		for (int j = 0; j < N; j++) {
			double sum = 0, size = 0;

			for (int k = 0; k < K; k++) {
				double x = (double)a[i * K + k] * (double)b[k * N + j];

				sum += x;
				size += fabs(x);
			}
			worst = fmax(worst, fabs(sum - (double)c[i * N + j]) / size);
		}
	return worst;
}

static void check_gemm(struct doctor *d)
{
	real *a = xmalloc(sizeof(real) * M * K), *b = xmalloc(sizeof(real) * K * N);
	real *c = xcalloc((size_t)M * N, sizeof *c), *c1 = xcalloc((size_t)M * N, sizeof *c1);
	double precision = REAL_IS_DOUBLE ? 0x1p-52 : 0x1p-23, error;
	char text[160];

	fill(a, (size_t)M * K, 1);
	fill(b, (size_t)K * N, 2);
	parallel_set_threads(cpu_count());
	gemm(0, 0, M, N, K, 1, a, K, b, N, 0, c, N);
	parallel_set_threads(1);
	gemm(0, 0, M, N, K, 1, a, K, b, N, 0, c1, N);
	error = gemm_error(a, b, c);
	snprintf(text, sizeof text, "largest relative error %.1e, of a precision of %.1e", error,
		 precision);
	add(d, error < 16 * precision ? FINE : BAD, "multiplication", text);
	if (memcmp(c, c1, sizeof *c * M * N))
		add(d, BAD, "threads", "the bits of a product depend on the number of threads");
	else
		add(d, FINE, "threads", "the bits of a product do not depend on their number");
	free(a);
	free(b);
	free(c);
	free(c1);
}

/* ---- file systems ---- */

static void check_space(struct doctor *d, const char *check, const char *path)
{
	struct strbuf text = STRBUF_INIT;
	struct statvfs st;
	int64_t left;

	if (statvfs(path, &st)) {
		add(d, BAD, check, "the file system does not answer");
		return;
	}
	left = (int64_t)st.f_bavail * (int64_t)st.f_frsize;
	human_bytes(left, &text);
	strbuf_addf(&text, " free in %s", path);
	add(d, left < (int64_t)1 << 30 ? WARN : FINE, check, text.buf);
	strbuf_release(&text);
}

/* Times a write with fsync(), which every commit waits for. */
static void check_disk(struct doctor *d, const char *dir)
{
	struct fs_out out;
	struct error err = {0};
	char text[600];
	double started = clock_now(), ms;
	int fd_open = !fs_out_open(&out, dir, &err);

	if (fd_open && !fs_out_write(&out, "doctor", 6, &err) && !fsync(out.fd)) {
		ms = 1000 * (clock_now() - started);
		snprintf(text, sizeof text, "%.1f ms to write and sync a small file", ms);
		add(d, ms < 200 ? FINE : WARN, "disk", text);
	} else {
		snprintf(text, sizeof text, "%.590s", err.code ? err.msg : "cannot sync a file");
		add(d, BAD, "disk", text);
	}
	if (fd_open)
		fs_out_abort(&out);
}

/* The tables of engines, and how many of them fit a device of this machine. */
struct engine_count {
	int n, fit;
};

static int count_engines(void *ctx, const struct engine_table_row *row)
{
	struct engine_count *c = ctx;
	const struct device *d;
	struct error ignored;

	c->n++;
	c->fit += !device_find(row->device, &d, &ignored) && !strcmp(d->about, row->about);
	return 0;
}

static void check_engines(struct doctor *d, struct store *s)
{
	struct engine_count c = {0, 0};
	struct error err = {0};
	char text[160];

	if (engine_tables_each(s, count_engines, &c, &err)) {
		add(d, BAD, "engines", err.msg);
	} else if (c.n) {
		snprintf(text, sizeof text,
			 "%d table%s in the store, %d of them for a device here: see `ssl device "
			 "ls`",
			 c.n, c.n == 1 ? "" : "s", c.fit);
		add(d, FINE, "engines", text);
	}
}

static void check_store(struct doctor *d, struct cmd_ctx *ctx)
{
	struct error err = {0};
	const char *tmp = getenv("TMPDIR");

	check_space(d, "temporary", tmp && *tmp ? tmp : "/tmp");
	if (cmd_open_store(ctx, NEED_STORE_READ, &err)) {
		add(d, err.code == ERR_NOT_FOUND ? FINE : BAD, "store", err.msg);
		return;
	}
	add(d, FINE, "store", store_dir(ctx->store));
	check_engines(d, ctx->store);
	check_space(d, "space", store_dir(ctx->store));
	if (fs_is_network(store_dir(ctx->store)))
		add(d, WARN, "file system",
		    "network file system: no WAL, so readers wait for writers; use few writers at "
		    "once");
	else
		add(d, FINE, "file system", "local: WAL");
	if (access(store_dir(ctx->store), W_OK))
		add(d, WARN, "disk", "the store is read-only");
	else
		check_disk(d, store_tmp_dir(ctx->store));
}

static int doctor_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	struct doctor d = {0};
	int ret = opt_parse(ctx, &cmd_doctor, NULL, argc, argv, 0, 0, NULL, err);

	if (ret)
		return ret < 0 ? -1 : 0;
	d.t = table_new();
	table_column(d.t, "verdict");
	table_column(d.t, "check");
	table_column(d.t, "what");
	check_machine(&d);
	check_gemm(&d);
	check_store(&d, ctx);
	table_print(d.t, ctx->format, ctx->out);
	table_free(d.t);
	log_info("%d ok, %d warning%s, %d bad", d.n[FINE], d.n[WARN], d.n[WARN] == 1 ? "" : "s",
		 d.n[BAD]);
	return d.n[BAD] ? ERR_NO : 0;
}
