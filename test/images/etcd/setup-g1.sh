#!/bin/bash
# What bitnami/etcd on debian-10 does before etcd starts: it keeps the member's id in a file, tells the cluster its peer
# URL at each start, and joins anew after its pod has removed the member.
# shellcheck source=lib.sh
. /opt/bitnami/scripts/etcd/lib.sh

# Prints the endpoints of the other members: as many as the headless Service has addresses, so pods that are missing
# are not counted.
other_endpoints() {
  local count ordinal name
  count="$(headless_addresses)"
  for ((ordinal = 0; ordinal < count; ordinal++)); do
    name="$MY_STS_NAME-$ordinal"
    if [[ "$name" != "$ETCD_NAME" ]]; then echo "${own_client_url%%:*}://$name.$ETCD_CLUSTER_DOMAIN:2379"; fi
  done
}

removed_before() {
  [[ -f "$removal_log" ]] && grep -q 'removed from cluster' "$removal_log"
}

# The file is emptied before the id is known: a member killed meanwhile keeps an empty one.
store_member_id() {
  local etcd_pid
  /opt/bitnami/scripts/etcd/run.sh &
  etcd_pid=$!
  until [[ -s "$member_id_file" ]]; do
    if ! kill -0 "$etcd_pid" 2>/dev/null; then
      wait "$etcd_pid"
      exit
    fi
    sleep 1
    # Before there is a leader the list is not to be had, and the file stays empty.
    { ctl --endpoints="$local_client_url" member list 2>/dev/null || true; } |
      { grep -F "$own_client_url" || true; } | awk -F , '{ print $1 }' >"$member_id_file"
  done
  kill -TERM "$etcd_pid"
  wait "$etcd_pid" || true
}

add_self() {
  info "Adding new member to existing cluster"
  add_member "$1"
  rm -f "$removal_log"
  store_member_id
}

mapfile -t others < <(other_endpoints)
all_others="$(IFS=, && echo "${others[*]-}")"

if data_dir_is_empty; then
  info "There is no data from previous deployments"
  if [[ "$ETCD_INITIAL_CLUSTER_STATE" == new ]] && initial_peer_urls | grep -xF "$own_peer_url" >/dev/null; then
    info "Bootstrapping a new cluster"
    if (("$(initial_peer_urls | wc -l)" > 1)); then wait_for_addresses; fi
    mkdir -p "$data_dir"
    chmod 700 "$data_dir"
    enable_authentication
    store_member_id
  else
    add_self "$all_others"
  fi
  exit
fi

info "Detected data from previous deployments"
active="$(healthy_endpoints "${others[@]}")"
count="$(tr ',' '\n' <<<"$active" | grep -c . || true)"
if ((count == 0 || count < (${#others[@]} + 2) / 2)); then
  warn "Cluster not responding!"
  warn "Disaster recovery is disabled, the cluster will try to recover on it's own"
elif removed_before || [[ ! -d "$data_dir/member/snap" && ! -f "$member_id_file" ]]; then
  rm -rf "$data_dir"
  add_self "$active"
elif [[ -f "$member_id_file" ]]; then
  info "Updating member in existing cluster"
  ctl --endpoints="$active" member update "$(cat "$member_id_file")" --peer-urls="$own_peer_url"
else
  info "Member ID wasn't properly stored, the member will try to join the cluster by it's own"
fi
