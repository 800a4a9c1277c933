#!/bin/bash
# Becomes etcd; a member that was added starts with what etcd answered then.
# shellcheck source=lib.sh
. /opt/bitnami/scripts/etcd/lib.sh

if [[ -f "$new_member_envs" ]]; then
  info "Loading env vars of existing cluster"
  set -o allexport
  # shellcheck source=/dev/null
  . "$new_member_envs"
  set +o allexport
fi
info "** Starting etcd **"
exec etcd
