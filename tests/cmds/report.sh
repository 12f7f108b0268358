#!/bin/sh
# `ssl report`: one file, whole and well-formed, that loads and runs nothing, whatever names and notes hold; its
# figures are those that its own SQL gives; the same runs give the same bytes.
. "$(dirname "$0")/lib.sh"

command -v sqlite3 >/dev/null || skip 'no sqlite3'
ok ssl init
fails 3 'no run yet' "$SSL" report
ok sqlite3 .ssl/ssl.db ".read $SRC/tests/cmds/runs.sql"

note 'HTML: every section, twice the same'
ok ssl report -o a.html
ok env LC_ALL=de_DE.UTF-8 TZ=Asia/Tokyo "$SSL" report -o b.html
ok cmp a.html b.html
head -c 15 a.html | grep -q '<!DOCTYPE html>' || fail 'no HTML'
ok tail -n 1 a.html
out_has '^</html>$'
for section in Comparison Curves Hyperparameters Collapse Runs Recipe Environment 'How to make this again'; do
	ok grep -q "<h2 id=\"s[0-9]*\">$section</h2>" a.html
done

note 'a report is made again without -f; what another program wrote is not overwritten'
for format in html md; do
	ok ssl report -o again.$format
	cp again.$format before
	ok ssl report -o again.$format
	ok cmp before again.$format
	echo mine >mine.$format
	fails 2 "mine.$format: exists already: -f overwrites it" "$SSL" report -o mine.$format
done

note 'it runs nothing and loads nothing'
grep -oE '<[a-zA-Z!/][^>]*>' a.html >tags
code 1 grep -iE '^<(script|iframe|object|embed|img|base|form|meta http)| on[a-z]+=|src=' tags
ok grep -oiE 'href="[^"]*"' tags
same "$(cat "$out")" 'href="data:,"'
code 1 grep -iE '@import|url[(]' a.html
grep -o 'http[s]*://[^"< ]*' a.html | sort -u | grep -v '^http://www.w3.org/2000/svg$' >"$out"
[ ! -s "$out" ] || fail 'an address of another place'

note 'hostile names and notes are text'
ok grep -q '&lt;script&gt;alert(1)&lt;/script&gt;' a.html
ok grep -q '&lt;/td&gt;&lt;img src=x onerror=alert(1)&gt;' a.html

if command -v xmllint >/dev/null; then
	note 'it is well-formed'
	ok xmllint --noout --nonet a.html
fi

note 'the comparison is what its SQL gives'
ok ssl report --format md -o a.md
ok sed -n '/^### Comparison, bars/,/^```$/p' a.md
sed '/^###/d;/^```/d' "$out" >groups.sql
[ -s groups.sql ] || fail 'no SQL'
"$SSL" sql --format csv - <groups.sql >groups.csv || fail 'the SQL is refused'
want=$(awk -F, 'NR > 1 { printf "%d %.2f %.2f\n", $4, $5, $6 }' groups.csv)
got=$(sed -n '/^## Comparison/,/^```/p' a.md | awk -F' *[|] *' '/^[|] [0-9]/ { printf "%d %.2f %.2f\n", $4, $5, $6 }')
same "$got" "$want"

note 'Markdown: what would be markup is text'
ok grep -q 'run-4' a.md
code 1 grep -n '<script>alert' a.md
ok ssl report -w "method='byol'" --title 'a *b* <c>' --metric loss -o t.md
ok sed -n 2p t.md
out_has '^# a \\\*b\\\* &lt;c&gt;$'

note 'the edge of a grid, guards and the command are reported'
ok grep -q 'the best cell has vicreg.lambda = 25, the largest value of the grid' a.html
ok grep -q 'std 0.01 is below 0.05' a.html
ok ssl report -w "method='vicreg' and seed<3" --metric val.knn.top1 -o c.html
ok grep -q 'ssl report -w &#39;method=&#39;\\&#39;&#39;vicreg&#39;\\&#39;&#39; and seed&lt;3&#39; --metric val.knn.top1' c.html

note 'a group has one colour in every figure, and in no figure has another that colour'
awk '/^<svg/ { figure++ }
	/<text/ && before ~ /stroke-width="2.5"/ {
		match(before, /class="l[^"]*"/)
		ink = substr(before, RSTART, RLENGTH)
		label = $0
		sub(/^[^>]*>/, "", label)
		sub(/<.*/, "", label)
		if (label ~ / (others|groups)$|^another$/)
			ink = "grey"
		if (ink != "grey" && label in of && of[label] != ink && ink != "class=\"lt\"" && of[label] != "class=\"lt\"")
			print label ": " of[label] " and " ink
		if (ink != "grey" && (figure, ink) in at)
			print ink ": " at[figure, ink] " and " label
		of[label] = ink
		at[figure, ink] = label
		n++
	}
	{ before = $0 }
	END { if (n < 40) print "only " n " keys" }' a.html >"$out"
[ ! -s "$out" ] || fail 'colours'

note 'methods are compared by their best recipes, with tests'
ok sed -n '/The best recipe of each method/,/<h2/p' a.html
out_has 'vicreg'
out_has 'byol'

note 'a sweep by its name, compared by its objective'
ok ssl report weights -o s.html
ok grep -q 'Runs chosen by: weights' s.html
ok grep -q 'The best recipe by val.knn.top1 is vicreg lambda=25 mu=10' s.html
ok ssl report --sweep weights -f -o s.html
ok grep -q 'Runs chosen by: sweep weights' s.html
code 1 grep -q 'byol tau' s.html
fails 3 'no such sweep' "$SSL" report --sweep wieghts

note 'what cannot be reported is an error'
fails 3 'did you mean val.knn.top1' "$SSL" report --metric val.knn.top2
fails 3 'no run matches' "$SSL" report -w 'seed=9'
fails 2 'format is html or md' "$SSL" report --format csv

note 'a real run'
ok ssl data add tiny --shapes --train 100 --test 30
ok ssl run -m vicreg -q -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16,16 \
	--set optim.batch=32 --set optim.epochs=1 --set optim.warmup=0 -j 1 --name calm-otter
ok ssl report calm-otter -o one.html
ok grep -q '^method: vicreg' one.html
ok grep -q 'from a single run' one.html

note 'a dry run writes nothing'
ok ssl report -n calm-otter -o dry.html
err_has '^ssl: dry.html: would be written, [0-9]+ bytes$'
[ ! -e dry.html ] || fail '-n wrote the report'
