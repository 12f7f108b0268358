/* Where a run's bits come from: the binary, its libraries, the machine, and the git commit of the
 * folder that the user works in. */
#ifndef SSL_RUN_PROVENANCE_H
#define SSL_RUN_PROVENANCE_H

#include "core/base/strbuf.h"
#include "core/store/engine_tables.h"
#include "core/store/runs.h"
#include "core/tensor/device.h"

struct provenance {
	struct code_info code;
	struct host_info host;
};

/* Finds out both. It hashes the executable and runs git, so a process that trains many runs does it
 * once. */
void provenance_find(struct provenance *out);

void provenance_code(struct code_info *out);
void provenance_host(struct host_info *out);
/* engines: the table that it computes with; NULL: none. */
struct device_info provenance_device(const struct device *d, const struct engine_table_row *engines);

/* Appends a warning for a run that continues on another device than it was computed on so far, and
 * returns 1; returns 0 if both are the same. */
int provenance_device_change(const char *run, const char *then, const char *now, struct strbuf *out);

#endif
