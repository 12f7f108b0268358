#include "core/run/keep.h"

#include <string.h>

#include "core/run/provenance.h"

void keep_init(struct run_keep *k)
{
	memset(k, 0, sizeof *k);
	provenance_code(&k->code);
	provenance_host(&k->host);
}

void keep_release(struct run_keep *k)
{
	for (int i = 0; i < k->n_datasets; i++)
		dataset_close(&k->dataset[i].data);
	memset(k, 0, sizeof *k);
}

int keep_find(const struct run_keep *k, const char *name, const char *sha256, struct dataset *data,
	      struct dataset_row *row)
{
	for (int i = 0; i < k->n_datasets; i++) {
		const struct dataset_row *at = &k->dataset[i].row;

		if (!sha256 || strcmp(at->sha256, sha256) || strcmp(at->name, name))
			continue;
		*data = k->dataset[i].data;
		*row = *at;
		return 1;
	}
	return 0;
}

void keep_add(struct run_keep *k, const struct dataset *data, const struct dataset_row *row)
{
	if (k->n_datasets == KEEP_DATASETS) {
		dataset_close(&k->dataset[0].data);
		memmove(&k->dataset[0], &k->dataset[1], (KEEP_DATASETS - 1) * sizeof k->dataset[0]);
		k->n_datasets--;
	}
	k->dataset[k->n_datasets].data = *data;
	k->dataset[k->n_datasets++].row = *row;
}

void keep_provenance(const struct run_keep *k, struct code_info *code, struct host_info *host)
{
	if (k) {
		*code = k->code;
		*host = k->host;
		return;
	}
	provenance_code(code);
	provenance_host(host);
}

int keep_after_epoch(struct run *r, struct error *err)
{
	const struct run_keep *k = r->opts.keep;

	return k && k->after_epoch ? k->after_epoch(k->ctx, r, err) : 0;
}
