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
