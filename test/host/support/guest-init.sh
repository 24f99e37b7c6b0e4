#!/bin/busybox sh
# The whole user land of a test guest: says that it is up, obeys the power button, and does a little disk and network I/O for ever.
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs devtmpfs /dev
for module in /modules/*.ko; do /bin/busybox insmod "$module"; done

/bin/busybox ip link set lo up
/bin/busybox ip link set eth0 up
/bin/busybox ip address add 198.51.100.2/24 dev eth0
/bin/busybox acpid -f &

echo virtgate-guest-ready >/dev/ttyS0

round=0
while true; do
  echo 1 >/proc/sys/vm/drop_caches
  /bin/busybox dd if=/dev/vda of=/dev/null bs=64k count=4 2>/dev/null
  echo "round $round" | /bin/busybox dd of=/dev/vda bs=512 count=1 conv=sync,fsync 2>/dev/null
  /bin/busybox ping -c 1 -W 1 198.51.100.1 >/dev/null
  round=$((round + 1))
  /bin/busybox sleep 1
done
