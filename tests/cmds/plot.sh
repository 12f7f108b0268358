#!/bin/sh
# `ssl plot`: every picture, in every format: SVG is well-formed XML, PNG and PDF whole, hostile names stay text, and the
# same runs give the same bytes.
. "$(dirname "$0")/lib.sh"

command -v sqlite3 >/dev/null || skip 'no sqlite3'
ok ssl init
fails 3 'no run yet' "$SSL" plot curve
ok sqlite3 .ssl/ssl.db ".read $SRC/tests/cmds/runs.sql"

# well_formed FILE: by xmllint where there is one
well_formed()
{
	head -c 4 "$1" | grep -q '<svg' || fail "$1 is no SVG"
	tail -c 7 "$1" | grep -q '</svg>' || fail "$1 is not whole"
	if command -v xmllint >/dev/null; then
		ok xmllint --noout --nonet "$1"
	fi
}

for kind in curve bars heatmap parallel spectrum alignment; do
	note "$kind: SVG, PNG, PDF and text, twice the same"
	for format in svg png pdf txt; do
		ok ssl plot $kind -w 1 --metric knn.top1 -f -o a.$format
		ok env LC_ALL=de_DE.UTF-8 TZ=Asia/Tokyo "$SSL" plot $kind -w 1 --metric knn.top1 -f -o b.$format
		ok cmp a.$format b.$format
		[ -s a.$format ] || fail "a.$format is empty"
	done
	well_formed a.svg
	head -c 8 a.png | od -An -tx1 | grep -q '89 50 4e 47 0d 0a 1a 0a' || fail 'no PNG'
	tail -c 8 a.png | od -An -tx1 | grep -q '49 45 4e 44' || fail 'the PNG is not whole'
	head -c 5 a.pdf | grep -q '%PDF-' || fail 'no PDF'
	tail -c 6 a.pdf | grep -q '%%EOF' || fail 'the PDF is not whole'
	code 1 grep -aq CreationDate a.pdf
	if command -v pdftotext >/dev/null; then
		ok pdftotext a.pdf -
		out_has '[a-z]+[.]?[a-z]'
	fi
	ok ssl plot $kind -w 1 --metric knn.top1 --width 360 -f -o narrow.svg
	well_formed narrow.svg
done

note 'a picture that ssl made is made again without -f, whatever its format was; nothing else is overwritten'
for format in svg png pdf; do
	ok ssl plot bars -w 1 -o again.$format
	cp again.$format before
	ok ssl plot bars -w 1 -o again.$format
	ok cmp before again.$format
	ok cp again.$format renamed
	ok ssl plot bars -w 1 --as svg -o renamed
done
ok ssl plot bars -w 1 -o text.txt
fails 2 'text.txt: exists already: -f overwrites it' "$SSL" plot bars -w 1 -o text.txt
for content in '' 'a photo' '<svg></svg>'; do
	printf '%s' "$content" >other.svg
	fails 2 'other.svg: exists already: -f overwrites it' "$SSL" plot bars -w 1 -o other.svg
	same "$(cat other.svg)" "$content"
done
ln -s again.svg link.svg
ln -s other.svg bad.svg
chmod 600 again.svg
ok ssl plot curve -o link.svg
[ -L link.svg ] && [ "$(ls -l again.svg | cut -c 1-10)" = -rw------- ] || fail 'the link or the mode is lost'
code 1 cmp -s before again.svg
fails 2 'bad.svg: exists already' "$SSL" plot bars -w 1 -o bad.svg
fails 2 'again.svg: exists already' "$SSL" log -o again.svg
if command -v python3 >/dev/null; then
	ok python3 -c "import struct, zlib
b = open('again.png', 'rb').read()
at, names = 8, []
while at < len(b):
    n, = struct.unpack('>I', b[at:at + 4])
    assert zlib.crc32(b[at + 4:at + 8 + n]) == struct.unpack('>I', b[at + 8 + n:at + 12 + n])[0]
    names.append(b[at + 4:at + 8])
    at += 12 + n
