/*
 * cuBLAS and cuDNN, loaded at run time, so that the program starts on machines without them. Each
 * library is searched in this order:
 *
 *   1. the folders of SSL_CUDA_LIBS, with a colon between them
 *   2. where the loader looks (LD_LIBRARY_PATH, ldconfig)
 *   3. /usr/local/cuda/lib64
 *   4. the wheels (nvidia/.../lib) of the active Python: the first python3 of PATH
 */
#ifndef SSL_TENSOR_CUDA_LIBRARIES_H
#define SSL_TENSOR_CUDA_LIBRARIES_H

#include "core/base/error.h"
#include "core/tensor/cuda/api.h"

/* Where to look. A place that is NULL is left out. */
struct cuda_places {
	const char *folders; /* SSL_CUDA_LIBS */
	int loader;
	const char *toolkit; /* /usr/local/cuda */
	const char *path;    /* PATH */
};
struct cuda_places cuda_places_default(void);

struct cuda_libraries {
	struct cublas blas;
	struct cudnn dnn;
	void *blas_library, *dnn_library;
	char blas_file[512], dnn_file[512]; /* where they were found */
};

/* ERR_FAILED if one is not found, cannot be loaded or lacks a function: the message names the
 * library, the places and the package that has it. */
int cuda_libraries_load(struct cuda_libraries *l, const struct cuda_places *places,
                        struct error *err);
void cuda_libraries_unload(struct cuda_libraries *l);

#endif
