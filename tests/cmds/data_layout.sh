#!/bin/sh
# `ssl data add` of image folders as they are downloaded: which file is in which split and class.
. "$(dirname "$0")/lib.sh"

# img FILE ...: an image at each
img()
{
	for file; do
		mkdir -p "$(dirname "$file")"
		echo iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR42mM4wSWHFTEMLQkAnKE8AUst9pMAAAAASUVORK5CYII= |
			base64 -d >"$file"
	done
}

ok ssl init

note 'a validation split of its own beside a test split; without one, val/ is the test split'
img v/train/cat/1.png v/train/dog/1.png v/val/cat/1.png v/val/cat/2.png v/val/dog/1.png v/test/dog/1.png
ok ssl data add v v
err_has 'v: added: 2 train, 3 val, 1 test, 0 unlabeled images of 8x8x3, 2 classes'
ok ssl data show v
out_has '^val +3$'
ok ssl data show v --format csv
out_has '^class,name,train,test,val$'
out_has '^0,cat,1,0,2$'
ok ssl data ls --json
out_has '"val": ?3'
same "$(value "select n_train, n_val, n_test, skipped from dataset where name = 'v'")" '2,3,1,[]'
ok ssl data verify v
rm -r v/test
ok ssl data add w v
err_has 'w: added: 2 train, 3 test, 0 unlabeled images'

# plans OPTION... PATH: the images of each split and class that -n prints, as "split/class n" joined by commas, in $plan
plans()
{
	ok ssl data add -n t "$@" --format csv
	plan=$(sed 1d "$out" | awk -F, '{ gsub(/"/, ""); print $1 "/" $2 " " $4 }' | paste -sd, -)
}

# adds OPTION... PATH: the same; and the dataset has as many of each. A tar and a zip of it give the same dataset
adds()
{
	plans "$@"
	for path; do :; done
	ok ssl data add t "$@"
	cp "$err" "$scratch/added"
	same "$(value "select n_train || ',' || n_val || ',' || n_test || ',' || n_unlabeled from dataset where name = 't'")" \
		"\"$(echo "$plan" | tr , '\n' | awk '{ split($0, a, "/"); n[a[1]] += $NF }
			END { printf "%d,%d,%d,%d", n["train"], n["val"], n["test"], n["unlabeled"] }')\""
	first=$(value "select sha256 from dataset where name = 't'")
	if [ -d "$path" ]; then
		set -- $(for word; do [ "$word" = "$path" ] || echo "$word"; done)
		tar cf "$scratch/t.tar" -C "$path" .
		ok ssl data add t "$@" "$scratch/t.tar"
		if command -v zip >/dev/null; then
			rm -f "$scratch/t.zip"
			(cd "$path" && zip -qr "$scratch/t.zip" .)
			ok ssl data add t "$@" "$scratch/t.zip"
		fi
	fi
	same "$(value "select sha256 from dataset where name = 't'")" "$first"
	ok ssl data rm t
	cp "$scratch/added" "$err"
}

# refused REGEX OPTION... PATH: a usage error, the same with -n
refused()
{
	why=$1
	shift
	fails 2 "$why" "$SSL" data add -q t "$@"
	fails 2 "$why" "$SSL" data add -q -n t "$@"
}

both='train/apple 1,train/pear 1,test/apple 1,test/pear 1'
# pair TRAIN TEST: class folders below both
pair()
{
	img "$1/apple/1.png" "$1/pear/1.png" "$2/apple/1.png" "$2/pear/1.png"
}

note 'splits by the usual words, in any case, below wrapping folders, as parts of names'
i=0
for words in 'Training Test' 'TRAIN TEST' 'train eval' 'train valid' 'Train Validation' 'train dev' 'training testing' \
	'seg_train/seg_train seg_test/seg_test' 'train_images test_images' 'images/train images/val' \
	'archive/data/v1.2/train archive/data/v1.2/test' 'fruits-360_100x100/fruits-360/Training fruits-360_100x100/fruits-360/Test' \
	'train2017 val2017' 'DIV_train_HR DIV_valid_HR' 'trainSet testSet' 'training_set/training_set test_set/test_set' \
	'train/images test/images' 'train/pets test/pets' 'dev/train dev/test' 'train/train train/test'; do
	i=$((i + 1))
	pair "w$i/${words% *}" "w$i/${words#* }"
	plans "w$i"
	same "$words: $plan" "$words: $both"
done

note 'a validation split beside a test split; unlabeled images beside splits or classes; classes in one split only'
img k/train/apple/1.png k/train/pear/1.png k/dev/apple/1.png k/Test/apple/1.png k/unlabelled/a/1.png k/unlabelled/2.png
adds k
same "$plan" 'train/apple 1,train/pear 1,val/apple 1,test/apple 1,unlabeled/ 2'
err_has '1 of 2 classes have train images but no test images: pear'
img i/seg_train/seg_train/apple/1.png i/seg_test/seg_test/apple/1.png i/seg_pred/seg_pred/1.jpg i/seg_pred/seg_pred/2.jpg
adds i
same "$plan" 'train/apple 1,test/apple 1,unlabeled/ 2'
img u/cat/1.png u/dog/1.png u/unlabeled/1.png
adds u
same "$plan" 'train/cat 1,train/dog 1,unlabeled/ 1'

