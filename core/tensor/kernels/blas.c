#include "core/tensor/kernels/blas.h"

#include <cblas.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "core/base/ints.h"

#ifndef SSL_BLAS_FILE /* the library's soname; set by the build */
#define SSL_BLAS_FILE "libopenblas.so.0"
#endif

enum { BUFFERS = 64 }; /* most buffers reserved; OpenBLAS has at least 128 slots */
static const size_t buffer_bytes = (128u << 20) + 65536; /* what OpenBLAS maps per thread */

/* The Fortran interface of LAPACK: every argument is passed by address; the last two are the
 * lengths of jobz and uplo. OpenBLAS always has it, whereas LAPACKE's header would need another
 * package. */
typedef void dsyevd_fn(const char *jobz, const char *uplo, const int *n, double *a, const int *lda,
		       double *w, double *work, const int *lwork, int *iwork, const int *liwork,
		       int *info, size_t, size_t);

struct blas {
	pthread_once_t once;
	void *library;
	__typeof__(cblas_sgemm) *sgemm;
	__typeof__(cblas_dgemm) *dgemm;
	dsyevd_fn *dsyevd;
	__typeof__(openblas_get_config) *config;
	void *(*alloc)(int);
	void (*free)(void *);
	char why[200]; /* why it could not be loaded; "" if it was */
};

static struct blas blas = {.once = PTHREAD_ONCE_INIT};

/* The address of a function, as a data pointer, since dlsym() returns one. */
static void *symbol(const char *name)
{
	void *p = dlsym(blas.library, name);

	if (!p && !blas.why[0])
		snprintf(blas.why, sizeof blas.why, "%s has no function %s", SSL_BLAS_FILE, name);
	return p;
}

static void load(void)
{
	void (*threads)(int);

	setenv("OPENBLAS_NUM_THREADS", "1", 1); /* products are parallelised by our own blocks */
	blas.library = dlopen(SSL_BLAS_FILE, RTLD_NOW | RTLD_LOCAL);
	if (!blas.library) {
		const char *why = dlerror();

		snprintf(blas.why, sizeof blas.why, "OpenBLAS cannot be loaded: %s",
			 why ? why : SSL_BLAS_FILE);
		return;
	}
	*(void **)&blas.sgemm = symbol("cblas_sgemm");
	*(void **)&blas.dgemm = symbol("cblas_dgemm");
	*(void **)&blas.dsyevd = symbol("dsyevd_");
	*(void **)&blas.config = symbol("openblas_get_config");
	*(void **)&threads = symbol("openblas_set_num_threads");
	if (threads)
		threads(1);
	/* not part of the public interface; if they are missing, no buffers are reserved */
	*(void **)&blas.alloc = dlsym(blas.library, "blas_memory_alloc");
	*(void **)&blas.free = dlsym(blas.library, "blas_memory_free");
}

static int load_once(struct error *err)
{
	pthread_once(&blas.once, load);
	return blas.why[0] ? error_set(err, ERR_FAILED, "%s", blas.why) : 0;
}

/* Loads the library or ends the process, since a product cannot return an error. */
static void load_or_exit(void)
{
	struct error err;

	if (load_once(&err)) {
		fprintf(stderr, "ssl: %s\n", err.msg);
		exit(ERR_FAILED);
	}
}

static int fits(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return 0;
	munmap(p, bytes);
	return 1;
}

/* OpenBLAS keeps the buffers that it has allocated. Allocating one for each thread in advance, each
 * after checking that it fits, means that products need no further allocation. */
static int reserve(int threads, struct error *err)
{
	void *buffer[BUFFERS];
	int n = 0;

	while (n < threads && fits(buffer_bytes))
		buffer[n++] = blas.alloc(0);
	for (int i = 0; i < n; i++)
		blas.free(buffer[i]);
	if (n == threads)
		return 0;
	return error_set(err, ERR_FAILED,
			 "the address space is too small: matrix products need %d MB for each of "
			 "%d thread%s, and %d of these fit: raise the limit (ulimit -v) or use "
			 "fewer threads (-j)",
			 (int)(buffer_bytes >> 20), threads, threads == 1 ? "" : "s", n);
}

int blas_start(int threads, struct error *err)
{
	struct rlimit limit;

	if (load_once(err))
		return -1;
	if (getrlimit(RLIMIT_AS, &limit) || limit.rlim_cur == RLIM_INFINITY || !blas.alloc ||
	    !blas.free)
		return 0;
	return reserve(min_int(threads, BUFFERS), err);
}

const char *blas_name(void)
{
	struct error err;

	return load_once(&err) ? "unknown" : blas.config();
}

static enum CBLAS_TRANSPOSE op(int transposed)
{
	return transposed ? CblasTrans : CblasNoTrans;
}

void blas_sgemm(int ta, int tb, int m, int n, int k, float alpha, const float *a, int lda,
		const float *b, int ldb, float beta, float *c, int ldc)
{
	load_or_exit();
	blas.sgemm(CblasRowMajor, op(ta), op(tb), m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

void blas_dgemm(int ta, int tb, int m, int n, int k, double alpha, const double *a, int lda,
		const double *b, int ldb, double beta, double *c, int ldc)
{
	load_or_exit();
	blas.dgemm(CblasRowMajor, op(ta), op(tb), m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

int blas_dsyevd(char job, int n, double *a, double *w, double *work, int lwork, int *iwork,
		int liwork)
{
	int info = 0;

	load_or_exit();
	blas.dsyevd(&job, "L", &n, a, &n, w, work, &lwork, iwork, &liwork, &info, 1, 1);
	return info;
}
