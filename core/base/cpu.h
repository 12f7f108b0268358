/* What the process runs on: recorded with every run, since bits may differ between machines. */
#ifndef SSL_BASE_CPU_H
#define SSL_BASE_CPU_H

/* Cores this process may use (affinity respected), at least 1. */
int cpu_count(void);

/* "AMD EPYC 9354", or "unknown". */
void cpu_model(char *out, int size);

/* The instruction sets that the kernels were compiled for: "avx512f avx2 fma", "neon" or "generic". */
const char *cpu_isa(void);

/* Most memory that the process ever held, in bytes. */
long long cpu_peak_rss(void);

#endif
