#!/bin/bash
# What milvusdb/etcd does before etcd starts: it knows its peers from the initial cluster and keeps no file about its id.
# shellcheck source=lib.sh
. /opt/bitnami/scripts/etcd/lib.sh

join_existing_cluster() {
  local active="$1"
  if [[ -z "$active" ]]; then
    error "No active endpoints in cluster, wait 10s, and restart the pod"
    sleep 10
    exit 1
  fi
  if ctl --endpoints="$active" member list | grep -F "$own_peer_url" >/dev/null; then
    info "Node already in cluster"
    warn "Env file not found. If it's not an initial member, fix mannually by [etcdctl remove]"
    return
  fi
  info "Adding new member to existing cluster"
  until add_member "$active"; do
    warn "Failed to add self to cluster, keeps trying..."
    sleep 5
  done
}

mapfile -t peer_urls < <(initial_peer_urls)
endpoints=()
for url in "${peer_urls[@]}"; do endpoints+=("$(endpoint_of "$url")"); done
# Asked before anything is decided, this member too: while the cluster is down every start takes that long.
active="$(healthy_endpoints "${endpoints[@]}")"

if data_dir_is_empty; then
  info "There is no data from previous deployments"
  if ((${#peer_urls[@]} > 1)); then
    if [[ "$ETCD_INITIAL_CLUSTER_STATE" == new ]]; then
      info "Bootstrapping a new cluster"
      wait_for_addresses
    else
      join_existing_cluster "$active"
    fi
  fi
  if [[ "$ETCD_INITIAL_CLUSTER_STATE" == new ]]; then enable_authentication; fi
else
  info "Detected data from previous deployments"
  info "The member will try to join the cluster by it's own"
fi
