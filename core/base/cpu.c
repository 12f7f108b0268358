#include "core/base/cpu.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

int cpu_count(void)
{
#ifdef __linux__
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
		return CPU_COUNT(&set);
#endif
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n > 0 ? (int)n : 1;
}

void cpu_model(char *out, int size)
{
	FILE *f = fopen("/proc/cpuinfo", "r");
	char line[256];

	snprintf(out, (size_t)size, "unknown");
	if (!f)
		return;
	while (fgets(line, sizeof line, f)) {
		char *colon = strchr(line, ':');

		if (strncmp(line, "model name", 10) || !colon)
			continue;
		colon += 1 + strspn(colon + 1, " \t");
		colon[strcspn(colon, "\n")] = 0;
		snprintf(out, (size_t)size, "%s", colon);
		break;
	}
	fclose(f);
}

const char *cpu_isa(void)
{
#if defined(__AVX512F__)
	return "avx512f avx2 fma";
#elif defined(__AVX2__) && defined(__FMA__)
	return "avx2 fma";
#elif defined(__AVX2__)
	return "avx2";
#elif defined(__ARM_NEON)
	return "neon";
#else
	return "generic";
#endif
}

long long cpu_peak_rss(void)
{
	struct rusage u;

	if (getrusage(RUSAGE_SELF, &u))
		return 0;
#ifdef __APPLE__
	return u.ru_maxrss;
#else
	return u.ru_maxrss * 1024LL;
#endif
}
