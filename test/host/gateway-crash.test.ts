import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { bringUpMachines } from "./support/baseline.js";
import { qemuXml } from "./support/domain-xml.js";
import { bothHosts, Gateway } from "./support/gateway.js";
import { hostTest, whenPossible } from "./support/host-test.js";
import { scratch } from "./support/room.js";
import { get } from "./support/snmp.js";
import { virsh } from "./support/virsh.js";
import { readVmTable, VM_UUID } from "./support/vm-mib.js";

const SNMP_ENGINE_ID = ".1.3.6.1.6.3.10.2.1.1.0";
const SNMP_ENGINE_BOOTS = ".1.3.6.1.6.3.10.2.1.2.0";

let gateway: Gateway;

beforeAll(
  whenPossible(async () => {
    await bringUpMachines();
    gateway = await Gateway.configured("gateway-crash", bothHosts());
  }),
);
afterAll(whenPossible(async () => await gateway?.stop()));

interface Identity {
  readonly engineId: string;
  readonly boots: number;
  /** By context and UUID. */
  readonly vmIndexes: ReadonlyMap<string, string>;
}

async function identity(): Promise<Identity> {
  const vmIndexes = new Map<string, string>();
  for (const context of ["", "kvm1", "ct1"]) {
    for (const [index, row] of await readVmTable(gateway, context)) {
      const uuid = row.get(VM_UUID);
      vmIndexes.set(`${context} ${Buffer.isBuffer(uuid) ? uuid.toString("hex") : uuid}`, index);
    }
  }
  const engineId = await get(gateway, SNMP_ENGINE_ID);
  return {
    engineId: Buffer.isBuffer(engineId) ? engineId.toString("hex") : String(engineId),
    boots: Number(await get(gateway, SNMP_ENGINE_BOOTS)),
    vmIndexes,
  };
}

describe("kill -9 of the gateway", () => {
  hostTest("the engine is the same, its boots are one more each time, every machine keeps its number", async () => {
    const first = await identity();
    for (let kills = 1; kills <= 3; kills++) {
      await gateway.stop("SIGKILL");
      await gateway.start();
      const now = await identity();
      expect(now).toEqual({ ...first, boots: first.boots + kills });
    }
  });

  hostTest("machines that change order meanwhile keep their numbers; a new one gets the next", async () => {
    const before = await identity();
    await gateway.stop("SIGKILL");
    const id = "7d3c5a10-0000-4000-8000-00000000ffff";
    await virsh("qemu", "destroy", "idle-1");
    await virsh("qemu", "define", newcomer(id));
    await gateway.start();
    const after = await identity();
    const added = [...after.vmIndexes].filter(([key]) => !before.vmIndexes.has(key));
    const qemuMachines = [...before.vmIndexes.keys()].filter((key) => key.startsWith("kvm1 ")).length;
    expect(new Map(added)).toEqual(
      new Map([
        [
          ` ${id.replaceAll("-", "")}`,
          String([...before.vmIndexes.keys()].filter((key) => key.startsWith(" ")).length + 1),
        ],
        [`kvm1 ${id.replaceAll("-", "")}`, String(qemuMachines + 1)],
      ]),
    );
    for (const [key, index] of before.vmIndexes) expect(after.vmIndexes.get(key), key).toBe(index);
    await virsh("qemu", "undefine", "aaa-newcomer");
    await virsh("qemu", "start", "idle-1");
  });
});

/** A document whose name comes before all others. @returns the file */
function newcomer(uuid: string): string {
  const file = scratch("newcomer.xml");
  writeFileSync(file, qemuXml("aaa-newcomer", uuid, { type: "qemu", memoryMiB: 16, vcpus: 1, devices: [] }));
  return file;
}
