import { createHash, randomFillSync } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import type { VolumePiece } from "../../src/inventory/hypervisor-storage.js";
import { isInstalled } from "../support/installed.js";
import { attempt, run } from "./support/command.js";
import { containerXml, qemuXml } from "./support/domain-xml.js";
import { freePort } from "./support/free-port.js";
import { hostTest, whenPossible } from "./support/host-test.js";
import { limit, openToWrite } from "./support/hypervisor.js";
import {
  certified,
  type RemoteLibvirtd,
  saslAccounts,
  saslTool,
  startRemoteLibvirtd,
} from "./support/remote-libvirtd.js";
import { scratch } from "./support/room.js";
import { makeKey, Sshd } from "./support/sshd.js";
import { until } from "./support/until.js";

type Opened = ReturnType<typeof openToWrite>;

const QEMU_SETTINGS =
  'user = "root"\ngroup = "root"\nsecurity_driver = "none"\nstdio_handler = "file"\nnamespaces = []\nremember_owner = 0\n';
const password = "correct horse";
const tools = [saslTool, "sshd"];
const absent = tools.filter((tool) => !isInstalled(tool));
const missing = absent.length === 0 ? undefined : `${absent.join(" and ")} is not installed`;

let daemon: RemoteLibvirtd | undefined;
let sshd: Sshd | undefined;
let open: Readonly<Record<"tls" | "ssh", (driver: string, path: string) => Opened>>;

/** One libvirtd with QEMU, LXC and the test driver, which asks for certificates and SCRAM over TLS, and an sshd before it. */
beforeAll(
  whenPossible(async () => {
    if (missing !== undefined) return;
    const folder = scratch("write-remote");
    mkdirSync(folder, { recursive: true });
    const qemuSettings = join(folder, "qemu.conf");
    writeFileSync(qemuSettings, QEMU_SETTINGS);
    const port = await freePort();
    const { settings, files } = await certified(folder, port);
    const mounts = { ...saslAccounts(folder, "virtgate", password), "/etc/libvirt/qemu.conf": qemuSettings };
    daemon = await startRemoteLibvirtd(folder, [...settings, 'auth_tls = "sasl"'], {
      ...{ mounts, listen: true, modules: true },
    });
    const { socket } = daemon;
    await until("QEMU and LXC to answer", async () => {
      const asked = ["qemu", "lxc"].map((driver) => attempt("virsh", ["-c", onSocket(driver), "uri"]));
      return (await Promise.all(asked)).every(({ code }) => code === 0);
    });
    const key = await makeKey(join(folder, "key"));
    sshd = await Sshd.start(join(folder, "sshd"), [`${key}.pub`]);
    const known = join(folder, "known_hosts");
    writeFileSync(known, sshd.knownHost);
    const passwordFile = join(folder, "password");
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
    const ssh = `root@127.0.0.1:${sshd.port}`;
    open = {
      tls: (driver, path) =>
        openToWrite(`${driver}+tls://127.0.0.1:${port}${path}`, {
          tls: files,
          sasl: { user: "virtgate", passwordFile },
        }),
      ssh: (driver, path) =>
        openToWrite(`${driver}+ssh://${ssh}${path}?keyfile=${key}&known_hosts=${known}&socket=${socket}`),
    };
  }),
);
afterAll(
  whenPossible(async () => {
    if (daemon === undefined) return;
    for (const driver of ["qemu", "lxc"]) await attempt("virsh", ["-c", onSocket(driver), "destroy", machine.name]);
    await sshd?.kill();
    await daemon.stop();
  }),
);

function onSocket(driver: string): string {
  return `${driver}+unix:///${driver === "test" ? "default" : "system"}?socket=${daemon?.socket}`;
}

const machine = { name: "w-far", uuid: "7d3c5a10-0000-4000-9000-0000000000a1" };
const cases = [
  {
    ...{ driver: "qemu", path: "/system" },
    document: qemuXml(machine.name, machine.uuid, { type: "qemu", memoryMiB: 32, vcpus: 1, devices: [] }),
  },
  {
    ...{ driver: "lxc", path: "/system" },
    document: containerXml(machine.name, machine.uuid, {
      ...{ memoryMiB: 32, vcpus: 1, devices: [] },
      init: ["/bin/sleep", "100000"],
    }),
  },
  {
    ...{ driver: "test", path: "/default" },
    document: `<domain type='test'><name>${machine.name}</name><uuid>${machine.uuid}</uuid><memory unit='MiB'>32</memory><vcpu>1</vcpu><os><type>hvm</type></os></domain>`,
  },
] as const;

describe.each(["tls", "ssh"] as const)("a libvirtd reached over %s", (way) => {
  for (const { driver, path, document } of cases) {
    hostTest(`${driver} defines, starts, pauses, ends and forgets a machine, as virsh tells`, async (context) => {
      if (missing !== undefined) context.skip(missing);
      const one = open[way](driver, path);
      const told = async () =>
        (await attempt("virsh", ["-c", onSocket(driver), "domstate", machine.name])).stdout.trim();
      try {
        expect(await one.defineMachine(document, limit)).toBe(machine.uuid);
        expect(await told()).toBe("shut off");
        await one.start(machine.uuid, {}, limit);
        expect(await told()).toBe("running");
        // A container is paused by the freezer, which a host with control groups of version 2 alone keeps from this libvirt.
        if (driver !== "lxc") {
          await one.suspend(machine.uuid, limit);
          expect(await told()).toBe("paused");
          expect(await one.machineStatus(machine.uuid, limit)).toMatchObject({ state: "paused" });
          await one.resume(machine.uuid, limit);
          expect(await told()).toBe("running");
        }
        await one.destroy(machine.uuid, limit);
        expect(await told()).toBe("shut off");
        await one.undefineMachine(machine.uuid, {}, limit);
        expect(await told()).toBe("");
        await expect(one.start(machine.uuid, {}, limit)).rejects.toMatchObject({ code: "absent" });
      } finally {
        one.close();
      }
    });
  }

  hostTest("a volume is sent there and comes back as it was", async (context) => {
    if (missing !== undefined) context.skip(missing);
    const one = open[way]("qemu", "/system");
    const pool = `far-${way}`;
    const target = scratch(pool);
    mkdirSync(target, { recursive: true });
    const content = randomFillSync(Buffer.alloc(3_000_001));
    try {
      await one.definePool(
        `<pool type='dir'><name>${pool}</name><target><path>${target}</path></target></pool>`,
        limit,
      );
      await one.startPool(pool, limit);
      await one.createVolume(pool, `<volume><name>v</name><capacity>${content.length}</capacity></volume>`, limit);
      await one.uploadVolume(pool, "v", cut(content, 700_000), {}, limit);
      expect(digest(readFileSync(join(target, "v")))).toBe(digest(content));
      const got: Buffer[] = [];
      for await (const piece of one.downloadVolume(pool, "v", {}, limit)) {
        if (!("octets" in piece)) throw new Error("a hole came, and none was asked for");
        got.push(Buffer.from(piece.octets));
        piece.release?.();
      }
      expect(digest(Buffer.concat(got))).toBe(digest(content));
    } finally {
      one.close();
      await run("virsh", ["-q", "-c", onSocket("qemu"), "pool-destroy", pool]);
    }
  });
});

async function* cut(octets: Buffer, size: number): AsyncGenerator<VolumePiece> {
  for (let at = 0; at < octets.length; at += size) yield { octets: octets.subarray(at, at + size) };
}

function digest(octets: Buffer): string {
  return createHash("sha256").update(octets).digest("hex");
}
