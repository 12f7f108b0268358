#include "core/tensor/cuda/device.h"
#include "core/tensor/cuda/kind.h"

enum { DEVICES = 64 };

/* The devices that are open, by number. They stay so: when a process ends, the libraries may have
 * been taken apart before anything that could close them. */
static struct cuda_device *opened[DEVICES];

const struct device *cuda_kind_get(int number, struct error *err)
{
	struct error mine;

	err = err ? err : &mine;
	if (number < 0 || number >= DEVICES) {
		error_set(err, ERR_FAILED, "cuda: no device %d", number);
		return NULL;
	}
	if (!opened[number] &&
	    cuda_device_open(device_kind_cuda.name, number, &opened[number], err))
		return NULL;
	if (cuda_queue_select(&opened[number]->q, err))
		return NULL;
	return &opened[number]->device;
}

int cuda_kind_count(void)
{
	struct error none;
	int n = 0;

	return cuda_queue_count(&n, &none) ? 0 : n;
}

void cuda_kind_describe(struct strbuf *out)
{
	struct error err;
	int n = 0;

	if (cuda_queue_count(&n, &err)) {
		strbuf_addf(out, "none: %s", err.msg);
		return;
	}
	for (int i = 0; i < n && i < DEVICES; i++) {
		struct cuda_card card;

		if (opened[i])
			strbuf_addf(out, "%s%s:%d %s", i ? "; " : "", device_kind_cuda.name, i,
				    opened[i]->about);
		else
			strbuf_addf(out, "%s%s:%d %s", i ? "; " : "", device_kind_cuda.name, i,
				    cuda_card_read(i, &card, &err) ? err.msg : card.name);
	}
	if (!n)
		strbuf_adds(out, "none");
}
