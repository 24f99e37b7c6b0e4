# Sourced by run.sh: Debian packages that the tests use.

wanted_packages=(
  libvirt-daemon libvirt-daemon-system libvirt-daemon-driver-qemu libvirt-daemon-driver-lxc libvirt-clients
  qemu-system-x86 qemu-utils busybox-static
  snmp snmpd snmptrapd smitools prometheus-snmp-exporter
  iproute2 iptables nftables btrfs-progs dnsmasq-base util-linux procps
  sasl2-bin libsasl2-modules libsasl2-modules-db openssh-server openssh-client
  sudo
)

# Installs what is missing and says what. Without apt, or when it fails, the tests that need the programs skip by name.
install_packages() {
  local missing=() package
  if ! command -v apt-get >/dev/null; then
    echo "test:host: no apt-get here; using what is installed"
    return
  fi
  for package in "${wanted_packages[@]}"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  if [ ${#missing[@]} = 0 ]; then
    echo "test:host: all packages are installed"
    return
  fi
  echo "test:host: installing with apt: ${missing[*]}"
  forbid_services
  apt_get install "${missing[@]}" || { apt_get update && apt_get install "${missing[@]}"; } ||
    echo "test:host: apt could not install everything; tests that need it will be skipped by name"
  allow_services
}

apt_get() {
  DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 \
    --no-install-recommends "$@" </dev/null >"${TMPDIR:-/tmp}/virtgate-host-apt.log" 2>&1 ||
    { tail -n 20 "${TMPDIR:-/tmp}/virtgate-host-apt.log"; return 1; }
}

# Installing libvirt or snmpd for a test must not start their services on this computer.
service_policy=/usr/sbin/policy-rc.d
forbid_services() {
  [ -e "$service_policy" ] && return
  printf '#!/bin/sh\n# virtgate test:host, removed after the installation\nexit 101\n' >"$service_policy"
  chmod 0755 "$service_policy"
}

allow_services() {
  if grep -qs 'virtgate test:host' "$service_policy"; then rm -f "$service_policy"; fi
}
