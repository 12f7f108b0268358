#compdef ssl
# zsh completion for ssl: the program itself says which words can follow (`ssl __complete words`)
_ssl()
{
	local -a lines candidates shown typed
	local what line

	typed=("${(@Q)words[2,CURRENT]}")
	lines=("${(@f)$(ssl __complete words "${(@)typed}" 2>/dev/null)}")
	what=$lines[1]
	for line in "${(@)lines[2,-1]}"; do
		[[ -n $line ]] || continue
		candidates+=("${line%%$'\t'*}")
		shown+=("${line/$'\t'/  -- }")
	done
	if (($#candidates)); then
		local -a space
		[[ $what == *nospace* ]] && space=(-S '')
		if [[ "$lines" == *$'\t'* ]]; then
			compadd "${(@)space}" -l -d shown -a -- candidates
		else
			compadd "${(@)space}" -a -- candidates
		fi
	fi
	compset -P '--*='
	case $what in
	*files*) _files ;;
	*recipes*) _files -g '*.y(a|)ml' ;;
	*folders*) _files -/ ;;
	esac
}

# loaded by zsh as the function _ssl, or run by eval "$(ssl completion zsh)"
if [[ $funcstack[1] == _ssl ]]; then
	_ssl "$@"
else
	compdef _ssl ssl
fi
