#!/bin/sh
# Messages, manual pages, README, recipe headers and comments are written in plain English: the words and phrases that
# the project once used in a meaning of its own do not come back. Each line of the list is an extended regular
# expression, matched within words that are bounded by blanks or punctuation, and what to write instead. Words that
# have a legitimate meaning are listed only within the phrases that misuse them.
. "$(dirname "$0")/cmds/lib.sh"

cd "$SRC" || exit 1
# What is checked: files, and folders with everything below them.
rooms='README.md man experiments schema bootstrap core cmds tests/cmds'

cat >"$scratch/list" <<'END'
mend|mends|mended|mending	fix, repair, a suggested fix
bury|buries|buried|burying	reap
crew	workers
labour	claim state, work
troubles	retries
signs? of life	heartbeat
(is|are|was|were|be|been|being) told	is given, receives
told (of|by) (a|an|the|its|every|each)	is called for, is given by
(is|are|was|were|be|been) said	is reported, is printed
(say|says|said) so	report it, warn, state this
says? (once )?(whom|who|whose)	print which
(tell|tells) (how|what|that|whether|where|which)	report, print, show
tells? (them )?apart	distinguish
judge|judges|judged|judging	evaluate, check
what (the|it|this|that) .{1,20} has is	the value of
(that|which) (is|are) none	which is not a ...
(is|was) no (such )?(one|word) of	is not one of
who (lives|died|works|waits|claims)	a process that ...
taken for (death|dead)	considered dead
for good, be it	permanently, even if
is too much: usage	unexpected argument
something is missing	missing argument
a made (one|name)	a generated name
END
sed 's/	.*//' "$scratch/list" | paste -sd'|' >"$scratch/any"

# prose FILE...: every line as FILE:LINE:TEXT without the marks of comments and strings, behind the last words of the
# line before, so that phrases are found that run over the end of a line
prose()
{
	awk '
	FNR == 1 { tail = "" }
	{
		line = $0
		gsub(/^[ \t]*(\/\*+|\*+\/?|\/\/|#+|--|\.\\")?[ \t]*/, "", line)
		gsub(/"[ \t]*$/, "", line)
		gsub(/^[ \t]*"/, "", line)
		print FILENAME ":" FNR ":" tail " " line
		n = split(line, word, /[ \t]+/)
		tail = n > 2 ? word[n - 2] " " word[n - 1] " " word[n] : line
	}' "$@"
}

note 'no words of a vocabulary of our own'
# shellcheck disable=SC2086  # a list of words
find $rooms -type f \( -name '*.[ch157]' -o -name '*.sql' -o -name '*.md' -o -name '*.yaml' -o -name '*.sh' -o \
	-name '*.py' -o -name '*.inc' -o -name LAYERS \) ! -path tests/prose.sh | sort >"$scratch/files"
[ "$(wc -l <"$scratch/files")" -gt 50 ] || fail 'too few files were found'
xargs cat <"$scratch/files" >/dev/null || fail 'a file cannot be read'
while read -r file; do
	prose "$file"
done <"$scratch/files" | grep -iE ":[0-9]+:(.*[^a-z_0-9-])?($(cat "$scratch/any"))([^a-z_0-9-]|\$)" >"$out"
if [ -s "$out" ]; then
	echo 'instead of:'
	while IFS='	' read -r pattern instead; do
		grep -qiE ":[0-9]+:(.*[^a-z_0-9-])?($pattern)([^a-z_0-9-]|\$)" "$out" && echo "  $pattern -> $instead"
	done <"$scratch/list"
	fail 'words to replace (a phrase over two lines is listed at the second)'
fi
