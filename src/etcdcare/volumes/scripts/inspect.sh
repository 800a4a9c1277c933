#!/usr/bin/env bash
# Says what a data directory is worth, without changing it: its database and its log apart, and what an etcd that runs
# alone on a copy of both holds. A pod that runs this has the volume mounted read-only.
# Variables: DATA_DIR, SCRATCH; CLIENT_PORT, PEER_PORT, ALONE_SECONDS, RESERVE_BYTES (optional); IGNORE_LOCK (optional, 1:
# look although a process has the database open, for a member that runs without a quorum, which writes next to nothing);
# ETCDCTL_USER and ETCDCTL_PASSWORD where authentication is on.

# shellcheck source=alone.sh
source "${BASH_SOURCE[0]%/*}/alone.sh"

required_data_dir
required SCRATCH

method=None why='' restartable=false
if raises_revisions; then json raises true; else json raises false; fi

[[ -d $DATA_DIR/member ]] || {
  json usable false
  json restartable false
  text method None
  json database '{"state":"Missing"}'
  json wal '{"state":"Missing"}'
  text why "there is no $DATA_DIR/member"
  finish
}

# A copy of a database that is written to meanwhile may be torn, and is then found damaged.
if [[ ${IGNORE_LOCK:-0} == 1 ]]; then
  json open true
else
  hold_lock "$DATA_DIR"
fi
db=$DATA_DIR/member/snap/db
segments=("$DATA_DIR"/member/wal/*.wal)
need_space "$SCRATCH" $((2 * $(du -s -B1 --apparent-size -- "$DATA_DIR/member" | cut -f 1) + WAL_BYTES))

database=Missing database_fields=''
if [[ -f $db ]]; then
  cp -- "$db" "$SCRATCH/db"
  chmod u+rw "$SCRATCH/db"
  # A child of its own: on a truncated file it dies of SIGBUS. It walks through every page of every bucket.
  if status=$("$snapshot_tool" snapshot status "$SCRATCH/db" -w json 2>/dev/null); then
    database=Good
    database_fields=",\"revision\":\"$(field revision "$status")\",\"totalKeys\":\"$(field totalKey "$status")\""
  else
    database=Damaged
  fi
  database_fields+=",\"sizeBytes\":\"$(size_of "$db")\""
  rm -f -- "$SCRATCH/db"
fi

# judge_wal: the log apart, where it could not be had together with the database. The tool takes a record whose length
# does not fit for the torn end of the log: Good says that what it could follow is good.
judge_wal() {
  ((${#segments[@]} > 0)) || {
    wal=Missing
    return
  }
  command -v etcdutl >/dev/null || {
    wal=Unknown
    return
  }
  rm -rf -- "$SCRATCH/copy" "$SCRATCH/read"
  mkdir -p -- "$SCRATCH/copy/member/snap"
  cp -R -- "$DATA_DIR/member/wal" "$SCRATCH/copy/member/wal"
  cp -- "$DATA_DIR"/member/snap/*.snap "$SCRATCH/copy/member/snap/" 2>/dev/null || true
  chmod -R u+rwX "$SCRATCH/copy"
  # Reads every record from the newest raft snapshot on and checks its checksum. It wants to see a database and, told
  # not to carry keys over, does not look into it; what it writes is of no use.
  : >"$SCRATCH/copy/member/snap/db"
  if etcdutl backup --with-v3=false --data-dir "$SCRATCH/copy" --backup-dir "$SCRATCH/read" >"$SCRATCH/wal.log" 2>&1; then
    wal=Good
  else
    wal=Damaged
  fi
  rm -rf -- "$SCRATCH/read"
}

# cut_short: whether the etcd that ran on the copy took a damaged record for the end of the log and cut the rest off, as
# it does with the record that a power loss tore: then the last entry is no longer where it was.
cut_short() {
  local bytes original
  [[ -n $last_file ]] || return 1
  frames "$DATA_DIR/member/wal/$last_file" "$last_offset"
  original=${bytes[*]:0:24}
  frames "$SCRATCH/copy/member/wal/$last_file" "$last_offset"
  [[ ${bytes[*]:0:24} != "$original" ]]
}

read_ids "$DATA_DIR"
last_entry "$DATA_DIR"

wal=''
if [[ $database == Good ]] && ((${#segments[@]} > 0)); then
  if save_member "$DATA_DIR" "$SCRATCH/snapshot.db"; then
    method=Member
    if cut_short; then
      wal=Damaged why="etcd starts on a copy, and drops what comes behind a damaged record of the log"
    else
      wal=Good restartable=true
    fi
  else
    why="etcd does not start on a copy: $(why_not_alone)"
    # The database is good, so it is the log that keeps it from starting, unless it was merely slow.
    if [[ $why != *'in time'* ]]; then wal=Damaged; fi
  fi
fi
[[ -n $wal ]] || judge_wal
if [[ $method == None && $database == Good ]]; then
  if save_database "$DATA_DIR" "$SCRATCH/snapshot.db"; then
    method=RawDatabase
  else
    why="no etcd starts on the database alone: $(why_not_alone)"
  fi
fi

if [[ $method == None ]]; then json usable false; else json usable true; fi
json restartable "$restartable"
text method "$method"
text memberId "$member_id"
text clusterId "$cluster_id"
text lastTerm "$last_term"
text lastIndex "$last_index"
json database "{\"state\":\"$database\"$database_fields}"
json wal "{\"state\":\"$wal\"}"
text why "$why"
if [[ $method != None ]]; then
  describe_store
  check_snapshot "$SCRATCH/snapshot.db"
  text sha256 "$(sha256_of "$SCRATCH/snapshot.db")"
  text sizeBytes "$(size_of "$SCRATCH/snapshot.db")"
  text revision "$snapshot_revision"
fi
stop_alone
finish
