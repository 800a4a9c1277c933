#!/usr/bin/env bash
# Moves an empty member_id file out of the data directory. Images that keep one (bitnami/etcd to mid 2022) crash on an
# empty one; without one they start the member from its log.
# Variables: OPERATION, DATA_DIR.

# shellcheck source=common.sh
source "${BASH_SOURCE[0]%/*}/common.sh"

required_operation
required_data_dir

file=$DATA_DIR/member_id
aside=$volume/member_id.bak-$OPERATION

if [[ -e $aside && ! -e $file ]]; then
  json alreadyDone true
  text movedTo "$aside"
  finish
fi
[[ -e $file ]] || unexpected_state "there is no $file"
[[ ! -s $file ]] || unexpected_state "$file is not empty: it names member $(head -c 40 "$file")"
segments=("$DATA_DIR"/member/wal/*.wal)
((${#segments[@]} > 0)) || unexpected_state "$DATA_DIR has no log: without member_id the image would wipe it"
[[ -s $DATA_DIR/member/snap/db ]] || unexpected_state "$DATA_DIR has no database: without member_id the image would wipe it"

mv -T -- "$file" "$aside"
sync "$volume" "$DATA_DIR"
json alreadyDone false
text movedTo "$aside"
finish
