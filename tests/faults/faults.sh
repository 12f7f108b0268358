#!/bin/sh
# usage: faults.sh SSL SHIM SOURCE_DIR LIMIT [OPTION]...: lets calls fail; see faults.py. LIMIT: how many of each
# command and way of failing (0: all).
python3 -c 'import sqlite3' 2>/dev/null || {
	echo 'skipped: no python3'
	exit 77
}
ssl=$1 shim=$2 source=$3 limit=$4
shift 4
exec python3 "$source/tests/faults/faults.py" "$ssl" "$shim" -l "$limit" "$@"
