/* The table of commands, in the order in which help lists them, and the search for a command by
 * name. */
#include <stdio.h>
#include <string.h>

#include "cmds/cmd.h"
#include "core/recipe/recipe.h"

extern const struct cmd cmd_init, cmd_data, cmd_run, cmd_resume, cmd_eval, cmd_sweep, cmd_worker;
extern const struct cmd cmd_verify, cmd_device;
extern const struct cmd cmd_log, cmd_show, cmd_diff, cmd_compare, cmd_best, cmd_metrics, cmd_plot;
extern const struct cmd cmd_report, cmd_sql, cmd_schema;
extern const struct cmd cmd_tag, cmd_note, cmd_rename, cmd_rm, cmd_export, cmd_import;
extern const struct cmd cmd_checkpoint, cmd_features, cmd_gc, cmd_fsck, cmd_backup;
extern const struct cmd cmd_config, cmd_methods, cmd_completion, cmd_help, cmd_version, cmd_doctor;
extern const struct cmd cmd_complete; /* for the scripts of the shells: in no list */

static const struct cmd *const table[] = {
    /* work */
    &cmd_init,
    &cmd_data,
    &cmd_run,
    &cmd_resume,
    &cmd_eval,
    &cmd_sweep,
    &cmd_worker,
    &cmd_verify,
    &cmd_device,
    /* look */
    &cmd_log,
    &cmd_show,
    &cmd_diff,
    &cmd_compare,
    &cmd_best,
    &cmd_metrics,
    &cmd_plot,
    &cmd_report,
    &cmd_sql,
    &cmd_schema,
    /* organise */
    &cmd_tag,
    &cmd_note,
    &cmd_rename,
    &cmd_rm,
    &cmd_export,
    &cmd_import,
    /* store */
    &cmd_checkpoint,
    &cmd_features,
    &cmd_gc,
    &cmd_fsck,
    &cmd_backup,
    /* meta */
    &cmd_config,
    &cmd_methods,
    &cmd_completion,
    &cmd_help,
    &cmd_version,
    &cmd_doctor,
};

enum { COMMANDS = sizeof table / sizeof *table };

const struct cmd *cmd_at(int i)
{
	return i >= 0 && i < COMMANDS ? table[i] : NULL;
}

/* An exact name, or a prefix that only one command has. */
const struct cmd *cmd_find(const char *name, struct error *err)
{
	const char *names[COMMANDS], *near;
	const struct cmd *found = NULL;
	char all[256] = "";
	int hits = 0;

	if (!strcmp(name, cmd_complete.name))
		return &cmd_complete;
	for (int i = 0; i < COMMANDS; i++) {
		names[i] = table[i]->name;
		if (!strcmp(name, names[i]))
			return table[i];
		if (*name && !strncmp(name, names[i], strlen(name))) {
			size_t n = strlen(all);

			snprintf(all + n, sizeof all - n, "%s%s", hits ? ", " : "", names[i]);
			found = table[i];
			hits++;
		}
	}
	if (hits == 1)
		return found;
	if (hits > 1) {
		error_set(err, ERR_USAGE, "%s: ambiguous command: it could be %s", name, all);
		return NULL;
	}
	near = nearest_word(name, names, COMMANDS);
	if (near)
		error_set(err, ERR_USAGE, "%s: no such command: did you mean %s?", name, near);
	else
		error_set(err, ERR_USAGE, "%s: no such command: see `ssl help`", name);
	return NULL;
}
