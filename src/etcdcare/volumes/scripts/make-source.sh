#!/usr/bin/env bash
# Makes the one snapshot that all members are restored from.
# Variables: OPERATION, ARTEFACT_DIR (recovery-<operation> in a volume), METHOD: Member (DATA_DIR, its log and database
# together), RawDatabase (DATA_DIR, the database alone) or File (SNAPSHOT, a stored one); SCRATCH but for File;
# EXPECTED_REVISION, EXPECTED_HASH_KV, EXPECTED_SHA256, EXPECTED_MEMBER_ID, EXPECTED_CLUSTER_ID (optional): what the plan
# was approved for. A snapshot made twice of one directory has the same keys and hashKV, yet not the same SHA-256.

# shellcheck source=alone.sh
source "${BASH_SOURCE[0]%/*}/alone.sh"

required_operation
required METHOD ARTEFACT_DIR

file=$ARTEFACT_DIR/snapshot.db
unfinished=$ARTEFACT_DIR/snapshot.unfinished

describe() {
  check_snapshot "$file"
  json alreadyDone "$1"
  text file "$file"
  describe_snapshot "$file"
  finish
}

[[ ! -f $file ]] || describe true
mkdir -p -- "$ARTEFACT_DIR"
rm -f -- "$unfinished" "$unfinished.part"
trap 'stop_alone; rm -f -- "$unfinished" "$unfinished.part"' EXIT
remove_left "${ARTEFACT_DIR%/*}"/recovery-*/snapshot.unfinished "${ARTEFACT_DIR%/*}"/recovery-*/snapshot.unfinished.part

expect_hash() {
  local hash
  hash=$(alone_etcdctl --command-timeout 120s endpoint hashkv -w json) || tool_failed 'etcdctl endpoint hashkv failed on the copy'
  hash=$(field hash "$hash")
  [[ -z ${EXPECTED_HASH_KV:-} || $hash == "$EXPECTED_HASH_KV" ]] ||
    other_content "the store has hash $hash, not $EXPECTED_HASH_KV: it has changed since it was inspected"
  text hashKV "$hash"
}

case $METHOD in
Member | RawDatabase)
  required_data_dir
  required SCRATCH
  [[ -f $DATA_DIR/member/snap/db ]] || unexpected_state "there is no database in $DATA_DIR"
  expect_ids "$DATA_DIR"
  hold_lock "$DATA_DIR"
  need_space "$SCRATCH" $((2 * $(du -s -B1 --apparent-size -- "$DATA_DIR/member" | cut -f 1) + WAL_BYTES))
  need_space "$ARTEFACT_DIR" "$(size_of "$DATA_DIR/member/snap/db")"
  if [[ $METHOD == Member ]]; then
    save_member "$DATA_DIR" "$unfinished" || tool_failed "etcd does not start on a copy of $DATA_DIR: $(why_not_alone)"
  else
    save_database "$DATA_DIR" "$unfinished" || tool_failed "no etcd starts on the database of $DATA_DIR"
  fi
  expect_hash
  stop_alone
  ;;
File)
  required SNAPSHOT
  [[ -f $SNAPSHOT ]] || unexpected_state "there is no $SNAPSHOT"
  need_space "$ARTEFACT_DIR" "$(size_of "$SNAPSHOT")"
  cp -- "$SNAPSHOT" "$unfinished"
  ;;
*) refuse 64 BadCall "METHOD $METHOD is none of Member, RawDatabase, File" ;;
esac

check_snapshot "$unfinished"
[[ -z ${EXPECTED_REVISION:-} || $snapshot_revision == "$EXPECTED_REVISION" ]] ||
  other_content "the snapshot is of revision $snapshot_revision, not of $EXPECTED_REVISION"
[[ -z ${EXPECTED_SHA256:-} || $(sha256_of "$unfinished") == "$EXPECTED_SHA256" ]] ||
  other_content "the SHA-256 of $unfinished is not $EXPECTED_SHA256"
sync -- "$unfinished"
mv -T -- "$unfinished" "$file"
sync -f "$file"
describe false
