/* Protects: every call of the CUDA runtime, cuBLAS and cuDNN can fail. Each of them fails in turn
 * (FAKE_FAIL); then there is one error that names the call, and nothing is left allocated. */
#include "core/tensor/cuda/conv.h"
#include "core/tensor/cuda/gemm.h"
#include "core/tensor/cuda/timing.h"
#include "tests/cuda/harness.h"

/* What a backend does at its start and in a step, with all calls that can fail. */
struct session {
	struct cuda_queue q;
	struct cuda_blas blas;
	struct cuda_dnn dnn;
	int have_q, have_blas, have_dnn;
	void *memory[5];
};

static int run_product(struct session *s, struct error *err)
{
	struct cuda_product p = {.in = CUDA_F32,
				 .out = CUDA_F32,
				 .m = 2,
				 .n = 3,
				 .k = 4,
				 .alpha = 1,
				 .a = s->memory[0],
				 .lda = 4,
				 .b = s->memory[1],
				 .ldb = 3,
				 .c = s->memory[2],
				 .ldc = 3};

	return cuda_gemm(&s->blas, &p, err);
}

static int run_convolution(struct session *s, enum cuda_conv_pass pass, struct error *err)
{
	const struct cuda_conv_job job = {conv_shape_of(1, 3, 3, 2, 3, 3, 2, 1, 1), pass, CUDA_F32,
					  0};
	struct cuda_conv c;
	int failed;

	if (cuda_conv_init(&c, &s->dnn, &job, 1 << 16, 0, err))
		return -1;
	failed = cuda_conv_run(&c, s->memory[0], s->memory[1], s->memory[2], s->memory[4], err);
	cuda_conv_release(&c);
	return failed;
}

static int time_convolution(struct session *s, struct error *err)
{
	const struct cuda_conv_job job = {conv_shape_of(1, 3, 3, 2, 3, 3, 2, 1, 1),
					  CUDA_CONV_WEIGHTS, CUDA_F32, 0};
	struct engine_choice choice;

	return cuda_conv_time(&s->dnn, &s->q, &job, 1 << 16, &choice, err);
}

static int run_calls(struct session *s, struct error *err)
{
	struct cuda_libraries *l = harness_libraries();
	float host[64] = {0};

	if (cuda_queue_open(&s->q, 0, err))
		return -1;
	s->have_q = 1;
	if (cuda_blas_open(&s->blas, &l->blas, &s->q, err))
		return -1;
	s->have_blas = 1;
	if (cuda_dnn_open(&s->dnn, &l->dnn, &s->q, err))
		return -1;
	s->have_dnn = 1;
	for (int i = 0; i < 5; i++)
		if (cuda_alloc(&s->q, i < 4 ? sizeof host : 1 << 16, &s->memory[i], err))
			return -1;
	for (int i = 0; i < 2; i++)
		if (cuda_upload(&s->q, s->memory[i], host, sizeof host, err))
			return -1;
	if (run_product(s, err))
		return -1;
	for (int pass = 0; pass < 3; pass++)
		if (run_convolution(s, (enum cuda_conv_pass)pass, err))
			return -1;
	if (time_convolution(s, err))
		return -1;
	if (cuda_copy(&s->q, s->memory[3], s->memory[2], sizeof host, err))
		return -1;
	return cuda_download(&s->q, host, s->memory[3], sizeof host, err);
}

static int run_session(struct error *err)
{
	struct session s = {0};
	int failed = run_calls(&s, err);

	for (int i = 0; i < 5; i++)
		if (s.memory[i])
			cuda_free(&s.q, s.memory[i]);
	if (s.have_dnn)
		cuda_dnn_close(&s.dnn);
	if (s.have_blas)
		cuda_blas_close(&s.blas);
	if (s.have_q)
		cuda_queue_close(&s.q);
	return failed;
}

/* A function, and what the error says of it. */
struct function {
	const char *name, *words;
};

