#!/usr/bin/env bash
# Proves that this image can do what a repair of one member needs, on the node and with the volume of a healthy one: it
# changes nothing. That it runs at all proves that the image can be pulled and that its pod is admitted.
# Variables: DATA_DIR.

# shellcheck source=common.sh
source "${BASH_SOURCE[0]%/*}/common.sh"

required_data_dir
for tool in etcd etcdctl sha256sum od df stat mv cp grep sed; do
  command -v "$tool" >/dev/null || tool_missing "the image has no $tool"
done
snapshot_tool
text tool "$snapshot_tool"
finish
