/* The machine that the process runs on. It is recorded with every run, since results may differ in
 * their last bits between machines. */
#ifndef SSL_BASE_CPU_H
#define SSL_BASE_CPU_H

/* The number of cores that this process may use, given its CPU affinity; at least 1. */
int cpu_count(void);

/* Writes the model of the processor, such as "AMD EPYC 9354", or "unknown". */
void cpu_model(char *out, int size);

/* The instruction sets that the kernels were compiled for: "avx512f avx2 fma", "neon" or
 * "generic". */
const char *cpu_isa(void);

/* The peak resident set size of the process in bytes; 0 if unknown. */
long long cpu_peak_rss(void);

#endif
