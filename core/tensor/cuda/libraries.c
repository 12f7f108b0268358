#include "core/tensor/cuda/libraries.h"

#include <dlfcn.h>
#include <glob.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A library: the names of the versions that are known to work, and who has it. */
struct wanted {
	const char *title, *names[3], *package;
};

static const struct wanted cublas = {"cuBLAS",
				     {"libcublas.so.13", "libcublas.so.12", NULL},
				     "nvidia-cublas (pip) or the CUDA toolkit"};
static const struct wanted cudnn = {
    "cuDNN", {"libcudnn.so.9", NULL}, "nvidia-cudnn-cu13 (pip) or libcudnn9-cuda-13 (apt)"};

struct cuda_places cuda_places_default(void)
{
	return (struct cuda_places){.folders = getenv("SSL_CUDA_LIBS"),
				    .loader = 1,
				    .toolkit = "/usr/local/cuda",
				    .path = getenv("PATH")};
}

/* --- one library --------------------------------------------------------------------------- */

/* Loads FOLDER/NAME if there is such a file. A file that cannot be loaded is not skipped: it leaves
 * the reason in `why`. */
static void *open_in(const char *folder, size_t length, const char *name, struct error *why)
{
	char file[512];
	void *library;

	snprintf(file, sizeof file, "%.*s/%s", (int)length, folder, name);
	if (!length || access(file, F_OK))
		return NULL;
	library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
	if (!library) {
		const char *reason = dlerror();

		error_set(why, ERR_FAILED, "%.400s", reason ? reason : file);
	}
	return library;
}

/* The folders of a list with colons between them. */
static void *open_in_list(const char *list, const char *name, struct error *why)
{
	void *library = NULL;

	while (list && *list && !library && !why->msg[0]) {
		size_t n = strcspn(list, ":");

		library = open_in(list, n, name, why);
		list += n + (list[n] == ':');
	}
	return library;
}

/* The folder above the one that has python3: that of a virtual environment, or /usr. */
static int python_prefix(const char *path, char *prefix, size_t size)
{
	while (path && *path) {
		int n = (int)strcspn(path, ":");
		char program[512];

		snprintf(program, sizeof program, "%.*s/python3", n, path);
		if (n && !access(program, X_OK)) {
			snprintf(prefix, size, "%.*s/..", n, path);
			return 1;
		}
		path += n + (path[n] == ':');
	}
	return 0;
}

static void *open_in_wheels(const char *path, const char *name, struct error *why)
{
	static const char *const folders[] = {"lib/python3*/site-packages",
					      "lib/python3*/dist-packages",
					      "local/lib/python3*/dist-packages"};
	char prefix[512], pattern[700];
	void *library = NULL;

	if (!python_prefix(path, prefix, sizeof prefix))
		return NULL;
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		glob_t found;

		snprintf(pattern, sizeof pattern, "%s/%s/nvidia/*/lib", prefix, folders[i]);
		if (glob(pattern, 0, NULL, &found))
			continue;
		for (size_t k = 0; k < found.gl_pathc && !library && !why->msg[0]; k++)
			library = open_in(found.gl_pathv[k], strlen(found.gl_pathv[k]), name, why);
		globfree(&found);
	}
	return library;
}

static void *open_name(const struct cuda_places *p, const char *name, struct error *why)
{
	char toolkit[256];
	void *library = open_in_list(p->folders, name, why);

	if (!library && !why->msg[0] && p->loader)
		library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
	if (!library && !why->msg[0] && p->toolkit) {
		snprintf(toolkit, sizeof toolkit, "%s/lib64", p->toolkit);
		library = open_in(toolkit, strlen(toolkit), name, why);
	}
	if (!library && !why->msg[0])
		library = open_in_wheels(p->path, name, why);
	return library;
}

static int not_found(const struct wanted *w, const struct cuda_places *p, struct error *err)
{
	char prefix[200] = "python3, which PATH does not have";

	python_prefix(p->path, prefix, sizeof prefix);
	return error_set(err, ERR_FAILED,
			 "cuda: %s (%s) was not found in SSL_CUDA_LIBS (%.80s), %s%s/lib64 or the "
			 "wheels of %s: install %s, or set SSL_CUDA_LIBS to its folder",
			 w->title, w->names[0], p->folders && *p->folders ? p->folders : "not set",
			 p->loader ? "the loader's path, " : "", p->toolkit ? p->toolkit : "",
			 prefix, w->package);
}

