#!/bin/sh
# `ssl compare --format latex`: one table for a paper; names are escaped; groups that cannot be compared have no best.
. "$(dirname "$0")/lib.sh"

command -v sqlite3 >/dev/null || skip 'no sqlite3'
ok ssl init
ok sqlite3 .ssl/ssl.db ".read $SRC/tests/cmds/runs.sql"

# balanced FILE: every brace that is opened is closed
balanced() {
	grep -v '^%' "$1" | sed 's/\\[{}]//g' | tr -cd '{}' | awk '{ n = gsub("{", ""); m = gsub("}", "") } END { exit n != m }' ||
		fail "braces do not match in $1"
}

note 'groups only: caption with the split, label, the best in bold, collapsed runs'
ok ssl compare --metric knn.top1 --format latex
out_has '^.begin.table.$'
out_has '^.caption.val.knn.top1, on the validation split, shapes: mean .* over runs of several recipes, by method'
out_has '^.label.tab:val-knn-top1-by-method.$'
out_has '^method & Runs & val.knn.top1 ..%. ..uparrow. & Not counted'
out_has '^vicreg & 46 & .textbf.68.64. ..pm. 6.73 & 1 collapsed ..$'
out_has 'Too few runs for any difference to be significant'
same "$(grep -c 'begin.tabular' "$out")" 1
balanced "$out"

note 'pairs on request, and nothing else'
ok ssl compare --metric knn.top1 --format latex --pairs
out_has '^barlow & byol & 3 & .-.0.30 & '
out_has 'n.: common seeds'
out_has '^.label.tab:val-knn-top1-by-method-pairs.$'
same "$(grep -c 'begin.tabular' "$out")" 1
balanced "$out"

note 'a metric that is best when small'
ok ssl compare --metric loss --format latex
out_has 'loss ..downarrow. '

note 'the gain over the untrained encoder, which may be negative; stars for groups that differ from the best, in both tables'
ok sqlite3 .ssl/ssl.db "INSERT INTO eval (id, run_id, step, epoch, protocol, split, settings, seconds, created)
	SELECT 1000 + id, id, 0, 0, 'knn', 'val', '{}', 1, '2026-01-01 00:00:00.000' FROM run;
	INSERT INTO eval_value SELECT 1000 + r.id, n.id, CASE method WHEN 'byol' THEN 70 ELSE 40 END, 0
	FROM run r, metric_name n WHERE n.name = 'val.knn.top1'; UPDATE run SET seed = id"
ok ssl compare --metric knn.top1 --format latex
out_has '^method & Seeds & val.knn.top1 ..%. ..uparrow. & Gain & Not counted'
out_has '^barlow & 9 & 60.53 ..pm. 0.94.\^\{\*\*\}. & .\+.20.53 & -- ..$'
out_has '^byol & 9 & 60.82 ..pm. 0.94.\^\{\*\*\}. & .-.9.18 & -- ..$'
out_has '^vicreg & 46 & .textbf.68.64. ..pm. 6.73 & .\+.28.64 & 1 collapsed ..$'
out_has 'Gain: over the untrained encoder. Bold: the best mean. .\^\{\*\}.: differs from the best at .p < 0.05'
balanced "$out"
cp "$out" marked.tex
ok ssl compare --metric knn.top1 --format latex --pairs
out_has '^barlow & byol & 9 \+ 9 & .-.0.30 & -- & .-.0.[0-9]+ \(..delta.\) & 0.[0-9]+ ..$'
out_has '^barlow & vicreg & 9 \+ 46 & .-.8.11 & -- & .*\^\{\*\*\}. ..$'
cp "$out" pairs.tex
ok ssl compare --metric knn.top1 --by seed -w "method = 'barlow'" --format latex
out_has 'Too few seeds for any difference to be significant'

note 'names with every special character, also where a row begins'
ok sqlite3 .ssl/ssl.db "UPDATE run SET name = '[a_b%c&d#e\$f~g^h\\i{j}k' || id"
ok ssl compare --metric knn.top1 --by name -w 'id <= 20' --format latex
out_has '^\{\}.a._b.%c.&d.#e.[$]f.textasciitilde\{\}g.textasciicircum\{\}h.textbackslash\{\}i.\{j.\}k[0-9]+ & 1 & '
out_lacks '[^{}]pm. --'
out_lacks 'beyond ASCII'
balanced "$out"
cp "$out" names.tex
ok ssl log --format latex --columns name -l 1
out_has '^. needs .usepackage.booktabs.$'
out_has '^\{\}.a._b'
cp "$out" log.tex
ok sqlite3 .ssl/ssl.db "UPDATE run SET name = '*λΩ' || id WHERE id < 10; UPDATE run SET name = 'é' || id WHERE id = 10"
ok ssl compare --metric knn.top1 --by name -w 'id < 10' --format latex
out_has '^\{\}\*.ensuremath..lambda..ensuremath..Omega.3 & '
out_lacks 'beyond ASCII'
cp "$out" greek.tex
ok ssl log --format latex --columns name -w 'id = 10'
out_has '^% has names beyond ASCII: .*lualatex'

if command -v pdflatex >/dev/null && kpsewhich booktabs.sty >/dev/null; then
	note 'they compile, and no wider than the text but with long names'
	{
		printf '%s\n' '\documentclass{article}' '\usepackage{booktabs}' '\begin{document}'
		cat marked.tex pairs.tex names.tex greek.tex log.tex
		printf '%s\n' '\end{document}'
	} >all.tex
	ok pdflatex -draftmode -interaction=nonstopmode -halt-on-error all.tex
	ok pdflatex -draftmode -interaction=nonstopmode -halt-on-error all.tex
	out_lacks 'undefined'
	[ "$(grep -c Overfull all.log)" -le 1 ] || fail 'more than the table of long names is too wide' # marked, pairs, greek are not
else
	note 'not compiled: no pdflatex with booktabs here'
fi

note 'each dataset has a best, under its label; datasets compared with each other have none'
ok sqlite3 .ssl/ssl.db "UPDATE run SET dataset_id = NULL WHERE method = 'byol'"
ok ssl compare --metric knn.top1 --format latex
out_has '^.multicolumn.5..l...emph.shapes'
out_lacks '^byol.*textbf'
