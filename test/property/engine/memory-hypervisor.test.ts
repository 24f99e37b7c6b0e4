import fc from "fast-check";
import { expect, test } from "vitest";
import { systemClock } from "../../../src/base/clock.js";
import { Fault } from "../../../src/base/fault.js";
import { silentLog } from "../../../src/base/log.js";
import { OpeningGate } from "../../../src/driver/opening-gate.js";
import { createLibvirtHypervisor } from "../../../src/driver/write/libvirt-hypervisor.js";
import type { Hypervisor } from "../../../src/inventory/hypervisor.js";
import { createSimulatedHost } from "../../../src/simulator/host/simulated-host.js";
import { uuidOf } from "../../support/inventory-builder.js";
import { MemoryHypervisor } from "../../support/memory-hypervisor.js";
import { pairedChannels } from "../../support/paired-channels.js";

const limit = { deadlineMs: 60_000 };
const uuid = uuidOf(1);
const document = `<domain type='kvm'><name>one</name><uuid>${uuid}</uuid><memory>65536</memory><vcpu>1</vcpu><os><type>hvm</type></os></domain>`;
const network = "<network><name>net</name></network>";

/** What the engine's operations call, in words. */
const calls: Readonly<Record<string, (hypervisor: Hypervisor) => Promise<unknown>>> = {
  start: (hypervisor) => hypervisor.start(uuid, {}, limit),
  "start paused": (hypervisor) => hypervisor.start(uuid, { paused: true }, limit),
  "start anew": (hypervisor) => hypervisor.start(uuid, { discardSaved: true }, limit),
  suspend: (hypervisor) => hypervisor.suspend(uuid, limit),
  resume: (hypervisor) => hypervisor.resume(uuid, limit),
  save: (hypervisor) => hypervisor.save(uuid, limit),
  restore: (hypervisor) => hypervisor.restore(uuid, limit),
  destroy: (hypervisor) => hypervisor.destroy(uuid, limit),
  reset: (hypervisor) => hypervisor.reset(uuid, limit),
  "autostart on": (hypervisor) => hypervisor.setAutostart(uuid, true, limit),
  "autostart off": (hypervisor) => hypervisor.setAutostart(uuid, false, limit),
  define: (hypervisor) => hypervisor.defineMachine(document, limit),
  undefine: (hypervisor) => hypervisor.undefineMachine(uuid, {}, limit),
  "undefine with state": (hypervisor) => hypervisor.undefineMachine(uuid, { withState: true }, limit),
  "define network": (hypervisor) => hypervisor.defineNetwork(network, limit),
  "start network": (hypervisor) => hypervisor.startNetwork("net", limit),
  "stop network": (hypervisor) => hypervisor.stopNetwork("net", limit),
  "autostart network": (hypervisor) => hypervisor.setNetworkAutostart("net", true, limit),
};

/** The real driver on a simulated host without machines. */
function simulated() {
  const host = createSimulatedHost({ name: "h", driver: "qemu", machines: 0, clock: systemClock, log: silentLog });
  const hypervisor = createLibvirtHypervisor({
    host: { name: "h", uri: "qemu+unix:///system?socket=/simulated" },
    ...{ clock: systemClock, log: silentLog, gate: new OpeningGate() },
    dialer: () => ({
      address: "simulated",
      dial: async () => {
        const [ours, theirs] = pairedChannels();
        host.serve(theirs, { readOnly: false });
        return ours;
      },
    }),
  });
  return { host, hypervisor };
}

async function outcome(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "done";
  } catch (error) {
    if (error instanceof Fault) return error.code;
    throw error;
  }
}

/** What both tell of themselves alike. */
async function shown(hypervisor: Hypervisor) {
  const machine = await hypervisor.machineStatus(uuid, limit);
  const net = await hypervisor.networkStatus("net", limit);
  return {
    machine: machine && {
      ...{ state: machine.state, persistent: machine.persistent, saved: machine.saved, autostart: machine.autostart },
    },
    network: net && { active: net.active, persistent: net.persistent, autostart: net.autostart },
  };
}

test("the hypervisor in memory that the engine is tested with does what the real driver does on a simulated host", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...Object.keys(calls)), { maxLength: 14 }), async (words) => {
      const memory = new MemoryHypervisor();
      const { host, hypervisor } = simulated();
      try {
        const done: string[] = [];
        for (const word of ["define", ...words]) {
          const call = calls[word] as (hypervisor: Hypervisor) => Promise<unknown>;
          const [ours, theirs] = [await outcome(call(memory)), await outcome(call(hypervisor))];
          done.push(`${word}: ${theirs}`);
          expect({ done, outcome: ours, ...(await shown(memory)) }).toEqual({
            ...{ done, outcome: theirs },
            ...(await shown(hypervisor)),
          });
        }
      } finally {
        hypervisor.close();
        host.stop();
      }
    }),
    { numRuns: 60 },
  );
});
