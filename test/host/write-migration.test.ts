import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import type { AuditAnswer } from "../../src/daemon/audit-orders.js";
import { attempt } from "./support/command.js";
import { qemuXml } from "./support/domain-xml.js";
import { Gateway } from "./support/gateway.js";
import { hostTest, whenPossible } from "./support/host-test.js";
import { limit, openToWrite } from "./support/hypervisor.js";
import { startLibvirt } from "./support/libvirt-daemon.js";
import { end, pidIn, startInBackground } from "./support/processes.js";
import { scratch } from "./support/room.js";
import { until } from "./support/until.js";
import { domainState, tryVirsh } from "./support/virsh.js";

type Opened = ReturnType<typeof openToWrite>;

const vm = { name: "w-move", uuid: "7d3c5a10-0000-4000-9000-000000000003" };
let here: Opened;
let there: Opened;
let otherPid: number | undefined;
const folder = (...parts: readonly string[]): string => scratch("w-other", ...parts);
const otherUri = (): string => `qemu+unix:///system?socket=${folder("run", "libvirt-sock")}`;

/** A second computer's libvirtd: other folders, another host name, another identity. */
async function startOther(): Promise<void> {
  const binds = {
    run: "/run/libvirt",
    lib: "/var/lib/libvirt",
    log: "/var/log/libvirt",
    cache: "/var/cache/libvirt",
    etc: "/etc/libvirt",
  };
  for (const name of Object.keys(binds)) mkdirSync(folder(name), { recursive: true });
  writeFileSync(
    folder("libvirtd.conf"),
    'auth_unix_rw = "none"\nunix_sock_rw_perms = "0700"\nhost_uuid = "7d3c5a10-0000-4000-9000-0000000000ff"\n',
  );
  writeFileSync(
    folder("etc", "qemu.conf"),
    'user = "root"\ngroup = "root"\nsecurity_driver = "none"\nstdio_handler = "file"\nnamespaces = []\nremember_owner = 0\n',
  );
  writeFileSync(folder("hosts"), "127.0.0.1 localhost\n127.0.1.1 virtgate-host\n127.0.1.2 other-host\n");
  const script = [
    "set -e",
    "mount --make-rprivate /",
    "hostname other-host",
    `mount --bind ${folder("hosts")} /etc/hosts`,
    ...Object.entries(binds).map(([name, at]) => `mkdir -p ${at}; mount --bind ${folder(name)} ${at}`),
    `exec /usr/sbin/libvirtd -f ${folder("libvirtd.conf")} -p ${folder("pid")}`,
  ].join("\n");
  startInBackground("unshare", ["--mount", "--uts", "bash", "-c", script], { log: folder("log.txt") });
  await until(
    "the other libvirtd to answer",
    async () => (await attempt("virsh", ["-c", otherUri(), "uri"])).code === 0,
  );
  otherPid = pidIn(folder("pid"));
}

beforeAll(
  whenPossible(async () => {
    await startLibvirt();
    mkdirSync(folder(), { recursive: true });
    await startOther();
    here = openToWrite("qemu:///system");
    there = openToWrite(otherUri());
  }),
);
afterAll(
  whenPossible(async () => {
    await tryVirsh("qemu", "destroy", vm.name);
    await tryVirsh("qemu", "undefine", vm.name);
    await attempt("virsh", ["-c", otherUri(), "destroy", vm.name]);
    here?.close();
    there?.close();
    if (otherPid !== undefined) await end(otherPid, "SIGKILL");
  }),
);

describe("the command that moves a machine", () => {
  hostTest("has it go on elsewhere, or stay where it is when that host cannot be reached", async () => {
    const host = (name: string, uri: string) => `[[host]]\nname = "${name}"\nuri = "${uri}"\nallow_write = true\n`;
    const ports = `[snmp]\naddresses = ["127.0.0.1:0"]\n[web]\naddress = "127.0.0.1:0"\n`;
    const gateway = await Gateway.configured(
      "migrate",
      `${host("here", "qemu:///system")}${host("there", otherUri())}${ports}`,
    );
    try {
      const file = scratch("w-move.xml");
      writeFileSync(file, qemuXml(vm.name, vm.uuid, { type: "qemu", memoryMiB: 32, vcpus: 1, devices: [] }));
      expect(await gateway.command("define", file, "--host", "here", "--start")).toMatchObject({ code: 0 });
      const move = ["migrate", "here/w-move", "there", "--data-uri", "tcp://127.0.0.1"];
      const nowhere = `qemu+unix:///system?socket=${join(folder(), "nobody")}`;
      const refused = await gateway.command(...move, "--destination-uri", nowhere);
      expect({ ...refused }).toMatchObject({ code: 1, stderr: expect.stringMatching(/^virtgate: w-move: /) });
      expect((await domainState("qemu", vm.name))?.[0]).toBe("running");
      const plan = await gateway.command(...move, "--dry-run");
      expect(plan.stdout).toBe("1. migrate machine w-move to host there (cannot be undone)\n");
      expect({ ...(await gateway.command(...move)) }).toMatchObject({ code: 0, stdout: "w-move: on host there\n" });
      expect(await domainState("qemu", vm.name)).toBeUndefined();
      expect(await there.machineStatus(vm.uuid, limit)).toMatchObject({ state: "running", persistent: true });
      const { records } = await gateway.json<AuditAnswer>("audit");
      expect(records.map(({ outcome }) => outcome)).toEqual(["done", "undone", "done"]);
      await until("the gateway to have it there alone", async () => {
        const places = (await gateway.machines()).filter(({ name }) => name === vm.name).map((one) => one.host);
        return places.join() === "there";
      });
      expect(await gateway.command("destroy", "there/w-move")).toMatchObject({ code: 0 });
      expect(await gateway.command("undefine", "there/w-move")).toMatchObject({ code: 0 });
    } finally {
      await gateway.stop();
    }
  });
});

describe("a machine that runs", () => {
  const request = () => ({ destinationUri: otherUri(), dataUri: "tcp://127.0.0.1", live: true, persist: true });

  hostTest("goes from daemon to daemon and goes on there", async () => {
    await here.defineMachine(qemuXml(vm.name, vm.uuid, { type: "qemu", memoryMiB: 32, vcpus: 1, devices: [] }), limit);
    await here.start(vm.uuid, {}, limit);
    await here.migrate(vm.uuid, request(), limit);
    expect(await here.machineStatus(vm.uuid, limit)).toBeUndefined();
    expect(await domainState("qemu", vm.name)).toBeUndefined();
    expect(await there.machineStatus(vm.uuid, limit)).toMatchObject({
      state: "running",
      reason: "migrated",
      persistent: true,
    });
    await there.destroy(vm.uuid, limit);
    await there.undefineMachine(vm.uuid, {}, limit);
  });

  hostTest("stays when the other daemon cannot be reached", async () => {
    await here.defineMachine(qemuXml(vm.name, vm.uuid, { type: "qemu", memoryMiB: 32, vcpus: 1, devices: [] }), limit);
    await here.start(vm.uuid, {}, limit);
    const nowhere = { ...request(), destinationUri: `qemu+unix:///system?socket=${join(folder(), "nobody")}` };
    await expect(here.migrate(vm.uuid, nowhere, limit)).rejects.toMatchObject({ name: "Fault" });
    expect(await here.machineStatus(vm.uuid, limit)).toMatchObject({ state: "running" });
  });
});
