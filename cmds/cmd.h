/*
 * Commands. Each is one file with a `const struct cmd` (template: init.c) and one line of the table
 * in cmds.c. Adding one:
 *   1. cmds/NAME.c with `const struct cmd cmd_NAME`;
 *   2. its line in cmds/cmds.c (the build finds the file by itself);
 *   3. man/ssl-NAME.1, whose SYNOPSIS is the usage below;
 *   4. tests/cmds/NAME.sh.
 * tests/docs.sh checks that 2 to 4 agree. Help and the completion of shells follow from the command's
 * usage and its table of options. `needs` says what opt_parse() opens.
 */
#ifndef SSL_CMDS_CMD_H
#define SSL_CMDS_CMD_H

#include <signal.h>

#include "core/base/error.h"
#include "core/report/table.h"
#include "core/store/store.h"

enum cmd_needs {
	NEED_NOTHING,
	NEED_STORE_READ,  /* ctx->store is open read-only: the command cannot change the store */
	NEED_STORE_WRITE, /* ctx->store is open for writing; with -n as STORE_DRY, in which every
			     change makes its checks and is not carried out */
};

enum cmd_color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct opt_copy;

/* Passed to every command: the common flags, and the store. */
struct cmd_ctx {
	struct store *store; /* as `needs` asked; NULL otherwise */
	const char *dir;     /* -C DIR, or "." */
	int quiet, verbose, dry_run, force, no_pager;
	const char *output;       /* -o FILE, or NULL: standard output */
	int remakes;              /* of the command */
	enum table_format format; /* --format, --json, --csv */
	enum cmd_color color;     /* --color: ask pager_color() */
	int terminal;             /* standard output is a terminal, or was before the pager was started */
	int pager;                /* process of the pager; 0: none */
	FILE *out; /* where data goes: stdout, or memory that main.c writes to the -o file at the end */
	char *out_text; /* that memory */
	size_t out_size;
	int asked_help; /* `ssl --help` */
	struct opt_copy *wants_table; /* not NULL: opt_parse() only copies the command's options there */
};

enum opt_kind {
	OPT_FLAG,     /* int *: set to 1 */
	OPT_TEXT,     /* const char **: the last one counts */
	OPT_INT,      /* long *: whole number in [min, max] */
	OPT_REAL,     /* double * */
	OPT_LIST,     /* struct opt_list *: may be given again */
	OPT_OPTIONAL, /* const char **: the value after '=', or "" without one */
};

enum { OPT_LIST_MAX = 256 };
struct opt_list {
	const char *item[OPT_LIST_MAX];
	int n;
};

/* One option of a command; the table ends with {0}. */
struct opt {
	char letter; /* 0: none */
	const char *name;
	enum opt_kind kind;
	void *value;
	const char *arg, *help; /* "KEY=VALUE"; one line */
	double min, max;        /* OPT_INT, OPT_REAL: checked when min < max */
};

/* The argument of an option, and an operand in a usage line, is a word in capitals that says what it is,
 * or its choices: "val|test". cmds/candidates.c knows which words a shell can offer for each. */

/* A command's table as it is outside the call of its function: the values are NULL. */
enum { OPT_COMMON_MAX = 16, OPT_TABLE_MAX = 48 };
struct opt_copy {
	struct opt row[OPT_TABLE_MAX + 1]; /* {0} ends it */
	int n;
};

struct cmd {
	const char *name, *summary;
	const char *usage; /* one line per form, without "ssl ": equals the man page's SYNOPSIS */
	enum cmd_needs needs;
	int own_output; /* opens the -o file, or folder, itself with core/base/output.h: it checks
			   the place first, and writes nothing with -n */
	int remakes; /* the -o file is made from the store: one that ssl made before is replaced
			without -f (OUTPUT_REMAKE) */
	int pages; /* it is there to be looked at: its output goes through the pager */
	const char *no_table; /* it prints no table, so that --format, --json and --csv are refused:
				 what to use instead, or why not. NULL: it does */
	/* Parses its own options with opt_parse(). Returns the exit code: 0, or after error_set()
	 * -1, and main.c prints the error and exits with its code. */
	int (*run)(struct cmd_ctx *ctx, int argc, char **argv, struct error *err);
};

/* Parses argv[1..] against `table` and the common flags (which go into ctx), then opens the store
 * as cmd->needs says. Operands are moved to the front of argv+1 and counted in *n_operands; more
 * than `max` or fewer than `min` is ERR_USAGE. Returns 0; -1 with *err; or 1 after -h or --help was
 * answered, when the command must return 0 at once. */
int opt_parse(struct cmd_ctx *ctx, const struct cmd *cmd, const struct opt *table, int argc,
	      char **argv, int min, int max, int *n_operands, struct error *err);

/* The flags that all commands share, without values; {0} ends them. */
void opt_common(struct opt out[OPT_COMMON_MAX]);
/* The row of a table (NULL: an empty one) by its letter, or by the n bytes of its name; NULL. */
const struct opt *opt_find_letter(const struct opt *table, char letter);
const struct opt *opt_find_name(const struct opt *table, const char *name, size_t n);
/* Is the word behind the option its value? */
int opt_takes_value(const struct opt *o);

/* The common flags before the command's name: *at becomes the first word that is no flag. */
int opt_parse_leading(struct cmd_ctx *ctx, int argc, char **argv, int *at, struct error *err);

const struct cmd *cmd_at(int i); /* the table in order, NULL past the end */
const struct cmd *cmd_find(const char *name, struct error *err); /* exact, or a unique prefix */

/* Opens ctx->store now: for a command whose needs depend on its arguments. */
int cmd_open_store(struct cmd_ctx *ctx, enum cmd_needs needs, struct error *err);
/* For a command that only checks: opens ctx->store for reading, or leaves it NULL if there is none. A store
 * that exists but cannot be opened is an error. */
int cmd_open_store_if_any(struct cmd_ctx *ctx, struct error *err);

/* Prints the rows in the format of --format. A table without rows is printed to people as the line `none` on
 * standard error (NULL: nothing), and to programs as an empty table. */
void cmd_print(struct cmd_ctx *ctx, const struct table *t, const char *none);

/* Prints remarks about the output, lines that each end in a newline, to standard error. */
void cmd_remarks(const char *text);

/* For a subcommand that writes the -o file itself, with output_open(): returns its name (NULL if none was
 * given), and main.c no longer writes it. */
const char *cmd_claim_output(struct cmd_ctx *ctx);

/* How the -o file is opened: OUTPUT_REPLACE with -f, else OUTPUT_REMAKE if the command has .remakes. */
int cmd_output_flags(const struct cmd_ctx *ctx);

/* 0, or the number of the signal that asked the process to stop; set by the handlers that
 * cmds/execute.c installs. */
extern volatile sig_atomic_t signal_received;

#endif
