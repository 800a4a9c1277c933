#!/bin/bash
# The image's entrypoint: prepares the data directory, then becomes the command.
set -o errexit -o nounset -o pipefail
# shellcheck source=lib.sh
. /opt/bitnami/scripts/etcd/lib.sh

if [[ "${1:-}" == */run.sh ]]; then
  if [[ -z "${ETCD_ROOT_PASSWORD:-}" && "${ALLOW_NONE_AUTHENTICATION:-no}" != yes ]]; then
    error "The ETCD_ROOT_PASSWORD environment variable is empty or not set. Set ALLOW_NONE_AUTHENTICATION=yes to allow that."
    exit 1
  fi
  info "** Starting etcd setup **"
  "/opt/bitnami/scripts/etcd/setup-${STANDIN_GENERATION,,}.sh"
  info "** etcd setup finished! **"
fi
exec "$@"
