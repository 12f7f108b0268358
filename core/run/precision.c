#include "core/run/precision.h"

#include <string.h>

#include "core/tensor/devices.h"

const char *precision_needs(const char *precision)
{
	return strcmp(precision, "f32") ? "a CUDA device" : NULL;
}

enum precision precision_of(const char *precision)
{
	if (!strcmp(precision, "tf32"))
		return PRECISION_TF32;
	return strcmp(precision, "bf16") ? PRECISION_F32 : PRECISION_BF16;
}

/* Is the precision in the list of the device, "f32|tf32|bf16"? */
static int computes_at(const struct device *device, const char *precision)
{
	const size_t n = strlen(precision);

	for (const char *p = device->precisions; p && *p; p += strcspn(p, "|"), p += *p == '|')
		if (strcspn(p, "|") == n && !strncmp(p, precision, n))
			return 1;
	return 0;
}

int precision_check(const char *precision, const struct device *device, struct error *err)
{
	const char *needs = precision_needs(precision);
	const struct device *cuda;
	struct error why;

	device = device ? device : &device_cpu;
	if (!needs || computes_at(device, precision))
		return 0;
	if (device_find(device_kind_at(0)->name, &cuda, &why))
		return error_set(err, ERR_USAGE, "precision: %s needs %s (f32 runs on the CPU): %s",
				 precision, needs, why.msg);
	return error_set(err, ERR_USAGE, "precision: %s needs %s, and the device is %s", precision,
			 needs, device->name);
}
