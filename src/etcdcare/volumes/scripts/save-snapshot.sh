#!/usr/bin/env bash
# Saves a snapshot of a running etcd into a volume of snapshots, proves it by running an etcd on a copy, and rotates.
# Variables: OPERATION, SNAPSHOT_DIR, ENDPOINTS (separated by commas; the first that answers is used), SCRATCH, KEEP (how
# many stay; the newest), FREEZE (1: none is removed), RETRY_SECONDS (optional); ETCDCTL_CACERT, ETCDCTL_CERT,
# ETCDCTL_KEY, ETCDCTL_USER, ETCDCTL_PASSWORD where needed; CLIENT_PORT, PEER_PORT (optional).
#
# The last good snapshot is never rotated away by an empty store: one goes only if it is of the newest one's cluster and
# holds at most twice its keys; others are `held`. Where there is no room for one more, those that would go afterwards go
# before, as far as that is needed; one always stays.

# shellcheck source=alone.sh
source "${BASH_SOURCE[0]%/*}/alone.sh"

required_operation
required SNAPSHOT_DIR ENDPOINTS SCRATCH KEEP
[[ $KEEP =~ ^[1-9][0-9]{0,3}$ ]] || refuse 64 BadCall "KEEP $KEEP is no number from 1 to 9999"
[[ -d $SNAPSHOT_DIR ]] || unexpected_state "there is no directory $SNAPSHOT_DIR: the volume is not mounted there"

base=$SNAPSHOT_DIR/snapshot-$OPERATION
unfinished=$SNAPSHOT_DIR/snapshot-$OPERATION.unfinished
trap 'stop_alone; rm -f -- "$unfinished" "$unfinished.part"' EXIT
remove_left "$SNAPSHOT_DIR"/snapshot-*.unfinished "$SNAPSHOT_DIR"/snapshot-*.unfinished.part

text_field() {
  local pattern="\"$1\":\"([^\"]*)\""
  if [[ $2 =~ $pattern ]]; then printf '%s' "${BASH_REMATCH[1]}"; fi
}
list_field() {
  # Texts in quotes, in which a quote or a backslash stands behind a backslash: any of them may hold a bracket.
  local pattern="\"$1\":(\\[(\"([^\"\\\\]|\\\\.)*\",?)*\\])"
  if [[ $2 =~ $pattern ]]; then printf '%s' "${BASH_REMATCH[1]}"; fi
}

