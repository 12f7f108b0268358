#!/bin/sh
# `ssl config --user`: the settings of a user. Another user's store can be read, but written to only if safe.directory
# allows it.
. "$(dirname "$0")/lib.sh"

note 'settings of the user, without a store'
ok ssl config --user safe.directory /data/a
ok ssl config --user safe.directory /data/b
ok ssl config --user safe.directory /data/a
same "$(cat "$HOME/.config/ssl/config")" "$(printf 'safe.directory = /data/a\nsafe.directory = /data/b')"
ok ssl config --user safe.directory
same "$(cat "$out")" "$(printf '/data/a\n/data/b')"
ok ssl config --user --unset safe.directory /data/a
ok ssl config --user --format csv
same "$(tail -n +2 "$out")" safe.directory,/data/b
ok env XDG_CONFIG_HOME="$scratch/xdg" "$SSL" config --user safe.directory /data/c
same "$(cat "$scratch/xdg/ssl/config")" 'safe.directory = /data/c'
ok ssl config --user --unset safe.directory
fails 1 'not set' "$SSL" config --user safe.directory
fails 2 'not a key' "$SSL" config --user gc.age 5
fails 2 'HOME' env -u HOME "$SSL" config --user

ok ssl init
fails 2 'not a key' "$SSL" config safe.directory /
[ "$(id -u)" = 0 ] || skip 'only the superuser can give files away'

ok ssl data add -q --shapes --train 64 --test 16 tiny
ok ssl run -q -m random -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set optim.batch=32 --name a
writes_refused()
{
	for c in 'init' 'tag a x' 'note a x' 'rename a b' 'rm a' 'gc' 'fsck --fix' 'config gc.age 5' \
		'sql --save q select(1)' 'data add t --shapes' 'data rm tiny' 'run -m random -d tiny' 'resume a' \
		'eval a' 'worker s' 'schema --pivot p' 'import nothing.tzst'; do
		# shellcheck disable=SC2086  # a command line
		fails 6 "another user .uid 1234.*ssl config --user safe.directory '$(pwd -P)'" "$SSL" $c
	done
}
note "another user's store: reading commands work, writing ones do not"
chown 1234 .ssl
for c in log 'show a' 'sql select(1)' fsck 'gc -n' config 'data ls' schema 'rm -n a' 'tag a' 'run -n -m random -d tiny'; do
	# shellcheck disable=SC2086  # a command line
	ok ssl $c
done
writes_refused
note 'nor when only the database is'
chown 0 .ssl
chown 1234 .ssl/ssl.db
writes_refused
note 'neither the environment nor the store can allow it'
mkdir -p home/.config/ssl
echo 'safe.directory = *' >.ssl/config
fails 6 'another user' "$SSL" tag a x
rm .ssl/config
note 'which folders are safe'
for other in /data "$(pwd -P)/../other" "$(pwd -P)/.." "$(pwd -P)x"; do
	ok ssl config --user safe.directory "$other"
	fails 6 'another user' "$SSL" tag a x
done
ln -s "$(pwd -P)" "$scratch/link"
for safe in "$(pwd -P)" "$(pwd -P)/" "$scratch/*" '*' "$scratch/link"; do
	ok ssl config --user --unset safe.directory
	ok ssl config --user safe.directory "$safe"
	ok ssl tag a x
done
ok ssl config --user safe.directory ''
fails 6 'another user' "$SSL" tag a x
note 'with sudo, the store of the user who called it counts as their own'
ok env SUDO_UID=1234 "$SSL" tag a x
fails 6 'another user' env SUDO_UID=12345 "$SSL" tag a x
fails 6 'another user' env SUDO_UID=1234x "$SSL" tag a x
