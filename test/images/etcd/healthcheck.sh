#!/bin/bash
# Whether this member answers through a quorum and no alarm is raised, asked by the name that it advertises.
# shellcheck source=lib.sh
. /opt/bitnami/scripts/etcd/lib.sh

ctl --endpoints="$own_client_url" endpoint health
