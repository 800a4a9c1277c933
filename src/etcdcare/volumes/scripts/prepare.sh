#!/usr/bin/env bash
# Restores a snapshot beside the data directory of one member, as <data>.part. The data directory stays as it is.
# Variables: OPERATION, DATA_DIR, SNAPSHOT (the file), SHA256 (of it), MEMBER_NAME, PEER_URL, INITIAL_CLUSTER, TOKEN (a
# fresh one: under the old one a member with old data could talk to the new ones); BUMP_REVISION (optional, 0: none).

# shellcheck source=common.sh
source "${BASH_SOURCE[0]%/*}/common.sh"

required_operation
required_data_dir
required SNAPSHOT SHA256 MEMBER_NAME PEER_URL INITIAL_CLUSTER TOKEN

part=$DATA_DIR.part
note=$volume/recovery-$OPERATION/prepared

# describe ALREADY
describe() {
  local status
  status=$("$snapshot_tool" snapshot status "$part/member/snap/db" -w json 2>/dev/null) ||
    tool_failed "the database in $part cannot be read"
  json alreadyDone "$1"
  json bumped "$bumped"
  text memberId "$member_id"
  text clusterId "$cluster_id"
  text revision "$(field revision "$status")"
  text totalKeys "$(field totalKey "$status")"
  finish
}

snapshot_tool
bump=() bumped=false
if [[ ${BUMP_REVISION:-0} != 0 ]]; then
  # Watchers that saw later revisions are told to read again instead of missing what is written under reused ones.
  raises_revisions || tool_missing "$snapshot_tool of this image cannot raise revisions (--bump-revision, etcdutl from 3.5.10 on)"
  bump=(--bump-revision "$BUMP_REVISION" --mark-compacted) bumped=true
fi
wanted="$SHA256 $MEMBER_NAME $PEER_URL $INITIAL_CLUSTER $TOKEN ${BUMP_REVISION:-0}"

if [[ -f $note && -d $part ]]; then
  read_ids "$part"
  [[ $(<"$note") != "$member_id $cluster_id $wanted" ]] || describe true
fi
[[ ! -f $volume/recovery-$OPERATION/flipped ]] ||
  unexpected_state "operation $OPERATION has put a restored directory in the place of $DATA_DIR already"
[[ -f $SNAPSHOT ]] || unexpected_state "there is no $SNAPSHOT"
[[ $(sha256_of "$SNAPSHOT") == "$SHA256" ]] || other_content "the SHA-256 of $SNAPSHOT is not $SHA256"
check_snapshot "$SNAPSHOT"

# It never held data of a member: this script made it and did not come to its end.
rm -rf -- "$part"
rm -f -- "$note"
mkdir -p -- "${note%/*}"
need_space "$volume" $(($(size_of "$SNAPSHOT") + WAL_BYTES))
if ! said=$("$snapshot_tool" snapshot restore "$SNAPSHOT" --data-dir "$part" --name "$MEMBER_NAME" \
  --initial-cluster "$INITIAL_CLUSTER" --initial-cluster-token "$TOKEN" \
  --initial-advertise-peer-urls "$PEER_URL" "${bump[@]}" 2>&1); then
  tool_failed "$snapshot_tool snapshot restore: $(tail -n 1 <<<"$said")"
fi
read_ids "$part"
[[ -n $member_id && -n $cluster_id ]] || tool_failed "$part has no log that tells its ids"
sync -f "$part"
printf '%s' "$member_id $cluster_id $wanted" >"$note.unfinished"
mv -T -- "$note.unfinished" "$note"
sync -f "$note"
describe false
