# Sourced by run.sh: what a guest boots, and the root file system of a container.

# Loaded by the guest in this order; Debian's kernel has virtio as modules.
guest_modules=(
  drivers/virtio/virtio_ring drivers/virtio/virtio drivers/virtio/virtio_pci_legacy_dev
  drivers/virtio/virtio_pci_modern_dev drivers/virtio/virtio_pci drivers/block/virtio_blk
  net/core/failover drivers/net/net_failover drivers/net/virtio_net drivers/virtio/virtio_balloon
  drivers/acpi/button drivers/input/evdev
)

# Makes FOLDER with `vmlinuz`, `initrd` and `busybox`; what cannot be made is left out and its reason written to `missing`.
prepare_guest_image() {
  local folder=$1 busybox
  mkdir -p "$folder"
  busybox=$(command -v busybox || true)
  if [ -z "$busybox" ]; then
    echo "busybox-static is not installed" >"$folder/missing"
    return
  fi
  cp "$busybox" "$folder/busybox"
  if ! fetch_kernel "$folder"; then
    echo "no kernel for guests: linux-image-amd64 could not be downloaded with apt" >"$folder/missing"
    return
  fi
  make_initrd "$folder"
}

# Debian's kernel package, unpacked and not installed; kept between runs.
fetch_kernel() {
  local folder=$1 cache="${XDG_CACHE_HOME:-$HOME/.cache}/virtgate-test" package archive module
  package=$(apt-cache depends linux-image-amd64 2>/dev/null | awk '$1 == "Depends:" { print $2; exit }')
  if [ -z "$package" ]; then
    apt_get update || true
    package=$(apt-cache depends linux-image-amd64 2>/dev/null | awk '$1 == "Depends:" { print $2; exit }')
  fi
  [ -n "$package" ] || return 1
  mkdir -p "$cache"
  archive=$(find "$cache" -name "${package}_*.deb" -size +20M | head -n 1)
  if [ -z "$archive" ]; then
    echo "test:host: downloading $package for guests (about 70 MB, kept in $cache)"
    download "$cache" "$package" || { apt_get update && download "$cache" "$package"; } || return 1
    archive=$(find "$cache" -name "${package}_*.deb" | head -n 1)
  fi
  local files=("./boot/vmlinuz-${package#linux-image-}")
  for module in "${guest_modules[@]}"; do files+=("./lib/modules/${package#linux-image-}/kernel/$module.ko"); done
  mkdir -p "$folder/kernel"
  dpkg-deb --fsys-tarfile "$archive" | tar -x -C "$folder/kernel" "${files[@]}" || { rm -f "$archive"; return 1; }
  mv "$folder/kernel/boot/"vmlinuz-* "$folder/vmlinuz"
}

# Into a folder of its own first: a download that was cut short is never taken for a package.
download() {
  local draft
  draft=$(mktemp -d "$1/draft-XXXXXX")
  if (cd "$draft" && apt-get -q -o APT::Sandbox::User=root download "$2" >/dev/null 2>&1); then
    mv "$draft"/*.deb "$1/"
  fi
  rm -rf "$draft"
  [ -n "$(find "$1" -name "${2}_*.deb")" ]
}

make_initrd() {
  local folder=$1 tree="$1/tree" number=10 module
  mkdir -p "$tree"/{bin,dev,proc,sys,modules,var/log,etc/acpi/PWRF}
  cp "$folder/busybox" "$tree/bin/busybox"
  for module in "${guest_modules[@]}"; do
    cp "$folder"/kernel/lib/modules/*/kernel/"$module.ko" "$tree/modules/$number-$(basename "$module").ko"
    number=$((number + 1))
  done
  cp "$here/support/guest-init.sh" "$tree/init"
  printf '#!/bin/busybox sh\nexec /bin/busybox poweroff -f\n' >"$tree/etc/acpi/PWRF/00000080"
  chmod 0755 "$tree/init" "$tree/etc/acpi/PWRF/00000080"
  (cd "$tree" && find . | "$folder/busybox" cpio -o -H newc 2>/dev/null) | gzip -1 >"$folder/initrd"
  rm -rf "$tree" "$folder/kernel"
}
