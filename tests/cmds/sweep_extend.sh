#!/bin/sh
# `ssl sweep extend` after its file was edited: seeds go to every recipe that the sweep has, -n counts what it would have,
# labels tell recipes of different bases apart, and values in another order are the same sweep.
. "$(dirname "$0")/lib.sh"

ok ssl init
ok ssl data add tiny --shapes --train 96 --test 20
cat >base.yaml <<'YAML'
method: vicreg
data.set: tiny
encoder: {arch: convnet, width: 4, depth: 2}
augment: {size: 16}
projector.dims: [16, 16]
optim: {name: sgd, lr: 0.1, epochs: 1, batch: 32, warmup: 0}
eval: {every: 0, at_start: false}
collapse.every: 0
YAML
printf 'sweep: s\nbase: base.yaml\ngrid: {vicreg.mu: [5, 10]}\nseeds: 2\n' >s.yaml
ok ssl sweep start -q s.yaml

note 'values and seeds in another order are the same sweep, others are not'
sed 's/\[5, 10\]/[10, 5]/; s/seeds: 2/seeds: [2, 1]/' s.yaml >other.yaml
ok ssl sweep start other.yaml
err_has 's: 4 cells, 4 of them done'
sed 's/10/11/' s.yaml >other.yaml
fails 2 'exists with another description' "$SSL" sweep start other.yaml
fails 2 'exists with another description' "$SSL" sweep start s.yaml --set exec.retries=5

note 'a value goes and one comes: 6 cells; a seed is one for each of the three recipes'
sed -i 's/10/20/' s.yaml
ok ssl sweep extend -n s.yaml
err_has 's: would have 6 cells, 2 of them new'
ok ssl sweep extend s.yaml
err_has 's: 2 cells added'
ok ssl sweep extend -n --seeds 3 s
err_has 's: would have 9 cells, 3 of them new'
ok ssl sweep extend --seeds 3 s
err_has 's: 3 cells added'
same "$(value "select group_concat(n) from (select count(*) as n from v_cell where sweep = 's' group by cell)")" '"3,3,3"'
same "$(value "select count(distinct label) from v_cell where sweep = 's'")" 3
ok ssl sweep extend -n --seeds 3 s
err_has 's: would have 9 cells, 0 of them new'
ok ssl sweep extend -n --grid vicreg.mu=5,30 s
err_has 's: would have 12 cells, 3 of them new'

note 'another base: labels say what it has otherwise'
sed -i 's/epochs: 1/epochs: 2/' base.yaml
ok ssl sweep extend s.yaml
same "$(value "select group_concat(label, ' | ') from (select label from v_cell where sweep = 's' and seed = 1 order by cell)")" \
	'vicreg.mu=5 | vicreg.mu=10 | vicreg.mu=20 | vicreg.mu=5 optim.epochs=2 | vicreg.mu=20 optim.epochs=2'
ok ssl sweep extend --seeds 4 s
same "$(value "select count(*) || ' ' || count(distinct label) from v_cell where sweep = 's'")" '20 5'
ok ssl sweep start -q s
same "$(value "select count(*) from v_cell where status = 'done' and run is not null")" 20
ok ssl fsck
