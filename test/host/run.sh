#!/bin/bash
# Real hypervisors under test: `npm run test:host`.
#
# Everything that runs here runs in namespaces of its own (mounts, network, processes, control groups), whose first process dies
# with this script. So nothing of it can outlive a killed run, and no libvirtd, bridge or SNMP agent of this computer is touched.
# Options after the script's name go to vitest.
set -euo pipefail
shopt -s nullglob

here=$(cd "$(dirname "$0")" && pwd)
checkout=$(cd "$here/../.." && pwd)
cd "$checkout"

tests=(node node_modules/vitest/vitest.mjs run --config test/vitest.config.js --project host "$@")

if [ "$(id -u)" != 0 ]; then
  echo "test:host: not root, so no namespaces and no libvirtd of our own"
  VIRTGATE_HOST_SKIP="needs root (namespaces, a private libvirtd)" exec "${tests[@]}"
fi

source "$here/support/packages.sh"
source "$here/support/guest-image.sh"
source "$here/support/control-groups.sh"

remove_leftovers
install_packages

scratch=$(mktemp -d "${TMPDIR:-/tmp}/virtgate-host-XXXXXX")
chmod 0755 "$scratch" # QEMU's and the containers' processes pass through it
echo "$$ $(process_start $$)" >"$scratch/owner"
room=""
guardian=""

leave() {
  trap - EXIT TERM INT HUP
  [ -z "$guardian" ] || kill -KILL "$guardian" 2>/dev/null || true
  if [ -n "$room" ]; then
    kill -KILL "$room" 2>/dev/null || true
    thaw_control_groups "virtgate-host-$$"
    wait "$room" 2>/dev/null || true
  fi
  remove_control_groups "virtgate-host-$$"
  [ -n "${VIRTGATE_HOST_KEEP:-}" ] && echo "test:host: kept $scratch" || rm -rf --one-file-system "$scratch"
}
trap leave EXIT
trap 'leave; exit 143' TERM INT HUP

prepare_guest_image "$scratch/guest"

make_control_groups "virtgate-host-$$"
# A parent that dies by SIGKILL runs no trap: the kernel passes the death on, first to `unshare`, then to all inside.
(
  enter_control_groups "virtgate-host-$$"
  exec setpriv --pdeathsig KILL unshare --mount --net --pid --ipc --uts --cgroup --fork --kill-child \
    "$here/support/room.sh" "$scratch" "${tests[@]}"
) &
room=$!
(
  # Outlives a SIGKILL of this script, to end what the kernel cannot: frozen processes, which keep the others from going.
  trap '' TERM INT HUP
  while readlink "/proc/$$/exe"; do sleep 1; done # a zombie has none
  remove_control_groups "virtgate-host-$$"
  rm -rf --one-file-system "$scratch"
) >/dev/null 2>&1 </dev/null &
guardian=$!
disown "$guardian" # or bash reports its end
status=0
wait "$room" || status=$?
room=""
exit "$status"
