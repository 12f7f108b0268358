#!/bin/sh
# `ssl compare --format latex`: one table for a paper; names are escaped; what cannot be compared has no best.
. "$(dirname "$0")/lib.sh"

command -v sqlite3 >/dev/null || skip 'no sqlite3'
ok ssl init
ok sqlite3 .ssl/ssl.db ".read $SRC/tests/cmds/runs.sql"

# balanced FILE: every brace that is opened is closed
balanced() {
	grep -v '^%' "$1" | sed 's/\\[{}]//g' | tr -cd '{}' | awk '{ n = gsub("{", ""); m = gsub("}", "") } END { exit n != m }' ||
		fail "braces do not match in $1"
}

note 'groups only: caption with the split that was read, label, best in bold, lost runs'
ok ssl compare --metric knn.top1 --format latex
out_has '^.begin.table.$'
out_has '^.caption.val.knn.top1, on the validation split, shapes: mean .* over runs of several recipes, by method'
out_has '^.label.tab:val-knn-top1-by-method.$'
out_has '^method & Runs & val.knn.top1 ..%. ..uparrow. & Not counted'
out_has '^vicreg & 46 & .textbf.68.64. ..pm. 6.73 & 1 collapsed ..$'
out_has 'No difference from the best is significant'
same "$(grep -c 'begin.tabular' "$out")" 1
balanced "$out"

note 'pairs on request, and nothing else'
ok ssl compare --metric knn.top1 --format latex --pairs
out_has '^barlow & byol & 3 seeds & .-.0.30 & '
out_has '^.label.tab:val-knn-top1-by-method-pairs.$'
same "$(grep -c 'begin.tabular' "$out")" 1
balanced "$out"

note 'a metric that is best when small'
ok ssl compare --metric loss --format latex
out_has 'loss ..downarrow. '

note 'names with every special character, also where a row begins'
ok sqlite3 .ssl/ssl.db "UPDATE run SET name = '[a_b%c&d#e\$f~g^h\\i{j}k' || id"
ok ssl compare --metric knn.top1 --by name -w 'id <= 20' --format latex
out_has '^\{\}.a._b.%c.&d.#e.[$]f.textasciitilde\{\}g.textasciicircum\{\}h.textbackslash\{\}i.\{j.\}k[0-9]+ & 1 & '
out_lacks '[^{}]pm. --'
balanced "$out"
ok ssl log --format latex --columns name -l 1
out_has '^\{\}.a._b'

note 'of each dataset the best, under its label; of datasets none'
ok sqlite3 .ssl/ssl.db "UPDATE run SET dataset_id = NULL WHERE method = 'byol'"
ok ssl compare --metric knn.top1 --format latex
out_has '^.multicolumn.4..l...emph.shapes'
out_lacks '^byol.*textbf'
