#include "core/run/provenance.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif

#include "build_info.h"
#include "core/base/cpu.h"
#include "core/tensor/kernels/gemm.h"

/* First line of a command's output, "" when it fails: git tells about itself. */
static void first_line(const char *command, char *out, size_t size)
{
	FILE *f = popen(command, "r");

	out[0] = 0;
	if (!f)
		return;
	if (!fgets(out, (int)size, f))
		out[0] = 0;
	out[strcspn(out, "\n")] = 0;
	pclose(f);
}

/* Whose exp() and log() they are. */
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
	char line[256];

	memset(out, 0, sizeof *out);
	out->version = SSL_VERSION;
	if (hash_file("/proc/self/exe", out->binary, NULL))
		snprintf(out->binary, sizeof out->binary, "unknown");
	out->compiler = SSL_COMPILER;
	out->flags = SSL_CFLAGS;
	out->commit = SSL_COMMIT;
	snprintf(out->libraries, sizeof out->libraries, "%s; libc %s", gemm_library(), c_library());
	first_line("git rev-parse HEAD 2>/dev/null", out->user_commit, sizeof out->user_commit);
	if (!out->user_commit[0])
		return;
	first_line("git status --porcelain --untracked-files=no 2>/dev/null", line, sizeof line);
	out->user_dirty = line[0] != 0;
}

void provenance_host(struct host_info *out)
{
	struct utsname u;

	memset(out, 0, sizeof *out);
	if (!uname(&u)) {
		snprintf(out->name, sizeof out->name, "%s", u.nodename);
		snprintf(out->os, sizeof out->os, "%.30s %.60s %.30s", u.sysname, u.release,
			 u.machine);
	}
	cpu_model(out->cpu, sizeof out->cpu);
	out->isa = cpu_isa();
	out->cores = cpu_count();
}