# list_snapshots: sets lines, what is known of each, the newest first.
list_snapshots() {
  local infos=("$SNAPSHOT_DIR"/snapshot-*.info)
  lines=()
  ((${#infos[@]} == 0)) || mapfile -t lines < <(cat -- "${infos[@]}" | sort -r)
}

# may_go LINE CLUSTER KEYS: whether that snapshot may make way for one of such a store.
may_go() { [[ ${FREEZE:-0} != 1 && $(text_field clusterId "$1") == "$2" ]] && (($(text_field keys "$1") <= 2 * $3)); }

removed=''
# remove_snapshot LINE
remove_snapshot() {
  local name
  name=$(text_field name "$1")
  rm -f -- "$SNAPSHOT_DIR/$name" "$SNAPSHOT_DIR/${name%.db}.info"
  if ((${#removed} < 300)); then removed+=",$(quoted "$name")"; fi
}

# make_room ENDPOINT CLUSTER BYTES
make_room() {
  local at keys
  list_snapshots
  for ((at = ${#lines[@]} - 1; at > 0 && at >= KEEP - 1; at--)); do
    if has_space "$SNAPSHOT_DIR" "$3"; then return 0; fi
    if [[ -z ${keys:-} ]]; then
      keys=$(etcdctl --endpoints "$1" --command-timeout 120s get '' --prefix --count-only -w fields 2>"$SCRATCH/save.log") || return 1
      [[ $keys =~ \"Count\"\ :\ ([0-9]+) ]] || tool_failed "etcdctl does not tell how many keys there are: $keys"
      keys=${BASH_REMATCH[1]}
    fi
    if may_go "${lines[at]}" "$2" "$keys"; then remove_snapshot "${lines[at]}"; fi
  done
  need_space "$SNAPSHOT_DIR" "$3" \
    "${#lines[@]} snapshots were there and $KEEP are to be kept: enlarge the volume, or lower spec.snapshots.keep of the EtcdGuard"
}

# save_from ENDPOINT: sets member, cluster and saved_at, which is before: what was written later need not be in it. Returns
# 1 where it does not answer; the reason is the last line of $SCRATCH/save.log.
save_from() {
  local status
  rm -f -- "$unfinished" "$unfinished.part"
  status=$(etcdctl --endpoints "$1" --command-timeout 15s endpoint status -w json 2>"$SCRATCH/save.log") || return 1
  cluster=$(field cluster_id "$status")
  make_room "$1" "$cluster" "$(field dbSize "$status")" || return 1
  need_space "$SCRATCH" $(($(field dbSize "$status") + WAL_BYTES))
  saved_at=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  etcdctl --endpoints "$1" --command-timeout 600s snapshot save "$unfinished" >/dev/null 2>"$SCRATCH/save.log" || return 1
  member=$(field member_id "$status")
}

save() {
  local endpoint deadline=$((SECONDS + ${RETRY_SECONDS:-60}))
  IFS=, read -r -a endpoints <<<"$ENDPOINTS"
  while true; do
    for endpoint in "${endpoints[@]}"; do
      if save_from "$endpoint"; then return 0; fi
    done
    if ((SECONDS >= deadline)); then break; fi
    sleep 1
  done
  no_answer "none of $ENDPOINTS gives a snapshot: $(tail -n 1 "$SCRATCH/save.log")"
}

already=true
if [[ ! -f $base.info ]]; then
  already=false
  save
  check_snapshot "$unfinished"
  snapshot_tool
  rm -rf -- "$SCRATCH/copy"
  "$snapshot_tool" snapshot restore "$unfinished" --data-dir "$SCRATCH/copy" >/dev/null 2>&1 ||
    tool_failed "$snapshot_tool cannot restore the snapshot"
  start_alone "$SCRATCH/copy" || tool_failed "no etcd starts on the snapshot: $(why_not_alone)"
  result=''
  text name "${base##*/}.db"
  text memberId "$member"
  text clusterId "$cluster"
  describe_snapshot "$unfinished"
  describe_store
  stop_alone
  rm -rf -- "$SCRATCH/copy"
  # In this order a file that has an .info is whole.
  sync -- "$unfinished"
  mv -T -- "$unfinished" "$base.db"
  printf '{"savedAt":"%s"%s}\n' "$saved_at" "$result" >"$unfinished"
  sync -- "$unfinished"
  mv -T -- "$unfinished" "$base.info"
  sync -f "$base.info"
fi

newest=$(<"$base.info")
held=0 kept=0 full=0 listed=''
list_snapshots
for line in "${lines[@]}"; do
  name=$(text_field name "$line")
  if ((kept < KEEP)); then
    kept=$((kept + 1))
  elif may_go "$line" "$(text_field clusterId "$newest")" "$(text_field keys "$newest")"; then
    remove_snapshot "$line"
    continue
  else
    held=$((held + 1))
  fi
  ((full == 0)) || continue
  # What is in each stands in its own .info; here is what one chooses by, as far as it fits into the line.
  entry=",{\"name\":$(quoted "$name"),\"savedAt\":\"${line:12:20}\",\"clusterId\":\"$(text_field clusterId "$line")\""
  entry+=",\"revision\":\"$(text_field revision "$line")\",\"hashKV\":\"$(text_field hashKV "$line")\""
  entry+=",\"keys\":\"$(text_field keys "$line")\",\"sha256\":\"$(text_field sha256 "$line")\""
  entry+=",\"sessionRoots\":$(list_field sessionRoots "$line")}"
  if ((${#listed} + ${#entry} + ${#newest} < 3600)); then listed+=$entry; else full=1; fi
done

result=''
json alreadyDone "$already"
json newest "$newest"
json snapshots "[${listed#,}]"
text kept $((kept + held))
text held "$held"
json removed "[${removed#,}]"
finish
