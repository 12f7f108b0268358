#!/bin/sh
# `ssl data add` of a folder with images that cannot be read: all of them are reported in one pass and nothing is
# recorded; --skip-bad leaves them out, up to a limit, and says and records which.
. "$(dirname "$0")/lib.sh"

# img FILE ...: an image at each
img()
{
	for file; do
		mkdir -p "$(dirname "$file")"
		echo iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR42mM4wSWHFTEMLQkAnKE8AUst9pMAAAAASUVORK5CYII= | base64 -d >"$file"
	done
}

# reported N: how many files the last stderr names as bad
reported()
{
	same "$(grep -c 'warning: [ab]/[0-9]*\.png: ' "$err")" "$1"
}

ok ssl init
for i in 01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20; do
	img "d/a/$i.png" "d/b/$i.png"
done
cp -r d clean
for i in 01 02 03 04 05 06 07 08 09 10 11; do
	head -c 60 clean/a/02.png >"d/b/$i.png"
	rm "clean/b/$i.png"
done
: >d/a/20.png
rm clean/a/20.png

note 'all are counted, the first ten named, with -v all; nothing is recorded'
code 6 ssl data add x d
reported 10
same "$(wc -l <"$err" | tr -d ' ')" 11
err_has '^ssl: warning: a/20.png: empty$'
err_has '^ssl: d: 12 of 40 image files cannot be read \(the first are listed above, all of them with -v\): use --skip-bad'
code 6 ssl data add -v x d
reported 12
code 6 ssl data add -n x d
reported 10
same "$(value 'select count(*) from dataset')" 0
same "$(find .ssl/objects -type f ! -name store | wc -l | tr -d ' ')" 0

note 'limits'
code 6 ssl data add --skip-bad=11 x d
err_has '12 of 40 image files cannot be read, more than --skip-bad allows'
code 6 ssl data add --skip-bad=29.9% x d
for bad in -1 x 1.5 101% % 5%%; do
	fails 2 "skip-bad: '.*' is neither a number of files nor, with %, a share" "$SSL" data add --skip-bad="$bad" x d
done

note 'left out: the dataset is that of a folder without them; which they were is recorded, and in bundles'
ok ssl data add --skip-bad=12 x d
err_has 'warning: d: 12 of 40 image files cannot be read and are skipped: a/20.png, b/01.png, b/02.png and 9 more'
err_has 'x: added: 28 train'
ok ssl data add clean clean
same "$(value "select count(distinct sha256) from dataset")" 1
ok ssl data add y --skip-bad=30% d
ok ssl data rm y
ok ssl data add y --skip-bad d
ok ssl data show y
out_has '^skipped +12$'
ok ssl data show -v y
out_has '^a/20.png +empty$'
same "$(value "select json_array_length(skipped), json_extract(skipped, '$[0].file') from dataset where name = 'y'")" 12,a/20.png
ok ssl run -q -m barlow -d y --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=8 --set optim.batch=8 \
	--set optim.epochs=1 --set optim.warmup=0 --set eval.every=0 --set 'eval.protocol=[]'
ok ssl export -o runs.tar
mkdir other && ok ssl -C other init && ok ssl -C other import "$PWD/runs.tar"
same "$(ssl -C other sql --format csv 'select json_array_length(skipped) from dataset' | tail -1)" 12

note 'where none is left'
mkdir none && : >none/1.png && : >none/2.png
code 6 ssl data add --skip-bad z none
err_has '^ssl: none: none of its 2 image files can be read$'
