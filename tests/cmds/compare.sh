#!/bin/sh
# `ssl compare`: groups, pairs and sentences; what three seeds cannot show is reported; --select reports another metric
# of the recipe that was best; every format holds together.
. "$(dirname "$0")/lib.sh"

tiny='-q -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16,16 --set optim.batch=32 --set optim.epochs=1 --set optim.warmup=0 -j 1'

ok ssl init
fails 3 'no run has this metric' "$SSL" compare
ok ssl data add tiny --shapes --train 64 --test 16
for seed in 1 2 3; do
	ok ssl run -m vicreg $tiny --seed $seed
	ok ssl run -m barlow $tiny --seed $seed
done

note 'two methods over three seeds: paired, and too few'
ok ssl compare --metric embedding_std
out_has '^method +n +mean +sd +ci_low +ci_high +best_run +recipes$'
out_has '^vicreg +3 '
out_has '^barlow +vicreg +3 seeds .* [01][.][0-9]* +[01][.][0-9]* +sign-flip permutation +exact'
out_has '^barlow and vicreg: too few seeds for a significant difference: with 3 common seeds p is at least 0.25; with 6 common seeds a difference can be significant at 0.05.$'
cp "$out" first
ok ssl compare --metric embedding_std
cmp -s first "$out" || fail 'the same runs gave other figures'
ok ssl compare --metric embedding_std --format csv
err_has 'too few seeds'
mean=$(sed -n 's/^vicreg,3,\([^,]*\),.*/\1/p' "$out")
ok ssl sql --format csv "SELECT abs(mean - $mean) < 1e-12 FROM v_seed WHERE metric = 'embedding_std' AND method = 'vicreg'"
same "$(tail -1 "$out")" 1

note 'one interval everywhere: compare, v_seed and the report'
ok ssl compare --metric embedding_std --format csv
low=$(sed -n 's/^vicreg,3,[^,]*,[^,]*,\([^,]*\),.*/\1/p' "$out")
same "$(value "SELECT abs(ci_low - $low) < 1e-6 FROM v_seed WHERE metric = 'embedding_std' AND method = 'vicreg'")" 1
ok ssl compare --metric loss -w "method='vicreg'" --format csv
low=$(sed -n 's/^vicreg,3,[^,]*,[^,]*,\([^,]*\),.*/\1/p' "$out")
ok ssl report --metric loss -w "method='vicreg'" -o one.md
grep -q "^| 1 | vicreg | 3 |.*| $(printf %.2f "$low") |" one.md || fail "the report has another interval than $low"
ok ssl compare --metric embedding_std
out_has "^ci_low to ci_high: 95 % interval of the mean .Student's t.; with 3 values it assumes"

note 'the losses of two methods measure different things: no verdict'
ok ssl compare --metric loss
out_has '^No verdict: the values of the groups measure different things.$'
out_has '^The losses of different methods .vicreg, barlow. measure different things: loss compares runs of one method only.$'
out_lacks 'is better in'

note 'unpaired, by ranks, by a hyperparameter, of some runs'
ok ssl compare --metric embedding_std --unpaired --test rank --pairs --format csv
out_has '^barlow,vicreg,3 \+ 3,.*,Mann-Whitney,exact$'
ok ssl compare --metric embedding_std --test rank
out_has 'Wilcoxon signed-rank'
ok ssl run -m vicreg $tiny --set vicreg.mu=3
ok ssl compare --metric loss -w "method='vicreg'" --by vicreg.mu --format csv
same "$(sed 1d "$out" | cut -d, -f1,2 | tr '\n' ' ')" '3,1 25,3 '
ok ssl compare 1 2 --metric loss --format csv
same "$(sed 1d "$out" | cut -d, -f1,2 | tr '\n' ' ')" 'barlow,1 vicreg,1 '

note 'chosen on one metric, reported on another'
ok ssl compare --select loss --report knn.top1
out_has '^vicreg .* 2 +vicreg.mu=3$'
out_has 'The recipe of each method was chosen by loss; knn.top1 was then read once'
ok ssl compare --metric embedding_std
out_has 'vicreg holds 2 recipes'

note 'by recipe: groups are labelled by what they differ in, not by hashes'
ok ssl compare --metric embedding_std --by recipe
out_has '^recipe +n +mean '
out_has '^vicreg vicreg.mu=25 +3 '
out_has '^vicreg vicreg.mu=3 +1 '
out_has '^barlow +3 '
out_has '^vicreg vicreg.mu=25 +barlow +3 seeds '
ok ssl compare --metric embedding_std --by recipe -w "method='vicreg'" --format csv
out_has '^vicreg.mu=25,3,'
out_has '^vicreg.mu=3,1,.*,[0-9a-f]{64}$'
ok ssl best loss --by recipe
same "$(sed 1d "$out" | wc -l)" 3
ok ssl plot bars --metric embedding_std --by recipe
out_has '^vicreg mu=3 '

note 'failed cells of a sweep are reported as missing, and so is a group without a cell'
cat >two.yaml <<END
version: 1
sweep: two
base: base.yaml
blocks:
- grid: {data.set: [tiny, damaged]}
seeds: [7]
END
echo '{version: 1, method: vicreg, data: {set: tiny}, encoder: {arch: convnet, width: 4}, augment: {size: 16}, projector: {dims: [16, 16]}, optim: {batch: 32, epochs: 1, warmup: 0}}' >base.yaml
ok ssl data add -q damaged --shapes --seed 5 --train 64 --test 16
damage damaged
code 8 ssl sweep start two.yaml -j 1 -q
ok ssl compare --sweep two --metric embedding_std
out_has '^1 of the 2 cells of sweep two is not done: `ssl sweep status two`.$'
ok ssl rm -q -f two:1.7

note 'formats'
ok ssl compare --metric embedding_std --json
out_has '^\{"metric": "embedding_std", "by": "method", "select": null,'
out_has '"pairs": \['
ok ssl compare --metric embedding_std --format latex
out_has '^.toprule'
out_has '^% .*too few'
ok ssl compare --metric embedding_std --format md
out_has '^\| barlow \| 3 \|'
fails 2 'two names of one option' "$SSL" compare --metric loss --report loss
fails 2 'neither permutation nor rank' "$SSL" compare --metric embedding_std --test t
fails 2 'no such column' "$SSL" compare --metric embedding_std --by nothing
fails 2 'no goal' "$SSL" compare --metric embedding_std --select lr
fails 3 'did you mean' "$SSL" compare --metric embedding_stdd
fails 3 'nothing to compare' "$SSL" compare --metric embedding_std -w 0

note 'differences that are all equal but for rounding have no effect size, which is reported'
if command -v sqlite3 >/dev/null; then
	sqlite3 .ssl/ssl.db "UPDATE metric_summary SET last = (SELECT 0.1 * r.seed + CASE r.method WHEN 'barlow' THEN 0.1 ELSE 0.4 END
		FROM run r WHERE r.id = run_id) WHERE name_id = (SELECT id FROM metric_name WHERE name = 'embedding_std')"
	ok ssl compare --metric embedding_std -w "method='barlow' or [vicreg.mu]=25"
	out_has "^barlow and vicreg: the difference is the same for every common seed .-0.3., so Cohen's d is undefined"
	out_lacks 'e\+?1[0-9]'
	note 'log --group lists the names of runs in the order of seeds'
	sqlite3 .ssl/ssl.db "UPDATE run SET name = 'z' || seed, seed = 10 - seed WHERE method = 'barlow'"
	ok ssl log --group --columns seed,name -w "method='barlow'" --format csv
	same "$(tail -1 "$out")" '7 8 9,z3 z2 z1'
fi