note 'all of it without labels, whatever its folders are: --split .=unlabeled'
img ph/1.png ph/2.png ph/holiday/3.png ph/holiday/train/4.png ph/2024/5.png
refused "2 images .* beside 2 folders .*--split '.'=unlabeled uses all" ph
adds --split .=unlabeled ph
same "$plan" 'unlabeled/ 5'
adds --split 2024=train --split .=unlabeled ph
same "$plan" 'unlabeled/ 5'
img dot/train/1.png dot/test/2.png
adds --split .=train dot
same "$plan" 'train/test 1,train/train 1'
refused 'no images' --split .=train --split test=test dot
img mx/train/1.png mx/train/cat/2.png mx/test/cat/3.png
refused "in train/ 1 image .* beside 1 folder .*--split 'train'=unlabeled" mx

note 'a class may be called like a split, below the splits or among other classes'
pair c/train c/test
img c/train/train/1.png c/test/train/1.png c/train/dev/1.png
adds c
same "$plan" 'train/apple 1,train/dev 1,train/pear 1,train/train 1,test/apple 1,test/pear 1,test/train 1'
img voc/boat/1.png voc/train/1.png voc/sofa/1.png
plans voc
same "$plan" 'train/boat 1,train/sofa 1,train/train 1'
err_has 'train/ is taken as a class, like the 2 folders beside it'
img st/test_tube/1.png st/train_station/1.png st/cat/1.png
plans st
same "$plan" 'train/cat 1,train/test_tube 1,train/train_station 1'

note 'images in no class folder have no label'
img f/1.png f/2.png && plans f && same "$plan" 'unlabeled/ 2'
img g/x/jpg/1.png && plans g && same "$plan" 'unlabeled/ 1'
img h/train/cat.0.png h/train/dog.0.png h/test1/1.png
adds h
same "$plan" 'unlabeled/ 2'
err_has 'warning: h: test1/: 1 image and no class folders: .* skipped'
plans --split test1=unlabeled h
same "$plan" 'unlabeled/ 3'
img o/train/only/1.png && plans o && same "$plan" 'train/only 1'

note 'classes with folders in them'
img n/train/n01/images/1.png n/train/n02/images/1.png n/train/n02/images/2.png
adds n
same "$plan" 'train/n01 1,train/n02 2'
img d/cat/1.png d/cat/more/2.png d/dog/old/1.png
plans d
same "$plan" 'train/cat 2,train/dog 1'
err_has 'class folders contain folders'
img r/apple/sub1/1.png r/apple/sub2/1.png r/pear/sub1/1.png r/pear/sub2/1.png
refused 'which folders are the classes\? The folders in . \(apple/ and pear/\) hold no .* \(sub1/ and sub2/\)' r
plans --class-depth 1 r
same "$plan" 'train/apple 2,train/pear 2'
plans --class-depth 2 r
same "$plan" 'train/sub1 2,train/sub2 2'
refused 'class-depth 3: apple/sub1/1.png is not in a folder of that depth' --class-depth 3 r
img ver/v2/fruit2/Test/cat/1.png ver/v1/fruit/Train/cat/1.png ver/v1/fruit/Test/cat/1.png ver/v2/fruit2/Train/cat/1.png
refused 'which folders are the classes' ver
img part/1/cat/1.png part/1/dog/1.png part/2/cat/1.png
refused 'which folders are the classes' part
img animals/cat/tabby/1.png animals/cat/black/1.png animals/dog/pug/1.png animals/dog/black/1.png
plans animals
same "$plan" 'train/cat 2,train/dog 2'
img q/apple/train/1.png q/apple/test/1.png q/pear/train/1.png
refused 'which folders are the classes\?' q

