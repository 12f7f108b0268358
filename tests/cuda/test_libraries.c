/* Protects: how cuBLAS and cuDNN are found: SSL_CUDA_LIBS, then the loader, the toolkit, and the
 * wheels of the active Python; and what is reported when one is missing or damaged. */
#include <unistd.h>

#include "core/tensor/cuda/libraries.h"
#include "tests/check.h"

static char top[] = "/tmp/ssl-cuda-XXXXXX";

static void run(const char *format, const char *argument)
{
	char command[900];

	snprintf(command, sizeof command, format, argument);
	if (system(command))
		abort();
}

/* The path of NAME in the scratch folder, in one of four buffers. */
static const char *in(const char *name)
{
	static char path[4][400];
	static int next;

	next = (next + 1) % 4;
	snprintf(path[next], sizeof path[next], "%s/%s", top, name);
	return path[next];
}

/* toolkit/lib64 and venv/lib/... with both libraries, half with cuBLAS alone, and damaged ones */
static void make_folders(void)
{
	if (!mkdtemp(top) || chdir(top))
		abort();
	run("mkdir -p toolkit/lib64 half damaged empty venv/bin nopython", "");
	run("mkdir -p venv/lib/python3.11/site-packages/nvidia/cudnn/lib", "");
	run("mkdir -p venv/lib/python3.11/site-packages/nvidia/cublas/lib", "");
	run("cp %s/libcu* toolkit/lib64", getenv("SSL_CUDA_LIBS"));
	run("cp toolkit/lib64/libcublas* half", "");
	run("cp toolkit/lib64/libcublas* venv/lib/python3.11/site-packages/nvidia/cublas/lib", "");
	run("cp toolkit/lib64/libcudnn* venv/lib/python3.11/site-packages/nvidia/cudnn/lib", "");
	run("cp toolkit/lib64/libcublas* damaged; echo text >damaged/libcudnn.so.9", "");
	run("cp toolkit/lib64/libcudnn.so.9 empty/libcublas.so.13", "");
	run("printf '#!/bin/sh\n' >venv/bin/python3; chmod +x venv/bin/python3", "");
}

static void check_found(struct cuda_places places, const char *where)
{
	struct cuda_libraries l;
	struct error err = {0};
	int failed = cuda_libraries_load(&l, &places, &err);

	CU_ASSERT(!failed);
	if (failed) {
		printf("\n    %s\n", err.msg);
		return;
	}
	CU_ASSERT(strstr(l.dnn_file, where) != NULL);
	CU_ASSERT(l.dnn.version() >= 90000);
	CU_ASSERT_STRING_EQUAL(l.blas.status_string(0), "CUBLAS_STATUS_SUCCESS");
	cuda_libraries_unload(&l);
}

static void test_places(void)
{
	char list[900];

	check_found(
	    (struct cuda_places){.folders = getenv("SSL_CUDA_LIBS"), .toolkit = in("toolkit")},
	    getenv("SSL_CUDA_LIBS"));
	check_found((struct cuda_places){.toolkit = in("toolkit"), .path = in("venv/bin")},
		    "toolkit/lib64");
	snprintf(list, sizeof list, "%s:%s", in("nopython"), in("venv/bin"));
	check_found((struct cuda_places){.toolkit = in("nowhere"), .path = list},
		    "site-packages/nvidia/cudnn/lib");
	snprintf(list, sizeof list, ":%s:%s", in("half"), in("toolkit/lib64"));
	check_found((struct cuda_places){.folders = list}, "toolkit/lib64");
	CU_ASSERT(cuda_places_default().loader == 1);
	CU_ASSERT_STRING_EQUAL(cuda_places_default().toolkit, "/usr/local/cuda");
}

static void check_missing(struct cuda_places places, const char *const *words)
{
	struct cuda_libraries l;
	struct error err = {0};

	CU_ASSERT(cuda_libraries_load(&l, &places, &err) == -1);
	CU_ASSERT(err.code == ERR_FAILED && !l.blas_library && !l.dnn_library);
	for (; *words; words++) {
		CU_ASSERT(strstr(err.msg, *words) != NULL);
		if (!strstr(err.msg, *words))
			printf("\n    %s: not in: %s\n", *words, err.msg);
	}
}

static void test_missing(void)
{
	check_missing((struct cuda_places){.toolkit = "/nowhere"},
		      (const char *[]){"cuda: cuBLAS (libcublas.so.13) was not found in",
				       "SSL_CUDA_LIBS (not set)", "/nowhere/lib64", "wheels of",
				       "nvidia-cublas", NULL});
	check_missing((struct cuda_places){.folders = in("half"), .path = in("venv/nothing")},
		      (const char *[]){"cuda: cuDNN (libcudnn.so.9) was not found in", in("half"),
				       "nvidia-cudnn-cu13 (pip)", NULL});
	check_missing((struct cuda_places){.folders = in("damaged")},
		      (const char *[]){"cuda: cuDNN cannot be loaded: ", "libcudnn.so.9", NULL});
	check_missing((struct cuda_places){.folders = in("empty")},
		      (const char *[]){"libcublas.so.13 has no function cublasCreate_v2", NULL});
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"libraries are found in the stated order", test_places},
	    {"what is missing or damaged is reported", test_missing},
	    {0},
	};
	int status;

	make_folders();
	status = check_run("cuda/libraries", cases);
	run("rm -rf %s", top);
	return status;
}
