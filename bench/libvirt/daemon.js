import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, startProgram, waitFor } from "../snmp/processes.js";

const folders = { run: "/run/libvirt", lib: "/var/lib/libvirt", log: "/var/log/libvirt", cache: "/var/cache/libvirt" };

/** A libvirtd of ours. @typedef {{ pid: number, socket: string, stop: () => Promise<void> }} Daemon */

/**
 * Starts a libvirtd with folders of its own. It must be started as root, and it disturbs no other.
 * @param {string} folder @param {"test" | "storage" | "qemu"} drivers `test` needs no module
 * @returns {Promise<Daemon>}
 */
export async function startDaemon(folder, drivers) {
  for (const name of [...Object.keys(folders), "modules", "etc"]) mkdirSync(join(folder, name), { recursive: true });
  const configuration = join(folder, "libvirtd.conf");
  writeFileSync(configuration, 'auth_unix_rw = "none"\nauth_unix_ro = "none"\nunix_sock_rw_perms = "0700"\n');
  writeFileSync(
    join(folder, "etc", "qemu.conf"),
    'user = "root"\ngroup = "root"\nsecurity_driver = "none"\nstdio_handler = "file"\nnamespaces = []\nremember_owner = 0\n',
  );
  const pidFile = join(folder, "pid");
  const script = [
    "set -e",
    "mount --make-rprivate /",
    "mount -t tmpfs -o mode=755 tmpfs /run", // no D-Bus: a daemon that finds systemd's would register its machines there
    ...Object.entries(folders).map(([name, at]) => `mkdir -p ${at}; mount --bind ${join(folder, name)} ${at}`),
    `mkdir -p /etc/libvirt; mount --bind ${join(folder, "etc")} /etc/libvirt`,
    `exec /usr/sbin/libvirtd -f ${configuration} -p ${pidFile}`,
  ].join("\n");
  const modules = drivers === "test" ? { LIBVIRT_DRIVER_DIR: join(folder, "modules") } : {};
  const log = join(folder, "libvirtd.log");
  const program = startProgram("unshare", ["--mount", "--net", "bash", "-c", script], modules, log);
  const socket = join(folder, "run", "libvirt-sock");
  const uri = `${drivers === "test" ? "test" : "qemu"}+unix:///${drivers === "test" ? "default" : "system"}?socket=${socket}`;
  await waitFor(
    "libvirtd to answer",
    () =>
      run("virsh", ["-c", uri, "uri"]).then(
        () => true,
        () => false,
      ),
    program,
  );
  return { pid: program.pid, socket, stop: program.stop };
}

/** A description of a node with so many machines, for the test driver. @param {number} machines */
export function nodeXml(machines) {
  const domains = Array.from({ length: machines }, (_, at) => {
    const uuid = `6a000000-0000-4000-8000-${String(at).padStart(12, "0")}`;
    return `<domain type='test'><name>m${at}</name><uuid>${uuid}</uuid><memory>65536</memory><vcpu>1</vcpu><os><type>hvm</type></os>
<devices><disk type='file' device='disk'><source file='/m${at}'/><target dev='vda' bus='virtio'/></disk></devices></domain>`;
  });
  return `<node><cpu><mhz>2000</mhz><model>x</model><active>4</active><nodes>1</nodes><sockets>1</sockets><cores>4</cores><threads>1</threads></cpu><memory>8388608</memory>${domains.join("")}</node>`;
}
