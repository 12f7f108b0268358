/* Where a run's bits come from: the binary, its libraries, the machine, and the git commit of the
 * folder that the user works in. */
#ifndef SSL_RUN_PROVENANCE_H
#define SSL_RUN_PROVENANCE_H

#include "core/store/runs.h"

struct provenance {
	struct code_info code;
	struct host_info host;
};

/* Finds out both. It hashes the executable and runs git, so a process that trains many runs does it
 * once. */
void provenance_find(struct provenance *out);

void provenance_code(struct code_info *out);
void provenance_host(struct host_info *out);

#endif