/* Lets each call of the function fail in turn; returns how many there are. */
static int fail_each(const struct function *f)
{
	char fail[64];

	for (int n = 1;; n++) {
		struct error err = {0};
		int failed;

		snprintf(fail, sizeof fail, "%s:%d", f->name, n);
		setenv("FAKE_FAIL", fail, 1);
		shim_fail_reset();
		failed = run_session(&err);
		unsetenv("FAKE_FAIL");
		CU_ASSERT(shim_live() == 0);
		CU_ASSERT(harness_live(harness_libraries()) == 0);
		if (!failed)
			return n - 1;
		CU_ASSERT(err.code == ERR_FAILED && strstr(err.msg, f->words) == err.msg);
		if (strstr(err.msg, f->words) != err.msg)
			printf("\n    %s: %s\n", fail, err.msg);
	}
}

static void test_failures(void)
{
	static const struct function functions[] = {
	    {"cudaGetDeviceCount", "cuda: this machine has no CUDA device"},
	    {"cudaSetDevice", "cuda: the device cannot be used: "},
	    {"cudaGetDeviceProperties", "cuda: the properties of the device: "},
	    {"cudaDriverGetVersion", "cuda: the driver's version: "},
	    {"cudaRuntimeGetVersion", "cuda: the version of CUDA: "},
	    {"cudaStreamCreateWithFlags", "cuda: a stream: "},
	    {"cudaMalloc", "cuda: out of memory: "},
	    {"cudaMemcpyAsync", "cuda: a copy: "},
	    {"cudaMemsetAsync", "cuda: clearing memory: "},
	    {"cudaStreamSynchronize", "cuda: the device's work failed: "},
	    {"cudaGetLastError", "cuda: a kernel could not be started: "},
	    {"cublasCreate", "cuda: cublasCreate: CUBLAS_STATUS_NOT_INITIALIZED"},
	    {"cublasSetStream", "cuda: cublasSetStream: CUBLAS_STATUS_INTERNAL_ERROR"},
	    {"cublasSetWorkspace", "cuda: cublasSetWorkspace: CUBLAS_STATUS_INTERNAL_ERROR"},
	    {"cublasGemmEx", "cuda: cublasGemmEx: CUBLAS_STATUS_INTERNAL_ERROR"},
	    {"cudnnCreate", "cuda: cudnnCreate: CUDNN_STATUS_NOT_INITIALIZED"},
	    {"cudnnSetStream", "cuda: cudnnSetStream: CUDNN_STATUS_INTERNAL_ERROR"},
	    {"cudnnBackendCreateDescriptor", "cuda: cudnnBackendCreateDescriptor: CUDNN"},
	    {"cudnnBackendSetAttribute", "cuda: cudnnBackendSetAttribute: CUDNN"},
	    {"cudnnBackendGetAttribute", "cuda: cudnnBackendGetAttribute: CUDNN"},
	    {"cudnnBackendFinalize", "cuda: cudnnBackendFinalize: CUDNN"},
	    {"cudnnBackendExecute", "cuda: cudnnBackendExecute: CUDNN"},
	};
	struct error err = {0};
	int failed = run_session(&err), calls = 0;

	CU_ASSERT_FATAL(!failed);
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
		int n = fail_each(functions + i);

		CU_ASSERT(n > 0);
		calls += n;
	}
	printf("%d calls ... ", calls);
}

static void test_memory(void)
{
	struct cuda_queue q;
	struct error err = {0};
	void *p;

	CU_ASSERT_FATAL(!cuda_queue_open(&q, 0, &err));
	CU_ASSERT(cuda_alloc(&q, (size_t)1 << 40, &p, &err));
	CU_ASSERT_STRING_EQUAL(err.msg, "cuda: out of memory: 1099511627776 bytes are needed, and "
					"4294950912 of the device's 4294967296 are free");
	cuda_queue_close(&q);
	CU_ASSERT(cuda_queue_open(&q, 1, &err));
	CU_ASSERT_STRING_EQUAL(err.msg, "cuda: no device 1: there is 1");
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"every call fails in turn", test_failures},
	    {"memory that is not there, a device that is not there", test_memory},
	    {0},
	};

	return check_run("cuda/failures", cases);
}
