# The library of the tests of commands. A test is called as `sh FILE SSL_BINARY SOURCE_DIR` and looks like this:
#
#	#!/bin/sh
#	# `ssl tag`: a tag names one run; a second run cannot take it.
#	. "$(dirname "$0")/lib.sh"
#
#	ok ssl init
#	note 'a name is needed'
#	fails 2 'tag: needs' ssl tag
#
# It runs in an empty scratch folder, with only PATH (and the options of sanitizers and gcov) from the caller's environment
# and no signal ignored, stops at the first failure, and at the end ends every program that it left running and
# removes the folder (SSL_TEST_KEEP=1 keeps it). The files $out and $err hold the output of the last `ok`, `code` or
# `fails`.
#
#	$SSL  the binary          $SRC  the source folder         $scratch  the folder, $scratch/here is "."
#	ssl ARG...                runs the binary
#	ok CMD...                 CMD exits 0
#	code N CMD...             CMD exits N
#	fails N 'REGEX' CMD...    CMD exits N, prints nothing on stdout and one line `ssl: ...REGEX...` on stderr
#	out_has 'REGEX'           a line of the last stdout matches (grep -E); out_lacks: none does
#	err_has 'REGEX'           a line of the last stderr matches; err_lacks: none does
#	same A B                  two strings are equal
#	value SQL                 the last row of a query, as CSV
#	wait_until SQL VALUE      waits until the query has this value, for some minutes at most
#	hold PID SQL              stops PID once the query gives 1; fails if the process ended before
#	hold_saved PID RUN        the same, once the run has a checkpoint
#	damage DATASET            changes the last pixel of a dataset's file
#	note TEXT                 prints what comes next
#	skip WHY                  ends the test as skipped (77)
#	fail WHY                  ends the test as failed, showing the last output

if [ -z "$SSL_TEST_CLEAN" ]; then
	# nohup ignores HUP, and a shell cannot undo what was ignored when it started
	lib_signals=--default-signal=HUP,INT,TERM
	env $lib_signals true 2>/dev/null || lib_signals=
	exec env $lib_signals -i PATH="$PATH" LC_ALL=C SSL_TEST_CLEAN=1 \
		${TMPDIR:+TMPDIR="$TMPDIR"} ${SSL_TEST_KEEP:+SSL_TEST_KEEP="$SSL_TEST_KEEP"} \
		${ASAN_OPTIONS:+ASAN_OPTIONS="$ASAN_OPTIONS"} ${UBSAN_OPTIONS:+UBSAN_OPTIONS="$UBSAN_OPTIONS"} \
		${LSAN_OPTIONS:+LSAN_OPTIONS="$LSAN_OPTIONS"} ${TSAN_OPTIONS:+TSAN_OPTIONS="$TSAN_OPTIONS"} \
		${GCOV_ERROR_FILE:+GCOV_ERROR_FILE="$GCOV_ERROR_FILE"} sh "$0" "$@"
