#!/usr/bin/env bash
# Lists what earlier recoveries left on a volume: data directories that were set aside, artefacts, small files.
# Variables: DATA_DIR.

# shellcheck source=common.sh
source "${BASH_SOURCE[0]%/*}/common.sh"

required_data_dir

data=${DATA_DIR##*/}
found='' count=0 left_out=0
for path in "$volume/$data".bak-* "$volume/$data".undone-* "$volume/$data".part "$volume"/recovery-* "$volume"/member_id.bak-* \
  "$volume"/member_removal.log.bak-*; do
  name=${path##*/}
  [[ -e $path ]] || continue
  count=$((count + 1))
  if ((count > 24)); then
    left_out=$((left_out + 1))
    continue
  fi
  changed=$(date -u -r "$path" +%Y-%m-%dT%H:%M:%SZ)
  bytes=$(du -s -B1 -- "$path" | cut -f 1)
  found+=",{\"name\":$(quoted "$name"),\"bytes\":\"$bytes\",\"changedAt\":\"$changed\"}"
done
json old "[${found#,}]"
text leftOut "$left_out"
text freeBytes "$(($(df --output=avail -B1 -- "$volume" | tail -n 1)))"
finish
