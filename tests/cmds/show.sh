#!/bin/sh
# `ssl show`: a run by any ref, with its peak memory, dataset, hyperparameters, metrics and attempts; JSON of it
# is one object.
. "$(dirname "$0")/lib.sh"

ok ssl init
fails 3 'no run yet' "$SSL" show
ok ssl data add tiny --shapes --train 100 --test 30
ok ssl run -m vicreg -q -d tiny --set encoder.arch=convnet --set encoder.width=4 --set augment.size=16 --set projector.dims=16,16 \
	--set optim.batch=32 --set optim.epochs=1 --set optim.warmup=0 -j 1 --name calm-otter --tag first

note 'everything is there'
ok ssl show -v
for line in 'run +1 calm-otter' 'status +done' 'tags +first' 'method +vicreg' 'dataset +tiny [0-9a-f]{12}' 'seed ' \
	'epochs +1 of 1' 'seconds +[0-9.]+' 'peak memory +[0-9.]+ MB' 'of training +[0-9.]+ [kM]B' 'threads +1' 'host ' \
	'code +ssl ' 'compiler ' 'libraries ' 'command +.*run -m vicreg' 'recipe +[0-9a-f]{64}' params metrics evals \
	checkpoints attempts 'vicreg.mu +' 'loss +' 'test.knn.top1 +'; do
	out_has "^$line"
done

note 'hyperparameters that are not the defaults, and with -v all'
ok ssl show
sed -n '/^params that are not the defaults$/,/others are; -v shows them/p' "$out" >params
for p in data.set encoder.arch optim.epochs; do
	grep -q "^$p " params || fail "does not show $p, which is no default"
done
for p in optim.momentum eval.knn.k augment.crop_min method; do
	! grep -q "^$p " params || fail "shows $p, which is the default"
done
ok ssl show -v
out_has '^params$'
out_has '^optim.momentum +0.9$'
ok ssl run -q -m byol -d tiny --set encoder.arch=convnet --set encoder.width=4 --set optim.epochs=1 --set optim.batch=32 --set projector.dims=[16,16] --set predictor.dims=[16,16] --set augment.preset=imagenet --set augment.crop_min=0.2 --set collapse.every=0 --set eval.protocol=[] --name other
ok ssl show other
sed -n '/^params that are not the defaults$/,/others are; -v shows them/p' "$out" >params
for p in 'method +byol +vicreg' 'augment.preset +imagenet +cifar' 'augment.crop_min +0.2 +0.08'; do
	grep -Eq "^$p$" params || fail "does not show $p"
done
! grep -q '^augment.blur_p' params || fail 'shows what the preset brings'
ok ssl rm -f other

note 'by any ref'
uuid=$(ssl sql --format csv 'SELECT uuid FROM run' | tail -1)
for ref in @ @~0 1 calm-otter "$(echo "$uuid" | cut -c1-8)" best:knn.top1 best:loss; do
	ok ssl show "$ref"
	out_has '^run +1 calm-otter'
done
fails 3 'did you mean calm-otter' "$SSL" show calm-oter
fails 3 'the store has 1 run$' "$SSL" show @~1
fails 3 'the store has 1 run$' "$SSL" show @~
fails 2 'without @epoch' "$SSL" show 1@epoch=1

note 'one object'
ok ssl show --json
if command -v python3 >/dev/null; then
	python3 - "$out" <<-'EOF' || fail 'the JSON is not what it should be'
		import json, sys
		r = json.load(open(sys.argv[1]))
		assert r["run"]["name"] == "calm-otter" and r["run"]["peak_rss"] > 1000000
		assert {"param": "method", "value": "vicreg"} in r["params"]
		assert any(m["metric"] == "loss" and m["n"] > 0 for m in r["metrics"])
		assert len(r["attempts"]) == 1 and r["events"] == [] and r["evals"] and r["checkpoints"]
	EOF
fi
ok ssl show --format csv
same "$(sed -n 1p "$out" | cut -d, -f1-3)" id,name,uuid