fi
[ $# -ge 2 ] || { echo "usage: sh $0 SSL_BINARY SOURCE_DIR" >&2; exit 2; }

umask 022
SSL=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
SRC=$(cd "$2" && pwd)
scratch=$(mktemp -d "${TMPDIR:-/tmp}/ssl-test.XXXXXX") || exit 1
scratch=$(cd "$scratch" && pwd -P)
out=$scratch/out
err=$scratch/err
last='(nothing yet)'
HOME=$scratch/home
export HOME
mkdir "$HOME" "$scratch/here"

# The tests of another user: the binary may lie where only root may look, so a copy in the scratch folder is run.
binary_for_others()
{
	chmod a+x "$scratch"
	cp "$SSL" "$scratch/ssl" && SSL=$scratch/ssl
}

lib_end()
{
	cd /
	# a failed test must not leave programs behind, running or stopped
	jobs -p >"$scratch/jobs" 2>/dev/null
	while read -r lib_job; do
		kill -KILL "$lib_job" 2>/dev/null
	done <"$scratch/jobs"
	if [ -n "$SSL_TEST_KEEP" ]; then
		echo "kept: $scratch"
	else
		chmod -R u+w "$scratch" 2>/dev/null
		rm -rf "$scratch"
	fi
}
trap lib_end EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
: >"$out"
: >"$err"
cd "$scratch/here" || exit 1

ssl()
{
	"$SSL" "$@"
}

note()
{
	printf '# %s\n' "$*"
}

skip()
{
	printf 'skipped: %s\n' "$*"
	exit 77
}

fail()
{
	printf 'FAILED: %s\n  command: %s\n' "$*" "$last"
	sed 's/^/  stdout: /' "$out" | head -40
	sed 's/^/  stderr: /' "$err" | head -40
	exit 1
}

value()
{
	ssl sql --format csv "$1" 2>/dev/null | tail -1
}

wait_until()
{
	lib_i=0
	while [ "$(value "$1")" != "$2" ]; do
		lib_i=$((lib_i + 1))
		[ $lib_i -lt 3000 ] || fail "timeout: $1: $(value "$1"), not $2"
		sleep 0.02
	done
}

# Can another process write? Takes the lock for writing and changes nothing: no run has that tag.
store_is_free()
{
	lib_status=0
	SSL_BUSY_MS=100 ssl tag -d @ no-such-tag >/dev/null 2>&1 || lib_status=$?
	[ $lib_status != 4 ]
}

# Stops the process as soon as the query gives 1, outside of its transactions: a process that is stopped while it
# writes would lock all others out. It is stopped during each query, so that a slow query cannot miss the moment.
hold()
{
	lib_i=0
	while kill -STOP "$1" 2>/dev/null || fail "the process ended before: $2"
	      [ "$(value "$2")" != 1 ] || ! store_is_free; do
		kill -CONT "$1"
		lib_i=$((lib_i + 1))
		[ $lib_i -lt 3000 ] || fail "timeout: $2: $(value "$2"), not 1"
		sleep 0.02
	done
}

hold_saved()
{
	hold "$1" "select count(*) > 0 from checkpoint c join run r on r.id = c.run_id where r.name = '$2'"
}

damage()
{
	lib_sha=$(value "select sha256 from dataset where name = '$1' and removed is null")
	lib_file=.ssl/objects/$(echo "$lib_sha" | cut -c1-2)/$(echo "$lib_sha" | cut -c3-)
	chmod u+w "$lib_file"
	lib_size=$(wc -c <"$lib_file")
	printf '\252' | dd of="$lib_file" bs=1 seek=$((lib_size - 1)) conv=notrunc 2>/dev/null
}

# lib_run CMD...: runs it with its output in $out and $err and its exit code in $status
lib_run()
{
	last="$*"
	status=0
	"$@" >"$out" 2>"$err" </dev/null || status=$?
}

code()
{
	lib_want=$1
	shift
	lib_run "$@"
	[ "$status" -eq "$lib_want" ] || fail "exit code $status, not $lib_want"
}

ok()
{
	code 0 "$@"
}

fails()
{
	lib_want=$1
	lib_regex=$2
	shift 2
	code "$lib_want" "$@"
	[ ! -s "$out" ] || fail 'a failing command printed on stdout'
	[ "$(wc -l <"$err")" -eq 1 ] || fail 'not exactly one line on stderr'
	grep -Eq -- "^ssl: .*($lib_regex)" "$err" || fail "stderr is not 'ssl: ' and /$lib_regex/"
}

out_has()
{
	grep -Eq -- "$1" "$out" || fail "no line of stdout matches /$1/"
}

out_lacks()
{
	! grep -Eq -- "$1" "$out" || fail "a line of stdout matches /$1/"
}

err_has()
{
	grep -Eq -- "$1" "$err" || fail "no line of stderr matches /$1/"
}

err_lacks()
{
	! grep -Eq -- "$1" "$err" || fail "a line of stderr matches /$1/"
}

same()
{
	[ "$1" = "$2" ] || fail "'$1' is not '$2'"
}