assert names[:2] == [b'IHDR', b'tEXt'] and names[-1] == b'IEND' and b'Software\\0ssl' in b, names"
fi
if command -v pdfinfo >/dev/null; then
	ok pdfinfo again.pdf
	out_has '^Creator: +ssl$'
fi

note 'a name from outside stays text'
ok ssl plot curve 7 --by run --title '</title><script>&"' -o hostile.svg
well_formed hostile.svg
ok grep -q '&lt;script&gt;alert(1)' hostile.svg
code 1 grep -qi '<script' hostile.svg

note 'SVG follows light and dark; the PNG needs an option'
ok grep -q 'prefers-color-scheme:dark' a.svg
ok ssl plot bars -w 1 -o light.png
ok ssl plot bars -w 1 --dark -o dark.png
code 1 cmp -s light.png dark.png

note 'a cell of the heatmap is the mean of its runs'
want=$(ssl sql "select printf('%.2f', avg(s.last)) from v_run r join metric_summary s on s.run_id = r.id
	join metric_name n on n.id = s.name_id and n.name = 'val.knn.top1'
	join v_param a on a.run_id = r.id and a.param = 'vicreg.lambda' and a.value = '25'
	join v_param b on b.run_id = r.id and b.param = 'vicreg.mu' and b.value = '10'" --format csv | tail -1)
ok ssl plot heatmap -x vicreg.lambda -y vicreg.mu
out_has "^10 .* $want\$"

note 'groups and panels'
ok ssl plot bars --by method
out_has '^vicreg .*[[]'
out_has '^byol '
ok ssl plot curve -w "method='barlow'" --metric loss --log xy
out_has 'a -- barlow lambda='
ok ssl plot curve 2 --metric loss

note 'the losses of different methods share no axis'
ok ssl plot curve -w 1 --metric loss
for method in vicreg barlow byol; do
	out_has "^$method\$"
done
out_has '^Each method has a loss of its own'
err_has 'The losses of different methods .vicreg, barlow, byol. measure different things'
ok ssl plot bars -w 1 --metric loss -f -o loss.svg
well_formed loss.svg
fails 2 'different methods' "$SSL" plot heatmap -w 1 --metric loss
fails 2 'different methods' "$SSL" plot parallel -w 1 --metric loss
ok ssl plot parallel -w "method='vicreg'" --metric loss
same "$(cat "$err")" ''

note 'a line of parallel coordinates is a recipe, not a seed'
ok ssl plot parallel -w "method='vicreg'" -f -o lines.svg
same "$(grep -c '<path' lines.svg)" $((16 + 3))
ok grep -q 'the mean of 1 to 3 runs' lines.svg

note 'a measure of collapse is explained, and the threshold of the guard is drawn'
ok sqlite3 .ssl/ssl.db "INSERT INTO param_name (name) VALUES ('guard.collapse_std');
	INSERT INTO param (recipe_id, name_id, value, number)
	SELECT id, (SELECT id FROM param_name WHERE name = 'guard.collapse_std'), '0.125', 0.125 FROM recipe"
ok ssl plot curve -w 1 --metric collapse.std_ratio
out_has 'guard.collapse_std = 0.125'
out_has 'collapse.std_ratio: .*embeddings z.*0 is collapsed'
out_has 'a -- vicreg lambda=1 mu=1$' # the collapsed one

note 'a heatmap states the standard deviation between seeds'
ok ssl plot heatmap -w "method='vicreg'"
out_has 'standard deviation between seeds: 0.97'
ok ssl plot heatmap -w "method='vicreg' and seed=1"
out_has 'the standard deviation between seeds is not known'

note 'what cannot be drawn is reported'
fails 2 "none of curve, bars" "$SSL" plot pie
fails 2 'ends in .svg, .png, .pdf or .txt' "$SSL" plot bars -o x.eps
fails 2 'too large' "$SSL" plot bars --width 4000 --height 4000 --scale 8 -f -o x.png
fails 2 "none of text, svg, png, pdf" "$SSL" plot bars --as gif
fails 2 "none of x, y, xy" "$SSL" plot bars --log z
fails 3 'did you mean val.knn.top1' "$SSL" plot bars --metric val.knn.top2
fails 3 'did you mean vicreg.mu' "$SSL" plot heatmap -x vicreg.nu -y vicreg.lambda
fails 3 'no run matches' "$SSL" plot bars -w 'seed=9'
fails 2 'fewer than two' "$SSL" plot heatmap -w "method='byol'"
fails 3 'such vectors' "$SSL" plot alignment 4
ok ssl plot bars -n -o dry.svg
err_has 'dry.svg: would be written'
[ ! -e dry.svg ] || fail '-n wrote the picture'
fails 6 'no font|not a font' env SSL_FONT=/nonexistent "$SSL" plot bars -f -o x.png
[ ! -e x.png ] || fail 'a picture without a font'

if [ "$(uname)" = Linux ]; then
	note 'cairo is loaded when a picture needs it: without it everything else works'
	mkdir nocairo
	echo none >nocairo/libcairo.so.2
	fails 6 'need cairo' env LD_LIBRARY_PATH=nocairo "$SSL" plot bars -f -o x.png
	fails 6 'need cairo' env LD_LIBRARY_PATH=nocairo "$SSL" plot bars -o x.pdf
	ok env LD_LIBRARY_PATH=nocairo "$SSL" plot bars -o x.svg
	ok env LD_LIBRARY_PATH=nocairo "$SSL" plot bars
fi

note 'dots to the pixel'
for scale in 1 3; do
	ok ssl plot bars --width 300 --height 200 --scale $scale -f -o x.png
	same "$(od -An -tx1 -j16 -N8 x.png | tr -d ' ')" "$(printf '%08x%08x' $((300 * scale)) $((200 * scale)))"
done

note 'bands without a width are drawn at every width'
ok sqlite3 .ssl/ssl.db "UPDATE metric SET value = 5 + 1e-9 * (run_id % 3) WHERE name_id =
	(SELECT id FROM metric_name WHERE name = 'loss') AND run_id IN (SELECT id FROM run WHERE method = 'barlow')"
for width in 240 300 720 1000 2000; do
	ok ssl plot curve -w "method='barlow'" --metric loss --by method --width $width -f -o x.png
done

note 'a label has the hyperparameters in which runs of its method differ, and no others'
ok sqlite3 .ssl/ssl.db "UPDATE param SET value = '0.6', number = 0.6 WHERE name_id =
	(SELECT id FROM param_name WHERE name = 'optim.lr') AND recipe_id IN
	(SELECT r.recipe_id FROM run r JOIN v_param p ON p.run_id = r.id WHERE p.param = 'byol.tau' AND p.value = '0.9')"
ok ssl plot bars -w 1 --metric knn.top1 --most 50
out_has '^byol tau=0.9 lr=0.6 '
out_has '^vicreg lambda=[0-9]+ mu=[0-9]+ +(\(n=[0-9]\))? +'
out_has 'bars begin at 0$'

note 'a run without steps is drawn at 0, and the others keep their epochs; without epochs the axis has steps'
ok sqlite3 .ssl/ssl.db "UPDATE run SET steps = 0, step = 0, epochs = 0, epoch = 0 WHERE id = (SELECT max(id) FROM run)"
ok ssl plot curve -w 1 --metric knn.top1 --by run -f -o x.svg
ok grep -q '>epoch<' x.svg
ok ssl plot curve -w 'steps = 0' --metric knn.top1 -f -o x.svg
ok grep -q '>step<' x.svg
