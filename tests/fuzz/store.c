#include "tests/fuzz/store.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/store/schema.h"
#include "core/store/store.h"
#include "tests/fuzz/fuzz.h"

static struct strbuf database = STRBUF_INIT;

/* "@": the scratch folder */
static const char *const commands[] = {
    "log",
    "log -v --format json",
    "log -w epochs>0 -s -loss",
    "show r",
    "show s:1.1 --json",
    "diff r s:1.1",
    "compare r s:1.1 s:2.1",
    "compare --sweep s",
    "best",
    "metrics s:1.1",
    "metrics s:1.1 loss",
    "plot curve -s loss -o @/p.svg -f s:1.1 s:2.1",
    "plot collapse -o @/p.svg -f s:1.1",
    "plot spectrum -o @/p.svg -f s:1.1",
    "plot effect -o @/p.svg -f s",
    "report -o @/r.html -f r s:1.1",
    "report -o @/r.html -f s",
    "sql select*from(v_run)",
    "sql select*from(v_metric)",
    "sql select*from(v_collapse)",
    "sql select*from(v_cell)",
    "data ls",
    "data show t",
    "data show --plan t",
    "data verify",
    "sweep show s",
    "sweep status s",
    "sweep ls",
    "sweep plan s",
    "sweep extend -n --seeds 2 s",
    "sweep start -n @/more.yaml",
    "export -o @/x.tzst -f s:1.1",
    "export -o @/x.tzst -f --sweep s",
    "checkpoint ls s:1.1",
    "checkpoint export -o @/e.st -f s:1.1",
    "features -n -o @/f.npy -f r",
    "eval -n r",
    "fsck",
    "gc -n",
    "tag",
    "note r",
    "rm --list",
    "rm -n r",
    "run -n --like r",
    "resume -n r",
    "methods",
};

uint32_t store_commands(void)
{
	return sizeof commands / sizeof *commands;
}

const char *store_command(uint32_t i)
{
	return i < store_commands() ? commands[i] : NULL;
}

int store_schema(void)
{
	int newest = 0;

	for (const struct schema_file *f = schema_files; f->name; f++)
		if (strtol(f->name, NULL, 10) > newest)
			newest = (int)strtol(f->name, NULL, 10);
	return newest;
}

/* Copies a folder of plain files and folders into an empty one; the database is left out. */
static void copy_tree(const char *from, const char *to)
{
	struct dirent **entry;
	int n = scandir(from, &entry, NULL, alphasort);

	FUZZ_CHECK(n >= 0 && !fs_mkdirs(to, NULL));
	for (int i = 0; i < n; i++) {
		const char *name = entry[i]->d_name;
		char a[FUZZ_PATH + 300], b[FUZZ_PATH + 300];
		struct strbuf bytes = STRBUF_INIT;

		snprintf(a, sizeof a, "%s/%s", from, name);
		snprintf(b, sizeof b, "%s/%s", to, name);
		if (!strcmp(name, ".") || !strcmp(name, "..") || !strncmp(name, "ssl.db", 6)) {
			free(entry[i]);
			continue;
		}
		if (fs_is_dir(a)) {
			copy_tree(a, b);
		} else {
			FUZZ_CHECK(!fs_read(a, &bytes, NULL));
			fuzz_put(b + strlen(fuzz_dir()) + 1, bytes.buf, bytes.len);
		}
		strbuf_release(&bytes);
		free(entry[i]);
	}
	free(entry);
}

/* The sweep of the bundle, and one cell more. */
static const char more[] =
    "version: 1\n"
    "sweep: s\n"
    "base: {method: vicreg, data: {set: t}, encoder: {arch: mlp, width: 2}}\n"
    "grid: {optim.lr: [0.1, 0.2, 0.3]}\n";

void store_template(const char *bundle)
{
	char dir[FUZZ_PATH], path[FUZZ_PATH], line[FUZZ_PATH + 20];

	FUZZ_CHECK(!fs_mkdirs(fuzz_path(dir, "template"), NULL));
	FUZZ_CHECK(!fuzz_command(dir, "init"));
	fuzz_put("more.yaml", more, sizeof more - 1);
	snprintf(line, sizeof line, "import %s", bundle ? bundle : "");
	FUZZ_CHECK(!bundle || !fuzz_command(dir, line));
	FUZZ_CHECK(!fs_read(fuzz_path(path, "template/.ssl/ssl.db"), &database, NULL));
	FUZZ_CHECK(!fs_exists(fuzz_path(path, "template/.ssl/ssl.db-wal"), NULL));
}

struct strbuf *store_database(void)
{
	return &database;
}

void store_fresh(void)
{
	char from[FUZZ_PATH], to[FUZZ_PATH];

	fs_remove_tree(fuzz_path(to, "store"));
	copy_tree(fuzz_path(from, "template"), to);
	fuzz_put("store/.ssl/ssl.db", database.buf, database.len);
}
