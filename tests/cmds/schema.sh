#!/bin/sh
# `ssl schema`: explains every table and column; a pivot is a view with a column for each hyperparameter, which is kept
# and which a stock sqlite3 reads.
. "$(dirname "$0")/lib.sh"

tiny='-q -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16,16 --set optim.batch=32 --set optim.epochs=1 --set optim.warmup=0 -j 1'

ok ssl init
ok ssl schema
out_has '^v_run +view +[0-9]+ +Runs, one per row\.$'
out_has '^metric +table +5 +Series of metrics: one value per run, metric and step\.$'
ok ssl schema v_run
out_has '^knn_top1 .* last evaluation'
out_has '^silent .* seconds since the last heartbeat'
for t in $("$SSL" schema --format tsv | sed 1d | cut -f1); do
	ok ssl schema "$t" --format tsv
	grep -q '	$' "$out" && fail "a column of $t is not explained"
done
fails 3 'did you mean v_run' "$SSL" schema v_rum

note 'a pivot'
ok ssl data add tiny --shapes --train 64 --test 16
ok ssl run -m vicreg $tiny --set vicreg.mu=3
ok ssl schema --pivot runs
ok ssl sql --format csv 'SELECT "vicreg.mu", method, loss IS NOT NULL, "loss.variance" IS NOT NULL FROM runs'
same "$(tail -1 "$out")" 3,vicreg,1,1
ok ssl schema runs
out_has '^vicreg.mu .* hyperparameter'
fails 2 'it exists already: -f' "$SSL" schema --pivot runs
ok ssl -f schema --pivot runs
if command -v sqlite3 >/dev/null; then
	note 'v_seed goes from runs to values: the other way round it is their product'
	sqlite3 .ssl/ssl.db 'EXPLAIN QUERY PLAN SELECT * FROM v_seed' >plan
	ok grep -q 'SEARCH v USING PRIMARY KEY (eval_id=? AND name_id=?)' plan
	code 1 grep -n 'SCAN v ' plan
	same "$(sqlite3 .ssl/ssl.db 'SELECT "vicreg.mu" FROM runs')" 3.0
	note 'it stays when the views of ssl are made anew'
	sqlite3 .ssl/ssl.db "UPDATE meta SET value = 'old' WHERE key = 'views'"
	ok ssl tag @ x
	same "$(sqlite3 .ssl/ssl.db 'SELECT tags FROM runs')" x
fi

note 'bytes, core-hours and reason of a run; hyperparameters beside the means over seeds'
ok ssl run -m vicreg $tiny --set vicreg.mu=3 --seed 2
ok ssl run -m vicreg $tiny --set vicreg.mu=4 --name other
sha=$(value "SELECT o.sha256 FROM checkpoint c JOIN object o ON o.id = c.object_id JOIN v_run r ON r.id = c.run_id WHERE r.name = 'other'")
size=$(wc -c <".ssl/objects/$(echo "$sha" | cut -c1-2)/$(echo "$sha" | cut -c3-)" | tr -d ' ')
same "$(value "SELECT bytes, reason IS NULL, abs(core_hours * 3600 / threads - seconds) < 1e-9 AND core_hours > 0 FROM v_run WHERE name = 'other'")" "$size,1,1"
ok ssl log --format csv --columns name,bytes,core_hours,reason -w "bytes = $size"
out_has "^other,$size,"
ok ssl log --format csv --group --columns n,bytes,core_hours
ok ssl sql --format csv "SELECT mu.number, m.value, s.n FROM v_seed s
	JOIN v_recipe_param mu ON mu.recipe_id = s.recipe_id AND mu.param = 'vicreg.mu'
	JOIN v_recipe_param m ON m.recipe_id = s.recipe_id AND m.param = 'method' WHERE s.metric = 'loss' ORDER BY 1"
same "$(sed 1d "$out" | tr '\n' ' ')" '3,vicreg,2 4,vicreg,1 '
ok ssl schema --drop runs
fails 2 'no such table' "$SSL" sql 'SELECT * FROM runs'
fails 2 'are reserved' "$SSL" schema --pivot v_mine
fails 2 'are reserved' "$SSL" schema --drop v_run
fails 2 'a table has this name' "$SSL" schema --pivot run
fails 2 'letters, digits' "$SSL" schema --pivot 'a" AS SELECT 1; --'
fails 3 'no such view' "$SSL" schema --drop runs
fails 2 'exclude' "$SSL" schema run --pivot x
