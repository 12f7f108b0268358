#!/bin/sh
# `ssl init`: creates a store that commands in all folders below it find; a second time it keeps it; after an error no
# part of it is left; a database that is newer, corrupt or of another program is refused with exit code 5.
. "$(dirname "$0")/lib.sh"

note 'without a store'
fails 3 'not in an ssl store: `ssl init` creates one' "$SSL" log

note 'created, kept the second time, found from below'
ok ssl init
err_has 'made an empty store: .*/here/\.ssl$'
same "$(wc -c <"$out")" 0
ok ssl init
err_has 'there already'
mkdir -p a/b/.ssl
ok ssl -C a/b sql 'SELECT count(*) AS runs FROM run'
out_has '^0$|^ *0$'

note 'elsewhere; a dry run creates nothing; -q prints nothing'
ok ssl init -n there
[ ! -e there ] || fail 'a dry run made the folder'
ok ssl -q init there/below
[ -f there/below/.ssl/ssl.db ] || fail 'no database'
[ ! -s "$err" ] || fail 'it talked'
ok ssl -C there init again
[ -f there/again/.ssl/ssl.db ] || fail 'DIR is not below -C'

note 'where nothing can be created'
: >file
fails 6 'file' "$SSL" init file/sub
fails 2 'unexpected argument' "$SSL" init a b

note 'git does not see the store'
if command -v git >/dev/null; then
	git init -q . && [ -z "$(git status --porcelain -- .ssl)" ] || fail 'git sees .ssl'
fi

note 'a newer database, a corrupt one, another program'"'"'s'
if command -v sqlite3 >/dev/null; then
	mkdir newer && ok ssl -C newer init
	sqlite3 newer/.ssl/ssl.db 'PRAGMA user_version = 999'
	fails 5 'database is newer \(999\) than this ssl' "$SSL" -C newer log
	fails 5 'database is newer' "$SSL" -C newer init
	mkdir stale && ok ssl -C stale init
	ok ssl -C stale data add -q --shapes --train 16 --test 8 s
	ok ssl -C stale run -q -d s --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set optim.epochs=1 --set optim.batch=8
	sqlite3 stale/.ssl/ssl.db "UPDATE meta SET value = 'another' WHERE key = 'params'"
	ok ssl -C stale log
	err_has 'hyperparameters have the names of another version of ssl: `ssl init`'
	ok ssl -C stale init
	ok ssl -C stale log
	[ ! -s "$err" ] || fail 'it warned of what is up to date'
	mkdir other other/.ssl && sqlite3 other/.ssl/ssl.db 'CREATE TABLE t (a)'
	fails 5 'not the database of an ssl store' "$SSL" -C other log
fi
mkdir bad && ok ssl -C bad init
head -c 8192 /dev/zero | tr '\0' x >bad/.ssl/ssl.db
fails 5 'corrupt' "$SSL" -C bad log

note 'a store that cannot be read is not passed over for one above it'
mkdir -p outer/inner
ok ssl init outer
ln -s .ssl outer/inner/.ssl
fails 6 'inner/.ssl' ssl -C outer/inner log
fails 6 'inner/.ssl' ssl -C outer/inner config query.x 'select 1'
rm outer/inner/.ssl
ok ssl -C outer/inner log
