#!/bin/sh
# The documentation of commands is complete and correct: every command of the table has a man page whose SYNOPSIS is
# its usage, a test and a line in ssl(1); and every page belongs to a command.
. "$(dirname "$0")/cmds/lib.sh"

cd "$SRC" || exit 1
commands=$(sed -n '/^static const struct cmd \*const table/,/^};/s/.*&cmd_\([a-z]*\),.*/\1/p' cmds/cmds.c)
[ -n "$commands" ] || fail 'no command found in cmds/cmds.c'

bs=$(printf '\b')
# plain PAGE SECTION: the text of the section without blanks
plain()
{
	mandoc -Tascii -Owidth=500 "$1" | sed "s/.$bs//g" |
		sed -n "/^$2/,/^[A-Z]/p" | sed '/^[A-Z]/d' | tr -d '[:space:]'
}

: >"$scratch/bad"
bad()
{
	echo "$*" >>"$scratch/bad"
}

note 'every command has its file, page, test and line in ssl(1)'
for c in $commands; do
	[ -f "cmds/$c.c" ] || bad "cmds/$c.c: missing"
	[ -f "man/ssl-$c.1" ] || bad "man/ssl-$c.1: missing"
	[ -f "tests/cmds/$c.sh" ] || bad "tests/cmds/$c.sh: missing"
	grep -q "^\.It Xr ssl-$c 1" man/ssl.1 || bad "man/ssl.1: does not name ssl-$c"
done
for page in man/ssl-*.1; do
	c=${page#man/ssl-}
	echo "$commands" | grep -qx "${c%.1}" || bad "$page: no such command"
done
for file in tests/cmds/*.sh; do
	c=$(basename "$file" .sh)
	c=${c#slow_}
	[ "$c" = lib ] || echo "$commands" | grep -qx "${c%%_*}" || bad "$file: no such command"
done

note 'lists of commands have all commands of the table, in its order, and no others'
# in_order FILE SED: the commands that the sed script finds in the file are those of the table, in its order
in_order()
{
	sed -n "$2" "$1" | tr ' ' '\n' >"$scratch/found"
	echo "$commands" | cmp -s - "$scratch/found" || bad "$1: does not list the commands of cmds/cmds.c in their order"
}
in_order man/ssl.1 's/^\.It Xr ssl-\([a-z]*\) 1$/\1/p'
in_order README.md '/^| work |/,/^| meta |/{s/^|[^|]*| *//;s/[|`]//g;s/ *$//;p;}'

note 'pages of sections 5 and 7 are named in ssl(1), those for beginners and contributors in README'
for page in man/*.[57]; do
	name=$(basename "$page")
	grep -q "^\.Xr ${name%.*} ${name##*.}" man/ssl.1 || bad "man/ssl.1: does not name $name"
done
for name in ssl-tutorial ssl-internals ssl-methods ssl-recipe ssl-schema; do
	grep -q "man $name" README.md || bad "README.md: does not name $name"
done
sed -n 's/^!\[.*\](\(.*\))$/\1/p' README.md >"$scratch/pictures"
[ -s "$scratch/pictures" ] || bad 'README.md: has no picture'
while read -r picture; do
	[ -s "$picture" ] || bad "README.md: $picture: missing"
done <"$scratch/pictures"

note 'every command prints its usage in the same form, below the one-line description of its page'
for c in $commands; do
	ssl "$c" -h >"$out" 2>"$err" || bad "ssl $c -h: exit $?"
	sed -n 's/^usage: ssl //p' "$out" >"$scratch/usage.$c"
	line=$(sed -n 's/^\.Nd //p' "man/ssl-$c.1" | sed 's/\\-/-/g')
	[ "$(head -1 "$out")" = "ssl $c: $line" ] || bad "man/ssl-$c.1: its one-line description is not that of ssl $c -h"
	[ -s "$scratch/usage.$c" ] || bad "ssl $c -h: has no line 'usage: ssl ...'"
	cut -d' ' -f1 "$scratch/usage.$c" | grep -qvx "$c" && bad "ssl $c -h: has a form of another command"
done

if command -v mandoc >/dev/null; then
	note 'the SYNOPSIS of a page is the usage'
	for c in $commands; do
		[ -f "man/ssl-$c.1" ] || continue
		page=$(plain "man/ssl-$c.1" SYNOPSIS)
		usage=$(sed 's/^/ssl/' "$scratch/usage.$c" | tr -d '[:space:]')
		[ "$page" = "$usage" ] || bad "man/ssl-$c.1: SYNOPSIS is not the usage:
    page:  $page
    usage: $usage"
	done
	note 'every option of a command is in its man page'
	for c in $commands; do
		[ -f "man/ssl-$c.1" ] || continue
		ssl "$c" -h 2>/dev/null | sed -n '/^options:/,/^everywhere:/s/^ *\(-.,\)\{0,1\} *--\([a-z-]*\).*/\2/p' |
			while read -r option; do
				grep -qE "Fl (\\\\?-)?-?$option( |$)" "man/ssl-$c.1" ||
					bad "man/ssl-$c.1: does not mention --$option"
			done
	done
	note 'the pages are clean mdoc'
	# except that the pages are not installed yet
	mandoc -T lint man/*.[157] 2>/dev/null | grep -v 'referenced manual not found' >"$out" && bad "$(cat "$out")"
else
	note 'no mandoc: SYNOPSIS and lint of the pages were not checked'
fi

cat "$scratch/bad"
[ ! -s "$scratch/bad" ] || exit 1
