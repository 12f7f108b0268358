#include "core/run/precision.h"

#include <string.h>

#include "core/tensor/devices.h"

const char *precision_needs(const char *precision)
{
	return strcmp(precision, "f32") ? "a CUDA device" : NULL;
}

int precision_check(const char *precision, const struct device *device, struct error *err)
{
	const char *needs = precision_needs(precision);
	const struct device *cuda;
	struct error none;

	if (!needs || (device && strcmp(device->name, device_cpu.name) != 0))
		return 0;
	return error_set(
	    err, ERR_USAGE, "precision: %s needs %s, %s; f32 runs on the CPU", precision, needs,
	    device_find("cuda", &cuda, &none) ? "which this build or machine does not have"
					      : "and the device is cpu");
}
