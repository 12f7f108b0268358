#!/bin/sh
# `ssl data add` of images of every format: what a file is, its content tells. No image file is left out without
# a word: of a format that is not read, broken, or a text that is called .jpg, it is an error and counted.
. "$(dirname "$0")/lib.sh"

images=$SRC/tests/fixtures/images

# put FIXTURE FILE...: a copy at each
put()
{
	put_from=$images/$1
	shift
	for file; do
		mkdir -p "$(dirname "$file")"
		cp "$put_from" "$file"
	done
}

# hash_of NAME
hash_of()
{
	value "select sha256 from dataset where name = '$1'"
}

ok ssl init

note 'a class of each format: none is dropped; the number of each is reported'
put rgb.tif d/a/1.tif d/a/2.TIFF
put bits24.bmp d/b/1.bmp d/b/2.dib
put plain.gif d/c/1.gif d/c/2.GIF
put lossless.webp d/d/1.webp d/d/2.webp
put p6.ppm d/e/1.ppm d/e/2.pnm
put p5.pgm d/f/1.pgm
put p4.pbm d/f/2.pbm
put gamma.png d/g/1.png d/g/2.png
ok ssl data add all d
err_has '^ssl: d: images of several formats: 2 PNG, 2 WebP, 2 TIFF, 2 GIF, 2 BMP, 4 PNM$'
err_has 'all: added: 14 train, .* of 5x3x3, 7 classes$'
ok ssl data add one d/a
! grep -q 'formats' "$err" || fail 'one format is no news'
ok ssl data add -v -f one d/a
err_has '^ssl: d/a: images: 2 TIFF$'

note 'the same from archives, and whatever the files are called'
tar cf d.tar d && gzip -k d.tar
for from in d.tar d.tar.gz; do
	ok ssl data add "from-$from" $from
	same "$(hash_of "from-$from")" "$(hash_of all)"
done
for class in a b c d e f g; do
	mkdir -p "named/$class" "bare/$class"
	for file in d/$class/*; do
		number=$(basename "${file%.*}")
		cp "$file" "named/$class/$number.jpg"
		cp "$file" "bare/$class/$number.HEIC"
	done
done
ok ssl data add named named
same "$(hash_of named)" "$(hash_of all)"
ok ssl data add bare bare
same "$(hash_of bare)" "$(hash_of all)"
put plain.gif bare/c/none && rm bare/c/2.HEIC && mv bare/c/none bare/c/2
ok ssl data add bare bare
same "$(hash_of bare)" "$(hash_of all)"

note 'formats that are not read, and texts, are errors: counted, listed, left out by --skip-bad alone'
mkdir d/h
printf '\0\0\0\030ftypheic\0\0\0\0' >d/h/1.heic
printf '\0\0\0\030ftypavif\0\0\0\0' >d/h/2.AVIF
printf '<svg xmlns="http://www.w3.org/2000/svg"/>' >d/a/logo.svg
printf 'not an image\n' >d/a/text.jpg
printf 'notes\n' >d/a/notes.txt
printf 'a,b\n' >d/a/labels.csv
printf '{}' >d/a/labels.json
: >d/Thumbs.db
code 6 ssl data add bad d
err_has '^ssl: warning: h/1.heic: HEIC, a format that is not read$'
err_has '^ssl: warning: h/2.AVIF: AVIF, a format that is not read$'
err_has '^ssl: warning: a/logo.svg: SVG, a format that is not read$'
err_has '^ssl: warning: a/text.jpg: of no image format that is read$'
err_has '^ssl: d: 4 of 18 image files cannot be read \(listed above\): use --skip-bad to skip them$'
same "$(value "select count(*) from dataset where name = 'bad'")" 0
ok ssl data add --skip-bad bad d
err_has 'warning: d: folders in which no image file can be read: h/ \(2\)$'
err_has 'd: skipped: 1 hidden file, backup or system file, 3 other files$'
same "$(hash_of bad)" "$(hash_of all)"
tar cf bad.tar d
code 6 ssl data add bad2 bad.tar
err_has '4 of 18 image files cannot be read'
ok ssl data add --exclude h --exclude '*.svg' --exclude text.jpg without d
same "$(hash_of without)" "$(hash_of all)"
mkdir -p none/x && cp d/h/1.heic none/x/
fails 6 'none: x/1.heic: HEIC, a format that is not read \(use --skip-bad to skip it\)' "$SSL" data add none none
mkdir -p text/x && echo hi >text/x/1.txt
fails 2 'no images \(JPEG, PNG, WebP, TIFF, GIF, BMP and PNM\)' "$SSL" data add text text

note 'the first of several images, and grey that is cut off, are reported once, with a count'
put animation.png s/x/1.png
put animation.webp s/x/2.webp
put several.gif s/x/3.gif
put pages.tif s/x/4.tif
put grey16.png s/y/1.png
put bits16.tif s/y/2.tif
put grey16-dark.png s/y/3.png
ok ssl data add several s
err_has '^ssl: s: 4 files hold several images \(frames or pages\): the first is used$'
err_has '^ssl: warning: s: 2 grey images have more than 8 bits: values above 255 became 255'
same "$(grep -c 'several images' "$err")" 1

note 'images are turned as their orientation says, before their sizes are compared'
put exif6.jpg t/x/1.jpg
put exif8.jpg t/x/2.jpg
ok ssl data add turned t
err_has 'of 11x17x3'
put exif1.jpg t/x/3.jpg
fails 2 'x/1.jpg is 11 x 17, x/3.jpg is 17 x 11' "$SSL" data add turned2 t
