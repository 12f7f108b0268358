#include "core/data/folder_report.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"

enum { FOLDERS_NAMED = 3 };

void folder_count(struct folder_kinds *k, const struct image_info *info,
		  const struct image_found *found)
{
	k->of_format[info->format]++;
	k->several += found->several != 0;
	k->wide += found->wide != 0;
}

static void report_formats(const struct import *im, const struct folder_kinds *k)
{
	struct strbuf text = STRBUF_INIT;
	int formats = 0;

	for (int i = 0; i < IMAGE_FORMATS_MAX; i++)
		if (k->of_format[i]) {
			strbuf_addf(&text, "%s%u %s", formats++ ? ", " : "", k->of_format[i],
				    image_format_name(i));
		}
	if (formats > 1)
		log_info("%s: images of several formats: %s", im->path, text.buf);
	else
		log_debug("%s: images: %s", im->path, text.buf);
	strbuf_release(&text);
}

/* folders without a good image */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names of the good images, sorted. */
static const char **good_names(const struct import *im)
{
	const char **name = xmalloc((im->n + 1) * sizeof *name);

	for (uint32_t i = 0; i < im->n; i++)
		name[i] = im->image[i].name;
	if (im->n)
		qsort(name, im->n, sizeof *name, by_text);
	return name;
}

/* True if the folder ("a/b/") contains a good image, at any depth. */
static int has_good(const char *const *name, uint32_t n, const char *folder)
{
	uint32_t lo = 0, hi = n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (strcmp(name[mid], folder) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && !strncmp(name[lo], folder, strlen(folder));
}

/* The folders ("a/b/") of the bad images, sorted, one for each image; "" for the top of PATH. */
static char **bad_folders(const struct import *im)
{
	char **folder = xmalloc((im->n_bad + 1) * sizeof *folder);

	for (uint32_t i = 0; i < im->n_bad; i++) {
		folder[i] = xstrdup(im->bad[i].name);
		folder[i][import_base_name(folder[i]) - folder[i]] = 0;
	}
	qsort(folder, im->n_bad, sizeof *folder, by_text);
	return folder;
}

static void report_lost(const struct import *im)
{
	const char **good = good_names(im);
	char **folder = bad_folders(im);
	struct strbuf text = STRBUF_INIT;
	uint32_t lost = 0;

	for (uint32_t i = 0, n; i < im->n_bad; i += n) {
		for (n = 1; i + n < im->n_bad && !strcmp(folder[i], folder[i + n]);)
			n++;
		if (*folder[i] && !has_good(good, im->n, folder[i]) && lost++ < FOLDERS_NAMED)
			strbuf_addf(&text, "%s%s (%u)", lost > 1 ? ", " : "", folder[i], n);
	}
	if (lost > FOLDERS_NAMED)
		strbuf_addf(&text, " and %u more", lost - FOLDERS_NAMED);
	if (lost)
		log_warn("%s: folders in which no image file can be read: %s", im->path, text.buf);
	for (uint32_t i = 0; i < im->n_bad; i++)
		free(folder[i]);
	free(folder);
	free(good);
	strbuf_release(&text);
}

void folder_report(const struct import *im, const struct folder_kinds *k)
{
	report_formats(im, k);
	if (k->several)
		log_info("%s: %u file%s several images (frames or pages): the first is used",
			 im->path, k->several, k->several == 1 ? " holds" : "s hold");
	if (k->wide)
		log_warn(
		    "%s: %u grey image%s more than 8 bits: values above 255 became 255 (white): "
		    "scale them to 8 bits to keep the difference",
		    im->path, k->wide, k->wide == 1 ? " has" : "s have");
	if (im->n_bad)
		report_lost(im);
}
