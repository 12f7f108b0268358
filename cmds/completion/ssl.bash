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

_ssl_files()
{
	compopt -o filenames 2>/dev/null
	mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen "$@" -- "$cur")
}

# A metric is found without its test. or val., too.
_ssl_metrics()
{
	_ssl_column sql 'SELECT name FROM metric_name ORDER BY name' | sed -n 'p; s/^test\.//p; s/^val\.//p'
}

# The values that a key can have, where these are words.
_ssl_values()
{
	if [ "$1" = data.set ]; then
		_ssl_column data ls
		return
	fi
	"${COMP_WORDS[0]}" help "$1" --format tsv 2>/dev/null | awk -F '\t' -v key="$1" '
		$1 != key { next }
		$2 ~ /^(bool|enum|list)$/ { gsub(/\|/, "\n", $3); print $3 }
		$3 ~ /, [a-z]+$/ { sub(/.*, /, "", $3); print $3 }'
}

# The last of the words, with blanks between them, behind the last comma.
_ssl_last_of()
{
	local before=''
	[[ $cur == *,* ]] && before=${cur%,*},
	local cur=${cur##*,} i
	_ssl_words "$1"
	for i in "${!COMPREPLY[@]}"; do COMPREPLY[i]=$before${COMPREPLY[i]}; done
	compopt -o nospace 2>/dev/null
}

# KEY=VALUE, and in a grid KEY=VALUE,VALUE.
_ssl_setting()
{
	local before=${cur%%=*} i
	if [[ $cur != *=* ]]; then
		_ssl_words "$(_ssl_column help keys)"
		COMPREPLY=("${COMPREPLY[@]/%/=}")
		compopt -o nospace 2>/dev/null
		return
	fi
	local cur=${cur#*=}
	_ssl_last_of "$(_ssl_values "$before")"
	[ "$1" = --set ] && compopt +o nospace 2>/dev/null
	for i in "${!COMPREPLY[@]}"; do COMPREPLY[i]=$before=${COMPREPLY[i]}; done
}

# What bash is to put in place of the word: it has cut it at each = and : that is in COMP_WORDBREAKS.
_ssl_cut()
{
	local i stem=${cur%"${cur##*[=:]}"}
	[[ -n $stem && $COMP_WORDBREAKS == *"${stem: -1}"* ]] || return
	for i in "${!COMPREPLY[@]}"; do COMPREPLY[i]=${COMPREPLY[i]#"$stem"}; done
}

_ssl_choose()
{
	local commands='init data run resume eval sweep worker verify log show diff compare best metrics plot report sql schema tag note rename rm export import checkpoint features gc fsck backup config methods completion help version doctor'
	local options='-C -q -v -n -f -o --output --dry-run --force --format --json --csv --no-pager --color -h --help'
	local i command='' operands=0

	for ((i = 1; i < ${#words[@]} - 1; i++)); do
		case ${words[i]} in
		-C | -o | --format | --color) ((i++)) ;;
		-*) ;;
		*)
			[ -n "$command" ] && ((operands++))
			command=${command:-${words[i]}}
			;;
		esac
	done

	case $prev in
	-m | --method) _ssl_words "$(_ssl_column methods)"; return ;;
	-d | --data)
		if [ "$command" != tag ]; then
			_ssl_words "$(_ssl_column data ls)"
			return
		fi
		;;
	--set | --grid | --zip) _ssl_setting "$prev"; return ;;
	--format) _ssl_words 'table csv tsv json jsonl md latex html'; return ;;
	--metric | --select | --report) _ssl_words "$(_ssl_metrics)"; return ;;
	-s | --sort)
		local minus=''
		[[ $cur == -* ]] && minus=-
		local cur=${cur#-}
		_ssl_words "$(_ssl_metrics) $(_ssl_column sql "SELECT name FROM pragma_table_info('v_run')")"
		COMPREPLY=("${COMPREPLY[@]/#/$minus}")
		return
		;;
	--columns) _ssl_last_of "$(_ssl_column sql "SELECT name FROM pragma_table_info('v_run')") $(_ssl_metrics)"; return ;;
	--tag) _ssl_words "$(_ssl_column tag)"; return ;;
	--sweep) _ssl_words "$(_ssl_column sweep ls)"; return ;;
	-o | --output) _ssl_files -f; return ;;
	--test) _ssl_words 'permutation rank'; return ;;
	--by) _ssl_words "method dataset recipe $(_ssl_column help keys)"; return ;;
	--color) _ssl_words 'auto always never'; return ;;
	--as) _ssl_words 'text svg png pdf'; return ;;
	--like) _ssl_words "@ $(_ssl_column log -l 50 --columns name)"; return ;;
	--split)
		if [ "$command" = features ]; then _ssl_words 'train val test unlabeled'; else _ssl_words 'val test'; fi
		return
		;;
	--protocol) _ssl_last_of "$(_ssl_values eval.protocol)"; return ;;
	-C) _ssl_files -d; return ;;
	esac

	case $command:$cur in
	:-*) _ssl_words "$options --version" ;;
	:*) _ssl_words "$commands" ;;
	run:-*) _ssl_words "$options -m -d -j --method --data --like --set --seed --name --tag --threads" ;;
	resume:-*) _ssl_words "$options -j --set --threads" ;;
	eval:-*) _ssl_words "$options -T -j --protocol --split --labels --seed --set --k --temperature --untrained --per-class --confusion --threads" ;;
	sweep:-*) _ssl_words "$options -m -d -j --method --data --set --grid --zip --seeds --name --workers --reuse --pruned --collapsed --watch --metric --restore --list" ;;
	worker:-*) _ssl_words "$options -j --threads" ;;
	verify:-*) _ssl_words "$options -j --cut --epochs --threads" ;;
	data:-*) _ssl_words "$options --size --split --no-splits --class-depth --exclude --skip-bad --shapes --seed --train --test" ;;
	plot:-*) _ssl_words "$options -w -x -y --where --sweep --metric --best --by --x --y --name --log --steps --most --title --as --width --height --scale --dark" ;;
	export:-*) _ssl_words "$options -w --where --sweep --tensorboard" ;;
	import:-*) _ssl_words "$options --as" ;;
	report:-*) _ssl_words "$options -w --where --sweep --metric --title" ;;
	sql:-*) _ssl_words "$options --time-limit --save --delete --list" ;;
	log:-*) _ssl_words "$options -w -s -l --where --sort --limit --columns --tag --sweep --group" ;;
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
		_ssl_words "plan start status show pause retry extend ls rename rm $(_ssl_column sweep ls)"
		_ssl_files -f -X '!*.y?(a)ml'
		;;
	worker:*) _ssl_words "$(_ssl_column sweep ls)" ;;
	checkpoint:*) _ssl_words "ls export @ $(_ssl_column log -l 50 --columns name)" ;;
	plot:*) _ssl_words "curve bars heatmap parallel spectrum alignment @ $(_ssl_column log -l 50 --columns name)" ;;
	config:*) _ssl_words "gc.age query. color.ui core.pager safe.directory $(_ssl_column config)" ;;
	completion:*) _ssl_words 'bash zsh fish' ;;
	help:*) _ssl_words "$commands keys recipe $(_ssl_column methods) $(_ssl_column help keys)" ;;
	best:*) _ssl_words "$(_ssl_metrics)" ;;
	sql:*) _ssl_words "$(_ssl_column sql --list | sed 's/^/@/')" ;;
	schema:*) _ssl_words "$(_ssl_column schema)" ;;
	metrics:*)
		_ssl_words "@ $(_ssl_column log -l 50 --columns name) $(_ssl_metrics)"
		;;
	tag:*)
		if ((operands)); then
			_ssl_words "$(_ssl_column tag)"
		else
			_ssl_words "@ $(_ssl_column log -l 50 --columns name)"
		fi
		;;
	diff:* | compare:* | note:* | rename:* | rm:* | resume:* | verify:* | eval:* | features:* | show:* | report:* | export:*) _ssl_words "@ $(_ssl_column log -l 50 --columns name)" ;;
	*) _ssl_files -f ;;
	esac
}

_ssl()
{
	local words=() cur prev rest=${COMP_LINE:0:COMP_POINT} i word blank

	# bash has cut words at = and : as well as at blanks; here they are as they were typed
	for ((i = 0; i <= COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		blank=${rest%%[! 	]*}
		rest=${rest#"$blank"}
		rest=${rest#"$word"}
		if ((i)) && [ -z "$blank" ]; then
			words[-1]+=$word
		else
			words+=("$word")
		fi
	done
	cur=${words[-1]}
	prev=${words[-2]-}
	# --set=KEY=VALUE
	if [[ $cur == --*=* ]]; then
		prev=${cur%%=*}
		cur=${cur#*=}
	fi
	COMPREPLY=()
	_ssl_choose
	_ssl_cut
}
complete -F _ssl ssl