static int open_library(const struct wanted *w, const struct cuda_places *p, void **library,
			char *file, size_t size, struct error *err)
{
	struct error why = {0};
	struct link_map *map;

	*library = NULL;
	for (int i = 0; w->names[i] && !*library && !why.msg[0]; i++)
		*library = open_name(p, w->names[i], &why);
	if (why.msg[0])
		return error_set(err, ERR_FAILED, "cuda: %s cannot be loaded: %s", w->title,
				 why.msg);
	if (!*library)
		return not_found(w, p, err);
	file[0] = 0;
	if (!dlinfo(*library, RTLD_DI_LINKMAP, &map))
		snprintf(file, size, "%s", map->l_name);
	return 0;
}

/* --- functions ----------------------------------------------------------------------------- */

/* The functions of a library: `to` is the address of a member that points to the function. */
struct function {
	void **to;
	const char *name;
};

static int find_functions(void *library, const char *file, const struct function *f,
			  struct error *err)
{
	for (; f->name; f++) {
		*f->to = dlsym(library, f->name);
		if (!*f->to)
			return error_set(err, ERR_FAILED, "cuda: %s has no function %s", file,
					 f->name);
	}
	return 0;
}

static int find_cublas(struct cuda_libraries *l, struct error *err)
{
	struct cublas *b = &l->blas;
	const struct function functions[] = {
	    {(void **)&b->create, "cublasCreate_v2"},
	    {(void **)&b->destroy, "cublasDestroy_v2"},
	    {(void **)&b->set_stream, "cublasSetStream_v2"},
	    {(void **)&b->set_workspace, "cublasSetWorkspace_v2"},
	    {(void **)&b->gemm_ex, "cublasGemmEx"},
	    {(void **)&b->status_string, "cublasGetStatusString"},
	    {(void **)&b->version, "cublasGetVersion_v2"},
	    {0},
	};

	return find_functions(l->blas_library, l->blas_file, functions, err);
}

static int find_cudnn(struct cuda_libraries *l, struct error *err)
{
	struct cudnn *d = &l->dnn;
	const struct function functions[] = {
	    {(void **)&d->version, "cudnnGetVersion"},
	    {(void **)&d->create, "cudnnCreate"},
	    {(void **)&d->destroy, "cudnnDestroy"},
	    {(void **)&d->set_stream, "cudnnSetStream"},
	    {(void **)&d->error_string, "cudnnGetErrorString"},
	    {(void **)&d->backend_create, "cudnnBackendCreateDescriptor"},
	    {(void **)&d->backend_destroy, "cudnnBackendDestroyDescriptor"},
	    {(void **)&d->backend_set, "cudnnBackendSetAttribute"},
	    {(void **)&d->backend_get, "cudnnBackendGetAttribute"},
	    {(void **)&d->backend_finalize, "cudnnBackendFinalize"},
	    {(void **)&d->backend_execute, "cudnnBackendExecute"},
	    {0},
	};

	return find_functions(l->dnn_library, l->dnn_file, functions, err);
}

int cuda_libraries_load(struct cuda_libraries *l, const struct cuda_places *places,
			struct error *err)
{
	*l = (struct cuda_libraries){0};
	if (open_library(&cublas, places, &l->blas_library, l->blas_file, sizeof l->blas_file,
			 err) ||
	    find_cublas(l, err) ||
	    open_library(&cudnn, places, &l->dnn_library, l->dnn_file, sizeof l->dnn_file, err) ||
	    find_cudnn(l, err)) {
		cuda_libraries_unload(l);
		return -1;
	}
	return 0;
}

void cuda_libraries_unload(struct cuda_libraries *l)
{
	if (l->blas_library)
		dlclose(l->blas_library);
	if (l->dnn_library)
		dlclose(l->dnn_library);
	*l = (struct cuda_libraries){0};
}
