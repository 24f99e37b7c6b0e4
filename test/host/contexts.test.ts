import { afterAll, beforeAll, describe, expect } from "vitest";
import { bringUpMachines } from "./support/baseline.js";
import { bothHosts, Gateway } from "./support/gateway.js";
import { hostTest, whenPossible } from "./support/host-test.js";
import { ask } from "./support/snmp.js";
import { machineNames } from "./support/virsh.js";
import { operStates, readVmScalar, readVmTable, VM_UUID } from "./support/vm-mib.js";

const VM_NUMBER = "1.3.6.1.2.1.236.1.2.0";

let gateway: Gateway;

beforeAll(
  whenPossible(async () => {
    await bringUpMachines();
    gateway = await Gateway.configured("contexts", bothHosts());
  }),
);
afterAll(whenPossible(async () => await gateway?.stop()));

describe("SNMP contexts", () => {
  hostTest("each host has one, under the host's name", async () => {
    const inContext = async (context: string) => [...(await operStates(gateway, context)).keys()].sort();
    expect(await inContext("kvm1")).toEqual([...(await machineNames("qemu"))].sort());
    expect(await inContext("ct1")).toEqual([...(await machineNames("lxc"))].sort());
  });

  hostTest("the default context of two hosts has all machines of both, each under a number of its own", async () => {
    const [all, qemu, lxc] = await Promise.all(["", "kvm1", "ct1"].map((context) => readVmTable(gateway, context)));
    const uuids = (rows = all) => [...(rows?.values() ?? [])].map((row) => String(row.get(VM_UUID))).sort();
    expect(uuids(all)).toEqual([...uuids(qemu), ...uuids(lxc)].sort());
    expect(await readVmScalar(gateway, "vmNumber", "")).toBe(all?.size);
    expect([...(all?.keys() ?? [])].map(Number).sort((a, b) => a - b)).toEqual(
      Array.from({ length: all?.size ?? 0 }, (_, position) => position + 1),
    );
  });

  hostTest("a context that does not exist is refused in words, not by silence (RFC 3413, section 3.2)", async () => {
    const { code, stderr } = await ask(gateway, "snmpget", [], "nope", [VM_NUMBER]);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/bad context|unknown context/i); // the Report's counter, in Net-SNMP's words
  });

  hostTest("nobody reads without the right keys (RFC 3414, section 3.2)", async () => {
    for (const options of [
      ["-A", "wrong-password-1", "-X", "wrong-password-2", "-l", "authPriv"],
      ["-l", "noAuthNoPriv"],
      ["-u", "nobody"],
      ["-v2c", "-c", "public"],
    ]) {
      const { code, stdout } = await ask(gateway, "snmpget", ["-r", "0", "-t", "2", ...options], "", [VM_NUMBER]);
      expect(code, options.join(" ")).not.toBe(0);
      expect(stdout).not.toContain(VM_NUMBER);
    }
  });
});
