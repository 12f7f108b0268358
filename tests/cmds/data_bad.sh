#!/bin/sh
# `ssl data add` of bad input: one line that names file and entry, the right exit code, and nothing recorded or left.
. "$(dirname "$0")/lib.sh"

bytes()
{
	head -c "$1" /dev/zero | tr '\0' "\\$2"
}

# record LABEL (octal): a CIFAR-10 record that does not compress to nothing
record()
{
	printf "\\$1"
	awk -v seed="$1" 'BEGIN { for (i = 0; i < 512; i++) printf "%06d", (i * 7919 + seed * 104729) % 999983 }'
}

# be32 N: four bytes
be32()
{
	printf "\\$(printf %03o $(($1 >> 24 & 255)))\\$(printf %03o $(($1 >> 16 & 255)))"
	printf "\\$(printf %03o $(($1 >> 8 & 255)))\\$(printf %03o $(($1 & 255)))"
}

# images N H W BYTES, labels N BYTES: IDX files
images()
{
	printf '\0\0\010\003'
	be32 "$1" && be32 "$2" && be32 "$3"
	bytes "$4" 005
}
labels()
{
	printf '\0\0\010\001'
	be32 "$1"
	bytes "$2" 003
}

# png BASE64-BODY
png()
{
	printf 'iVBORw0KGgoAAAANSUhEUgA%s' "$1" | base64 -d
}

# refused CODE REGEX PATH [OPTION...]: one line, and no file is left (rows, which would stay, are counted at the end)
refused()
{
	refused_code=$1
	refused_why=$2
	shift 2
	fails "$refused_code" "$refused_why" "$SSL" data add bad "$@"
	[ -z "$(find .ssl/objects -type f ! -name store)" ] || fail 'a file was left in the store'
}

