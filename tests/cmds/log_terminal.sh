#!/bin/sh
# What people read fits where they read it: tables are no wider than the terminal, longer output goes through
# the pager that is asked for, and signs are ASCII where the terminal or the locale knows no others.
. "$(dirname "$0")/lib.sh"

command -v sqlite3 >/dev/null || skip 'no sqlite3'
ok ssl init
ok sqlite3 .ssl/ssl.db ".read $SRC/tests/cmds/runs.sql"

# as_wide_as N CMD...: CMD, as it prints behind a pager on a terminal of N columns
as_wide_as()
{
	columns=$1
	shift
	ok env SSL_PAGER_IN_USE=1 COLUMNS="$columns" "$@"
	[ "$(awk '{ if (length($0) > n) n = length($0) } END { print n }' "$out")" -le "$columns" ] ||
		fail "wider than $columns columns"
}

note 'a table is no wider than the terminal; off a terminal it is whole'
ok ssl log --columns name,status,age,recipe_hash,uuid,method,error
cp "$out" whole
out_lacks 'not shown|[.][.]$'
for n in 40 60 80; do
	as_wide_as $n "$SSL" log --columns name,status,age,recipe_hash,uuid,method,error
	head -1 "$out" | grep -q '^name ' || fail 'the first column went'
	out_has '^[(].*not shown'
	as_wide_as $n "$SSL" sql 'select * from v_run'
	as_wide_as $n "$SSL" log --group --format table
done
note 'first go columns without a value, then the less important, from the right'
as_wide_as 25 "$SSL" sql "select 'a' name, null empty, 'b' age, 'c' hash, 'd' word, 'e' nought"
out_has '^[(]not shown: empty, hash[)]'
as_wide_as 30 "$SSL" sql "select 1 a, 'a text that is longer than this terminal is wide' b"
out_has '^1  a text that is longer tha[.][.]$'
ok env SSL_PAGER_IN_USE=1 COLUMNS=50 "$SSL" log --csv --columns name,uuid,recipe_hash
out_lacks 'not shown|[.][.]'
ok env COLUMNS=20 "$SSL" log --columns name,status,age,recipe_hash,uuid,method,error
cmp -s "$out" whole || fail 'a pipe has a width'

note 'signs are those that the locale and the terminal know; files are the same everywhere'
for cmd in 'log --group' 'plot curve @' 'plot bars' 'plot parallel -w 1' 'plot heatmap -w 1' 'compare --by method'; do
	for env in LC_ALL=C LANG=C 'LC_ALL=en_US.ISO-8859-1' 'TERM=dumb LC_ALL=C.UTF-8' -u; do
		# shellcheck disable=SC2086  # lists of words
		[ "$env" = -u ] && ok env -u LC_ALL "$SSL" $cmd || ok env -u LC_ALL $env "$SSL" $cmd
		LC_ALL=C tr -d '\000-\177' <"$out" >left
		LC_ALL=C tr -d '\000-\177' <"$err" >>left
		[ ! -s left ] || fail "not ASCII with $env"
	done
done
ok env -u LC_ALL LANG=C.UTF-8 "$SSL" plot curve @
LC_ALL=C tr -d '\000-\177' <"$out" | grep -q . || fail 'no sign but ASCII in UTF-8'
ok ssl plot curve @ -o c.txt
ok env LC_ALL=C.UTF-8 "$SSL" plot curve @ -o utf8.txt
ok cmp c.txt utf8.txt

script -qec true /dev/null >/dev/null 2>&1 </dev/null || skip 'no script(1) that makes a terminal: no pager was tried'
# on_terminal ENV... CMD...: on a terminal of 70 columns; what it shows in $out, its exit code in $status
on_terminal()
{
	last="$*"
	cat >terminal.sh <<END
stty cols 70 rows 20 2>/dev/null
exec env -u LC_ALL TERM=xterm LANG=C.UTF-8 $*
END
	status=0
	script -qec 'sh terminal.sh' /dev/null </dev/null >"$out" 2>"$err" || status=$?
	tr -d '\r' <"$out" >"$out.text"
	mv "$out.text" "$out"
}
paged="'sed s/^/paged:/'"

note 'on a terminal the pager is SSL_PAGER, core.pager of the user, PAGER'
on_terminal PAGER="$paged" "$SSL" log
out_has '^paged:id '
same "$status" 0
on_terminal PAGER=false SSL_PAGER="$paged" "$SSL" log
out_has '^paged:id '
on_terminal PAGER="$paged" "$SSL" --no-pager log
out_has '^id '
for none in cat ''; do
	on_terminal PAGER="$paged" SSL_PAGER="'$none'" "$SSL" log
	out_has '^id '
done
on_terminal TERM=dumb PAGER="$paged" "$SSL" log
out_has '^id '
on_terminal PAGER="$paged" "$SSL" log -o file
out_lacks paged
ok ssl config --user core.pager 'sed s/^/mine:/'
on_terminal PAGER="$paged" "$SSL" log
out_has '^mine:id '
printf 'core.pager = touch pwned\n' >>.ssl/config
on_terminal "$SSL" log
[ ! -e pwned ] || fail "a store's settings ran a command"
sed '/core/d' .ssl/config >kept
mv kept .ssl/config

note 'the exit code, and the error, are those of the command'
on_terminal "$SSL" diff @ @~1
same "$status" 1
on_terminal "$SSL" show nothing
same "$status" 3
out_has '^(mine:)?ssl: .*nothing'

note 'colours: --color, color.ui of the user, NO_COLOR, a terminal'
escape=$(printf '\033')
ok ssl config --user core.pager cat
on_terminal "$SSL" plot curve @
out_has "$escape"
on_terminal NO_COLOR=1 "$SSL" plot curve @
out_lacks "$escape"
on_terminal TERM=dumb "$SSL" plot curve @
out_lacks "$escape"
on_terminal NO_COLOR= "$SSL" plot curve @
out_has "$escape"
ok ssl config --user color.ui never
on_terminal "$SSL" plot curve @
out_lacks "$escape"
on_terminal "$SSL" --color always plot curve @
out_has "$escape"
ok ssl config --user color.ui always
ok ssl plot curve @
out_has "$escape"
ok ssl --color never plot curve @
out_lacks "$escape"
fails 2 "color.ui: 'often' is none of auto always never" "$SSL" config --user color.ui often
