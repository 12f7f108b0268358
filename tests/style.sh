#!/bin/sh
# The code keeps its style: short files and functions, no functions that invite buffer overruns, headers that compile
# alone, one layout.
. "$(dirname "$0")/cmds/lib.sh"

cd "$SRC" || exit 1
find core cmds tests -name '*.[ch]' -o -name '*.cu' -o -name '*.cuh' -o -name '*.hpp' | sort >"$scratch/files"
grep -v '^tests/' "$scratch/files" >"$scratch/ours"
[ "$(wc -l <"$scratch/files")" -gt 50 ] || fail 'too few source files were found'

note 'files of at most 600 lines, headers (of core and cmds) of 150, functions of 60'
xargs awk '
FNR == 1 { start = 0 }
/^{/ { start = FNR }
/^}/ && start {
	if (FNR - start - 1 > 60)
		printf "%s:%d: a function of %d lines\n", FILENAME, start, FNR - start - 1
	start = 0
}
{ lines[FILENAME] = FNR }
END {
	for (file in lines) {
		most = file ~ /^c.*\.(h|cuh)$/ ? 150 : 600
		if (lines[file] > most)
			printf "%s: %d lines, more than %d\n", file, lines[file], most
	}
}' <"$scratch/files" >"$out"
[ ! -s "$out" ] || fail 'too long'

note 'no banned functions, no TODO comments'
banned='strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|atof|rand|srand|random|alloca|tmpnam|mktemp'
xargs grep -nE "(^|[^A-Za-z0-9_>.])($banned)[[:space:]]*\(" <"$scratch/ours" |
	grep -vE '^[^:]*:[0-9]*:[[:space:]]*(/?\*|//)' >"$out"
[ ! -s "$out" ] || fail 'banned functions: use a bounded or checked one'
xargs grep -nE '\b(TODO|FIXME|HACK)\b' <"$scratch/files" >"$out"
[ ! -s "$out" ] || fail 'TODO comments belong in an issue'

note 'tabs, and no blanks at the end of a line'
xargs grep -nE '[[:blank:]]+$' <"$scratch/files" >"$out"
[ ! -s "$out" ] || fail 'blanks at the end of a line'

note 'every header compiles alone and has a guard'
cc=${CC:-cc}
command -v "$cc" >/dev/null || skip "no $cc"
flags=$(pkg-config --cflags openblas sqlite3 yaml-0.1 libarchive libjpeg libpng libcrypto cairo-ft cunit)
grep '\.h$' "$scratch/files" | while read -r header; do
	grep -q '^#ifndef SSL_.*_H$' "$header" || echo "$header: no guard"
	# shellcheck disable=SC2086  # a list of flags
	"$cc" -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Wstrict-prototypes -Wundef -Werror -fsyntax-only \
		-I. -I"$(dirname "$SSL")/generated" $flags -include "$header" -x c /dev/null 2>&1 ||
		echo "$header: does not compile alone"
done >"$out"
[ ! -s "$out" ] || fail 'headers'

case $(clang-format --version 2>/dev/null) in
*'version 14.'*)
	note 'sources have the layout of .clang-format (headers are laid out by hand)'
	grep -E '\.(c|cu)$' "$scratch/files" | xargs clang-format --dry-run 2>&1 | grep -o '^[^ ]*: warning.*' |
		cut -d: -f1 | uniq -c >"$out"
	[ ! -s "$out" ] || fail 'clang-format -i would change these (lines)'
	;;
*)
	note 'no clang-format 14: the layout was not checked'
	;;
esac
