#!/bin/sh
# A store that version d389de3 left (tests/fixtures/d389de3, made by make.sh there) means for ever what it
# meant: it opens, is sound, its sweeps are finished and found again by their unchanged files, its runs
# are resumed, repeated and joined by replicates, and its bundle is taken in. Whatever key is added or
# renamed, whatever default changes, whatever a new rule refuses: this test passes as it is.
. "$(dirname "$0")/lib.sh"

fixture=$SRC/tests/fixtures/d389de3
gzip -dc "$fixture/store.tar.gz" | tar xf -
cp "$fixture"/*.yaml .

note 'until it is upgraded, commands that only check report this, and not that there is no store'
fails 6 'older' ssl run -n tiny.yaml
fails 6 'older' ssl sweep plan five.yaml
fails 6 'older' ssl log

note 'it opens and is sound'
ok ssl init
ok ssl fsck
same "$(value 'select count(*) from run')" 14
last=$(value 'select max(id) from recipe')
hashes="select group_concat(hash || group_hash || json) from (select * from recipe where id <= $last order by id)"
before=$(value "$hashes")

note 'renamed columns keep their old names for one version, and runs get the numbers of their methods'
same "$(value "select count(*) || ' ' || sum(rank = seed_index) from cell" | awk '{ print ($1 > 0 && $1 == $2) }')" 1
same "$(value "select count(*) || ' ' || sum(spec_hash = first_spec_hash) from sweep")" '3 3'
same "$(value "select count(*) from v_cell where point is not cell")" 0
same "$(value "select group_concat(distinct loss_floor || ' ' || least_progress) from run")" '0.0 0.02'

note 'its tables and views are described as those of a new store'
ok ssl -C "$scratch" init -q
for table in '' sweep cell run code eval v_run; do
	# shellcheck disable=SC2086  # one word or none
	ok ssl schema $table
	# shellcheck disable=SC2086
	same "$(ssl -C "$scratch" schema $table)" "$(cat "$out")"
done

note 'a heading says when the values below it are by an older rule'
ok ssl log --columns name,knn.top5 --format csv
same "$(sed 1q "$out")" 'name,knn.top5/rule=1'
ok ssl log --group --columns method,test.knn.top5 --format csv
same "$(sed 1q "$out")" 'method,test.knn.top5/rule=1,test.knn.top5/rule=1.sd,test.knn.top5/rule=1.n'
ok ssl best knn.top5 --format csv
same "$(sed 1q "$out")" 'id,name,method,dataset,seed,knn.top5/rule=1,at_step,at_epoch,status'
ok ssl metrics five knn.top5 --format csv
same "$(sed 1q "$out")" 'step,epoch,knn.top5/rule=1'

note 'recipes recorded then are read back to the same text, and keep their values'
same "$(value "select count(distinct number) || ' ' || cast(max(number) as integer) from v_param where run = 'five' and param = 'optim.warmup'")" '1 10'
same "$(value "select value from v_param where run = 'five' and param = 'data.val'")" 0
same "$(value "select count(*) from v_param where number is not null and value glob '[a-z]*'")" 0
same "$(value "select value || ' ' || coalesce(number, '-') || ' ' || in_force from v_param where run = 'inherits' and param = 'optim.weight_decay_encoder'")" 'same - 0.01'
same "$(value "select count(*) from (select recipe_id from param group by 1 having count(*) <> (select count(*) from param p join run r on r.recipe_id = p.recipe_id where r.name = 'five')) where recipe_id in (select recipe_id from run where method = 'vicreg')")" 0
for is_zero in '[optim.weight_decay_encoder]=0' 'optim.weight_decay_encoder>=0' '-1 < optim.weight_decay_encoder' \
	'optim.weight_decay_encoder + 0 = 0' '([optim.weight_decay_encoder]) not between 1 and 2' \
	'optim.weight_decay_encoder<>[optim.weight_decay] and optim.weight_decay_encoder <1'; do
	ok ssl log -w "$is_zero" --columns name --format csv
	same "$is_zero: $(sed 1d "$out")" "$is_zero: zero"
done
ok ssl log -w "optim.weight_decay_encoder <> 0 and [optim.weight_decay_encoder] = 'same'" --columns name --format csv
same "$(sed 1d "$out" | wc -l | tr -d ' ')" 13

note 'a replicate joins its group, of a run whose warm-up is longer than it, too'
for run in vicreg-1 five; do
	ok ssl run -q -j 1 --like $run --seed 3 --name $run-3
	same "$(value "select count(distinct p.group_hash) from run r join recipe p on p.id = r.recipe_id where r.name in ('$run', '$run-3')")" 1
	same "$(value "select count(*) from (select value from v_param where run = '$run-3' and param <> 'seed' except select value from v_param where run = '$run')")" 0
done
same "$(value "select max(n) from v_seed where metric = 'loss' and method = 'vicreg'")" 3

note 'new runs have the defaults of now, and do not join'
ok ssl run -q -j 1 --seed 4 --name now tiny.yaml
same "$(value "select number from v_param where run = 'now' and param = 'optim.warmup'")" 0.5
fails 2 'optim.warmup: 6 epochs' ssl run -q -j 1 --set optim.warmup=6 tiny.yaml
fails 2 'optim.warmup: 10 epochs' ssl run -q -j 1 --like five --set optim.epochs=4

note 'what was cut short goes on, its own recipe at hand'
ok ssl resume -n five-cut --set optim.epochs=5 --set optim.warmup=10
ok ssl resume -n five-cut tiny.yaml --set seed=2 --set optim.warmup=10
fails 2 'recipe differs: optim.epochs is 4' ssl resume five-cut --set optim.epochs=4
ok ssl resume -q -j 1 five-cut tiny.yaml --set seed=2
same "$(value "select status || epoch from run where name = 'five-cut'")" done5
fails 2 'recipe differs: optim.lr' ssl resume five-cut --set optim.lr=1

note 'sweeps: plan, start by name and by the unchanged file, extend, retry'
ok ssl sweep plan five.yaml
ok ssl sweep start -q five
ok ssl sweep start -q loss.yaml
ok ssl sweep start five.yaml
err_has '4 of 4 cells done'
ok ssl sweep start loss.yaml
err_has '4 of 4 cells done'
err_has 'sweep loss: its objective.goal, max, was a default: the smallest value of loss counts as the best'
ok ssl sweep extend -q five --seeds 3
ok ssl sweep extend -q five --grid vicreg.mu=20
sed 's/seeds.*/seeds: [1, 2, 3]/; s/mu: \[5, 10\]/mu: [5, 10, 30]/' five.yaml >more.yaml
ok ssl sweep extend more.yaml
err_has 'five: 3 cells added'
{ cat more.yaml; echo 'set: {optim.warmup: 10}'; } >said.yaml
ok ssl sweep extend -n said.yaml
err_has 'would have 12 cells, 0 of them new'
sed 's/mu: .*/mu: [5, 40]}/' said.yaml >new.yaml
fails 2 'cell .*: optim.warmup: 10 epochs' ssl sweep extend -n new.yaml
ok ssl sweep start -q five
same "$(value "select cells || ' ' || done from v_sweep where name = 'five'")" '12 12'
same "$(value "select group_concat(distinct p.value) from v_param p join cell c on c.run_id = p.run_id join sweep s on s.id = c.sweep_id where s.name = 'five' and p.param = 'optim.warmup'")" 10
same "$(value "select count(distinct r.group_hash) from cell c join recipe r on r.id = c.recipe_id join sweep s on s.id = c.sweep_id where s.name = 'five'")" 4
same "$(value "select count(distinct ordinal) from cell c join sweep s on s.id = c.sweep_id where s.name = 'five'")" 4
ok ssl sweep retry fails
err_has '2 cells queued'
code 8 ssl sweep start -q fails.yaml
ok ssl sweep show five --metric loss
ok ssl sweep status loss
sed 's/seeds.*/seeds: [1, 2, 3]/; s/{metric: loss}/{metric: loss, goal: max}/' loss.yaml >loss3.yaml
ok ssl sweep extend loss3.yaml
err_has 'loss: 2 cells added'
sed 's/mu: \[5, 10\]/mu: [5, 11]/' five.yaml >other.yaml
fails 2 'exists with another description' ssl sweep start other.yaml

