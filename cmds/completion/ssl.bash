# bash completion for ssl: the program itself says which words can follow (`ssl __complete words`)
_ssl_paths()
{
	compopt -o filenames 2>/dev/null
	mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen "$@" -- "$cur")
}

_ssl()
{
	local words=() rest=${COMP_LINE:0:COMP_POINT} i word blank cur what stem

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
	mapfile -t COMPREPLY < <("${COMP_WORDS[0]}" __complete words "${words[@]:1}" 2>/dev/null)
	what=${COMPREPLY[0]}
	COMPREPLY=("${COMPREPLY[@]:1}")
	COMPREPLY=("${COMPREPLY[@]%%$'\t'*}")
	# bash is to replace only what stands behind the last = or : that it has cut at
	stem=${cur%"${cur##*[=:]}"}
	if [[ -n $stem && $COMP_WORDBREAKS == *"${stem: -1}"* ]]; then
		COMPREPLY=("${COMPREPLY[@]#"$stem"}")
	fi
	[[ $cur == --*=* ]] && cur=${cur#*=}
	[[ $what == *nospace* ]] && compopt -o nospace 2>/dev/null
	[[ $what == *files* ]] && _ssl_paths -f
	[[ $what == *recipes* ]] && _ssl_paths -d && _ssl_paths -f -X '!*.yaml' && _ssl_paths -f -X '!*.yml'
	[[ $what == *folders* ]] && _ssl_paths -d
}
complete -F _ssl ssl
