#!/bin/sh
# fsck_columns.sh with more columns and values.
every=7
. "$(dirname "$0")/fsck_columns.sh"
