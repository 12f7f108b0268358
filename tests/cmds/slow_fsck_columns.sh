#!/bin/sh
# fsck_columns.sh with more columns and values.
every=149
. "$(dirname "$0")/fsck_columns.sh"
