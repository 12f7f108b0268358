#!/bin/sh
# `ssl data show --plan`: the plan of an image is the one that training draws: it depends on the seed, the epoch, the
# image, the view and the settings alone; people get a table of operations, programs a row per view.
. "$(dirname "$0")/lib.sh"

ok ssl init
ok ssl data add tiny --shapes --train 16 --test 4

# plan OPTION...: the plan for programs
plan()
{
	"$SSL" data show --plan --csv "$@" tiny
}

note 'a table of operations in their order, with both views'
ok ssl data show --plan tiny
out_has '^image +0 of tiny, class 0: [a-z]+$'
out_has '^drawn +for epoch 1, seed 1, method vicreg, augment.preset cifar$'
out_has '^operation +view a +view b$'
same "$(sed '1,4d' "$out" | cut -c1-9 | tr -d ' ' | tr '\n' ' ')" \
	'crop resize flip rotate jitter1 jitter2 jitter3 jitter4 gray blur solarize '
out_has '^crop +[0-9]+x[0-9]+ at x [0-9]+, y [0-9]+ '
out_has '^resize +to 32x32 +to 32x32$'
out_has '^rotate +- +-$'
ok ssl data show --plan --view b tiny
out_has '^operation +view b$'
ok ssl data show --plan --format md tiny
out_has '^\| crop '

note 'a row per view for programs, the same as for people'
ok ssl data show --plan --json --set augment.preset=byol --image 3 tiny
same "$(grep -c '"image": 3, "epoch": 1, "seed": 1, "view": "[ab]", "top": [0-9]*, ' "$out")" 2
out_has '"view": "a".*"blur": [0-9.]+, "solarize": null'
same "$(plan | sed -n 1p)" "image,epoch,seed,view,top,left,height,width,out_height,out_width,flip,rotate,jitter,\
brightness,contrast,saturation,hue,gray,blur,solarize"
ok ssl data show --plan --csv --set augment.jitter_p=1 --view a tiny
out_has '^0,1,1,a,.*,"[a-z]+,[a-z]+,[a-z]+,[a-z]+",[0-9.]+,[0-9.]+,[0-9.]+,-?[0-9.]+,'
ok ssl data show --plan --csv --set augment.preset=none --set augment.size=24 tiny
out_has '^0,1,1,a,0,0,32,32,24,24,0,,,,,,,0,,$'
ok ssl data show --plan --set augment.preset=none tiny
out_has '^crop +32x32, all +32x32, all$'

note 'it depends on the seed, the epoch, the image and the view'
plan >"$scratch/plain"
plan | cmp -s - "$scratch/plain" || fail 'two plans of the same image differ'
for other in '--seed 2' '--epoch 2' '--image 1' '--set augment.hue=0.2'; do
	# shellcheck disable=SC2086 # two words
	plan $other | cut -d, -f4- >"$scratch/other"
	cut -d, -f4- "$scratch/plain" | cmp -s - "$scratch/other" && fail "$other does not change the plan"
done
same "$(plan --view a)" "$(sed 3d "$scratch/plain")"
same "$(plan --set method=byol --set augment.preset=cifar)" "$(cat "$scratch/plain")"
[ "$(plan --image 1 --set method=supervised --set augment.preset=cifar)" != "$(plan --image 1 --view a)" ] ||
	fail 'the number of views does not change the plan'
same "$(plan --image 0 --set method=supervised | wc -l | tr -d ' ')" 2

note 'a recipe gives the settings; NAME the dataset'
printf 'method: simclr\nseed: 7\ndata.set: other\naugment.preset: digits\n' >r.yaml
ok ssl data show --plan tiny r.yaml
out_has '^drawn +for epoch 1, seed 7, method simclr, augment.preset digits$'
ok ssl data show --plan --seed 8 tiny r.yaml
out_has 'seed 8, '

note 'images without labels come after those of train'
mkdir -p u/train/a u/train/b u/unlabeled
for i in 1 2 3; do
	printf 'P6 2 2 255\n%012d' $i | tee "u/train/a/$i.ppm" "u/train/b/$i.ppm" >"u/unlabeled/$i.ppm"
done
ok ssl data add half u
ok ssl data show --plan --image 8 half
out_has '^image +8 of half, without a label$'
fails 2 '--image 9: the images of half to train on are 0 to 8$' "$SSL" data show --plan --image 9 half
fails 2 '--image 8: the images of half to train on are 0 to 5$' "$SSL" data show --plan --image 8 \
	--set method=supervised half

note 'usage errors'
fails 2 'data show --plan: missing argument NAME; usage: ssl data show --plan ' "$SSL" data show --plan
fails 2 "data show --plan: unexpected argument 'c'" "$SSL" data show --plan tiny r.yaml c
fails 2 "--view: 'c' is not a or b" "$SSL" data show --plan --view c tiny
fails 2 '--view b: method supervised has one view' "$SSL" data show --plan --view b --set method=supervised tiny
fails 2 'method random trains nothing' "$SSL" data show --plan --set method=random tiny
fails 2 '--epoch: 0 is out of range' "$SSL" data show --plan --epoch 0 tiny
fails 2 '--set augment.crop_p=2: ' "$SSL" data show --plan --set augment.crop_p=2 tiny
fails 2 'data ls: --plan goes with show' "$SSL" data ls --plan
fails 2 'data show: --image, --epoch, --view and --set go with show --plan' "$SSL" data show --image 3 tiny
fails 2 'data show: --seed goes with add --shapes and show --plan' "$SSL" data show --seed 3 tiny
fails 2 '--seed: -1 is out of range: from 0 to 9007199254740991$' "$SSL" data show --plan --seed -1 tiny
fails 3 'dataset nosuch' "$SSL" data show --plan nosuch
