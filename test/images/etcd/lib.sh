#!/bin/bash
# What the start-up scripts of both generations share. Every name beginning with ETCD_, and MY_STS_NAME, is what the
# chart of etcd sets in a pod. STANDIN_ASK_SECONDS is ours: how long a silent peer is waited for.
set -o errexit -o nounset -o pipefail

# shellcheck disable=SC2034 # those that source this file use them
{
  readonly data_dir="$ETCD_DATA_DIR"
  readonly volume="${data_dir%/*}"
  readonly member_id_file="$data_dir/member_id"
  readonly new_member_envs="$data_dir/new_member_envs"
  readonly removal_log="$volume/member_removal.log"
  readonly own_peer_url="$ETCD_INITIAL_ADVERTISE_PEER_URLS"
  readonly own_client_url="${ETCD_ADVERTISE_CLIENT_URLS%%,*}"
  readonly local_client_url="${own_client_url%%:*}://127.0.0.1:2379"
}

log() {
  local level="$1" colour="$2"
  shift 2
  printf '\033[38;5;6metcd \033[38;5;5m%s \033[0m\033[38;5;%sm%-5s\033[0m ==> %s\n' \
    "$(date +%T.%2N)" "$colour" "$level" "$*" >&2
}
info() { log INFO 2 "$@"; }
warn() { log WARN 3 "$@"; }
error() { log ERROR 1 "$@"; }

# etcdctl as the user root where there is one, with this member's own certificate where clients must show one.
ctl() {
  local -a flags=()
  if [[ -n "${ETCD_ROOT_PASSWORD:-}" ]]; then flags+=(--dial-timeout 10s --user "root:$ETCD_ROOT_PASSWORD"); fi
  anonymous_ctl "${flags[@]}" "$@"
}
anonymous_ctl() {
  local -a flags=()
  if [[ "$own_client_url" == https:* ]]; then
    flags+=(--cacert "$ETCD_TRUSTED_CA_FILE" --cert "$ETCD_CERT_FILE" --key "$ETCD_KEY_FILE")
  fi
  etcdctl "${flags[@]}" "$@"
}

# Prints each peer URL of the initial cluster.
initial_peer_urls() {
  local entry
  local -a entries
  IFS=, read -r -a entries <<<"${ETCD_INITIAL_CLUSTER:-}"
  for entry in "${entries[@]}"; do echo "${entry#*=}"; done
}

# Prints the endpoint of a member by its peer URL: both have one host, clients have port 2379.
endpoint_of() {
  echo "${1%:*}:2379"
}

# Prints those of the given endpoints that answer through a quorum, separated by commas.
healthy_endpoints() {
  local endpoint
  local -a healthy=()
  for endpoint in "$@"; do
    if ctl --endpoints="$endpoint" --command-timeout="${STANDIN_ASK_SECONDS:-5}s" endpoint health >/dev/null 2>&1; then
      healthy+=("$endpoint")
    fi
  done
  (IFS=, && echo "${healthy[*]-}")
}

# Prints how many pods the headless Service has addresses of.
headless_addresses() {
  { getent ahostsv4 "$ETCD_CLUSTER_DOMAIN" || true; } | cut -d ' ' -f 1 | sort -u | wc -l
}

# A new cluster starts only when all of its members have addresses.
wait_for_addresses() {
  local expected attempt
  expected="$(initial_peer_urls | wc -l)"
  for ((attempt = 0; attempt < 60; attempt++)); do
    if (("$(headless_addresses)" >= expected)); then return; fi
    sleep 1
  done
  error "Headless service domain does not have an IP per initial member in the cluster"
  exit 1
}

data_dir_is_empty() {
  [[ -z "$(ls -A "$data_dir" 2>/dev/null)" ]]
}

# Adds this member by the given endpoints. What etcd answers is the environment that the member has to start with.
add_member() {
  mkdir -p "$data_dir"
  chmod 700 "$data_dir"
  ctl --endpoints="$1" member add "$ETCD_NAME" --peer-urls="$own_peer_url" | grep '^ETCD_' >"$new_member_envs"
}

# The first member of a new cluster, while it is being set up, makes the user root and switches authentication on.
enable_authentication() {
  local etcd_pid
  if [[ -z "${ETCD_ROOT_PASSWORD:-}" || "$ETCD_NAME" != "$MY_STS_NAME-0" ]]; then return; fi
  info "Enabling etcd authentication"
  /opt/bitnami/scripts/etcd/run.sh &
  etcd_pid=$!
  until anonymous_ctl --endpoints="$local_client_url" endpoint health >/dev/null 2>&1; do
    kill -0 "$etcd_pid"
    sleep 0.5
  done
  anonymous_ctl --endpoints="$local_client_url" user add "root:$ETCD_ROOT_PASSWORD"
  anonymous_ctl --endpoints="$local_client_url" user grant-role root root
  anonymous_ctl --endpoints="$local_client_url" auth enable
  kill -TERM "$etcd_pid"
  wait "$etcd_pid" || true
}
