/*
 * The parts of cuBLAS and of cuDNN's backend interface that this folder calls, in our own words, so
 * that no header of theirs is needed to build: the libraries are loaded at run time (libraries.h).
 * Names are theirs with a shorter prefix, values are theirs; api_check.cu compares both where nvcc
 * and the headers are.
 */
#ifndef SSL_TENSOR_CUDA_API_H
#define SSL_TENSOR_CUDA_API_H

#include <stddef.h>
#include <stdint.h>

/* --- cuBLAS: matrices are stored by columns --- */

enum { BLAS_SUCCESS = 0, BLAS_OP_N = 0, BLAS_OP_T = 1, BLAS_GEMM_DEFAULT = -1 };
enum { BLAS_R_32F = 0, BLAS_R_64F = 1, BLAS_R_16BF = 14 };
enum { BLAS_COMPUTE_32F = 68, BLAS_COMPUTE_64F = 70, BLAS_COMPUTE_32F_FAST_TF32 = 77 };

struct cublas {
	int (*create)(void **handle);
	int (*destroy)(void *handle);
	int (*set_stream)(void *handle, void *stream);
	int (*set_workspace)(void *handle, void *workspace, size_t bytes);
	int (*gemm_ex)(void *handle, int op_a, int op_b, int m, int n, int k, const void *alpha,
	               const void *a, int type_a, int lda, const void *b, int type_b, int ldb,
	               const void *beta, void *c, int type_c, int ldc, int compute, int algorithm);
	const char *(*status_string)(int status);
	int (*version)(void *handle, int *version);
};

/* --- cuDNN: descriptors with attributes, which are finalized and then used --- */

enum { DNN_SUCCESS = 0, DNN_UNUSABLE = 1000, DNN_UNUSABLE_END = 2000 };
enum { DNN_NOT_SUPPORTED = 3000, DNN_NOT_SUPPORTED_END = 4000 };

enum { DNN_DATA_FLOAT = 0, DNN_DATA_DOUBLE = 1, DNN_DATA_BFLOAT16 = 9 };

/* types of attributes */
enum {
	DNN_TYPE_HANDLE = 0,
	DNN_TYPE_DATA_TYPE = 1,
	DNN_TYPE_INT64 = 3,
	DNN_TYPE_FLOAT = 4,
	DNN_TYPE_DOUBLE = 5,
	DNN_TYPE_VOID_PTR = 6,
	DNN_TYPE_CONVOLUTION_MODE = 7,
	DNN_TYPE_HEUR_MODE = 8,
	DNN_TYPE_NUMERICAL_NOTE = 11,
	DNN_TYPE_BACKEND_DESCRIPTOR = 15
};

/* kinds of descriptors */
enum {
	DNN_CONVOLUTION = 1,
	DNN_ENGINE = 2,
	DNN_ENGINECFG = 3,
	DNN_ENGINEHEUR = 4,
	DNN_EXECUTION_PLAN = 5,
	DNN_OPERATION_CONVOLUTION_FORWARD = 10,
	DNN_OPERATION_CONVOLUTION_BACKWARD_FILTER = 11,
	DNN_OPERATION_CONVOLUTION_BACKWARD_DATA = 12,
	DNN_OPERATIONGRAPH = 15,
	DNN_VARIANT_PACK = 16,
	DNN_TENSOR = 17
};

/* attributes */
enum {
	DNN_ATTR_CONVOLUTION_COMP_TYPE = 100,
	DNN_ATTR_CONVOLUTION_CONV_MODE = 101,
	DNN_ATTR_CONVOLUTION_DILATIONS = 102,
	DNN_ATTR_CONVOLUTION_FILTER_STRIDES = 103,
	DNN_ATTR_CONVOLUTION_POST_PADDINGS = 104,
	DNN_ATTR_CONVOLUTION_PRE_PADDINGS = 105,
	DNN_ATTR_CONVOLUTION_SPATIAL_DIMS = 106,
	DNN_ATTR_ENGINEHEUR_MODE = 200,
	DNN_ATTR_ENGINEHEUR_OPERATION_GRAPH = 201,
	DNN_ATTR_ENGINEHEUR_RESULTS = 202,
	DNN_ATTR_ENGINECFG_ENGINE = 300,
	DNN_ATTR_EXECUTION_PLAN_HANDLE = 400,
	DNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG = 401,
	DNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE = 402,
	/* of each convolution six: alpha, beta, the convolution, w, x (or dx), y (or dy); of the
	 * gradient of the weights alpha, beta, the convolution, dw, x, dy */
	DNN_ATTR_CONVOLUTION_FORWARD = 700,
	DNN_ATTR_CONVOLUTION_BWD_DATA = 706,
	DNN_ATTR_CONVOLUTION_BWD_FILTER = 712,
	DNN_ATTR_OPERATIONGRAPH_HANDLE = 800,
	DNN_ATTR_OPERATIONGRAPH_OPS = 801,
	DNN_ATTR_TENSOR_BYTE_ALIGNMENT = 900,
	DNN_ATTR_TENSOR_DATA_TYPE = 901,
	DNN_ATTR_TENSOR_DIMENSIONS = 902,
	DNN_ATTR_TENSOR_STRIDES = 903,
	DNN_ATTR_TENSOR_UNIQUE_ID = 906,
	DNN_ATTR_VARIANT_PACK_UNIQUE_IDS = 1000,
	DNN_ATTR_VARIANT_PACK_DATA_POINTERS = 1001,
	DNN_ATTR_VARIANT_PACK_WORKSPACE = 1003,
	DNN_ATTR_ENGINE_GLOBAL_INDEX = 1301,
	DNN_ATTR_ENGINE_NUMERICAL_NOTE = 1303
};
enum { DNN_ALPHA, DNN_BETA, DNN_CONV, DNN_W, DNN_X, DNN_Y }; /* those six, in this order */

enum { DNN_HEUR_MODE_A = 3, DNN_HEUR_MODE_FALLBACK = 2, DNN_CROSS_CORRELATION = 1 };
enum {
	DNN_NOTE_TENSOR_CORE = 0,
	DNN_NOTE_DOWN_CONVERT_INPUTS = 1,
	DNN_NOTE_REDUCED_PRECISION_REDUCTION = 2,
	DNN_NOTE_FFT = 3,
	DNN_NOTE_NONDETERMINISTIC = 4,
	DNN_NOTE_WINOGRAD_4x4 = 6,
	DNN_NOTE_WINOGRAD_6x6 = 7,
	DNN_NOTE_WINOGRAD_13x13 = 8
};

struct cudnn {
	size_t (*version)(void);
	int (*create)(void **handle);
	int (*destroy)(void *handle);
	int (*set_stream)(void *handle, void *stream);
	const char *(*error_string)(int status);
	int (*backend_create)(int kind, void **descriptor);
	int (*backend_destroy)(void *descriptor);
	int (*backend_set)(void *descriptor, int attribute, int type, int64_t n, const void *values);
	int (*backend_get)(void *descriptor, int attribute, int type, int64_t room, int64_t *n,
	                   void *values);
	int (*backend_finalize)(void *descriptor);
	int (*backend_execute)(void *handle, void *plan, void *variant_pack);
};

#endif
