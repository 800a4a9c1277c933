#!/usr/bin/env bash
# Looking into a data directory by running etcd alone on a copy of it: for inspect.sh and make-source.sh. What they look
# at may be mounted read-only; they write to SCRATCH only, a directory that is thrown away with the pod.

# shellcheck source=common.sh
source "${BASH_SOURCE[0]%/*}/common.sh"

alone_url=http://127.0.0.1:${CLIENT_PORT:-23790}
alone_log=''
alone=''
trap stop_alone EXIT

# Clients' settings that are meant for the real etcd would be in the way here; its users are in the copy too.
alone_etcdctl() {
  env -u ETCDCTL_CACERT -u ETCDCTL_CERT -u ETCDCTL_KEY -u ETCDCTL_ENDPOINTS \
    etcdctl --endpoints "$alone_url" "$@"
}

# copy_member DIR: the database and the log into $SCRATCH/copy.
copy_member() {
  rm -rf -- "$SCRATCH/copy"
  mkdir -p -- "$SCRATCH/copy"
  chmod 700 "$SCRATCH/copy"
  cp -R -- "$1/member" "$SCRATCH/copy/member"
  chmod -R u+rwX "$SCRATCH/copy"
}

# start_alone DIR: etcd as the only member on DIR. It never hears of or from another: the environment, which may hold the
# image's ETCD_* settings, is emptied, and --force-new-cluster forgets the other members before it runs. Returns 1 where
# it ends; its reason is then why_not_alone. A store of gigabytes takes a while to load.
start_alone() {
  local status deadline=$((SECONDS + ${ALONE_SECONDS:-300}))
  alone_log=$SCRATCH/etcd.log
  env -i PATH="$PATH" etcd --name alone --data-dir "$1" --force-new-cluster \
    --listen-client-urls "$alone_url" --advertise-client-urls "$alone_url" \
    --listen-peer-urls "http://127.0.0.1:${PEER_PORT:-23800}" --quota-backend-bytes 17179869184 >"$alone_log" 2>&1 &
  alone=$!
  while ((SECONDS < deadline)); do
    kill -0 "$alone" 2>/dev/null || return 1
    if status=$(alone_etcdctl --command-timeout 10s endpoint status -w json 2>/dev/null) && [[ $(field leader "$status") =~ [1-9] ]]; then
      return 0
    fi
    sleep 0.2
  done
  stop_alone
  return 1
}

stop_alone() {
  [[ -n $alone ]] || return 0
  kill "$alone" 2>/dev/null || true
  wait "$alone" 2>/dev/null || true
  alone=''
}

why_not_alone() {
  local line
  line=$(grep -aE -m 1 '"level":"(fatal|panic)"|^panic:|unexpected fault address' "$alone_log" || true)
  sed -E 's/.*"msg":"([^"]*)"(.*"error":"([^"]*)")?.*/\1 \3/' <<<"${line:-it did not answer in time}" | cut -c 1-300
}

# with_checksum DB FILE: a copy of a database as a snapshot, which is the same with its SHA-256 behind it.
with_checksum() {
  local sum at
  cp -- "$1" "$2"
  chmod u+w "$2"
  sum=$(sha256_of "$2")
  for ((at = 0; at < ${#sum}; at += 2)); do printf '%b' "\\x${sum:at:2}"; done >>"$2"
}

# save_member DIR FILE: all that the log and the database of one member hold together, as a snapshot. Returns 1 where
# etcd does not start on a copy. etcd stays up.
save_member() {
  copy_member "$1"
  start_alone "$SCRATCH/copy" || return 1
  alone_etcdctl --command-timeout 600s snapshot save "$2" >/dev/null 2>"$SCRATCH/save.log" ||
    tool_failed "etcdctl snapshot save: $(tail -n 1 "$SCRATCH/save.log")"
}

# save_database DIR FILE: the database alone, without what only the log holds. Returns 1 where no etcd starts on it.
save_database() {
  with_checksum "$1/member/snap/db" "$2"
  snapshot_tool
  rm -rf -- "$SCRATCH/copy"
  "$snapshot_tool" snapshot restore "$2" --data-dir "$SCRATCH/copy" >/dev/null 2>&1 || return 1
  start_alone "$SCRATCH/copy"
}

# describe_store: what tells two copies of a store apart or equal, and what is in it. etcd runs.
describe_store() {
  local hash
  hash=$(alone_etcdctl --command-timeout 120s endpoint hashkv -w json) || tool_failed 'etcdctl endpoint hashkv failed on the copy'
  text hashKV "$(field hash "$hash")"
  count_keys alone_etcdctl || tool_failed 'the keys of the copy cannot be listed'
}
