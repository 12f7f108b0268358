/* What the bits of a run's results can depend on besides its recipe: code, machine and device, for
 * each attempt. `ssl verify` and `ssl diff` compare them first. */
#ifndef SSL_STORE_ENVIRONMENT_H
#define SSL_STORE_ENVIRONMENT_H

#include "core/base/hash.h"
#include "core/base/strbuf.h"
#include "core/store/store.h"

/* The code that computes a run. Equal contents share one row. */
struct code_info {
	const char *version;                   /* of ssl */
	char binary[HASH_HEX];                 /* SHA-256 of the executable */
	const char *compiler, *flags, *commit; /* commit: of the ssl source, "" unknown */
	char libraries[256]; /* those that results depend on: "OpenBLAS ...; glibc ..." */
	/* of the git repository of the working directory, if there is one */
	char user_commit[65];
	int user_dirty; /* 1 yes, 0 no, -1 unknown */
};
struct host_info {
	char name[128], cpu[128], os[128];
	const char *isa;
	int cores;
};
/* Where a run is computed; all zero: the CPU. */
struct device_info {
	const char *name;  /* "cpu" */
	const char *about; /* card, driver, libraries: what results depend on and code and host lack */
	const char *engines, *engines_name; /* SHA-256 and name of its table of engines; NULL: none */
};

struct environment {
	long attempt, threads; /* threads: those of the first attempt; later ones are not recorded */
	/* names and values, the most likely cause of a difference first */
	struct {
		const char *name;
		char value[1024];
	} item[11];
	int n;
};

/* Fills it with the properties of this process, which core/run/provenance.c finds. */
void environment_make(struct environment *e, const struct code_info *code,
		      const struct host_info *host, const struct device_info *device);
/* Calls fn for every attempt of the run, from the first on, until fn returns non-zero. */
int environments_each(struct store *s, int64_t run,
		      int (*fn)(void *ctx, const struct environment *e), void *ctx,
		      struct error *err);

/* Copies the name of the device of the run's newest attempt, "cpu" if it has none; with_about: and
 * what is recorded of it, "cuda: H100, driver 580, engines fast". */
int environment_device(struct store *s, int64_t run, int with_about, char *out, size_t size,
		       struct error *err);
/* Appends the names of the devices that computed any of these runs, "cpu, cuda". */
int environment_devices(struct store *s, const int64_t *run, int n, struct strbuf *out,
			struct error *err);

#endif
