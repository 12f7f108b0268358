#!/bin/sh
# usage: fuzz.sh PROGRAM SOURCE_DIR SECONDS CORPUS...: libFuzzer for so long, with the limits that hold for every
# target: 10 seconds and 1 GB for an input. New inputs go to a folder that is thrown away; one that fails stays
# here as crash-*, timeout-*, oom-* or leak-*.
program=$1 source=$2 seconds=$3
shift 3
new=$(mktemp -d "${TMPDIR:-/tmp}/ssl-fuzz.XXXXXX") || exit 1
trap 'rm -rf "$new"' EXIT
dictionary=$source/tests/fuzz/${program##*/f-}.dict
set -- "$new" "$@"
[ ! -f "$dictionary" ] || set -- "-dict=$dictionary" "$@"
# libarchive asks for as much memory as a damaged header says, up to 4 GB, and does not touch it
case $program in
*f-archive | *f-bundle) set -- -malloc_limit_mb=5000 "$@" ;;
esac
"$program" -max_len=65536 -max_total_time="$seconds" -close_fd_mask=3 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 "$@"
