#!/bin/sh
# `ssl methods`: every method with its paper, for people and for programs, without a store.
. "$(dirname "$0")/lib.sh"

ok ssl methods
out_has '^name +title +summary +source'
for m in barlow byol directpred random simclr simsiam supervised vicreg; do
	out_has "^$m "
done
out_has 'arXiv 2105\.04906'

ok ssl methods --json
out_has '"name": ?"byol"'
ok ssl methods --format csv
same "$(head -1 "$out" | tr -d '\r')" name,title,summary,source

note 'each has help, with keys of its own'
for m in $(ssl methods --format tsv | sed 1d | cut -f1); do
	ok ssl help "$m"
	out_has '^source: '
	case $m in random | supervised) continue ;; esac # the ends of the scale, which have none
	grep -q "^  $m\." "$out" || fail "no key of $m"
done

note 'nothing more is taken'
fails 2 "unexpected argument 'x'; usage: ssl methods" ssl methods x
fails 2 'no such option: did you mean --format' ssl methods --fromat csv
