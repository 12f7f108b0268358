#!/bin/sh
# `ssl doctor`: says what the machine is, with and without a store, and multiplies rightly on it.
. "$(dirname "$0")/lib.sh"

ok ssl doctor
out_has '^ok +multiplication'
out_has '^ok +threads'
out_has '^ok +device cpu +[^ ].*, [0-9]+ usable cores?, '
out_has '^ok +device cuda +[^ ]'
out_has 'store .*ssl init'
ok ssl init
ok ssl doctor --format csv
out_has '^ok,store,.*/here/\.ssl$'
out_has '^(ok|warning),disk,'
out_has 'libraries,.*OpenBLAS'
out_lacks '^bad'
ok ssl -q doctor --json
fails 2 'unexpected argument' "$SSL" doctor x
