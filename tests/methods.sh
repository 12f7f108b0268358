#!/bin/sh
# Every method that a file of core/methods defines is in the table of methods.c, so that `ssl methods` lists it and it
# can be run.
. "$(dirname "$0")/cmds/lib.sh"

cd "$SRC" || exit 1

note 'every method that a file defines is listed'
sed -n 's/^const struct method method_\([a-z0-9_]*\) = {.*/\1/p' core/methods/*.c | sort >"$scratch/defined"
[ -s "$scratch/defined" ] || fail 'no file of core/methods defines a method'
ok ssl methods
while read -r name; do
	out_has "^ *$name( |\$)"
	[ -f "core/methods/$name.c" ] || fail "method $name is not in core/methods/$name.c"
done <"$scratch/defined"

note 'every method is one file of less than 200 lines'
while read -r name; do
	lines=$(wc -l <"core/methods/$name.c")
	[ "$lines" -lt 200 ] || fail "core/methods/$name.c has $lines lines, not under 200"
done <"$scratch/defined"
