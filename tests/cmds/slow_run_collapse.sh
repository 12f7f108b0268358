#!/bin/sh
# The papers' collapses, on shapes and a small net, and the guard that stops each: SimSiam without stop-gradient
# (2011.10566, section 4.1), BYOL without predictor and target (2006.07733, table 5b), VICReg without its
# variance term, and the losses of rank of VICReg without covariance (2105.04906, table 7) and of Barlow Twins
# with the on-diagonal term alone (2103.03230, table 3). Their healthy neighbours are not stopped. A predictor
# that is fixed at random (2011.10566, table 1) does not collapse and does not learn: the two are distinguished.
. "$(dirname "$0")/lib.sh"

base='-q -d tiny --set encoder.arch=convnet --set encoder.width=8 --set optim.batch=32 --set optim.epochs=15 --set optim.warmup=1 --set eval.every=0 --set eval.at_start=false --set checkpoint.every=0'
simsiam='-m simsiam --set projector.dims=64,64 --set predictor.dims=16,64 --set optim.lr=0.1 --set optim.lr_scale=none'
byol='-m byol --set projector.dims=64,32 --set predictor.dims=64,32'
vicreg='-m vicreg --set projector.dims=64,32'
barlow='-m barlow --set projector.dims=256,256'

one()
{
	ssl sql --format csv "$1" | tail -1
}
last() # RUN METRIC
{
	one "select value from v_metric where run = '$1' and metric = '$2' order by step desc limit 1"
}
# is 'A < B': of decimal numbers
is()
{
	[ "$(one "select $1")" = 1 ] || fail "not so: $1"
}
healthy()
{
	name=$1
	shift
	ok ssl run $base "$@" --name "$name"
	same "$name $(one "select verdict from v_collapse where run = '$name'")" "$name healthy"
}
# spread, though perhaps over few dimensions: the guard lets it pass
spread()
{
	name=$1
	shift
	ok ssl run $base "$@" --name "$name"
	is "(select verdict in ('healthy', 'low rank') and flag = 0 from v_collapse where run = '$name')"
	is "(select (verdict = 'low rank') = (rankme < max(2, rank_most / 40.0)) from v_collapse where run = '$name')"
}
stopped() # NAME WHAT ARG...
{
	name=$1
	what=$2
	shift 2
	fails 7 "$name: collapsed: $what" "$SSL" run $base "$@" --name "$name"
	same "$name $(one "select status from v_run where name = '$name'")" "$name collapsed"
}

ok ssl init
ok ssl data add tiny --shapes --train 400 --test 50

note 'SimSiam without stop-gradient: to a point; behind a batch norm, whose outputs cannot all be one, to a line'
healthy simsiam $simsiam
healthy simsiam-plain $simsiam --set projector.out_norm=none
stopped simsiam-point 'std .*guard.collapse_std' $simsiam --set projector.out_norm=none --set simsiam.stop_gradient=false
is "(select epoch < epochs from v_run where name = 'simsiam-point')"
stopped simsiam-line 'RankMe .*guard.collapse_rank' $simsiam --set simsiam.stop_gradient=false --set optim.lr=1
is "$(last simsiam-plain collapse.std_ratio) > 5 * $(last simsiam-point collapse.std_ratio)"
is "$(last simsiam-point loss) < -0.9"

note 'a predictor fixed at random: no collapse, and no learning either'
ok ssl run $base $simsiam --set predictor.frozen=true --name frozen
same "$(one "select verdict, flag from v_collapse where run = 'frozen'")" 'not learning,0'
ok ssl show frozen
out_has '^collapse +not learning: the loss stays high .*std healthy'
is "$(last frozen collapse.std_ratio) > 0.5"
is "$(last frozen loss) > $(last simsiam loss) + 0.2"

note 'BYOL without predictor and target'
healthy byol $byol
stopped byol-none 'std ' $byol --set byol.target=none --set predictor.dims=[]
stopped byol-shared 'std ' $byol --set byol.target=shared --set predictor.dims=[]

note 'VICReg without the variance term shrinks to a point; without covariance it loses rank'
healthy vicreg $vicreg
stopped vicreg-mu0 'std .*, whose target is 1' $vicreg --set vicreg.mu=0
is "$(last vicreg-mu0 collapse.raw_std) < 0.1 and $(last vicreg collapse.raw_std) > 0.2"
spread vicreg-nu0 $vicreg --set vicreg.nu=0
is "$(last vicreg collapse.rankme) > 1.5 * $(last vicreg-nu0 collapse.rankme)"
is "$(last vicreg-nu0 collapse.offdiag_correlation) > 0.9 and $(last vicreg collapse.offdiag_correlation) < 0.9"

note 'Barlow Twins with the on-diagonal term alone loses rank; the guard can be set to stop it'
healthy barlow $barlow
spread barlow-on $barlow --set barlow.lambda=0
is "$(last barlow collapse.rankme) > 1.5 * $(last barlow-on collapse.rankme)"
is "$(last barlow-on collapse.offdiag_correlation) > 0.9 and $(last barlow collapse.offdiag_correlation) < 0.8"
stopped barlow-rank 'RankMe .*guard.collapse_rank = 4' $barlow --set barlow.lambda=0 --set guard.collapse_rank=4
stopped vicreg-rank 'RankMe .*guard.collapse_rank = 4' $vicreg --set vicreg.nu=0 --set guard.collapse_rank=4
ok ssl run $base $barlow --set guard.collapse_rank=4 --name barlow-kept
