import { afterAll, beforeAll, describe, expect } from "vitest";
import { bringUpMachines } from "./support/baseline.js";
import { run } from "./support/command.js";
import { Gateway } from "./support/gateway.js";
import { hostTest, whenPossible } from "./support/host-test.js";
import { scratch } from "./support/room.js";
import { until } from "./support/until.js";
import { machineNames } from "./support/virsh.js";
import { operStates } from "./support/vm-mib.js";

let gateway: Gateway;

beforeAll(
  whenPossible(async () => {
    await bringUpMachines();
    gateway = await Gateway.firstRun("first-run");
  }),
);
afterAll(whenPossible(async () => await gateway?.stop()));

describe("started with nothing configured on a computer with libvirt", () => {
  hostTest("serves the local QEMU and LXC, and nothing simulated", async () => {
    const { hosts } = gateway.ready;
    expect(hosts.map(({ uri }) => uri).sort()).toEqual(["lxc:///system", "qemu:///system"]);
    expect(hosts.every(({ simulated }) => !simulated)).toBe(true);
  });

  hostTest("the default context lists every real machine", async () => {
    const names = [...(await machineNames("qemu")), ...(await machineNames("lxc"))].sort();
    expect([...(await operStates(gateway, "")).keys()].sort()).toEqual(names);
  });

  hostTest("the walk that the start-up panel offers works as it is pasted, and counters move", async () => {
    const offered = gateway.log.split("\n").find((line) => line.includes("snmpbulkwalk"));
    expect(offered, gateway.log).toBeDefined();
    const walk = () => run("sh", ["-c", offered?.trim() ?? ""], { env: { SNMP_PERSISTENT_DIR: scratch("net-snmp") } });
    const first = await walk();
    for (const name of await machineNames("qemu")) if (/^[\w-]+$/.test(name)) expect(first).toContain(`"${name}"`);
    await until("a counter of the walk to move", async () => {
      const [before, after] = [counters(first), counters(await walk())];
      return [...after].some(([oid, value]) => value > (before.get(oid) ?? value));
    });
  });
});

/** The 64-bit counters in what a walk printed. */
function counters(text: string): ReadonlyMap<string, bigint> {
  const found = new Map<string, bigint>();
  for (const [, oid = "", value = ""] of text.matchAll(/^(\S+) = Counter64: (\d+)/gm)) found.set(oid, BigInt(value));
  return found;
}
