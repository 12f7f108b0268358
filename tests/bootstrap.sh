#!/bin/sh
# ./bootstrap says a line for each step, keeps what tools print in a log that it names when they fail, and ends in
# the names of the tests that failed, with an exit code that is not 0. The tools are stand-ins here.
. "$(dirname "$0")/cmds/lib.sh"

mkdir tree bin
cp "$SRC/bootstrap" tree/
cat >bin/cmake <<'END'
#!/bin/sh
[ "$1" = --version ] && { echo 'cmake version 3.25.1'; exit; }
seq 1 200 | sed 's/^/noise of cmake /'
case $1 in
--preset) step=$2-configure; mkdir -p "build/$2"; echo "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" >"build/$2/CMakeCache.txt" ;;
--build) step=${2#build/}-build ;;
esac
[ "$(cat fails 2>/dev/null)" != "$step" ] || { echo 'error: the reason'; exit 1; }
END
cat >bin/ctest <<'END'
#!/bin/sh
seq 1 200 | sed 's/^/noise of ctest /'
mkdir -p "$2/Testing/Temporary"
echo '1/2 Test #1: cmds/good ....   Passed    0.01 sec'
if [ "$(cat fails 2>/dev/null)" = "${2#build/}-test" ]; then
	printf '7:cmds/bad\n9:unit/worse\n' >"$2/Testing/Temporary/LastTestsFailed.log"
	echo '50% tests passed, 2 tests failed out of 4'
	exit 8
fi
echo '100% tests passed, 0 tests failed out of 4'
END
chmod +x bin/cmake bin/ctest
PATH=$PWD/bin:$PATH
tree/bootstrap deps >"$out" 2>"$err" </dev/null && grep -q 'deps: all there' "$err" ||
	skip 'not all that bootstrap wants is installed'

# lines N: what was printed last is no longer than that
lines()
{
	[ "$(cat "$out" "$err" | wc -l)" -le "$1" ] || fail "more than $1 lines"
	! grep -q noise "$out" "$err" || fail 'the tools are heard'
}

note 'build: a line for each step'
ok tree/bootstrap build
lines 3
err_has 'build: done: .*/build/release/ssl$'
grep -q 'noise of cmake 200' tree/build/log/release-build.log || fail 'no log'

note 'a step that fails: its end, its log, and no further step'
for step in release-configure release-build; do
	echo "$step" >tree/fails
	code 1 tree/bootstrap build
	err_has '^ *error: the reason$'
	err_has "that failed: .*/build/log/$step[.]log has all of it"
	[ "$(cat "$out" "$err" | wc -l)" -le 20 ] || fail 'too many lines'
done

note 'test: all builds are tested, whatever fails; the last line has the names'
rm tree/fails
ok tree/bootstrap test
lines 16
case $(tail -1 "$out") in
'bootstrap test: passed: release, dev, double, tsan') err_has 'test: tsan: 100% tests passed' ;;
'bootstrap test: passed: release, dev, double') err_has 'the thread sanitizer cannot run here' ;;
*) fail 'the last line is another' ;;
esac
echo dev-test >tree/fails
code 1 tree/bootstrap test -R x
lines 16
same "$(tail -1 "$out")" 'bootstrap test: FAILED: dev: cmds/bad unit/worse (build/log/dev-test.log)'
err_has 'test: double: 100% tests passed'
for step in dev-configure dev-build; do
	echo $step >tree/fails
	code 1 tree/bootstrap test
	same "$(tail -1 "$out")" 'bootstrap test: FAILED: dev: the build failed'
done
