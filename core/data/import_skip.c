/* The files that an import skips: those that --exclude matches, and images that cannot be read. */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/log.h"
#include "core/base/utf8.h"
#include "core/data/import.h"

enum { BAD_SHOWN = 10, BAD_NAMED = 3 };

/* exclude */

/* A pattern without '/' matches the name of the file or of any folder above it; a pattern with '/'
 * matches the path, from the top of PATH, of the file or of a folder above it. */
static int matches(const char *pattern, const char *path)
{
	int whole = strchr(pattern, '/') != NULL, found = 0;
	char *copy = xstrdup(path);
	size_t n = strlen(pattern);
	char *clean = xstrdup(pattern);

	if (n > 1 && clean[n - 1] == '/') {
		clean[n - 1] = 0;
		whole = strchr(clean, '/') != NULL;
	}
	for (char *start = copy, *end = copy; !found && end; end = *end ? end + 1 : NULL) {
		char stop;

		end += strcspn(end, "/");
		stop = *end;
		*end = 0;
		found = !fnmatch(clean, whole ? copy : start, whole ? FNM_PATHNAME : 0);
		*end = stop;
		start = end + (stop != 0);
	}
	free(copy);
	free(clean);
	return found;
}

int import_is_excluded(struct import *im, const char *path)
{
	int found = 0;

	for (int i = 0; i < im->opts->excludes; i++)
		if (matches(im->opts->exclude[i], path)) {
			found = 1;
			if (im->exclude_hit)
				im->exclude_hit[i] = 1;
		}
	return found;
}

/* bad images */

void import_add_bad(struct import *im, const char *name, const char *why)
{
	if (im->n_bad == im->bad_cap) {
		im->bad_cap = im->bad_cap ? 2 * im->bad_cap : 64;
		im->bad = xrealloc(im->bad, im->bad_cap * sizeof *im->bad);
	}
	im->bad[im->n_bad++] = (struct import_bad){name, arena_strdup(&im->arena, why)};
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct import_bad *)a)->name, ((const struct import_bad *)b)->name);
}

/* Prints a line for each bad file: for all with -v, else for the first ones. */
static void list_bad(const struct import *im)
{
	uint32_t shown =
	    log_get_level() == LOG_VERBOSE || im->n_bad < BAD_SHOWN ? im->n_bad : BAD_SHOWN;

	for (uint32_t i = 0; i < shown; i++)
		log_warn("%s: %s", im->bad[i].name, im->bad[i].why);
}

void import_warn_bad(const struct import *im)
{
	list_bad(im);
}

static int is_too_much(const struct import *im)
{
	double all = (double)im->n + im->n_bad;

	return !im->opts->skip_bad || im->n_bad > im->opts->bad_max ||
	       100.0 * im->n_bad > im->opts->bad_percent * all;
}

/* Without --skip-bad the error itself names a single bad file. */
static int refuse_bad(const struct import *im, struct error *err)
{
	uint32_t all = im->n + im->n_bad;

	if (im->n_bad == 1 && !im->opts->skip_bad)
		return error_set(err, ERR_FAILED, "%s: %s: %s (use --skip-bad to skip it)",
				 im->path, im->bad[0].name, im->bad[0].why);
	list_bad(im);
	if (im->opts->skip_bad)
		return error_set(err, ERR_FAILED,
				 "%s: %u of %u image files cannot be read, more than --skip-bad "
				 "allows",
				 im->path, im->n_bad, all);
	return error_set(err, ERR_FAILED,
			 "%s: %u of %u image files cannot be read%s: use --skip-bad to skip them",
			 im->path, im->n_bad, all,
			 im->n_bad > BAD_SHOWN && log_get_level() < LOG_VERBOSE
			     ? " (the first are listed above, all of them with -v)"
			     : " (listed above)");
}

static void report_skipped(const struct import *im)
{
	struct strbuf names = STRBUF_INIT;

	for (uint32_t i = 0; i < im->n_bad && i < BAD_NAMED; i++)
		strbuf_addf(&names, "%s%s", i ? ", " : "", im->bad[i].name);
	if (im->n_bad > BAD_NAMED)
		strbuf_addf(&names, " and %u more", im->n_bad - BAD_NAMED);
	log_warn("%s: %u of %u image files cannot be read and are skipped: %s", im->path, im->n_bad,
		 im->n + im->n_bad, names.buf);
	for (uint32_t i = 0; i < im->n_bad; i++)
		log_debug("%s: %s", im->bad[i].name, im->bad[i].why);
	strbuf_release(&names);
}

int import_check_bad(struct import *im, struct error *err)
{
	if (!im->n_bad)
		return 0;
	qsort(im->bad, im->n_bad, sizeof *im->bad, by_name);
	if (is_too_much(im))
		return refuse_bad(im, err);
	report_skipped(im);
	if (!im->n)
		return error_set(err, ERR_FAILED, "%s: none of its %u image files can be read",
				 im->path, im->n_bad);
	return 0;
}

static void add_json(struct strbuf *out, const char *s)
{
	struct strbuf valid = STRBUF_INIT;

	utf8_repair(s, &valid);
	json_add_string(out, valid.buf);
	strbuf_release(&valid);
}

void import_bad_json(const struct import *im, struct strbuf *out)
{
	strbuf_addc(out, '[');
	for (uint32_t i = 0; i < im->n_bad; i++) {
		strbuf_adds(out, i ? ",{" : "{");
		json_add_name(out, "file");
		add_json(out, im->bad[i].name);
		json_add_name(out, "why");
		add_json(out, im->bad[i].why);
		strbuf_addc(out, '}');
	}
	strbuf_addc(out, ']');
}

/* the summary */

static void add_count(struct strbuf *out, uint32_t n, const char *one, const char *many)
{
	if (n)
		strbuf_addf(out, "%s%u %s", out->len ? ", " : "", n, n == 1 ? one : many);
}

void import_report_skipped(const struct import *im)
{
	struct strbuf text = STRBUF_INIT;

	add_count(&text, im->litter, "hidden file, backup or system file",
		  "hidden files, backups and system files");
	add_count(&text, im->excluded, "file by --exclude", "files by --exclude");
	add_count(&text, im->other, "other file", "other files");
	if (text.len)
		log_info("%s: skipped: %s", im->path, text.buf);
	strbuf_release(&text);
	for (int i = 0; i < im->opts->excludes; i++)
		if (!im->exclude_hit[i])
			log_warn("%s: --exclude %s: matches no file", im->path,
				 im->opts->exclude[i]);
}
