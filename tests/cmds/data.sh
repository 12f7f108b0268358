#!/bin/sh
# `ssl data`: what is imported has the right pixels, labels and names; its hash depends on the images alone, not on
# what they came in; a name is one content; nothing is changed by a dry run; removal and damage are noticed.
. "$(dirname "$0")/lib.sh"

# bytes N OCTAL: N bytes of one value
bytes()
{
	head -c "$1" /dev/zero | tr '\0' "\\$2"
}

# record LABEL R G B (octal): a CIFAR-10 record, each plane flat
record()
{
	printf "\\$1"
	bytes 1024 "$2"
	bytes 1024 "$3"
	bytes 1024 "$4"
}

# hash_of NAME
hash_of()
{
	ssl data ls --format csv | awk -F, -v name="$1" '$1 == name { print $NF }'
}

# pixels NAME FIELD N: the first N bytes of a split's pixels (FIELD: 72 train, 88 test, 104 unlabeled)
pixels()
{
	h=$(hash_of "$1")
	object=.ssl/objects/$(echo "$h" | cut -c1-2)/$(echo "$h" | cut -c3-)
	at=$(od -An -tu8 -j"$2" -N8 "$object" | tr -d ' ')
	od -An -v -tu1 -j"$at" -N"$3" "$object" | tr -s ' \n' ' ' | sed 's/^ //; s/ $//'
}

# objects: how many files the store holds besides its database
objects()
{
	find .ssl/objects -type f | wc -l | tr -d ' '
}

ok ssl init

note 'CIFAR-10: planes become pixels, files keep the order of their numbers, names are read'
mkdir -p c/cifar-10-batches-bin
(
	cd c/cifar-10-batches-bin || exit
	{ record 003 001 002 003; record 011 004 005 006; } >data_batch_1.bin
	record 000 007 010 011 >data_batch_2.bin
	record 005 012 013 014 >test_batch.bin
	printf 'airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n' >batches.meta.txt
	echo '<html>' >readme.html
)
ok ssl data add cifar c
err_has 'cifar: added: 3 train, 1 test, 0 unlabeled images of 32x32x3, 10 classes'
same "$(pixels cifar 72 6)" '1 2 3 1 2 3'
same "$(pixels cifar 88 3)" '10 11 12'
ok ssl data show cifar
out_has '^source  .*/here/c$'
out_has 'train +3$'
ok ssl data show cifar --format csv
out_has '^3,cat,1,0$'
out_has '^5,dog,0,1$'
out_has '^9,truck,1,0$'
ok ssl data ls --format csv
same "$(sed -n 2p "$out" | cut -d, -f1-6)" 'cifar,32x32x3,10,3,1,0'

note 'the same again changes nothing; the name is not free for other content'
before=$(objects)
ok ssl data add cifar c
same "$(objects)" "$before"
fails 2 'dataset cifar: the name is taken by other content' "$SSL" data add cifar --shapes --train 3 --test 1
same "$(objects)" "$before"
ok ssl data add -n other --shapes --train 3 --test 1
err_has 'not added \(dry run\)'
same "$(objects)" "$before"
same "$(ssl data ls --format csv | wc -l | tr -d ' ')" 2
ok ssl data ls
out_has "^name .* bytes "
out_has " [0-9.]* k?B "

note 'whatever the images come in, the dataset is the same to the last bit'
tar cf c.tar -C c .
tar czf c.tar.gz -C c cifar-10-batches-bin
(cd c/cifar-10-batches-bin && tar cf ../../shuffled.tar test_batch.bin batches.meta.txt data_batch_2.bin data_batch_1.bin)
forms='c.tar c.tar.gz shuffled.tar'
command -v xz >/dev/null && xz -k c.tar && forms="$forms c.tar.xz"
command -v zstd >/dev/null && zstd -q c.tar && forms="$forms c.tar.zst"
command -v bzip2 >/dev/null && bzip2 -k c.tar && forms="$forms c.tar.bz2"
command -v zip >/dev/null && (cd c && zip -qr ../c.zip .) && forms="$forms c.zip"
command -v cpio >/dev/null && (cd c && find . | cpio -o --quiet -H newc >../c.cpio) && forms="$forms c.cpio"
for form in $forms; do
	ok ssl data add "x.$form" "$form"
	same "$(hash_of "x.$form")" "$(hash_of cifar)"
