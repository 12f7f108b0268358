#include "tests/cuda/shim/shared.h"

#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TAG "B10cudashared" /* abi_tag("cudashared"), as it is in a mangled name */

struct array {
	char *p;
	size_t n;
};

struct arrays {
	struct array *list;
	int n, found;
	size_t bytes;
};

static struct arrays arrays;

static int first_base(struct dl_phdr_info *info, size_t size, void *base)
{
	(void)size;
	*(uintptr_t *)base = info->dlpi_addr;
	return 1;
}

static char *part(FILE *f, size_t at, size_t n)
{
	char *p = malloc(n + 1);

	if (!p || fseek(f, (long)at, SEEK_SET) || fread(p, 1, n, f) != n) {
		free(p);
		return NULL;
	}
	p[n] = 0;
	return p;
}

static void add(char *p, size_t n)
{
	arrays.list = realloc(arrays.list, (size_t)(arrays.n + 1) * sizeof *arrays.list);
	if (!arrays.list)
		abort();
	arrays.list[arrays.n++] = (struct array){p, n};
	arrays.bytes += n;
}

static const char *read_symbols(FILE *f, const ElfW(Shdr) * table, const ElfW(Shdr) * strings)
{
	char *symbols = part(f, table->sh_offset, table->sh_size);
	char *names = part(f, strings->sh_offset, strings->sh_size);
	const ElfW(Sym) *y = (const ElfW(Sym) *)(const void *)symbols;
	const int complete = symbols && names;
	uintptr_t base = 0;

	dl_iterate_phdr(first_base, &base);
	for (size_t k = 0; complete && k < table->sh_size / sizeof *y; k++)
		if (y[k].st_size && y[k].st_shndx && strstr(names + y[k].st_name, TAG))
			add((char *)(base + y[k].st_value), y[k].st_size);
	free(names);
	free(symbols);
	return complete ? NULL : "this executable cannot be read";
}

static const char *read_executable(FILE *f)
{
	const char *why = "this executable has no symbols (is it stripped?)";
	ElfW(Ehdr) h;
	char *sections;
	const ElfW(Shdr) * s;

	if (fread(&h, sizeof h, 1, f) != 1)
		return "this executable cannot be read";
	sections = part(f, h.e_shoff, (size_t)h.e_shnum * sizeof *s);
	s = (const ElfW(Shdr) *)(const void *)sections;
	for (int i = 0; sections && i < h.e_shnum; i++)
		if (s[i].sh_type == SHT_SYMTAB)
			why = read_symbols(f, s + i, s + s[i].sh_link);
	free(sections);
	return why;
}

const char *shared_find(void)
{
	const char *why = "this executable cannot be opened";
	FILE *f;

	if (arrays.found)
		return NULL;
	f = fopen("/proc/self/exe", "rb");
	if (f) {
		why = read_executable(f);
		fclose(f);
	}
	arrays.found = !why;
	return why;
}

void shared_poison(void)
{
	for (int i = 0; i < arrays.n; i++)
		memset(arrays.list[i].p, 0xff, arrays.list[i].n);
}

size_t shared_bytes(void)
{
	return arrays.bytes;
}

void shared_save(char *to)
{
	for (int i = 0; i < arrays.n; to += arrays.list[i++].n)
		memcpy(to, arrays.list[i].p, arrays.list[i].n);
}

void shared_restore(const char *from)
{
	for (int i = 0; i < arrays.n; from += arrays.list[i++].n)
		memcpy(arrays.list[i].p, from, arrays.list[i].n);
}

int shared_has(const void *p)
{
	for (int i = 0; i < arrays.n; i++)
		if ((const char *)p >= arrays.list[i].p &&
		    (const char *)p < arrays.list[i].p + arrays.list[i].n)
			return 1;
	return 0;
}
