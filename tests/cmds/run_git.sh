#!/bin/sh
# `ssl run` and the user's git repository: nothing that its configuration names is started, an answer that is an
# error is not recorded as one, and what git cannot tell is unknown.
. "$(dirname "$0")/lib.sh"

command -v git >/dev/null || skip 'needs git'

n=0
# recorded COMMIT DIRTY: what a run records now
recorded()
{
	n=$((n + 1))
	ok ssl run -q -m random -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set optim.batch=32 --seed $n
	same "$(value "select user_commit || '|' || coalesce(user_dirty, 'unknown') from v_run order by id desc limit 1")" "$1|$2"
	[ ! -e "$scratch/PWNED" ] || fail 'a program that the repository names was run'
}
g()
{
	git -c user.name=a -c user.email=a@b "$@"
}
pwn="$scratch/m.sh"
printf '#!/bin/sh\necho run >>%s\ncat\n' "$scratch/PWNED" >"$pwn"
chmod +x "$pwn"

ok ssl init
ok ssl data add --shapes --train 64 --test 32 tiny

note 'no repository, and one without a commit'
recorded '' 0
g init -q .
recorded '' unknown

note 'clean, changed, staged'
echo one >f
echo '*.dat filter=own' >.gitattributes
g add f .gitattributes && g commit -qm x
head=$(git rev-parse HEAD)
recorded "$head" 0
echo two >>f
recorded "$head" 1
g add f
recorded "$head" 1
g commit -qm y
head=$(git rev-parse HEAD)
mkdir sub && cd sub || exit 1
recorded "$head" 0
cd .. || exit 1

note 'no monitor, hook or filter is started'
git config core.fsmonitor "$pwn"
git config core.hooksPath "$scratch"
cp "$pwn" "$scratch/post-index-change"
touch f
recorded "$head" 0
echo data >a.dat
g -c core.fsmonitor=false -c core.hooksPath=/dev/null add a.dat
g -c core.fsmonitor=false -c core.hooksPath=/dev/null commit -qm z
head=$(git rev-parse HEAD)
git config filter.own.clean "$pwn"
git config filter.own.process "$pwn"
git config filter.own.required true
sleep 0.01
echo data2 >a.dat
recorded "$head" unknown
cd sub || exit 1
recorded "$head" unknown
cd .. || exit 1
echo three >>f
g -c core.fsmonitor=false -c core.hooksPath=/dev/null -c filter.own.process= -c filter.own.clean= -c filter.own.required=false add f
recorded "$head" 1
ok ssl show @
out_has "your commit +$head with uncommitted changes"

note 'a git that fails, says odd things, or is missing'
mkdir "$scratch/bin"
fake()
{
	printf '#!/bin/sh\n%s\n' "$1" >"$scratch/bin/git"
	chmod +x "$scratch/bin/git"
}
real=$PATH
PATH=$scratch/bin:$PATH
for words in 'echo HEAD; exit 128' 'echo fatal: dubious ownership; exit 0' "printf '\\n%s' $head" "printf '\\n%s\\n' $head; kill -9 \$\$" 'yes' 'exit 0'; do
	fake "$words"
	recorded '' unknown
done
fake "case \"\$*\" in *rev-parse*) printf '\\n%s\\n' $head;; *) echo ' M f'; exit 128;; esac"
recorded "$head" unknown
ok ssl show @
out_has "your commit +$head .uncommitted changes: unknown"
PATH=$scratch/none
recorded2=$("$SSL" run -q -m random -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set optim.batch=32 --seed 99 2>&1) || {
	PATH=$real
	fail "without git: $recorded2"
}
PATH=$real
same "$(value "select user_commit || '|' || coalesce(user_dirty, 'unknown') from v_run order by id desc limit 1")" '|unknown'