note 'nothing recorded was rewritten, and all of it is sound'
same "$(value "$hashes")" "$before"
ok ssl fsck

# On another processor old runs may differ in their last bits, which verify then reports with exit code 1;
# what was computed here has to come out the same.
note 'verify: what was computed here'
ok ssl verify -q vicreg-1-3
ok ssl verify -q five-3
ssl verify -q five >"$out" 2>"$err" || same $? 1

note 'an evaluation, a comparison, a difference, a recipe'
ok ssl eval -q five --protocol linear
ok ssl compare --by method --metric loss
code 1 ssl diff five now
out_has 'optim.warmup +10 +0.5'
ok ssl checkpoint export -o five.safetensors five
ok ssl show five

note 'what an older rule gave has its name and its mark; the corrected value stands beside it, in the plain name'
ok ssl eval -q five
ok ssl metrics five --format csv
out_has '^test.knn.top5/rule=1,series,.*,older$'
out_has '^test.knn.top5/rule=1,eval,.*,older$'
out_has '^test.knn.top5,eval,.*,%,$'
out_has '^loss,series,.*,min,"",$'
ok ssl show five
same "$(grep -c '^test.knn.top5/rule=1 .*older$' "$out")" 2
same "$(grep -c 'older$' "$out")" 2
same "$(value "select count(*) from v_eval where run = 'five' and superseded <> (metric glob '*[/,]rule=*')")" 0

note 'the bundle, into a new store: rows of param are whole there'
mkdir other
ok ssl -C other init -q
ok ssl -C other import ../here/bundle.tar.zst
ok ssl -C other fsck
cd other
same "$(value 'select count(*) from run')" 2
same "$(value "select coalesce(number, '-') || in_force from v_param where run = 'vicreg-1' and param = 'optim.weight_decay_encoder'")" '-0.0005'
cd ..
ok ssl import bundle.tar.zst
err_has '2 .*there'
