#include "core/run/provenance.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif

#include "build_info.h"
#include "core/base/cpu.h"
#include "core/run/usergit.h"
#include "core/tensor/kernels/blas.h"

/* The C library computes exp() and log(), on which results depend. */
static const char *c_library(void)
{
#ifdef __GLIBC__
	return gnu_get_libc_version();
#else
	return "unknown";
#endif
}

void provenance_code(struct code_info *out)
{
	struct usergit git;

	memset(out, 0, sizeof *out);
	out->version = SSL_VERSION;
	if (hash_file("/proc/self/exe", out->binary, NULL))
		snprintf(out->binary, sizeof out->binary, "unknown");
	out->compiler = SSL_COMPILER;
	out->flags = SSL_CFLAGS;
	out->commit = SSL_COMMIT;
	snprintf(out->libraries, sizeof out->libraries, "%s; libc %s", blas_name(), c_library());
	usergit_read(&git);
	snprintf(out->user_commit, sizeof out->user_commit, "%s", git.commit);
	out->user_dirty = git.state;
}

void provenance_host(struct host_info *out)
{
	struct utsname u;

	memset(out, 0, sizeof *out);
	snprintf(out->name, sizeof out->name, "unknown");
	snprintf(out->os, sizeof out->os, "unknown");
	if (!uname(&u)) {
		snprintf(out->name, sizeof out->name, "%s", u.nodename);
		snprintf(out->os, sizeof out->os, "%.30s %.60s %.30s", u.sysname, u.release,
			 u.machine);
	}
	cpu_model(out->cpu, sizeof out->cpu);
	out->isa = cpu_isa();
	out->cores = cpu_count();
}

struct device_info provenance_device(const struct device *d, const struct engine_table_row *engines)
{
	return (struct device_info){d->name, d->about, engines ? engines->sha256 : NULL,
				    engines ? engines->name : NULL};
}

int provenance_device_change(const char *run, const char *then, const char *now, struct strbuf *out)
{
	if (!strcmp(then, now))
		return 0;
	strbuf_addf(out,
		    "%s: computed on %s so far, and now on %s: its bits will differ from those of "
		    "a run on one device",
		    run, then, now);
	return 1;
}

void provenance_find(struct provenance *out)
{
	provenance_code(&out->code);
	provenance_host(&out->host);
}