done
same "$(objects)" "$before"
mkdir gz && gzip -c c/cifar-10-batches-bin/data_batch_1.bin >gz/data_batch_1.bin.gz &&
	cp c/cifar-10-batches-bin/*meta* c/cifar-10-batches-bin/*_2.bin c/cifar-10-batches-bin/test* gz
ok ssl data add inner gz
same "$(hash_of inner)" "$(hash_of cifar)"

note 'CIFAR-100: the fine label counts'
mkdir h
{ printf '\023\143'; bytes 3072 017; } >h/train.bin
{ printf '\001\007'; bytes 3072 020; } >h/test.bin
ok ssl data add c100 h
ok ssl data show c100 --format csv
out_has '^99,99,1,0$'
out_has '^7,7,0,1$'

note 'IDX: of a pair, or of a folder; gzipped or not'
mkdir m
{ printf '\0\0\010\003\0\0\0\002\0\0\0\002\0\0\0\003'; printf '\001\002\003\004\005\006\007\010\011\012\013\014'; } \
	>m/train-images-idx3-ubyte
printf '\0\0\010\001\0\0\0\002\004\011' >m/train-labels-idx1-ubyte
ok ssl data add pair m/train-images-idx3-ubyte
err_has '2 train, 0 test, 0 unlabeled images of 3x2x1, 10 classes'
same "$(pixels pair 72 12)" '1 2 3 4 5 6 7 8 9 10 11 12'
gzip m/train-images-idx3-ubyte
ok ssl data add pairgz m/train-images-idx3-ubyte.gz
same "$(hash_of pairgz)" "$(hash_of pair)"
ok ssl data add labels m/train-labels-idx1-ubyte
same "$(hash_of labels)" "$(hash_of pair)"
mv m/train-images-idx3-ubyte.gz m/t10k-images-idx3-ubyte.gz
mv m/train-labels-idx1-ubyte m/t10k-labels-idx1-ubyte
ok ssl data add t10k m
err_has 'only test images: they become the train split'
same "$(hash_of t10k)" "$(hash_of pair)"

note 'STL-10: column by column, labels from 1, unlabeled images'
mkdir s
{ bytes 96 001; bytes 9120 002; bytes 9216 003; bytes 9216 004; } >s/train_X.bin
printf '\012' >s/train_y.bin
bytes 27648 005 >s/test_X.bin
printf '\001' >s/test_y.bin
{ bytes 27648 006; bytes 27648 007; } >s/unlabeled_X.bin
ok ssl data add stl s
err_has '1 train, 1 test, 2 unlabeled images of 96x96x3, 10 classes'
same "$(pixels stl 72 6)" '1 3 4 2 3 4'
same "$(pixels stl 104 3)" '6 6 6'
ok ssl data show stl --format csv
out_has '^9,9,1,0$'
out_has '^0,0,0,1$'

note '--size'
ok ssl data add small --size 8 c.tar
err_has 'of 8x8x3'
same "$(pixels small 72 3)" '1 2 3'
fails 2 '--size' "$SSL" data add none --size 0 c.tar
fails 2 '--size' "$SSL" data add none --size 4097 c.tar
fails 2 '--size' "$SSL" data add none --size x c.tar
fails 2 '--size does not go with --shapes' "$SSL" data add none --shapes --size 8

note 'shapes: the same for the same seed'
ok ssl data add a --shapes --train 40 --test 10
ok ssl data add b --shapes --train 40 --test 10 --seed 1
ok ssl data add d --shapes --train 40 --test 10 --seed 2
same "$(hash_of a)" "$(hash_of b)"
[ "$(hash_of a)" != "$(hash_of d)" ] || fail 'another seed gave the same images'

note 'names'
fails 3 'dataset cifr: no such dataset: did you mean cifar\?' "$SSL" data show cifr
fails 3 'dataset cifr: no such dataset: did you mean cifar\?' "$SSL" data rm cifr
fails 3 'dataset cifr: no such dataset: did you mean cifar\?' "$SSL" data verify cifr
fails 3 'dataset shapes: built in, but not made yet' "$SSL" data show shapes
for name in '' -x .x 'a b' a/b ../a "$(printf 'a\nb')"; do
	fails 2 "dataset name|unknown|no such option" "$SSL" data add -- "$name" c.tar
done
fails 2 'dataset name' "$SSL" data add "$(bytes 64 141)" c.tar
fails 2 'data lss: no such command: did you mean ls\?' "$SSL" data lss
fails 2 'data add: missing argument PATH; usage: ssl data add ' "$SSL" data add cifar
fails 2 "data add --shapes: unexpected argument 'c.tar'" "$SSL" data add x --shapes c.tar
fails 2 'go with --shapes' "$SSL" data add x --seed 2 c.tar

note 'damage is reported; adding the data again repairs it'
ok ssl data verify
h=$(hash_of stl)
object=.ssl/objects/$(echo "$h" | cut -c1-2)/$(echo "$h" | cut -c3-)
printf 'X' | dd of="$object" bs=1 seek=40000 conv=notrunc 2>/dev/null
code 5 ssl data verify
out_has 'stl +corrupt'
out_has 'cifar +ok'
err_has '^ssl: dataset stl: corrupt \(1 of [0-9]+ are\)'
ok ssl data add stl s
ok ssl data verify stl
head -c 50000 "$object" >cut && cp cut "$object"
fails 5 'dataset stl: .*not a complete dataset file: truncated' "$SSL" data show stl
rm "$object"
fails 5 'dataset stl: its file is missing' "$SSL" data show stl
ok ssl data add stl s
ok ssl data verify stl

note 'removed: the file goes with the last name; -f replaces'
ok ssl data rm -n stl
ok ssl data show stl
ok ssl data rm stl
[ ! -e "$object" ] || fail 'the file is still there'
fails 3 'dataset stl: no such dataset' "$SSL" data show stl
kept=$(hash_of cifar)
ok ssl data rm cifar
same "$(hash_of x.c.tar)" "$kept"
ok ssl data verify x.c.tar
ok ssl data add -f a h
same "$(hash_of a)" "$(hash_of c100)"
same "$(find .ssl/objects/tmp -type f 2>/dev/null | wc -l | tr -d ' ')" 0

note 'one that a run used stays unless it is forced'
ok ssl run -q -m barlow -d b --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=8 --set optim.batch=20 \
	--set optim.epochs=1 --set eval.every=0
fails 2 'dataset b: 1 runs used it' "$SSL" data rm b
ok ssl data rm -f b