# flip FILE OFFSET: another byte there
flip()
{
	flip_old=$(od -An -tu1 -j"$2" -N1 "$1" | tr -d ' ')
	printf "\\$(printf %03o $((flip_old ^ 85)))" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

ok ssl init
mkdir good
for i in 1 2 3; do record "00$i" >good/data_batch_$i.bin; done
tar cf good.tar -C good data_batch_1.bin data_batch_2.bin data_batch_3.bin
gzip -k good.tar
archives='good.tar.gz'
command -v zstd >/dev/null && zstd -q --check good.tar && archives="$archives good.tar.zst"
command -v xz >/dev/null && xz -k good.tar && archives="$archives good.tar.xz"
command -v bzip2 >/dev/null && bzip2 -k good.tar && archives="$archives good.tar.bz2"
command -v zip >/dev/null && (cd good && zip -q ../good.zip *.bin) && archives="$archives good.zip"

note 'truncated archives, wherever they are cut'
for a in $archives; do
	n=$(wc -c <"$a")
	for cut in $((n - 1)) $((n * 2 / 3)) $((n / 3)); do
		head -c "$cut" "$a" >"cut-$a"
		refused 6 'truncated|corrupt|checksum' "cut-$a"
	done
done
for cut in 700 2048 4096 8192; do # inside a file, inside its padding, between two files (512 + 3073 bytes a file)
	head -c "$cut" good.tar >cut.tar
	refused 6 'truncated' cut.tar
done
head -c 100 good.tar >cut.tar
refused 6 'truncated' cut.tar

note 'corrupt archives: flipped bytes'
for a in $archives; do
	n=$(wc -c <"$a")
	for at in 1500 $((n / 2)); do
		cp "$a" "bad-$a"
		flip "bad-$a" "$at"
		refused 6 'corrupt|checksum' "bad-$a"
	done
done
cp good.tar.gz bad.tar.gz
flip bad.tar.gz $(($(wc -c <good.tar.gz) - 6)) # the checksum itself
refused 6 'checksum' bad.tar.gz
cp good.tar bad.tar
flip bad.tar 5 # a header
refused 6 'corrupt' bad.tar
for a in $archives; do
	{ cat "$a"; printf 'more'; } >"bad-$a"
	refused 6 'corrupt|more|not|missing|checksum|damaged' "bad-$a"
done
cp good/data_batch_1.bin data_batch_1.bin.bz2
refused 6 'not compressed, although its name ends in .bz2' data_batch_1.bin.bz2
rm data_batch_1.bin.bz2

note 'records'
mkdir r
head -c 3000 good/data_batch_1.bin >r/data_batch_1.bin
refused 6 'data_batch_1.bin: truncated or not CIFAR-10' r
{ record 1; record 2; printf x; } >r/data_batch_1.bin
refused 6 'data_batch_1.bin: truncated or not CIFAR-10: 2 records' r
{ record 001; record 012; } >r/data_batch_1.bin
refused 6 'data_batch_1.bin: record 1: label 10 is out of range: 0 to 9' r
: >r/data_batch_1.bin
refused 2 'empty' r
rm r/*
bytes 3073 000 >r/train.bin
refused 6 'train.bin: truncated or not CIFAR-100' r
{ printf '\0\144'; bytes 3072 000; } >r/train.bin
refused 6 'label 100 is out of range: 0 to 99' r
rm r/*
record 1 >r/data_batch_1.bin
printf 'cat\ndog\n' >r/batches.meta.txt
refused 6 'batches.meta.txt: 2 class names, not 10' r
bytes 100000 141 >r/batches.meta.txt
refused 6 'batches.meta.txt: larger than 64 kB' r
rm r/*
: >r/data_batch_1
refused 2 'the Python version of CIFAR-10 is not supported: use the binary one' r

note 'IDX: magic, counts, sizes'
mkdir x
idx()
{
	rm -f x/*
	images "$@" >x/train-images-idx3-ubyte
	labels 2 2 >x/train-labels-idx1-ubyte
}
idx 2 2 2 7 && refused 6 'truncated: it should hold 2 images, but holds 1' x
idx 2 2 2 9 && refused 6 'longer than its header says' x
idx 3 2 2 12 && refused 6 '3 images in .*, but 2 labels' x
idx 1 2 2 4 && refused 6 '1 images in .*, but 2 labels' x
idx 2 0 2 0 && refused 6 'impossible image size 2 x 0' x
idx 2 65536 65536 8 && refused 6 'impossible image size 65536 x 65536' x
idx 4294967295 4096 4096 8 && refused 6 'truncated: it should hold 4294967295 images' x
idx 4294967295 1 1 8 && refused 6 'truncated: it should hold 4294967295 images, but holds 8' x
idx 2 2 2 8 && labels 2 1 >x/train-labels-idx1-ubyte && refused 6 'truncated: it should hold 2 labels, but holds 1' x
labels 2 3 >x/train-labels-idx1-ubyte && refused 6 'too long: it should hold 2 labels' x
labels 4294967295 2 >x/train-labels-idx1-ubyte && refused 6 'truncated: it should hold 4294967295 labels' x
printf '\0\0\010\001\0\0\0\002\012\001' >x/train-labels-idx1-ubyte && refused 6 'label 0 is 10, out of range' x
printf '\0\0\010\003\0\0\0\002\001\001' >x/train-labels-idx1-ubyte && refused 6 'not an IDX file' x
printf '\0\0\010' >x/train-labels-idx1-ubyte && refused 6 'train-labels-idx1-ubyte: truncated' x
rm x/train-labels-idx1-ubyte && refused 2 'its file of labels is missing' x
refused 2 'its file of labels is missing' x/train-images-idx3-ubyte
idx 2 2 2 8 && labels 8 8 >x/train-images-idx3-ubyte && refused 6 'not an IDX file' x
idx 0 2 2 0 && labels 0 0 >x/train-labels-idx1-ubyte && refused 2 'empty' x
idx 2 2 2 8 && gzip -c x/train-images-idx3-ubyte >x/train-images-idx3-ubyte.gz && refused 6 'a second such file' x

note 'STL-10: labels and images'
mkdir s
bytes 27648 001 >s/train_X.bin
refused 2 'train_y.bin is missing' s
printf '\001\002' >s/train_y.bin && refused 6 '1 images in train_X.bin, but 2 labels' s
printf '\0' >s/train_y.bin && refused 6 'label 0 is 0, out of range: 1 to 10' s
printf '\013' >s/train_y.bin && refused 6 'label 0 is 11, out of range: 1 to 10' s
printf '\001' >s/train_y.bin && bytes 27647 001 >s/train_X.bin && refused 6 'truncated or not STL-10' s

note 'image folders'
mkdir -p f/train/cat f/train/dog f/test/cat
small=AAAIAAAACCAIAAAD91JpzAAAAE0lEQVR42mP4z8DAAMIM/7lE5AAaWAM64pJu2QAAAABJRU5ErkJggg==
png "$small" >f/train/cat/a.png
png "$small" >f/train/dog/b.png
echo 'this is text' >f/train/dog/c.jpg
refused 6 'train/dog/c.jpg: of no image format that is read' f
: >f/train/dog/c.jpg
refused 6 'train/dog/c.jpg: empty' f
rm f/train/dog/c.jpg
head -c 60 f/train/cat/a.png >f/train/dog/c.png
refused 6 'train/dog/c.png: (does not decode|not a PNG)' f
cp f/train/cat/a.png f/train/dog/c.png && flip f/train/dog/c.png 45
refused 6 'train/dog/c.png: does not decode' f
png BhqAAAYagCAIAAAAnMJyfAAAAEUlEQVR4nGNgGAWjYBQMdwAAA+gAAbOm00YAAAAASUVORK5CYII= >f/train/dog/c.png
refused 6 'train/dog/c.png: not a PNG that can be read' f
png APoAAAD6ACAIAAADOHEiJAAAAEUlEQVR4nGNgGAWjYBQMdwAAA+gAAbOm00YAAAAASUVORK5CYII= >f/train/dog/c.png
refused 6 'train/dog/c.png: too large: 16000 x 16000 pixels' f
refused 6 'train/dog/c.png: too large: 16000 x 16000 pixels' --size 8 f
base64 -d >f/train/dog/c.png <<'END'
/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYF
BgYGBwkIBgcJBwYGCAsICQoKCgoKBggLDAsKDAkKCgr/wAALCAAIAAgBAREA/8QAFAABAAAAAAAA
AAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8ASB//2Q==
END
refused 2 'images of different sizes: .* give --size' f
head -c 120 f/train/dog/c.png >f/train/dog/d.jpg
refused 6 'train/dog/d.jpg: (does not decode|not a JPEG)' --size 8 f
rm f/train/dog/[cd].*
png "$small" >f/test/cat/a.png
mkdir f/test/cow && png "$small" >f/test/cow/a.png
refused 6 'class cow has test images but none in train' f
mv f/test/cow/a.png f/test/a.png
refused 2 'in test/ 1 image \(test/a.png\) lies beside 1 folder \(cat/\)' f
mv f/test/a.png f/a.png
refused 2 '1 image \(a.png\) beside test/ and train/, in no split' f
rm f/a.png
mkdir "f/train/new
line" && png "$small" >"f/train/new
line/a.png"
refused 2 'a control character' f
tar cf newline.tar -C f .
refused 2 'a control character' newline.tar
rm -r f/train/new*
tar cf twice.tar -C f train && tar rf twice.tar -C f train
refused 6 'occurs twice' twice.tar
: >f/data_batch_1.bin
refused 2 'holds two kinds of dataset' f
rm f/data_batch_1.bin

note 'paths that lead out of the folder, and links'
tar cPf up.tar --transform='s,^,../,' -C f train
refused 2 "unsafe path in the archive: '\.\./train.*'\.\.' leads out" up.tar
tar cPf up.tar --transform='s,^train,train/../../x,' -C f train
refused 2 "unsafe path" up.tar
tar cPf abs.tar "$PWD/f/train"
refused 2 'unsafe path in the archive: .*: it is absolute' abs.tar
tar cPf back.tar --transform='s,^train/,train\\,' -C f train
refused 2 'unsafe path in the archive: .*: it has a backslash' back.tar
tar cPf drive.tar --transform='s,^,c:/,' -C f train
refused 2 'unsafe path in the archive: .*: it has a drive letter' drive.tar
ln -s ../cat/a.png f/train/dog/link.png
tar cf link.tar -C f train
refused 2 'link.png: a link' link.tar
rm f/train/dog/link.png && ln f/train/cat/a.png f/train/dog/link.png
tar cf link.tar -C f train
refused 2 'link.png|a.png: a link' link.tar
rm f/train/dog/link.png
ln -s .. f/train/loop
refused 2 'a link back to a folder it lies in' f
rm f/train/loop

note 'nothing there'
mkdir -p e/train/cat
refused 2 'no dataset in it' e
tar cf e.tar e
refused 2 'no dataset in it' e.tar
: >e.bin
refused 2 'no dataset in it' e.bin
refused 2 'no/such: No such file' no/such
ln -s nowhere dangling
refused 2 'dangling: No such file' dangling
mkfifo pipe
refused 2 'pipe: neither a file nor a folder' pipe
refused 2 '/dev/null: neither a file nor a folder' /dev/null
fails 2 "dataset name" "$SSL" data add ../up f

note 'of all these nothing was recorded; the good ones are good'
same "$(ssl sql --format csv 'SELECT (SELECT count(*) FROM dataset), (SELECT count(*) FROM object)' | tail -1)" 0,0
ok ssl data add cifar good.tar
ok ssl data add folder f
ok ssl data verify
