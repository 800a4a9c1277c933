#!/usr/bin/env bash
# Renames the data directory of a member that is being replaced.
# Variables: OPERATION, DATA_DIR; EXPECTED_MEMBER_ID, EXPECTED_CLUSTER_ID (decimal, optional); SPARED_MEMBER_ID (decimal,
# optional): the data of this member, which takes the other's place, stays where it is; REMOVED_MEMBER_ID (decimal, optional):
# nobody talks to this member any more, so its data may go from under a process that hangs on it.

# shellcheck source=common.sh
source "${BASH_SOURCE[0]%/*}/common.sh"

required_operation
required_data_dir

aside=$DATA_DIR.bak-$OPERATION

# describe ALREADY: the ids are those of the directory that was set aside; dataAgain: something has begun a new one.
describe() {
  local again=false
  if has_data "$DATA_DIR"; then again=true; fi
  read_ids "$aside"
  json alreadyDone "$1"
  json dataAgain "$again"
  text movedTo "$aside"
  text memberId "$member_id"
  text clusterId "$cluster_id"
  finish
}

[[ ! -d $aside ]] || describe true
has_data "$DATA_DIR" || unexpected_state "$DATA_DIR holds nothing to set aside"
expect_ids "$DATA_DIR"
read_ids "$DATA_DIR"
[[ -z $member_id || $member_id != "${SPARED_MEMBER_ID:-}" ]] ||
  other_ids "$DATA_DIR is of member $member_id, which takes the other's place"
# A removed member was seen to hang for minutes, and a process goes on with the files that it has open wherever they are named.
[[ -n $member_id && $member_id == "${REMOVED_MEMBER_ID:-}" ]] || hold_lock "$DATA_DIR"

mv -T -- "$DATA_DIR" "$aside"
set_removal_log_aside
sync "$volume"
describe false
