import { mkdirSync, writeFileSync } from "node:fs";
import { attempt } from "./command.js";
import { end, isAlive, pidIn, startInBackground } from "./processes.js";
import { scratch } from "./room.js";
import { until } from "./until.js";

const PID_FILE = "/run/libvirtd-under-test.pid";

/** Nobody outside the namespaces can reach the sockets, so nobody is asked for a password. */
const DAEMON = `
auth_unix_ro = "none"
auth_unix_rw = "none"
unix_sock_rw_perms = "0700"
`;

/** QEMU as root with plain files: what is under test is the gateway, not the confinement of guests. */
const QEMU = `
user = "root"
group = "root"
security_driver = "none"
stdio_handler = "file"
namespaces = []
remember_owner = 0
`;

/**
 * Starts the private libvirtd unless it runs, and waits until both its drivers answer. One that gives up is started again, as
 * a service manager would: a helper of one that was killed can hold its files for a moment.
 */
export async function startLibvirt(): Promise<void> {
  let pid = libvirtPid() ?? launch();
  await until("libvirtd to answer", async () => {
    if (!isAlive(pid)) pid = launch();
    const answers = await Promise.all(
      ["qemu:///system", "lxc:///system"].map((uri) => attempt("virsh", ["-c", uri, "uri"])),
    );
    return answers.every(({ code }) => code === 0);
  });
}

function launch(): number {
  mkdirSync("/etc/libvirt", { recursive: true });
  writeFileSync("/etc/libvirt/libvirtd.conf", DAEMON);
  writeFileSync("/etc/libvirt/qemu.conf", QEMU);
  const args = ["-f", "/etc/libvirt/libvirtd.conf", "-p", PID_FILE];
  return startInBackground("/usr/sbin/libvirtd", args, { log: scratch("libvirtd.log") }).pid;
}

function libvirtPid(): number | undefined {
  return pidIn(PID_FILE);
}

/** As a crash would: guests and containers live on. */
export async function killLibvirt(): Promise<void> {
  const pid = libvirtPid();
  if (pid === undefined) throw new Error("libvirtd does not run");
  await end(pid, "SIGKILL");
}
