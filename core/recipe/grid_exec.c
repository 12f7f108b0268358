/* The keys of exec and objective; see grid_internal.h. */
#include <stddef.h>

#include "core/recipe/grid_internal.h"
#include "core/recipe/history.h"

static const struct hparam exec_rows[] = {
    {"exec.retries", HP_INT, "2", 0, 1000000, NULL,
     "how often a cell is tried again after its worker died or could not write"},
    {"exec.lease", HP_REAL, "90", 1, 86400, NULL,
     "seconds without a heartbeat after which a worker counts as dead"},
    {"exec.on_fail", HP_ENUM, "continue", 0, 0, "continue|stop",
     "after a failed cell: continue, or stop claiming cells"},
    {"exec.strategy", HP_ENUM, "grid", 0, 0, "grid|random|sobol|list",
     "which points of a block's axes become cells"},
    {"exec.samples", HP_INT, "16", 1, 100000, NULL,
     "random, sobol: number of points drawn per block"},
    {"exec.seed", HP_INT, "1", 0, 9007199254740991.0, NULL,
     "random, sobol: seed of the drawn points"},
    {"exec.prune", HP_ENUM, "none", 0, 0, "none|median|asha",
     "rule that stops hopeless cells early"},
    {"exec.prune_metric", HP_TEXT, "", 0, 0, NULL,
     "metric whose series the rule evaluates; empty: objective.metric"},
    {"exec.prune_warmup", HP_INT, "5", 1, 1000000, NULL, "epochs before a cell may be pruned"},
    {"exec.prune_min", HP_INT, "4", 1, 100000, NULL,
     "median: minimum number of cells to compare with"},
    {"exec.prune_eta", HP_INT, "3", 2, 100, NULL,
     "asha: one in eta cells continues at each rung, and rungs are a factor of eta apart "
     "(1810.05934: 4)"},
    {"exec.prune_seeds", HP_BOOL, "false", 0, 0, NULL,
     "prune replicates too, not only cells of the first seed"},
    {"objective.metric", HP_TEXT, "", 0, 0, NULL,
     "metric that the sweep optimises, such as val.knn.top1"},
    {"objective.goal", HP_ENUM, "auto", 0, 0, "auto|max|min",
     "whether larger or smaller values are better; auto: the metric's own goal"},
    {0},
};

static int exec_group(int i, struct hparam_group *out)
{
	*out = (struct hparam_group){exec_rows, NULL, NULL};
	return i == 0;
}

const struct recipe_schema *grid_exec_schema(void)
{
	/* The versions of the defaults are those of recipes; 1 is the first. A key that is added
	 * needs a row in `added`, a default that changes one in `was`. */
	static const struct recipe_was was[] = {{2, "objective.goal", "max", NULL, NULL}, {0}};
	static const struct recipe_history history = {.defaults = 2, .was = was};
	static const struct recipe_schema schema = {.group = exec_group, .history = &history};

	return &schema;
}
