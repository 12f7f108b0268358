/* Checks that the rows of an imported run agree with each other. bundle_check.c checks each row by
 * itself. */
#include "core/store/bundle/bundle_internal.h"

/* Each query returns a number if the rows of run ?1 contradict each other. Times may be out of
 * order by a day, since a clock may have been set meanwhile. Evaluations and checkpoints need no
 * checkpoint at their step: old ones are pruned. */
static const struct {
	const char *sql, *what;
} rules[] = {
    {"SELECT r.step FROM run r WHERE r.id = ?1 AND r.status = 'done' AND (r.step < r.steps OR "
     "r.finished IS NULL)",
     "it is done at step %lld, which is not its last, or has no finishing time"},
    {"SELECT max(m.step) FROM metric m JOIN run r ON r.id = m.run_id WHERE r.id = ?1 AND m.step > "
     "r.step",
     "a metric has a value at step %lld, which the run did not reach"},
    {"SELECT max(c.step) FROM checkpoint c JOIN run r ON r.id = c.run_id WHERE r.id = ?1 AND "
     "(c.step > r.step OR c.epoch > r.epochs)",
     "it has a checkpoint of step %lld, which the run did not reach"},
    {"SELECT max(e.step) FROM eval e JOIN run r ON r.id = e.run_id WHERE r.id = ?1 AND (e.step > "
     "r.step OR e.epoch > r.epochs)",
     "it has an evaluation of step %lld, which the run did not reach"},
    {"SELECT max(d.step) FROM digest d JOIN run r ON r.id = d.run_id WHERE r.id = ?1 AND d.step > "
     "r.step",
     "its digest chain has a link of step %lld, which the run did not reach"},
    {"SELECT max(s.step) FROM spectrum s JOIN run r ON r.id = s.run_id WHERE r.id = ?1 AND s.step "
     "> "
     "r.step",
     "it has a spectrum of step %lld, which the run did not reach"},
    {"SELECT s.name_id FROM metric_summary s WHERE s.run_id = ?1 AND (s.n, s.last_step) IS NOT "
     "(SELECT count(*), max(m.step) FROM metric m WHERE m.run_id = ?1 AND m.name_id = s.name_id) "
     "LIMIT 1",
     "the summary of a metric (number %lld) is not what its values give"},
    {"SELECT count(*) FROM attempt a JOIN run r ON r.id = a.run_id WHERE r.id = ?1 HAVING count(*) "
     "<> coalesce(max(a.n), 0) OR NOT total(a.id = r.attempt_id AND a.n = (SELECT max(n) FROM "
     "attempt WHERE run_id = ?1))",
     "its %lld attempts are not numbered from 1, or the newest is not its last"},
    {"SELECT max(a.n) FROM attempt a JOIN run r ON r.id = a.run_id WHERE r.id = ?1 AND a.from_step "
     "> "
     "r.steps",
     "its attempt %lld begins beyond its last step"},
    {"SELECT 1 FROM run r WHERE r.id = ?1 AND julianday(r.finished) < julianday(r.created) - 1",
     "it was finished before it was created"},
    {"SELECT max(a.n) FROM attempt a WHERE a.run_id = ?1 AND julianday(a.ended) < "
     "julianday(a.started) - 1",
     "its attempt %lld ended before it began"},
};

int bundle_check_run(struct bundle_import *m, int64_t run, const char *uuid, struct error *err)
{
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		int64_t n = 0;
		int found = db_int(m->s, &n, err, rules[i].sql, "I", run);
		struct strbuf what = STRBUF_INIT;

		if (found < 0)
			return -1;
		if (!found)
			continue;
		strbuf_addf(&what, rules[i].what, (long long)n);
		error_set(err, ERR_CORRUPT, "run %.13s: its rows contradict each other: %s", uuid,
			  what.buf);
		strbuf_release(&what);
		return -1;
	}
	return 0;
}
