#!/bin/sh
# Text from elsewhere (tags, notes, names of files and classes, settings, labels, words of the command line) moves no
# cursor and turns no writing: control characters are written out, in tables, lists, messages and pictures of the
# terminal; CSV has the bytes as they are, JSON is valid and gives the same text back.
. "$(dirname "$0")/lib.sh"

esc=$(printf 'x\033]0;owned\007\033[31mb')           # C0
c1=$(printf 'y\302\233\0621m')                        # C1, as UTF-8
bidi=$(printf 'z\342\200\256gpj.exe')                # right to left
bad=$(printf 'w\233\377')                            # no UTF-8; 0233 is a C1 of 8-bit terminals
all="$esc $c1 $bidi $bad"

# harmless FILE: nothing that a terminal obeys but newlines and tabs
harmless()
{
	LC_ALL=C tr -d '\n\t -~' <"$1" | LC_ALL=C od -An -v -tx1 | tr -d '\n' |
		grep -Eq '(^| )([01][0-9a-f]|7f)( |$)|c2 [89][0-9a-f]|e2 80 (8[ef]|a[89a-e])|e2 81 a[6-9]' && fail "$1: raw control characters"
	iconv -f UTF-8 -t UTF-8 <"$1" >/dev/null 2>&1 || fail "$1: not UTF-8"
}
# shows CMD...: what it prints, for shown to look at: it is harmless, and all of its messages are its own
shows()
{
	lib_run "$@"
	cat "$out" "$err" >>pile
	cat "$err" >>said
	[ "$status" -lt 128 ] || fail "exit code $status"
}
shown()
{
	[ -s pile ] || fail 'nothing was shown'
	harmless pile
	grep -v '^ssl: ' said && fail 'a line that is not ours'
	rm -f pile said
}
command -v iconv >/dev/null || skip 'no iconv'

ok ssl init -q
ok ssl data add -q tiny --shapes --train 64 --test 20
ok ssl run -q -m vicreg -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16,16 --set optim.batch=32 \
	--set optim.epochs=2 --set optim.warmup=0 -j 1 --name a
for word in "$esc" "$c1" "$bidi"; do
	"$SSL" tag a "$(echo "$word" | tr ' ' _)" >"$out" 2>"$err"
	harmless "$err"
done
ok ssl note a "$all"
"$SSL" rename a "$bidi" >"$out" 2>"$err"
harmless "$err"
ok ssl config query.q "SELECT '$esc', '$c1', '$bidi' AS \"$esc\""

note 'tables, lists and settings'
sql="SELECT '$esc' AS \"$esc\", '$c1' AS c1, '$bidi' AS bidi, '$bad' AS bad"
for format in table tsv md latex html json jsonl; do
	shows "$SSL" sql --format $format "$sql"
	[ "$status" = 0 ] || fail "exit $status"
done
shown
for command in 'show @' 'show --json @' 'log --columns name,tags' 'config' 'config query.q' 'sql --list' 'sql @q' 'report -w 1=1' 'report @' \
	'compare --metric loss --by tags' 'plot curve @' 'plot bars --metric loss --by name' 'best loss' 'metrics @' 'diff @ @'; do
	shows "$SSL" $command
	shown
done
shows "$SSL" plot curve @ --title "$all"
shows "$SSL" compare --metric loss --by name --format latex
shown
ok ssl show @
out_has 'tags +.*x\\x1b\]0;owned\\x07'

note 'CSV is exact, JSON valid and exact'
ok ssl sql --format csv "SELECT '$esc$c1$bidi$bad'"
sed 1d "$out" >csv
printf '%s\n' "$esc$c1$bidi$bad" | cmp -s - csv || fail 'CSV is not exact'
ok ssl sql --format json "SELECT '$esc' AS a, '$c1' AS b, '$bidi' AS c, '$bad' AS d"
out_has '"a": "x\\u001b\]0;owned\\u0007\\u001b\[31mb", "b": "y\\u009b21m", "c": "z\\u202egpj.exe"'
if command -v python3 >/dev/null && python3 -c 'import json' 2>/dev/null; then
	python3 -c '
import json, sys
row = json.load(open(sys.argv[1]))[0]
assert row["a"] == "x\x1b]0;owned\x07\x1b[31mb" and row["b"] == "y\x9b21m" and row["c"] == "z\u202egpj.exe", row
assert row["d"].startswith("w"), row' "$out" || fail 'JSON gives another text'
fi

note 'messages'
for word in "$esc$c1$bidi" "$bad"; do
	for command in '' show log 'log -w' 'log -s' 'log --columns' run 'run -m' 'run -d' 'run --set' 'run --name' eval features 'data show' 'data add x' 'tag @' \
		'sweep start' 'sweep status' 'config' 'sql' 'sql --format' 'import' 'help' 'best' 'plot' 'report' 'metrics @' 'checkpoint ls' 'diff @' 'worker' \
		'verify' 'resume' 'rm' 'schema' 'backup -n' 'export -o' '-C' 'methods' 'completion' 'log --'; do
		shows "$SSL" $command "$word"
	done
	shows "$SSL" "--$word"
	shows "$SSL" log "--$word"
	shows "$SSL" report -o "no/$word" @
	shown
done

note 'names of files'
mkdir folder "folder/$esc" "folder/$c1"
for i in 1 2 3; do
	for class in "$esc" "$c1"; do
		base64 -d >"folder/$class/$bidi$i.png" <<-'END'
			iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAAAAAA6mKC9AAAAHUlEQVR42mNgYJCTs7GJiqqomDZty5ZLlxhGtgAAkTppAcI3Re8AAAAASUVORK5CYII=
		END
	done
done
echo broken >"folder/$c1/$esc.png"
shows "$SSL" data add -n files folder
shows "$SSL" data add files folder
shows "$SSL" data add --skip-bad files folder
shows "$SSL" data show files
printf 'method: "%s"\n' "$c1" >r.yaml
shows "$SSL" run r.yaml
printf '%s: 1\n' "$bidi" >"$esc.yaml"
shows "$SSL" run "$esc.yaml"
shown
