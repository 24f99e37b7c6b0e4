#!/bin/bash
# The first process in the namespaces of run.sh: `room.sh SCRATCH COMMAND…`. Arranges private mounts and a private network, then
# runs COMMAND and, as a first process must, reaps what others leave.
set -euo pipefail

scratch=$1
shift

mount --make-rprivate /
mount -t proc proc /proc

# sysfs shows the network of whoever mounts it, and control groups the namespace's own roots, so both are mounted anew.
hierarchies=$(awk '$2 ~ "^/sys/fs/cgroup" { print $2, $3, $4 }' /proc/self/mounts)
umount --recursive --lazy /sys
mount -t sysfs sysfs /sys
if echo "$hierarchies" | grep -q '^/sys/fs/cgroup cgroup2 '; then
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  mkdir /sys/fs/cgroup/room # a group with processes in it cannot hand controllers to its children
  echo $$ >/sys/fs/cgroup/room/cgroup.procs
else
  mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
  # A version 2 mount beside those of version 1 makes libvirt's container set-up fail, so it is left out.
  echo "$hierarchies" | while read -r folder type options; do
    [ "$type" = cgroup ] || continue
    controllers=$(tr , '\n' <<<"$options" | grep -vxE 'rw|ro|nosuid|nodev|noexec|relatime|noatime|clone_children|xattr|release_agent=.*' | paste -sd,)
    [[ "$controllers" == name=* ]] && controllers="none,$controllers"
    mkdir -p "$folder"
    mount -t cgroup -o "$controllers" cgroup "$folder"
  done
fi

# libvirt's folders, and no D-Bus: a libvirtd that finds systemd's would register its machines there.
mount -t tmpfs -o mode=755 tmpfs /run
for folder in /etc/libvirt /var/lib/libvirt /var/log/libvirt /var/cache/libvirt; do
  mkdir -p "$scratch/root$folder"
  if [ -d "$folder" ]; then mount --bind "$scratch/root$folder" "$folder"; else mkdir -p "$folder"; fi
done

hostname virtgate-host
printf '127.0.0.1 localhost\n127.0.1.1 virtgate-host\n' >"$scratch/hosts" # or libvirt waits for a name server
mount --bind "$scratch/hosts" /etc/hosts
ip link set lo up
ip link add vgbr0 type bridge
ip address add 198.51.100.1/24 dev vgbr0
ip link set vgbr0 up

export VIRTGATE_HOST_ROOM=$scratch
"$@" &
command=$!
status=0
wait "$command" || status=$?
# A paused container is frozen, and what is frozen cannot even be killed when this process ends.
find /sys/fs/cgroup -name freezer.state -exec sh -c 'echo THAWED >"$1"' - {} \; 2>/dev/null || true
exit "$status"
