# bash completion for ssl
_ssl_column()
{
	"${COMP_WORDS[0]}" "$@" --format tsv 2>/dev/null | awk -F '\t' 'NR > 1 { print $1 }'
}

_ssl_words()
{
	local IFS=$' \t\n'
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}

_ssl()
{
	local commands='init data run resume eval sweep worker verify log show diff compare best metrics plot report sql schema tag note rename rm export import checkpoint features gc fsck backup config methods completion help version doctor'
	local options='-C -q -v -n -f -o --output --dry-run --force --format --json --csv --no-pager --color -h --help'
	local cur prev i command=''

	cur=${COMP_WORDS[COMP_CWORD]}
	prev=${COMP_WORDS[COMP_CWORD - 1]}
	# "--set vicreg.mu=1" arrives as three words, cut at the equals sign
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-C | -o | --format | --color) ((i++)) ;;
		-*) ;;
		*)
			command=${COMP_WORDS[i]}
			break
			;;
		esac
	done

	case $prev in
	-m | --method) _ssl_words "$(_ssl_column methods)"; return ;;
	-d | --data) _ssl_words "$(_ssl_column data ls)"; return ;;
	--set | --grid | --zip)
		_ssl_words "$(_ssl_column help keys)"
		COMPREPLY=("${COMPREPLY[@]/%/=}")
		compopt -o nospace
		return
		;;
	--format) _ssl_words 'table csv tsv json jsonl md latex html'; return ;;
	--metric | --select | --report)
		_ssl_words "$(_ssl_column sql 'SELECT name FROM metric_name ORDER BY name')"
		return
		;;
	--test) _ssl_words 'permutation rank'; return ;;
	--by) _ssl_words "method dataset recipe $(_ssl_column help keys)"; return ;;
	--color) _ssl_words 'auto always never'; return ;;
	--as) _ssl_words 'text svg png pdf'; return ;;
	--like) _ssl_words "@ $(_ssl_column log -l 50 --columns name)"; return ;;
	--split)
		if [ "$command" = features ]; then _ssl_words 'train val test unlabeled'; else _ssl_words 'val test'; fi
		return
		;;
	--protocol) _ssl_words 'knn linear linear-10pct linear-1pct finetune finetune-10pct finetune-1pct'; return ;;
	-C) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
	esac

	case $command:$cur in
	:-*) _ssl_words "$options --version" ;;
	:*) _ssl_words "$commands" ;;
	run:-*) _ssl_words "$options -m -d -j --method --data --like --set --seed --name --tag --threads" ;;
	resume:-*) _ssl_words "$options -j --set --threads" ;;
	eval:-*) _ssl_words "$options -T -j --protocol --split --labels --seed --set --k --temperature --untrained --per-class --confusion --threads" ;;
	sweep:-*) _ssl_words "$options -m -d -j --method --data --set --grid --zip --seeds --name --workers --reuse --pruned --collapsed --watch --metric" ;;
	worker:-*) _ssl_words "$options -j --threads" ;;
	verify:-*) _ssl_words "$options -j --cut --epochs --threads" ;;
	data:-*) _ssl_words "$options --size --split --no-splits --class-depth --exclude --skip-bad --shapes --seed --train --test" ;;
	plot:-*) _ssl_words "$options -w -x -y --where --sweep --metric --best --by --x --y --name --log --steps --most --title --as --width --height --scale --dark" ;;
	export:-*) _ssl_words "$options -w --where --sweep --tensorboard" ;;
	import:-*) _ssl_words "$options --as" ;;
	report:-*) _ssl_words "$options -w --where --sweep --metric --title" ;;
	sql:-*) _ssl_words "$options --time-limit --save --delete --list" ;;
	log:-*) _ssl_words "$options -w -s -l --where --sort --limit --columns --tag --group" ;;
	gc:-*) _ssl_words "$options --age" ;;
	fsck:-*) _ssl_words "$options --fix --quick" ;;
	backup:-*) _ssl_words "$options --link" ;;
	config:-*) _ssl_words "$options --unset --user" ;;
	best:-*) _ssl_words "$options -w -l --where --sweep --limit --by" ;;
	compare:-*) _ssl_words "$options -w --where --tag --sweep --metric --by --select --report --test --unpaired --pairs" ;;
	schema:-*) _ssl_words "$options --pivot --drop" ;;
	tag:-*) _ssl_words "$options -d --delete" ;;
	rm:-*) _ssl_words "$options --restore --list" ;;
	checkpoint:-*) _ssl_words "$options --whole" ;;
	features:-*) _ssl_words "$options -j --split --embedding --images --untrained --threads" ;;
	*:-*) _ssl_words "$options" ;;
	data:*) _ssl_words "add ls show rm verify $(_ssl_column data ls)" ;;
	sweep:*)
		_ssl_words "plan start status show pause retry extend ls $(_ssl_column sweep ls)"
		mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -X '!*.y?(a)ml' -- "$cur")
		;;
	worker:*) _ssl_words "$(_ssl_column sweep ls)" ;;
	checkpoint:*) _ssl_words "ls export @ $(_ssl_column log -l 50 --columns name)" ;;
	plot:*) _ssl_words "curve bars heatmap parallel spectrum alignment @ $(_ssl_column log -l 50 --columns name)" ;;
	config:*) _ssl_words "gc.age query. safe.directory $(_ssl_column config)" ;;
	completion:*) _ssl_words 'bash zsh fish' ;;
	help:*) _ssl_words "$commands keys recipe $(_ssl_column methods)" ;;
	best:*) _ssl_words "$(_ssl_column sql 'SELECT name FROM metric_name ORDER BY name')" ;;
	sql:*) _ssl_words "$(_ssl_column sql --list | sed 's/^/@/')" ;;
	schema:*) _ssl_words "$(_ssl_column schema)" ;;
	metrics:*)
		_ssl_words "@ $(_ssl_column log -l 50 --columns name) $(
			_ssl_column sql 'SELECT name FROM metric_name ORDER BY name')"
		;;
	diff:* | compare:* | tag:* | note:* | rename:* | rm:* | resume:* | verify:* | eval:* | features:* | show:* | report:* | export:*) _ssl_words "@ $(_ssl_column log -l 50 --columns name)" ;;
	*) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	esac
}
complete -o filenames -F _ssl ssl
