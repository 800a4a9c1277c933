#!/bin/bash
# Runs before the container is told to end. On debian-10 of bitnami it removes the member, in milvusdb/etcd it does
# nothing.
# shellcheck source=lib.sh
. /opt/bitnami/scripts/etcd/lib.sh

if [[ "$STANDIN_GENERATION" != G1 ]]; then exit; fi
mapfile -t peer_urls < <(initial_peer_urls)
endpoints=()
for url in "${peer_urls[@]}"; do endpoints+=("$(endpoint_of "$url")"); done
(IFS=, && ctl --endpoints="${endpoints[*]}" member remove "$(cat "$member_id_file")" >"$removal_log")
