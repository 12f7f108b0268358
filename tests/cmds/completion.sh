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

ok ssl init
# complete WORD...: the words that bash offers for the last one
cat >complete.bash <<'END'
eval "$("$SSL" completion bash)"
complete -p ssl >/dev/null || exit 1
COMP_WORDS=("$SSL" "$@")
COMP_CWORD=$#
_ssl
printf '%s\n' "${COMPREPLY[@]}"
END
if command -v bash >/dev/null; then
	note 'bash: a command, a shell, a method of this binary'
	ok bash complete.bash compl
	same "$(cat "$out")" completion
	ok bash complete.bash completion f
	same "$(cat "$out")" fish
	ok bash complete.bash run -m vic
	same "$(cat "$out")" vicreg
else
	note 'no bash here: its script was not run'
fi
if command -v zsh >/dev/null; then
	note 'zsh: the script defines a completion'
	ok zsh -fc 'autoload -Uz compinit && compinit -D && eval "$("$SSL" completion zsh)" && print $_comps[ssl]'
	same "$(cat "$out")" _ssl
else
	note 'no zsh here: its script was not run'
fi
if command -v fish >/dev/null; then
	note 'fish: the script is read'
	ok fish -c '"$SSL" completion fish | source; complete -C "ssl compl"'
	out_has '^completion'
else
	note 'no fish here: its script was not run'
fi
