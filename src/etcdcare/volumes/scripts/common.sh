#!/usr/bin/env bash
# What every script here begins with.
#
# A script does one thing, is told by environment variables, and ends with one line of JSON on stdout and in the
# termination log, by which the kubelet hands it to the API server (4096 bytes at most). Exit codes, each with a sentence
# in the line: 20 a process has the database open; 21 other ids than expected; 22 not enough space; 23 the volume is not
# as it should be; 24 other content than expected; 25 the image lacks a tool; 26 a tool failed; 27 etcd does not answer;
# 64 called wrongly; 70 something nobody foresaw.
set -Eeuo pipefail
# One byte is one character, in patterns and in what is cut.
export LC_ALL=C
shopt -s nullglob
umask 077
# Within this time etcdctl must have logged in, which costs etcd a second and more where it has little CPU.
export ETCDCTL_DIAL_TIMEOUT=15s

result=''

# Each adds one field to the line. Numbers of 64 bits go as text: JSON readers round them.
text() {
  local value=$2
  value=${value//[![:print:]]/ }
  value=${value//\\/\\\\}
  result+=",\"$1\":\"${value//\"/\\\"}\""
}
json() { result+=",\"$1\":$2"; }

finish() {
  local line="{\"ok\":true$result}"
  # The kubelet would cut it off, and nobody could read the rest.
  ((${#line} <= 4096)) || refuse 70 Unforeseen "the result has ${#line} bytes, more than a termination log can hold"
  printf '%s\n' "$line"
  printf '%s\n' "$line" >"${TERMINATION_LOG:-/dev/termination-log}" || true
  exit 0
}

# refuse CODE NAME SENTENCE: ends the script, having changed nothing that it had not said.
refuse() {
  trap - ERR
  result=''
  text refusal "$2"
  text message "${3:0:1500}"
  local line="{\"ok\":false$result}"
  printf '%s\n' "$line"
  printf '%s\n' "$line" >"${TERMINATION_LOG:-/dev/termination-log}" || true
  exit "$1"
}
locked() { refuse 20 LockHeld "$1"; }
other_ids() { refuse 21 OtherIds "$1"; }
no_space() { refuse 22 NoSpace "$1"; }
unexpected_state() { refuse 23 UnexpectedState "$1"; }
other_content() { refuse 24 OtherContent "$1"; }
tool_missing() { refuse 25 ToolMissing "$1"; }
tool_failed() { refuse 26 ToolFailed "$1"; }
no_answer() { refuse 27 NoAnswer "$1"; }
# A subshell's failure shows in the command that waits for it.
unforeseen() {
  ((BASH_SUBSHELL > 0)) || refuse 70 Unforeseen "the command \"${2:0:200}\" ended with code $1"
}
trap 'unforeseen $? "$BASH_COMMAND"' ERR

required() {
  local name
  for name in "$@"; do
    [[ -n ${!name:-} ]] || refuse 64 BadCall "the variable $name is not set"
  done
}

# The name of an operation becomes part of file names.
required_operation() {
  required OPERATION
  [[ $OPERATION =~ ^[A-Za-z0-9][A-Za-z0-9-]*$ ]] || refuse 64 BadCall "OPERATION $OPERATION is no plain name"
}

# Sets volume, where the data directory lies, which is where things are renamed to.
required_data_dir() {
  required DATA_DIR
  DATA_DIR=${DATA_DIR%/}
  [[ $DATA_DIR == /*/* ]] || refuse 64 BadCall "DATA_DIR $DATA_DIR is no path of a directory inside a volume"
  volume=${DATA_DIR%/*}
  [[ -d $volume ]] || unexpected_state "there is no directory $volume: the volume is not mounted there"
  [[ $(stat -c %d "$volume") == "$(stat -c %d "$DATA_DIR" 2>/dev/null || stat -c %d "$volume")" ]] ||
    unexpected_state "$DATA_DIR is itself where a volume is mounted, so it cannot be renamed"
}

# has_data DIR: something is in it.
has_data() {
  local entries=("$1"/* "$1"/.[!.]*)
  ((${#entries[@]} > 0))
}

size_of() { stat -c %s -- "$1"; }

# has_space DIR BYTES: RESERVE_BYTES stay free beside what is about to be written. Sets available and reserve.
has_space() {
  reserve=${RESERVE_BYTES:-67108864}
  available=$(($(df --output=avail -B1 -- "$1" | tail -n 1)))
  ((available - reserve >= $2))
}

# need_space DIR BYTES ADVICE: the advice is optional.
need_space() {
  has_space "$1" "$2" ||
    no_space "$1 has $available bytes free; $2 are needed, and $reserve are to stay free${3:+; $3}"
}

# remove_left FILE...: those that nobody has written to for an hour. No step of a script takes as long, so the Job that
# was to finish such a file was killed.
remove_left() {
  local file now
  now=$(date +%s)
  for file in "$@"; do
    if ((now - $(stat -c %Y -- "$file" 2>/dev/null || printf '%s' "$now") > 3600)); then rm -f -- "$file"; fi
  done
}

# Segments of the log that a restored member begins with are allocated at once: one in use and the next one.
# shellcheck disable=SC2034 # used where this is read in
WAL_BYTES=134217728

# hold_lock DIR: refuses while a process has the database of that data directory open; where flock exists, none can open
# it until this script ends. bbolt locks with flock(2), which another container on the node sees too.
hold_lock() {
  local db=$1/member/snap/db
  [[ -f $db ]] || return 0
  if command -v flock >/dev/null; then
    exec 9<"$db"
    flock --nonblock 9 || locked "a process has $db open: etcd still runs on it"
  else
    opens "$db" || locked "a process has $db open: etcd still runs on it"
  fi
}

# opens DB: whether a reader gets bbolt's lock within 10 s. It maps the file into its memory as soon as it has it.
opens() {
  local reader tries result=1
  snapshot_tool
  "$snapshot_tool" snapshot status "$1" >/dev/null 2>&1 &
  reader=$!
  for ((tries = 0; tries < 100; tries++)); do
    if ! kill -0 "$reader" 2>/dev/null || grep -qaF "${1##*/member/}" "/proc/$reader/maps" 2>/dev/null; then
      result=0
      break
    fi
    sleep 0.1
  done
  kill -KILL "$reader" 2>/dev/null || true
  wait "$reader" 2>/dev/null || true
  return "$result"
}

# Sets snapshot_tool: etcdutl, or etcdctl of an image that has no etcdutl (before 3.5.16-r1 of milvusdb/etcd).
snapshot_tool() {
  if command -v etcdutl >/dev/null; then
    snapshot_tool=etcdutl
  elif command -v etcdctl >/dev/null && etcdctl snapshot restore --help >/dev/null 2>&1; then
    snapshot_tool=etcdctl
  else
    tool_missing 'the image has neither etcdutl nor an etcdctl that restores snapshots'
  fi
}

# raises_revisions: whether the tool restores with raised revisions, as etcdutl from 3.5.10 on does and no etcdctl.
raises_revisions() {
  snapshot_tool
  [[ $("$snapshot_tool" snapshot restore --help 2>&1) == *--mark-compacted* ]]
}

# Reading protobuf from `bytes`, from `at` on. tag BYTE: passes over that byte. varint: passes over a number; sets number.
tag() { ((at < ${#bytes[@]} && bytes[at++] == $1)); }
varint() {
  local shift=0
  number=0
  while ((at < ${#bytes[@]})); do
    number=$((number | (bytes[at] & 127) << shift))
    shift=$((shift + 7))
    ((bytes[at++] & 128)) || return 0
  done
  return 1
}

# frames FILE OFFSET: the bytes of a WAL file from there on into `bytes`, as many as its first records have.
frames() { mapfile -t bytes < <(od -An -v -w1 -tu1 -j "$2" -N 256 -- "$1" 2>/dev/null || true); }

# metadata_record: a record {1: type 1, 2: checksum, 3: {1: member, 2: cluster}} from `at` on.
metadata_record() {
  tag 8 && tag 1 && tag 16 && varint && tag 26 && varint && tag 8 && varint && member_id=$(printf %u "$number") &&
    tag 16 && varint && cluster_id=$(printf %u "$number")
}

# read_ids DIR: sets member_id and cluster_id, decimal; empty where no WAL tells. A WAL file begins with a checksum record
# and one of metadata; each stands behind its length in eight bytes, of which the last tells how it is padded.
read_ids() {
  local files=("$1"/member/wal/*.wal) file bytes number at
  for ((file = ${#files[@]} - 1; file >= 0; file--)); do
    frames "${files[file]}" 0
    ((${#bytes[@]} > 32)) || continue
    at=$((8 + bytes[0] + (bytes[7] & 128 ? bytes[7] & 7 : 0) + 8))
    if metadata_record; then return 0; fi
  done
  member_id='' cluster_id=''
}

# entry_record: a record {1: type 2, 2: checksum, 3: {1: type, 2: term, 3: index}} from `at` on.
entry_record() {
  tag 8 && tag 2 && tag 16 && varint && tag 26 && varint && tag 8 && varint && tag 16 && varint &&
    last_term=$(printf %u "$number") && tag 24 && varint && last_index=$(printf %u "$number")
}

# last_entry DIR: sets last_file and last_offset, where it is, and last_term and last_index, by which raft itself measures how far a log reaches: those of its last
# entry, the last such record in file order. grep finds where one may begin; records begin at multiples of eight bytes.
last_entry() {
  local segments=("$1"/member/wal/*.wal) file offset offsets bytes number at
  for ((file = ${#segments[@]} - 1; file >= 0; file--)); do
    mapfile -t offsets < <(
      grep -obazP '\x08\x02\x10[\x80-\xff]{0,4}[\x01-\x7f]\x1a[\x80-\xff]{0,4}[\x01-\x7f]\x08' -- "${segments[file]}" |
        tr '\n\0' '.\n' | grep -aoE '^[0-9]+' | tail -n 64
    )
    for ((offset = ${#offsets[@]} - 1; offset >= 0; offset--)); do
      ((offsets[offset] % 8 == 0)) || continue
      frames "${segments[file]}" "${offsets[offset]}"
      at=0
      if entry_record; then
        last_file=${segments[file]##*/} last_offset=${offsets[offset]}
        return 0
      fi
    done
  done
  # shellcheck disable=SC2034 # used where this is read in
  last_term='' last_index='' last_file='' last_offset=''
}

# expect_ids DIR: refuses where a WAL tells other ids than EXPECTED_MEMBER_ID and EXPECTED_CLUSTER_ID, as far as these
# are set. A directory that tells none passes: damage is why it is touched.
expect_ids() {
  read_ids "$1"
  [[ -z $member_id || -z ${EXPECTED_MEMBER_ID:-} || $member_id == "$EXPECTED_MEMBER_ID" ]] ||
    other_ids "$1 is of member $member_id, not of $EXPECTED_MEMBER_ID"
  [[ -z $cluster_id || -z ${EXPECTED_CLUSTER_ID:-} || $cluster_id == "$EXPECTED_CLUSTER_ID" ]] ||
    other_ids "$1 is of cluster $cluster_id, not of $EXPECTED_CLUSTER_ID"
}

# G1 images, and M ones upgraded from them, wipe the data directory where this file tells that the member was removed.
set_removal_log_aside() {
  local log=$volume/member_removal.log
  [[ ! -e $log ]] || mv -n -T -- "$log" "$log.bak-$OPERATION"
}

sha256_of() {
  local sum
  sum=$(sha256sum -- "$1")
  printf '%s' "${sum%% *}"
}

# field NAME JSON: the first number of that name.
field() {
  local pattern="\"$1\":(-?[0-9]+)"
  if [[ $2 =~ $pattern ]]; then printf '%s' "${BASH_REMATCH[1]}"; fi
}

# check_snapshot FILE: refuses what is no whole snapshot; sets snapshot_revision and snapshot_keys (of all buckets). The
# last 32 bytes of a snapshot are the SHA-256 of all before; bbolt's pages come in multiples of 512.
check_snapshot() {
  local file=$1 size stored computed status
  size=$(size_of "$file")
  ((size > 512 && size % 512 == 32)) || other_content "$file, of $size bytes, is no snapshot of etcd"
  stored=$(tail -c 32 -- "$file" | od -An -v -tx1 | tr -d ' \n')
  computed=$(head -c -32 -- "$file" | sha256sum)
  [[ $stored == "${computed%% *}" ]] || other_content "the checksum in $file is not that of its content"
  snapshot_tool
  # A child of its own: on a broken file the tool may die of SIGBUS.
  status=$("$snapshot_tool" snapshot status "$file" -w json 2>/dev/null) ||
    other_content "$snapshot_tool cannot read the database in $file"
  snapshot_revision=$(field revision "$status")
  snapshot_keys=$(field totalKey "$status")
}

# describe_snapshot FILE: its fields for the line; check_snapshot came before.
describe_snapshot() {
  text sha256 "$(sha256_of "$1")"
  text sizeBytes "$(size_of "$1")"
  text revision "$snapshot_revision"
  text totalKeys "$snapshot_keys"
}

# count_keys COMMAND...: the command is an etcdctl; adds keys, prefixes and sessionRoots to the line, of these as many as
# fit: a quote in a name takes two bytes. Writes to SCRATCH. A root of Milvus has sessions where keys lie under <root>/meta/session/ (`meta` may be named otherwise).
count_keys() {
  local list=$SCRATCH/keys line name count listed='' roots='' shown=0 rest=0
  mkdir -p -- "$list"
  if ! "$@" --command-timeout 120s get '' --prefix --keys-only --consistency=s >"$list/keys" 2>/dev/null; then
    rm -r -- "$list"
    return 1
  fi
  grep -av '^$' "$list/keys" >"$list/lines" || true
  sed -E 's#^(/?[^/]*).*#\1#' "$list/lines" | sort | uniq -c | sort -rn >"$list/prefixes"
  while read -r count name; do
    if ((shown++ < 12 && ${#listed} < 900)); then
      listed+=",$(pair "${name:0:80}" "$count")"
    else
      rest=$((rest + count))
    fi
  done <"$list/prefixes"
  sed -nE 's#^(.+)/[^/]+/session/.+$#\1#p' "$list/lines" | sort -u >"$list/roots"
  while read -r line; do
    ((${#roots} < 900)) || break
    roots+=",$(quoted "${line:0:80}")"
  done < <(head -n 12 "$list/roots")
  text keys "$(grep -ac '' "$list/lines" || true)"
  json prefixes "[${listed#,}]"
  text keysOfOtherPrefixes "$rest"
  json sessionRoots "[${roots#,}]"
  rm -r -- "$list"
}

quoted() {
  local result=''
  text q "$1"
  printf '%s' "${result#*:}"
}
pair() { printf '{"prefix":%s,"keys":"%s"}' "$(quoted "$1")" "$2"; }
