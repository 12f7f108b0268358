#!/bin/sh
# `ssl help`: every command is listed, everything has an answer, and the manual names every key with the
# default and range that it has.
. "$(dirname "$0")/lib.sh"

ok ssl help
out_has '^work$'
out_has '^  run +[a-z]'
out_has '^  methods +list the methods'
out_lacks '^more$'

note 'a command: its page, or its usage'
ok ssl help run
out_has 'ssl.run'
ok ssl help methods -o page
[ ! -s "$out" ] || fail 'printed in spite of -o'

note 'a method: formula, source, keys with the defaults that they have for it'
ok ssl help byol
out_has '^BYOL \(byol\): '
out_has 'tau target'
out_has '^source: .*2006\.07733'
out_has '^  byol\.tau = '
out_has '^  predictor\.dims = \[[0-9]'
out_lacks '^  (vicreg|barlow)\.'
ok ssl help barlow
out_has '^  projector\.dims'
out_lacks 'predictor\.'
ok ssl help vicreg --format tsv
same "$(head -1 "$out")" "$(printf 'key\ttype\tallowed\tdefault\thelp')"
out_lacks '^source'

note 'a key, a Greek one, a family, all'
ok ssl help optim.lr
out_has '^  optim\.lr = '
same "$(grep -c = "$out")" 1
ok ssl help byol.τ
out_has '^  byol\.tau = '
ok ssl help eval.
out_has '^  eval\.knn\.k = 20 '
ok ssl help optim
out_has '^  optim\.epochs'
out_lacks '^  eval'
ok ssl help keys
out_has '^  method = '
out_has '\(enum: .*vicreg'

note 'a word finds keys, metrics, protocols, methods and commands'
ok ssl help tau
out_has '^  byol\.tau = '
out_has '^  simclr\.temperature = '
out_has '^  tau$' # the series
ok ssl help knn
out_has '^  eval\.knn\.k = '
out_has '^  knn$'
out_has '^  test\.knn\.top1$'
out_lacks '^  optim'
ok ssl help temperature
out_has '^  eval\.knn\.temperature = '
ok ssl help warmup --csv
same "$(head -1 "$out")" kind,name,default,help
out_has '^key,optim\.warmup,'
ok ssl help checkpoints
out_has '^  checkpoint$'

note 'what is unknown gets the nearest'
fails 2 'temprature: .*did you mean temperature\?' ssl help temprature
fails 2 'warmpu: .*did you mean warmup\?' ssl help warmpu
fails 2 'vicrge: .*did you mean vicreg\?' ssl help vicrge
fails 2 'verison: .*did you mean version\?' ssl help verison
fails 2 'optim.lrr: .*did you mean optim\.lr\?' ssl help optim.lrr
fails 2 'xylophone: .*see `ssl help`' ssl help xylophone
fails 2 "help: unexpected argument 'b'; usage: ssl help" ssl help a b

note 'an operand that is missing is named as the usage names it'
ok ssl init
ssl help | sed -n 's/^  \([a-z]*\)  *[a-z].*/\1/p' >names
for c in $(cat names); do
	ssl "$c" -h | sed -n "s/^usage: ssl $c//p" |
		sed -e ':a' -e 's/\[[^][]*\]//; ta' -e 's/ -[a-z] [A-Z]*//; s/^[ .]*//; s/ .*//' >wants
	case $(tr '\n' ' ' <wants) in
	[A-Z]*' ') grep -qx '' wants || fails 2 "$c: missing argument $(head -1 wants); usage: ssl $c " "$SSL" "$c" ;;
	esac
done

note '--json and --csv are short for --format, or refused with what to use instead'
ok ssl help --json
out_has '"command": "init", "summary": '
ok ssl help --csv keys
cp "$out" keys.csv
ok ssl help --format csv keys
cmp -s "$out" keys.csv || fail '--csv is not --format csv'
for c in $(cat names); do
	fails 2 'exclude each other' "$SSL" "$c" --json --csv
done
for c in init run resume worker export import rename backup completion version plot; do
	fails 2 "$c: --format, --json and --csv do not apply: ." "$SSL" "$c" --csv
done

for words in 'sweep start x' 'sweep pause x' 'sweep retry x' 'sweep extend x' 'data rm x' 'checkpoint export x' \
	'tag x y' 'tag -d x y' 'note x y' 'rm x' 'rm -f x' 'config gc.age 5' 'config --unset gc.age' 'schema --drop x'; do
	# shellcheck disable=SC2086  # a list of words
	fails 2 'do not apply: .' "$SSL" $words --json
done

note '-o: whole, or not at all'
ok ssl help keys --format tsv -o keys.tsv
[ "$(wc -l <keys.tsv)" -gt 50 ] || fail 'keys.tsv is not whole'
fails 2 xylophone ssl help xylophone -o nothing
[ ! -e nothing ] || fail 'an error left a file'
fails 6 'no/such' ssl help keys -o no/such/place

note 'ssl-recipe(5) and ssl-methods(7) name every key, as it is'
tab=$(printf '\t')
: >missing
sed 's/\\&//' "$SRC/man/ssl-recipe.5" "$SRC/man/ssl-methods.7" >pages
sed 1d keys.tsv | while IFS=$tab read -r key type allowed default help; do
	case $type in
	text) want=".It Cm $key = $default Pq text" ;;
	*) want=".It Cm $key = $default Pq $type : $allowed" ;;
	esac
	grep -qxF -- "$want" pages || echo "$want" >>missing
done
[ ! -s missing ] || fail "not in ssl-recipe(5) or ssl-methods(7): $(cat missing)"
sed -n 's/^\.It Cm \([a-z_.0-9]*\) = .*/\1/p' "$SRC/man/ssl-recipe.5" "$SRC/man/ssl-methods.7" |
	while read -r key; do
		cut -f1 keys.tsv | grep -qxF -- "$key" || echo "$key" >>missing
	done
[ ! -s missing ] || fail "in the manual, but no key: $(cat missing)"

note 'and say of each what its table says, a key never with a capital letter'
awk -v tab="$tab" '
	/^\.(It|El|Ss|Sh|Bl|Pp)/ && key != "" { print key tab said; key = "" }
	/^\.It Cm [a-z_.0-9]+ = / { key = $3; said = ""; next }
	key != "" { said = said (said == "" ? "" : " ") $0 }
' pages | sort >in_manual
sed 1d keys.tsv | awk -F"$tab" -v tab="$tab" '{ print $1 tab $5 ($5 ~ /\.$/ ? "" : ".") }' | sort >in_tables
diff in_tables in_manual >differ || fail "the manual and the tables differ: $(cat differ)"