note 'what can be read in two ways is refused with what was found, and the options settle it'
pair x/train x/test && img x/extra/apple/1.png x/logo.png
refused 'test/ and train/ are splits, but extra/ \(first image: extra/apple/1.png\) is not' --exclude logo.png x
refused '1 image \(logo.png\) beside test/ and train/, in no split' --exclude extra x
plans --exclude extra --exclude logo.png x
same "$plan" "$both"
err_has 'skipped: 2 files by --exclude'
plans --exclude x/none --exclude extra/apple/ --exclude 'l*.png' x
err_has 'warning: x: --exclude x/none: matches no file'
same "$plan" "$both"
adds --split extra=val --exclude logo.png x
same "$plan" 'train/apple 1,train/pear 1,val/apple 1,test/apple 1,test/pear 1'
refused 'no images in a folder of that name' --split nothing=val x
refused 'expected FOLDER=SPLIT' --split extra=some x
refused 'expected FOLDER=SPLIT' --split extra x
img y/train/1.png y/Train/2.png y/test/1.png
img ca/train/1.png ca/train_masks/1.png ca/test/1.png
refused 'test/ and train/ are splits, but train_masks/ .* is not' ca
refused 'Train/ and train/ both look like the train split' y
plans --no-splits y
same "$plan" 'train/Train 1,train/test 1,train/train 1'
img z/trainA/1.png z/trainB/1.png z/testA/1.png z/testB/1.png
refused 'are named like splits, but it is not clear which is which' z
img m/train/cat/1.png m/train/2.png m/train/3.png
refused 'in train/ 2 images \(train/2.png\) lie beside 1 folder \(cat/\)' m
: >m/train/cat/cut.png # the layout of a folder is looked at before its images are decoded
refused 'in train/ 2 images \(train/2.png\) lie beside 1 folder \(cat/\)' m
img s/images/1.png s/masks/1.png
refused 'images/ lies beside other folders with images' s
plans --exclude masks s
same "$plan" 'unlabeled/ 1'
img l/train/cat/1.png l/val/1.png l/val/2.png
refused 'val/ has 2 images \(val/1.png\) and no class folders' l
plans --exclude val l
same "$plan" 'train/cat 1'
plans --split val=unlabeled l
same "$plan" 'train/cat 1,unlabeled/ 2'

mkdir r100 && head -c 3074 /dev/zero >r100/train.bin
refused '--split is for image folders, but this is CIFAR-100' --split a=train r100

note 'labels in a list: Tiny ImageNet'
for i in 1 2; do
	img tiny/t/train/n01/images/$i.png tiny/t/train/n02/images/$i.png tiny/t/val/images/v$i.png tiny/t/test/images/$i.png
	img same/t/train/n01/$i.png same/t/train/n02/$i.png same/t/val/n0$i/v$i.png
done
printf 'v2.png\tn02\t1\t2\t3\t4\nv1.png\tn01\t0\t0\t1\t1\n' >tiny/t/val/val_annotations.txt
adds tiny
same "$plan" 'train/n01 2,train/n02 2,test/n01 1,test/n02 1'
ok ssl data add tiny tiny
ok ssl data add same same
same "$(value "select count(distinct sha256) from dataset where name in ('tiny', 'same')")" 1
img tiny/t/val/images/v3.png
fails 6 't/val/images/v3.png: not in t/val/val_annotations.txt' "$SSL" data add t tiny
printf 'v1.png\nv2.png\tn03' >tiny/t/val/val_annotations.txt
fails 6 'v1.png: not in' "$SSL" data add t tiny
printf 'v1.png\tn\033\nv2.png\tn03\nv3.png\tn' >tiny/t/val/val_annotations.txt
fails 2 'the class of v1.png has a control character' "$SSL" data add t tiny
mkdir list && cp tiny/t/val/val_annotations.txt list
fails 2 'empty: no images in it' "$SSL" data add t list

note 'what is never data is left out and counted, in a folder as in an archive; -n -v names every file'
pair b/train b/test
img b/train/apple/._1.png b/train/.ipynb_checkpoints/1.png b/train/.ipynb_checkpoints/2.png b/__MACOSX/train/1.png \
	b/train/apple/1.png~ 'b/train/apple/#1.png#' b/train/pear/1.png.bak b/train/pear/.1.png.swp b/test/Thumbs.db b/@eaDir/1.png
echo >"b/Icon$(printf '\r')"
echo readme >b/readme.html
adds b
same "$plan" "$both"
err_has 'b: skipped: 10 hidden files, backups and system files, 1 other file$'
ok ssl data add -n t "$scratch/t.tar"
err_has 't.tar: skipped: 10 hidden files, backups and system files, 1 other file$'
ok ssl data add -n -v t b --format csv
out_has '^train/pear/1.png,train,pear,1$'
same "$(wc -l <"$out" | tr -d ' ')" 5

note '-n needs no right to write; it knows a name that is taken'
ok ssl data add t b
fails 2 'the name is taken by other content' "$SSL" data add -q -n t st
ok ssl data add -n t b
ok ssl data add -n -f t k
same "$(value "select n_val from dataset where name = 't'")" 0
if [ "$(id -u)" != 0 ]; then
	chmod -R a-w .ssl
	ok ssl data add -n new k
	chmod -R u+w .ssl
	chmod 0 b/test
	fails 6 'b/test: Permission denied' "$SSL" data add new b
	chmod 755 b/test
fi

note 'links are followed; one that leads nowhere is an error; names are shown so that a terminal acts on nothing'
mkdir ln && ln -s ../b/train ln/train && ln -s ../b/test ln/test
ok ssl data add ln ln
same "$(value "select count(distinct sha256) from dataset where name in ('t', 'ln')")" 1
ln -s ../nowhere ln/val
fails 6 'ln/val: No such file' "$SSL" data add -q other ln
img "e/train/a$(printf '\033')[31m/1.png"
fails 2 "unsafe name: 'train/a.x1b\[31m/1.png'" "$SSL" data add other e
