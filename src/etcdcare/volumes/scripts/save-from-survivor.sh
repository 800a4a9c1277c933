#!/usr/bin/env bash
# Saves a snapshot of a member that runs, from its own endpoint: that works without a quorum.
# Variables: OPERATION, ENDPOINT (of the member, with scheme), ARTEFACT_DIR (recovery-<operation> in a volume);
# EXPECTED_MEMBER_ID, EXPECTED_CLUSTER_ID (decimal, optional); RETRY_SECONDS (optional), for a member at its start
# answers nothing for some 15 s; SCRATCH (optional): what is in the store is told too; DATA_DIR (optional, of the member):
# the last entry of its log is told too; PRECAUTION (optional, 1: a copy of a member that is well, taken before another is
# changed): earlier ones beside it go, if they are of the same cluster and hold at most twice its keys; ETCDCTL_CACERT, ETCDCTL_CERT, ETCDCTL_KEY, ETCDCTL_USER, ETCDCTL_PASSWORD where
# needed.

# shellcheck source=common.sh
source "${BASH_SOURCE[0]%/*}/common.sh"

required_operation
required ENDPOINT ARTEFACT_DIR

file=$ARTEFACT_DIR/snapshot.db

describe() {
  check_snapshot "$file"
  json alreadyDone "$1"
  if raises_revisions; then json raises true; else json raises false; fi
  text file "$file"
  describe_snapshot "$file"
  finish
}

# They would fill the volume of a member that is well, one with each replacement of another.
remove_earlier() {
  local note of keys
  for note in "${ARTEFACT_DIR%/*}"/recovery-*/precaution; do
    [[ $note != "$ARTEFACT_DIR/precaution" ]] || continue
    read -r of keys <"$note" || continue
    [[ $of == "$cluster" && $keys =~ ^[0-9]+$ ]] || continue
    ((keys <= 2 * snapshot_keys)) || continue
    rm -f -- "${note%/*}/snapshot.db" "$note"
    rmdir -- "${note%/*}" || true
  done
}

[[ ! -f $file ]] || describe true
mkdir -p -- "$ARTEFACT_DIR"

deadline=$((SECONDS + ${RETRY_SECONDS:-90}))
until status=$(etcdctl --endpoints "$ENDPOINT" --command-timeout 15s endpoint status -w json 2>"$ARTEFACT_DIR/save.log"); do
  ((SECONDS < deadline)) || no_answer "$ENDPOINT does not tell its status: $(tail -n 1 "$ARTEFACT_DIR/save.log")"
  sleep 1
done
member=$(field member_id "$status") cluster=$(field cluster_id "$status")
[[ -z ${EXPECTED_MEMBER_ID:-} || $member == "$EXPECTED_MEMBER_ID" ]] ||
  other_ids "$ENDPOINT is member $member, not $EXPECTED_MEMBER_ID"
[[ -z ${EXPECTED_CLUSTER_ID:-} || $cluster == "$EXPECTED_CLUSTER_ID" ]] ||
  other_ids "$ENDPOINT is of cluster $cluster, not of $EXPECTED_CLUSTER_ID"
remove_left "${ARTEFACT_DIR%/*}"/recovery-*/snapshot.unfinished "${ARTEFACT_DIR%/*}"/recovery-*/snapshot.unfinished.part
need_space "$ARTEFACT_DIR" "$(field dbSize "$status")"

unfinished=$ARTEFACT_DIR/snapshot.unfinished
trap 'rm -f -- "$unfinished" "$unfinished.part"' EXIT
log=$ARTEFACT_DIR/save.log
rm -f -- "$unfinished" "$unfinished.part"
until etcdctl --endpoints "$ENDPOINT" --command-timeout 600s snapshot save "$unfinished" >/dev/null 2>"$log"; do
  rm -f -- "$unfinished" "$unfinished.part"
  ((SECONDS < deadline)) || no_answer "$ENDPOINT gives no snapshot: $(tail -n 1 "$log")"
  sleep 1
done
check_snapshot "$unfinished"
[[ -z ${PRECAUTION:-} ]] || printf '%s %s\n' "$cluster" "$snapshot_keys" >"$ARTEFACT_DIR/precaution"
sync -- "$unfinished"
mv -T -- "$unfinished" "$file"
rm -f -- "$log"
sync -f "$file"
[[ -z ${PRECAUTION:-} ]] || remove_earlier
if [[ -n ${SCRATCH:-} ]]; then
  count_keys etcdctl --endpoints "$ENDPOINT" || no_answer "$ENDPOINT does not list its keys"
fi
if [[ -n ${DATA_DIR:-} ]]; then
  last_entry "$DATA_DIR"
  text lastTerm "$last_term"
  text lastIndex "$last_index"
fi
text memberId "$member"
text clusterId "$cluster"
text term "$(field raftTerm "$status")"
text index "$(field raftIndex "$status")"
describe false
