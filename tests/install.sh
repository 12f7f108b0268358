#!/bin/sh
# `cmake --install` installs every file, and the installed program runs.
. "$(dirname "$0")/cmds/lib.sh"

command -v cmake >/dev/null || skip 'no cmake'
build=$(dirname "$SSL")
ok cmake --install "$build" --prefix "$scratch/the prefix"
cd "$scratch/the prefix" || fail 'no prefix was made'
for file in bin/ssl share/bash-completion/completions/ssl share/zsh/site-functions/_ssl \
	share/fish/vendor_completions.d/ssl.fish; do
	[ -s "$file" ] || fail "$file was not installed"
done
for page in "$SRC"/man/*.[157]; do
	section=${page##*.}
	[ -s "share/man/man$section/$(basename "$page")" ] || fail "$page was not installed"
done
for recipe in "$SRC"/experiments/*.yaml; do
	[ -s "share/ssl/experiments/$(basename "$recipe")" ] || fail "$recipe was not installed"
done
[ -n "$(find share/doc -path '*/man/curves.svg' -size +0)" ] || fail 'the picture of README.md was not installed'

note 'the installed program is the same one'
ok "$SSL" version -v
built=$(cat "$out")
ok bin/ssl version -v
same "$(cat "$out")" "$built"
