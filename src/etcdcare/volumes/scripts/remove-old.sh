#!/usr/bin/env bash
# Removes from a volume what earlier recoveries left there, and of that only what it is given by name.
# Variables: DATA_DIR, NAMES (separated by blanks, as list-old.sh gives them).

# shellcheck source=common.sh
source "${BASH_SOURCE[0]%/*}/common.sh"

required_data_dir
required NAMES

data=${DATA_DIR##*/}
read -r -a names <<<"$NAMES"
# All names are looked at before anything goes.
for name in "${names[@]}"; do
  case $name in
  */* | *..*) unexpected_state "$name is no name of something in $volume" ;;
  "$data".bak-?* | "$data".undone-?* | "$data".part | recovery-?* | member_id.bak-?* | member_removal.log.bak-?*) ;;
  *) unexpected_state "$name is nothing that a recovery left behind" ;;
  esac
done
removed='' absent=''
for name in "${names[@]}"; do
  if [[ -e $volume/$name ]]; then
    rm -rf -- "${volume:?}/$name"
    removed+=",$(quoted "$name")"
  else
    absent+=",$(quoted "$name")"
  fi
done
sync "$volume"
json removed "[${removed#,}]"
json absent "[${absent#,}]"
text freeBytes "$(($(df --output=avail -B1 -- "$volume" | tail -n 1)))"
finish
