#!/usr/bin/env bash
# Puts the restored directory in the place of the data directory, which is renamed: <data> to <data>.bak-<operation>, then
# <data>.part to <data>. Run again after an interruption between the two, it does the second.
# Variables: OPERATION, DATA_DIR, SHA256 (of the snapshot that was restored), MEMBER_ID, CLUSTER_ID (decimal, what
# prepare.sh gave); EXPECTED_MEMBER_ID, EXPECTED_CLUSTER_ID (decimal, optional): of the data directory that is renamed.

# shellcheck source=common.sh
source "${BASH_SOURCE[0]%/*}/common.sh"

required_operation
required_data_dir
required SHA256 MEMBER_ID CLUSTER_ID

part=$DATA_DIR.part
aside=$DATA_DIR.bak-$OPERATION
folder=$volume/recovery-$OPERATION

describe() {
  json alreadyDone "$1"
  if [[ -d $aside ]]; then text movedTo "$aside"; else text movedTo ''; fi
  text memberId "$MEMBER_ID"
  text clusterId "$CLUSTER_ID"
  finish
}

# expect_restored DIR
expect_restored() {
  read_ids "$1"
  [[ $member_id == "$MEMBER_ID" && $cluster_id == "$CLUSTER_ID" ]] ||
    other_ids "$1 is of member ${member_id:-unknown} of cluster ${cluster_id:-unknown}, not of $MEMBER_ID of $CLUSTER_ID"
}

if [[ ! -d $part ]]; then
  [[ -f $folder/prepared ]] || unexpected_state "there is no $part to put in place"
  expect_restored "$DATA_DIR"
  : >"$folder/flipped"
  describe true
fi

[[ -f $folder/prepared ]] || unexpected_state "nobody finished preparing $part"
read -r _ _ prepared_sha256 _ <"$folder/prepared" || true
[[ $prepared_sha256 == "$SHA256" ]] ||
  other_content "$part was restored from a snapshot of SHA-256 $prepared_sha256, not of $SHA256"
expect_restored "$part"

if has_data "$DATA_DIR"; then
  [[ ! -e $aside ]] || unexpected_state "$aside is there and $DATA_DIR too: something made it anew since it was renamed"
  expect_ids "$DATA_DIR"
  hold_lock "$DATA_DIR"
  mv -T -- "$DATA_DIR" "$aside"
  sync "$volume"
else
  [[ -d $aside || -z ${EXPECTED_MEMBER_ID:-} ]] ||
    unexpected_state "the data of member $EXPECTED_MEMBER_ID is neither in $DATA_DIR nor in $aside"
  [[ ! -d $DATA_DIR ]] || rmdir -- "$DATA_DIR"
fi
set_removal_log_aside
mv -T -- "$part" "$DATA_DIR"
: >"$folder/flipped"
sync -f "$volume"
describe false
