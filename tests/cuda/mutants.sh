#!/bin/sh
# mutants.sh BUILD [CXX [FILE...]]: are the barriers and fences of the kernels tested? Takes out each __syncthreads()
# and each __threadfence() of core/tensor/cuda, or of these of its files, in turn, runs the tests of kernels in each
# order of threads and blocks and under the watcher of every access, and prints a line for each. The tests of the same
# name as the changed file run first, and all others only if those find nothing.
#   v  wrong values     e  an error of the shim     r  a race, seen by the watcher     -  passed
# Fails if one survives: then either a test is missing, or the barrier is superfluous and goes.
set -u
build=$(cd "$1" && pwd) || exit 1
cxx=${2:-c++}
shift; [ $# -eq 0 ] || shift
src=$(cd "$(dirname "$0")/../.." && pwd)
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
SSL_SOURCE_DIR=$src
SSL_CUDA_LIBS=$build/tests/cuda/fake
export SSL_SOURCE_DIR SSL_CUDA_LIBS
dir=core/tensor/cuda
programs=$(cd "$src/tests/cuda" && for f in test_*.c kernels/test_*.c; do
	name=$(echo "${f%.c}" | sed 's/test_//; s,/,_,')
	[ ! -x "$build/tests/cuda/t-cuda-${name}_watched" ] || echo "$name"
done)
flags="-std=gnu++17 -O1 -g -w -fno-strict-aliasing -D_GNU_SOURCE -include $src/tests/cuda/shim/cuda_shim.hpp"

# compile VARIANT: the .cu files in $changed, of the copy in the scratch folder where there is one
compile()
{
	mkdir -p "$scratch/$1"
	sanitize=
	[ "$1" = float ] || sanitize=-fsanitize=thread
	for file in "$src/$dir"/*.cu; do
		name=$(basename "$file" .cu)
		[ ! -e "$scratch/$dir/$name.cu" ] || file=$scratch/$dir/$name.cu
		# shellcheck disable=SC2086  # lists of flags
		case " $changed " in
		*" $name "*)
			"$cxx" $flags $sanitize -I"$scratch" -I"$src" -x c++ -c "$file" -o "$scratch/$1/$name.o" || return 1
			;;
		*) cp "$scratch/whole/$1/$name.o" "$scratch/$1/$name.o" ;;
		esac
	done
}

# link VARIANT PROGRAM: with the objects of the build
link()
{
	objects=$build/tests/cuda/CMakeFiles
	own=$(find "$objects/t-cuda-$2_$1.dir" -name '*.o')
	# shellcheck disable=SC2086  # a list of files
	"$cxx" -rdynamic -o "$scratch/$1/$2" "$scratch/$1"/*.o $own "$objects/cuda_shim.dir/shim"/*.o \
		"$build/libssl_core.a" -lcunit -lyaml -lcrypto -lm -lpthread -ldl
}

# outcome VARIANT [ORDER]: one letter of the programs $some; the first message of the shim is left in the scratch folder
outcome()
{
	letter=-
	for program in $some; do
		SHIM_ORDER=${2:-} "$scratch/$1/$program" >"$scratch/out" 2>&1
		case $? in
		0) continue ;;
		3) letter=e ;;
		*) letter=v ;;
		esac
		! grep -q 'race:' "$scratch/out" || letter=r
		[ -s "$scratch/message" ] || sed -n 's/^cuda-shim: .*: \(.*\)/\1/p' "$scratch/out" | head -n 1 >"$scratch/message"
		break
	done
	printf '%s' "$letter"
}

# outcomes PROGRAM...: links and runs them; $found gets four letters
outcomes()
{
	some=$*
	for variant in float watched; do
		for program in $some; do
			link $variant "$program" || { echo "$program cannot be linked"; return 1; }
		done
	done
	found=
	for order in 0 1 2; do
		found="$found $(outcome float $order)"
	done
	found="$found $(outcome watched)"
}

# row LABEL [NAME]: builds what differs, runs it and prints a line; fails if nothing is found. NAME: of the changed file
row()
{
	: >"$scratch/message"
	for variant in float watched; do
		compile $variant || { echo "$1: it does not compile"; return 1; }
	done
	found=' - - - -'
	# shellcheck disable=SC2046  # a list of names
	[ -z "${2:-}" ] || outcomes $(echo "$programs" | grep -xE "(kernels_)?$2") || return 1
	# shellcheck disable=SC2086  # a list of names
	[ "$found" != ' - - - -' ] || outcomes $programs || return 1
	# shellcheck disable=SC2086  # four letters
	printf '%-40s %-9s %-10s %-11s %-7s ' "$1" $found
	sed "s,$scratch/,,g; s,$src/,,g" "$scratch/message" | cut -c1-110
	[ -s "$scratch/message" ] || echo
	[ "$found" != ' - - - -' ]
}

printf '%-40s %-9s %-10s %-11s %-7s %s\n' removed ascending descending interleaved watcher 'first message of the shim'
changed=$(cd "$src/$dir" && printf '%s ' *.cu | sed 's/\.cu / /g')
if row nothing; then
	echo 'the tests fail without a change'
	exit 1
fi
[ -x "$scratch/watched/$(echo "$programs" | tail -n 1)" ] || exit 1
mkdir "$scratch/whole"
mv "$scratch/float" "$scratch/watched" "$scratch/whole"

survivors=0
count=0
files=$(cd "$src/$dir" && echo *.cu *.cuh)
[ $# -eq 0 ] || files=$*
# shellcheck disable=SC2086  # a list of files
(cd "$src/$dir" && grep -n -o '__syncthreads();\|__threadfence();' /dev/null $files) >"$scratch/sites"
while IFS=: read -r file line call; do
	mkdir -p "$scratch/$dir"
	sed "${line}s/$call/;/" "$src/$dir/$file" >"$scratch/$dir/$file"
	changed=${file%.cu}
	case $file in
	*.cuh) # and the headers that include it
		some=$(cd "$src/$dir" && grep -l "$file" -- *.cuh | tr '\n' '|')
		changed=$(cd "$src/$dir" && grep -lE "$some$file" -- *.cu | sed 's/\.cu$//' | tr '\n' ' ')
		;;
	esac
	row "$file:$line $call" "${file%.cu*}" || survivors=$((survivors + 1))
	count=$((count + 1))
	rm -rf "${scratch:?}/core"
done <"$scratch/sites"
echo "$count removed, $survivors survived"
[ $count -gt 0 ] && [ $survivors -eq 0 ]
