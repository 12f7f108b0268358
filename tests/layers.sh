#!/bin/sh
# The sources keep the rules of core/LAYERS: includes point downwards, one folder alone includes the headers of a
# dependency, and the only mutable globals are those that it lists.
. "$(dirname "$0")/cmds/lib.sh"

cd "$SRC" || exit 1
table=core/LAYERS

note 'includes point downwards, and only one folder includes a dependency'
find core cmds -name '*.[ch]' -o -name '*.cu' -o -name '*.cuh' | sort | xargs grep -nE '^[[:space:]]*#[[:space:]]*include' |
	sed -E 's/^([^:]*):([0-9]*):[[:space:]]*#[[:space:]]*include[[:space:]]*/\1 \2 /' >"$scratch/includes"
[ "$(wc -l <"$scratch/includes")" -gt 100 ] || fail 'too few includes were found'
awk -v table=$table '
function folder(path,    f, best) {
	for (f in level)
		if (index(path, f "/") == 1 && length(f) > length(best))
			best = f
	return best
}
function bad(why) {
	printf "%s:%s: %s: %s\n", $1, $2, $3, why
}
BEGIN {
	while ((getline line < table) > 0) {
		n = split(line, word, " ")
		if (!n || word[1] ~ /^(#|global|table|apart|kernels)/)
			continue
		if (word[1] != "libc")
			level[word[2]] = word[1]
		for (i = word[1] == "libc" ? 2 : 3; i <= n; i++)
			door[word[i]] = word[1] == "libc" ? "libc" : word[2]
	}
}
{
	own = folder($1)
	name = substr($3, 2, length($3) - 2)
	if (own == "") {
		bad("its folder is not in core/LAYERS")
	} else if ($3 ~ /^</) {
		if (!(name in door))
			bad("neither libc nor a known dependency")
		else if (door[name] != "libc" && index(own "/", door[name] "/") != 1)
			bad("only " door[name] " may include it")
	} else if (name != "build_info.h") {
		to = folder(name)
		if (to == "")
			bad("write the path from the root, as in core/base/error.h")
		else if (to != own && level[to] >= level[own])
			bad(own " (" level[own] ") may not include " to " (" level[to] ")")
	}
}' "$scratch/includes" >"$out"
[ ! -s "$out" ] || fail 'includes against core/LAYERS'

note 'what a tensor has in memory is seen by core/tensor alone'
# The members of struct memory are declared in one header, which only core/tensor and tests include.
awk '$1 !~ /^core\/tensor\// && $3 == "\"core/tensor/memory.h\"" { print $1 ":" $2 ": only core/tensor may include it" }' \
	"$scratch/includes" >"$out"
[ ! -s "$out" ] || fail 'memory of tensors outside of core/tensor'

note 'every folder is in the table, and every folder of the table exists'
awk '$1 ~ /^[0-9]/ { print $2 }' $table | sort >"$scratch/listed"
find core -mindepth 1 -maxdepth 1 -type d | sort | comm -23 - "$scratch/listed" >"$out"
[ ! -s "$out" ] || fail 'folders that core/LAYERS does not list'
xargs ls -d <"$scratch/listed" >/dev/null 2>"$out" || fail 'folders that core/LAYERS lists and that do not exist'

note 'no circles: no two files of a folder need each other'
objects()
{
	# those of sources that are gone stay in a build folder
	find "$(dirname "$SSL")" -path '*CMakeFiles/ssl*.dir/*' -name '*.o' | sort | while read -r object; do
		source=${object#*.dir/}
		case $source in
		generated/*) echo "$object" ;;
		*) [ ! -e "${source%.o}" ] || echo "$object" ;;
		esac
	done
}
if ! command -v nm >/dev/null; then
	note 'no nm: not checked'
else
	# what each object defines (D) and needs (U); then, within a folder, which file needs which
	objects | while read -r object; do
		nm "$object" | awk -v file="${object#*.dir/}" '
			{ sub(/\.o$/, "", file) }
			$2 ~ /^[TDBRCVW]$/ { print "D", $3, file }
			$1 == "U" { print "U", $2, file }'
	done >"$scratch/symbols"
	# the linker takes either one from a library, silently
	awk '$1 == "D" { if (($2 in place) && place[$2] != $3) print $2 " in " place[$2] " and " $3; place[$2] = $3 }' \
		"$scratch/symbols" >"$out"
	[ ! -s "$out" ] || fail 'names that two files define'
	awk -v table=$table '
	function folder(path) {
		sub(/\/[^\/]*$/, "", path)
		return path
	}
	BEGIN {
		while ((getline line < table) > 0)
			if (split(line, word, " ") > 1 && word[1] == "table")
				free[word[2]]
	}
	NR == FNR { if ($1 == "D") place[$2] = $3; next }
	$1 == "U" && ($2 in place) {
		to = place[$2]
		if (to != $3 && folder(to) == folder($3) && !($3 in free) && !seen[$3, to]++)
			print $3, to
	}' "$scratch/symbols" "$scratch/symbols" >"$scratch/needs"
	[ "$(wc -l <"$scratch/needs")" -gt 100 ] || fail 'too few needs were found'
	tsort "$scratch/needs" 2>&1 >/dev/null | sed -n 's/^tsort: //p' | grep -v 'input contains a loop' >"$out"
	[ ! -s "$out" ] || fail 'files that need each other, directly or through others'

	note 'files that core/LAYERS keeps apart from a folder call none of its functions'
	awk -v table=$table '
	BEGIN {
		while ((getline line < table) > 0)
			if (split(line, word, " ") > 2 && word[1] == "apart")
				apart[word[2]] = word[3] "/"
	}
	NR == FNR { if ($1 == "D") place[$2] = $3; next }
	{ seen[$3] }
	$1 == "U" && ($3 in apart) && index(place[$2], apart[$3]) == 1 { print $3 " calls " $2 " of " place[$2] }
	END { for (file in apart) if (!(file in seen)) print file " is not there" }' \
		"$scratch/symbols" "$scratch/symbols" >"$out"
	[ ! -s "$out" ] || fail 'calls from files that are kept apart'

	note 'kernels are called through the table of a device'
	awk -v table=$table '
	BEGIN {
		while ((getline line < table) > 0)
			if (split(line, word, " ") > 1 && word[1] == "kernels")
				lists[word[2]]
	}
	NR == FNR {
		if ($1 == "D" && $3 ~ /^core\/tensor\/kernels\//)
			place[$2] = $3
		else if ($1 == "U" && ($3 in lists))
			listed[$2]
		next
	}
	$1 == "U" && ($2 in place) && ($2 in listed) {
		n++
		if ($3 !~ /^core\/tensor\//)
			print $3 " calls " $2 " of " place[$2]
	}
	END { if (n < 40) print "too few kernels were found" }' "$scratch/symbols" "$scratch/symbols" >"$out"
	[ ! -s "$out" ] || fail 'kernels that are called directly'
fi

note 'no mutable globals'
build=$(dirname "$SSL")
if ! command -v objdump >/dev/null; then
	note 'no objdump: not checked'
elif grep -q 'fsanitize' "$build/generated/build_info.h"; then
	note 'not checked: the sanitizers add globals, so only the release build is checked'
else
	awk '$1 == "global" { print $3 }' $table >"$scratch/allowed"
	objects | while read -r object; do
		# constants with pointers are in .data.rel.ro; O marks an object
		objdump -t "$object" | awk -v file="${object#*.dir/}" '
			$0 ~ / O (\.t?data|\.t?bss|\*COM\*)/ && $0 !~ / O \.data\.rel\.ro/ {
				sub(/\.[0-9]+$/, "", $NF)
				print file, $NF
			}'
	done | awk 'NR == FNR { allowed[$1]; next } !($2 in allowed) { sub(/\.o$/, "", $1); print $1 ": " $2 }' \
		"$scratch/allowed" - >"$out"
	[ ! -s "$out" ] || fail 'mutable data that core/LAYERS does not list'
fi
