import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { MachinesAnswer } from "../../src/agent/console/control-routes.js";
import type { AuditAnswer } from "../../src/daemon/audit-orders.js";
import { anyPorts, programFile, type RunningProgram, start, startProgram, until } from "../support/run-program.js";
import { temporaryFolder } from "../support/temporary-folder.js";

/** Two simulated hosts that may be written to, on one of which machines are. */
async function serve() {
  const folder = temporaryFolder();
  const words = [
    "simulate",
    "--socket",
    join(folder, "h"),
    "--hosts",
    "2",
    "--machines",
    "4",
    "--seed",
    "5",
    "--mix",
    "kvm",
  ];
  const simulator = start(process.execPath, [programFile(), ...words]);
  await until("the simulator", () => simulator.out() || undefined, simulator.err);
  const host = (name: string, socket: string) =>
    `[[host]]\nname = "${name}"\nuri = "qemu+unix:///system?socket=${join(folder, "h", socket)}"\nallow_write = true\n`;
  const gateway = await startProgram({ configuration: `${anyPorts}${host("a", "1.sock")}${host("b", "2.sock")}` });
  const file = (name: string, content: string | Buffer): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  return { gateway, file, folder };
}

async function done(gateway: RunningProgram, ...words: readonly string[]): Promise<string> {
  const outcome = await gateway.command(...words);
  expect({ words, ...outcome }).toMatchObject({ words, code: 0 });
  return outcome.out;
}

async function refused(gateway: RunningProgram, ...words: readonly string[]): Promise<string> {
  const outcome = await gateway.command(...words);
  expect({ words, ...outcome }).toMatchObject({ words, code: 1, out: "" });
  return outcome.err;
}

const uuid = "5e1f0000-0000-4000-8000-00000000000a";
const domain = (extra = "") =>
  `<domain type='kvm'><name>made</name><uuid>${uuid}</uuid><memory unit='MiB'>128</memory><vcpu>1</vcpu><os><type>hvm</type></os><devices>${extra}</devices></domain>`;

describe("commands that change simulated hosts", () => {
  test("give a machine to a user, until one of them goes", async () => {
    const { gateway } = await serve();
    const { machines } = JSON.parse(await done(gateway, "machines", "--host", "a", "--json")) as MachinesAnswer;
    const which = `a/${machines[0]?.name}`;
    const name = machines[0]?.name;
    expect(await refused(gateway, "user", "own", "bob", which)).toMatch(/there is no such user; user list lists them/);
    await done(gateway, "user", "add", "bob", "--snmp-user", "bob");
    expect(await done(gateway, "user", "own", "bob", which, "--dry-run")).toBe(`${name} would be bob's\n`);
    expect(await done(gateway, "user", "own", "bob", which)).toBe(`${name} is bob's\n`);
    await done(gateway, "user", "remove", "bob");
    expect(JSON.parse(await done(gateway, "user", "disown", which, "--json"))).not.toHaveProperty("before");
  });

  test("define, tune, plug, take snapshots of and undefine a machine", async () => {
    const { gateway, file } = await serve();
    const xml = file("made.xml", domain());
    expect(await refused(gateway, "define", xml)).toMatch(/say which host with --host: a, b/);
    expect(await done(gateway, "define", xml, "--host", "a")).toBe(`made: defined on host a, ${uuid}\n`);
    await done(gateway, "tune", "a/made", "memory=64M", "cpu-shares=200");
    const shown = JSON.parse(await done(gateway, "show", "a/made", "--json"));
    expect(shown).toMatchObject({ state: "stopped", persistent: true });
    await done(gateway, "start", "a/made");
    const device = file(
      "nic.xml",
      "<interface type='network'><mac address='52:54:00:12:34:56'/><source network='default'/></interface>",
    );
    await done(gateway, "attach", "a/made", device);
    await until("the device to be shown", async () => {
      const { nics } = JSON.parse(await done(gateway, "show", "a/made", "--json"));
      return nics.length === 1 || undefined;
    });
    await done(gateway, "detach", "a/made", "52:54:00:12:34:56");
    await done(gateway, "snapshot", "create", "a/made", "s1");
    await done(gateway, "snapshot", "delete", "a/made", "s1");
    await done(gateway, "destroy", "a/made");
    await done(gateway, "undefine", "a/made");
    const { machines } = JSON.parse(await done(gateway, "machines", "--json")) as MachinesAnswer;
    expect(machines.filter(({ name }) => name === "made")).toEqual([]);
    const { records } = JSON.parse(await done(gateway, "audit", "--json")) as AuditAnswer;
    expect(records.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 9 }, () => "done"));
  });

  test("make, fill, read and delete a volume in a pool of their own", async () => {
    const { gateway, file, folder } = await serve();
    const pool = file("pool.xml", "<pool type='dir'><name>mine</name><target><path>/srv/mine</path></target></pool>");
    await done(gateway, "pool", "define", pool, "--host", "a", "--build", "--start");
    await until(
      "the pool to be shown",
      async () => (await done(gateway, "pool", "list")).includes("mine") || undefined,
    );
    const content = Buffer.alloc(1_300_000, "some content ");
    await done(gateway, "volume", "upload", "a/mine", "v", file("content", content), "--create");
    const target = join(folder, "down");
    await done(gateway, "volume", "download", "a/mine", "v", target);
    expect(readFileSync(target).equals(content)).toBe(true);
    const { volumes } = JSON.parse(await done(gateway, "volume", "list", "a/mine", "--json"));
    expect(volumes).toMatchObject([{ name: "v", capacityBytes: "1300000" }]);
    expect(await done(gateway, "volume", "delete", "a/mine", "v", "--dry-run")).toMatch(/cannot be undone/);
    await done(gateway, "volume", "delete", "a/mine", "v");
    await done(gateway, "pool", "stop", "a/mine");
    await done(gateway, "pool", "undefine", "a/mine");
    expect(await refused(gateway, "pool", "start", "a/mine")).toMatch(/host a has no pool mine/);
  });
});
