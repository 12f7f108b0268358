#include "core/tensor/devices.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"

extern const struct device_kind device_kind_cpu, device_kind_cuda;

/* The best first: auto takes the first one that works. */
static const struct device_kind *const kinds[] = {&device_kind_cuda, &device_kind_cpu, NULL};

const struct device_kind *device_kind_at(int i)
{
	return i >= 0 && i < (int)(sizeof kinds / sizeof *kinds) ? kinds[i] : NULL;
}

int device_kind_is_here(const struct device_kind *kind)
{
	return !kind->missing && (!kind->count || kind->count() > 0);
}

static int find_best(const struct device **out, struct error *err)
{
	for (int i = 0; kinds[i]; i++) {
		struct error why;
		const struct device *d = kinds[i]->missing ? NULL : kinds[i]->get(0, &why);

		if (d) {
			*out = d;
			return 0;
		}
		if (device_kind_is_here(kinds[i]))
			log_warn("the device %s cannot be used, and another one computes: %s",
				 kinds[i]->name, why.msg);
	}
	return error_set(err, ERR_FAILED, "no device works on this machine");
}

/* The kind that the name begins with, and its number: 0 if it has none. NULL: it is no name of a
 * device. */
static const struct device_kind *parse(const char *name, int *number)
{
	const size_t n = strcspn(name, ":");
	const char *digits = name + n + (name[n] == ':');
	const size_t n_digits = strlen(digits);

	*number = (int)strtol(digits, NULL, 10);
	for (int i = 0; kinds[i]; i++) {
		if (strlen(kinds[i]->name) != n || strncmp(kinds[i]->name, name, n) != 0)
			continue;
		if (!name[n])
			return kinds[i];
		return kinds[i]->is_numbered && n_digits && n_digits <= 4 &&
			       n_digits == strspn(digits, "0123456789")
			   ? kinds[i]
			   : NULL;
	}
	return NULL;
}

static int no_such(const char *name, struct error *err)
{
	struct strbuf names = STRBUF_INIT;

	for (int i = 0; kinds[i]; i++)
		if (!kinds[i]->missing) {
			strbuf_addf(&names, "%s%s", names.len ? ", " : "", kinds[i]->name);
			if (kinds[i]->is_numbered)
				strbuf_addf(&names, ", %s:N", kinds[i]->name);
		}
	error_set(err, ERR_USAGE, "'%.60s' is not a device: use %s or %s", name, names.buf,
		  DEVICE_AUTO);
	strbuf_release(&names);
	return -1;
}

int device_find(const char *name, const struct device **out, struct error *err)
{
	const struct device_kind *kind;
	const struct device *found;
	int number;

	if (!strcmp(name, DEVICE_AUTO))
		return find_best(out, err);
	kind = parse(name, &number);
	if (!kind)
		return no_such(name, err);
	if (kind->missing)
		return error_set(err, ERR_FAILED, "%s: %s", name, kind->missing);
	found = kind->get(number, err);
	if (!found)
		return -1;
	*out = found;
	return 0;
}
