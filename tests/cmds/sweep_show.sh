#!/bin/sh
# `ssl sweep show`: marginal means are those of SQL, shares of variance add up, and the edge of the grid is reported.
. "$(dirname "$0")/lib.sh"

command -v sqlite3 >/dev/null || skip 'no sqlite3'
ok ssl init
fails 3 'sweep' "$SSL" sweep show
ok sqlite3 .ssl/ssl.db ".read $SRC/tests/cmds/runs.sql"

ok ssl sweep show weights
out_has '^Best of [0-9]+ recipes by val.knn.top1: vicreg .*lambda=25'
out_has '^  mean 8[0-9.]+ \+- [0-9.]+ .95 % interval. over 3 seeds'
out_has '^  runner-up: vicreg .*no significant difference from the best .p = 0.25.$'
out_has '^  to train it longer: ssl run --like [^ ]+ --set optim.epochs=[0-9]+$'
out_has '^val.knn.top1, %$'
out_has '^vicreg +vicreg.lambda +9[0-9]\.[0-9] +4$'
out_has '^vicreg +\(seeds\) '
out_has '^vicreg +vicreg.lambda +25 +[0-9]+ +[0-9]+[.][0-9][0-9] +[0-9]+[.][0-9][0-9] ' # percentages as everywhere
out_has '^vicreg: the best cell has vicreg.lambda = 25, the largest value of the grid'
out_has '^vicreg: 1 run collapsed: counted at each value, but in no mean$'
out_lacks 'byol'
out_lacks 'vicreg.mu = '
awk '$1 == "vicreg" && $2 ~ /^(vicreg\.lambda|vicreg\.mu|\(interactions\)|\(seeds\))$/ && NF <= 4 { sum += $3 }
	END { exit !(sum > 99.7 && sum < 100.3) }' "$out" || fail 'the shares do not add up to 100 %'

note 'the newest sweep, marginal means'
ok ssl sweep show --format csv
want=$(ssl sql --format csv "select printf('%.9g', avg(s.last)) from v_run r join metric_summary s on s.run_id = r.id join
	metric_name n on n.id = s.name_id and n.name = 'val.knn.top1' join v_param p on p.run_id = r.id and
	p.param = 'vicreg.mu' and p.value = '5' where r.status = 'done'" | tail -1)
same "$(awk -F, '$2 == "vicreg.mu" && $3 == 5 { printf "%.9g", $5 }' "$out")" "$want"

out_has '^method,hyperparameter,value,runs,mean,sd,share,gain,collapsed,pruned$'
out_has '^vicreg,\(seeds\),,,,,[0-9.]+,,,$'

note 'another metric'
ok ssl sweep show --metric loss weights
out_has '^vicreg: 1 run not finished, left out$'
fails 3 'did you mean loss' "$SSL" sweep show --metric losss weights
fails 3 'no such sweep' "$SSL" sweep show nothing

note 'every command that compares takes the same metric, and says why'
alike()
{
	for command in 'sweep show weights' 'compare --sweep weights' 'best --sweep weights' 'plot bars weights' 'report weights'; do
		ok ssl $command
		cat "$out" "$err" >both
		grep -q "ompared by $1" both || fail "$command: not by $1"
	done
}
alike 'val.knn.top1, the objective of the sweep'
ok sqlite3 .ssl/ssl.db 'UPDATE sweep SET objective = NULL'
alike 'val.knn.top1: the sweep has no objective'
ok ssl compare --by method
out_has '^Compared by val.knn.top1: none of these runs has test.knn.top1; --metric chooses another.$'

note 'the test split of other runs is no reason to find nothing'
ok sqlite3 .ssl/ssl.db "INSERT INTO metric_name (name, goal, unit, about) VALUES ('test.knn.top1', 'max', '%', '');
	INSERT INTO metric_summary SELECT run_id, (SELECT id FROM metric_name WHERE name = 'test.knn.top1'), n, n_bad, last, last_kind,
	last_step, min, min_step, max, max_step FROM metric_summary WHERE run_id = (SELECT min(id) FROM run WHERE method = 'byol') AND
	name_id = (SELECT id FROM metric_name WHERE name = 'val.knn.top1')"
ok ssl best knn.top1 --sweep weights --format csv
same "$(sed 1d "$out" | cut -d, -f3)" vicreg
err_has 'knn.top1 means val.knn.top1 here: none of these runs has test.knn.top1'

note 'a value of its own for every run explains nothing'
ok sqlite3 .ssl/ssl.db "DELETE FROM cell WHERE seed > 1 OR run_id NOT IN
	(SELECT run_id FROM v_param WHERE param = 'vicreg.mu' AND value = '5')"
ok ssl sweep show --metric loss weights
out_has '^vicreg +vicreg.lambda +- +[34]$'
out_has '^vicreg: each of the [34] runs has its own vicreg.lambda: '
