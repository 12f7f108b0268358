#!/bin/sh
# `ssl completion`: the scripts are those that are installed, and the shells that are here can use them.
. "$(dirname "$0")/lib.sh"
export SSL

for shell in bash zsh fish; do
	ok ssl completion $shell
	cmp -s "$out" "$SRC/cmds/completion/ssl.$shell" || fail "not cmds/completion/ssl.$shell"
done
ok ssl completion bash -o script
cmp -s script "$SRC/cmds/completion/ssl.bash" || fail 'not the same with -o'
fails 2 "'tcsh' is none of bash, zsh, fish" "$SSL" completion tcsh
fails 2 'missing argument bash.zsh.fish; usage: ssl completion bash.zsh.fish' "$SSL" completion
fails 2 'unexpected argument' "$SSL" completion bash zsh

note 'every command, verb and option is offered, and no script names one'
ssl help --format tsv | sed 1d | cut -f1 >commands
[ "$(wc -l <commands)" -gt 30 ] || fail 'too few commands'
# offered WORD...: the words that can stand in place of the last one
offered()
{
	ssl __complete words "$@" | sed 1d | cut -f1
}
offered '' >found
cmp -s commands found || fail "not the commands of ssl help: $(diff commands found)"
: >names
while read -r c; do
	echo "$c" >>names
	ssl "$c" -h >usage </dev/null
	# of a form "sweep rm --list" the verb is rm; "run [-n] RECIPE" has none
	sed -n "s/^usage: ssl $c \([a-z]*\)\( .*\)*$/\1/p" usage | sort -u >verbs
	sed -n "s/^usage: ssl $c \([a-z]*|[a-z|]*\)\( .*\)*$/\1/p" usage | tr '|' '\n' >>verbs
	offered "$c" '' >found
	while read -r verb; do
		grep -qxF -- "$verb" found || fail "$c $verb is not offered"
		offered "$c" "$verb" -- </dev/null >>found
	done <verbs
	offered "$c" -- </dev/null >>found
	sed -n 's/^ *\(-.,\)\{0,1\} *--\([a-z-]*\).*/--\2/p' usage >options
	[ -s options ] || fail "$c has no options"
	while read -r option; do
		grep -qxF -- "$option" found || fail "$c $option is not offered"
	done <options
	sed '/^everywhere:/,$d' usage | sed -n 's/^ *\(-.,\)\{0,1\} *\(--[a-z-]*\).*/\2/p' >>names
	grep -vx 'bash\|zsh\|fish' verbs >>names
done <commands
sort -u names | grep -v '^x$' >all
for shell in bash zsh fish; do
	# what the shell itself has by these names is no name of ours
	sed 's/^#.*//; s/complete -[A-Za-z]*//g; s/compdef[^;]*//; s/(compgen .*//' "$SRC/cmds/completion/ssl.$shell" |
		grep -o -- '[-a-z]*' | sort -u >in_script
	comm -12 all in_script >found
	[ ! -s found ] || fail "ssl.$shell names $(tr '\n' ' ' <found)"
done

ok ssl init
ok ssl data add tiny --shapes --train 16 --test 4
mkdir tiny-folder
: >recipe.yaml
mkdir "$scratch/bin"
ln -s "$SSL" "$scratch/bin/ssl"
PATH=$scratch/bin:$PATH

# typed SHELL LINE: what LINE has become in an interactive SHELL that gets it key by key, \t being the tab key
typed()
{
	case $1 in
	bash) start='PS1='; shell='bash --norc --noprofile -i' ;;
	zsh) start='PS1=; autoload -Uz compinit; compinit -D'; shell='zsh -f -i' ;;
	esac
	# ^A goes to the beginning of the line
	printf '%s; eval "$(ssl completion %s)"\n%b\001echo OUT \nexit\n' "$start" "$1" "$2" |
		env TERM=dumb timeout 60 script -qec "$shell" /dev/null 2>&1 | tr -d '\r' |
		grep -a '^OUT' | tail -1 | sed 's/^OUT //; s/ *$//'
}

for shell in bash zsh; do
	if ! command -v $shell >/dev/null || ! script -qec true /dev/null >/dev/null 2>&1 </dev/null; then
		note "no $shell here, or no script(1): its completion was not tried"
		continue
	fi
	note "$shell: commands, methods, datasets, keys, their values, lists, columns"
	while read -r line; do
		same "$shell: $(typed $shell "${line% => *}")" "$shell: ${line#* => }"
	done <<'END'
ssl compl\t => ssl completion
ssl completion f\t => ssl completion fish
ssl run -m vic\t => ssl run -m vicreg
ssl run -d ti\t => ssl run -d tiny
ssl run rec\t => ssl run recipe.yaml
ssl run --set optim.nest\t => ssl run --set optim.nesterov=
ssl run --set optim.nesterov=t\t => ssl run --set optim.nesterov=true
ssl run --set optim.name=la\t => ssl run --set optim.name=lars
ssl run --set encoder.arch=conv\t => ssl run --set encoder.arch=convnet
ssl run --set method=sims\t => ssl run --set method=simsiam
ssl run --set data.set=t\t => ssl run --set data.set=tiny
ssl run --set augment.b.hue=\t => ssl run --set augment.b.hue=same
ssl sweep start --grid method=byol,vi\t => ssl sweep start --grid method=byol,vicreg
ssl eval --protocol knn,linear-1p\t => ssl eval --protocol knn,linear-1pct
ssl log --columns id,recipe_h\t => ssl log --columns id,recipe_hash
ssl log -s -recipe_h\t => ssl log -s -recipe_hash
END
done

if command -v fish >/dev/null; then
	note 'fish: the same'
	while read -r line; do
		ok fish -c 'ssl completion fish | source; complete -C $argv' "${line% => *}"
		same "fish: $(cut -f1 "$out" | tr '\n' ' ' | sed 's/ $//')" "fish: ${line#* => }"
	done <<'END'
ssl compl => completion
ssl run -d  => tiny
ssl run --set optim.nest => optim.nesterov=
ssl run --set optim.nesterov= => optim.nesterov=false optim.nesterov=true
ssl run --set data.set= => data.set=tiny
ssl sweep start --grid method=byol,vi => method=byol,vicreg
ssl eval --protocol knn,linear-1p => knn,linear-1pct
ssl log --columns id,recipe_h => id,recipe_hash
END
else
	note 'no fish here: its script was not run'
fi

if command -v sqlite3 >/dev/null && command -v bash >/dev/null; then
	note 'metrics, tags and runs of the store'
	mkdir full
	cd full || exit 1
	ok ssl init
	ok sqlite3 .ssl/ssl.db ".read $SRC/tests/cmds/runs.sql"
	run=$(ssl log -l 1 --csv --columns name | tail -1)
	ok ssl tag "$run" paper-table
	# complete WORD...: the words that bash offers for the last one
	cat >complete.bash <<'END'
eval "$("$SSL" completion bash)"
compopt() { :; }
COMP_WORDS=("$SSL" "$@")
COMP_CWORD=$#
COMP_LINE="${COMP_WORDS[*]}"
COMP_POINT=${#COMP_LINE}
_ssl
printf '%s\n' "${COMPREPLY[@]}"
END
	ok bash complete.bash log --tag pa
	same "$(cat "$out")" paper-table
	ok bash complete.bash tag "$run" pap
	same "$(cat "$out")" paper-table
	ok bash complete.bash log -s -los
	out_has '^-loss$'
	ok bash complete.bash compare --metric knn.t
	out_has '^knn\.top1$'
	ok bash complete.bash show "$run"
	same "$(head -1 "$out")" "$run"
fi
