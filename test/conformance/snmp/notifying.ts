import { openMessage, readCommunityMessage } from "../../../src/protocol/snmp/message.js";
import type { Oid } from "../../../src/protocol/snmp/object-source.js";
import { decodePdu, type Pdu } from "../../../src/protocol/snmp/pdu.js";
import type { PduVarBind } from "../../../src/protocol/snmp/var-bind.js";
import { openV3, type V3Answer } from "../../support/snmp-manager.js";
import { type Bench, type Check, must, needs, text, VM_MIB, withManager } from "./check.js";
import { type Manager, userOf } from "./manager.js";
import type { Control, Receiver } from "./subject.js";
import { percentile, within } from "./timing.js";

const VM_NOTIFICATIONS = text([...VM_MIB, 0]);
const names = ["", "vmRunning", "vmShuttingdown", "vmShutdown", "vmPaused"];
/** The states that these announce. @see RFC 7666, object vmOperState */
const operStates = { vmRunning: 4, vmShuttingdown: 10, vmShutdown: 11, vmPaused: 8 };
const VM_ENTRY = [...VM_MIB, 1, 4, 1];

/** A notification about a machine, from whatever message it came in. */
interface Heard {
  readonly name: string;
  readonly vmName: string;
  /** vmOperState as it was carried. */
  readonly from: number;
  readonly order: string;
  readonly at: number;
}

function control(bench: Bench): Control {
  return needs(bench.subject.control, "control of its machines");
}

/** Waits for something that will come, however long a loaded computer takes. */
export async function until<T>(what: string, look: () => T | undefined): Promise<T> {
  for (const end = performance.now() + 20_000; performance.now() < end; ) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`${what} did not come`);
}

/** What a message of SNMPv1 or SNMPv2c carries. */
export function ofCommunity(octets: Buffer): Pdu {
  return decodePdu(readCommunityMessage(openMessage(octets).rest).pduOctets);
}

async function opener(bench: Bench, manager: Manager): Promise<(octets: Buffer) => V3Answer> {
  const account = needs(bench.subject.reader, "an SNMPv3 user (--user)");
  const user = userOf(account, (await manager.engine()).engineId);
  return (octets) => openV3(octets, user);
}

function heard(varBinds: readonly PduVarBind[], trapOid: Oid, at: number): Heard | undefined {
  const oid = text(trapOid);
  if (!oid.startsWith(`${VM_NOTIFICATIONS}.`)) return undefined;
  const columns = varBinds.filter(({ oid: one }) => VM_ENTRY.every((arc, i) => one[i] === arc));
  const value = (column: number) => columns.find(({ oid: one }) => one[VM_ENTRY.length] === column)?.value;
  const [name, state] = [value(2), value(6)];
  return {
    name: names[Number(oid.slice(VM_NOTIFICATIONS.length + 1))] ?? oid,
    vmName: name?.type === "OctetString" ? Buffer.from(name.value).toString() : "",
    from: state?.type === "Integer32" ? state.value : -1,
    order: columns.map(({ oid: one }) => one[VM_ENTRY.length]).join(),
    at,
  };
}

/** What a receiver of SNMPv2c has heard about a machine, since a place in what it has got. */
function since({ datagrams }: Receiver, place: number, machine: string): readonly Heard[] {
  return datagrams.slice(place).flatMap(({ octets, at }) => {
    const pdu = ofCommunity(octets);
    const trap = "varBinds" in pdu && pdu.type !== "Trap" ? pdu.varBinds[1]?.value : undefined;
    const one = trap?.type === "ObjectIdentifier" ? heard(pdu.varBinds.slice(2), trap.value, at) : undefined;
    return one?.vmName === machine ? [one] : [];
  });
}

/** Notifications. @see RFC 3413; RFC 3584, section 3; RFC 7666, section 4.2 */
export const notifyingChecks: readonly Check[] = [
  {
    id: "P33",
    promise: "traps of v1, v2c and v3 with the right objects in order, and v1's enterprise",
    async run(bench) {
      const { act, machine, receivers } = control(bench);
      const { v1, v2c, v3 } = receivers;
      const places = { v1: v1.datagrams.length, v2c: v2c.datagrams.length, v3: v3.datagrams.length };
      const open = await opener(bench, bench.manager);
      await act("suspend", machine);
      const two = await until("the v2c trap", () =>
        since(v2c, places.v2c, machine).find(({ name }) => name === "vmPaused"),
      );
      must(two.order === "2,3,6", `v2c: columns ${two.order} instead of vmName, vmUUID, vmOperState`);
      await until("the v1 trap", () =>
        v1.datagrams.slice(places.v1).find(({ octets }) => {
          const pdu = ofCommunity(octets);
          if (pdu.type !== "Trap") return false;
          const isOurs = text(pdu.enterprise) === text(VM_MIB) && pdu.genericTrap === 6 && pdu.specificTrap === 4;
          return isOurs && pdu.varBinds.length === 3;
        }),
      );
      await until("the v3 trap", () =>
        v3.datagrams.slice(places.v3).find(({ octets }) => {
          const { pdu, authentic, contextName } = open(octets);
          const isOne = pdu.type === "SNMPv2-Trap" && pdu.varBinds.length === 5;
          return isOne && authentic && contextName === "kvm1";
        }),
      );
      await act("resume", machine);
      await until("the end", () => since(v2c, places.v2c, machine).find(({ name }) => name === "vmRunning"));
      return undefined;
    },
  },
  {
    id: "P34",
    promise: "an inform is repeated with the same id until it is acknowledged, and then no more",
    async run(bench) {
      const { act, informed, machine, receivers } = control(bench);
      const ids = (from: number): readonly number[] =>
        informed.datagrams.slice(from).flatMap(({ octets }) => {
          const pdu = ofCommunity(octets);
          return pdu.type === "InformRequest" ? [pdu.requestId] : [];
        });
      const place = informed.datagrams.length;
      const heardBefore = since(receivers.v2c, 0, machine).length;
      informed.answers = false;
      await act("suspend", machine);
      const first = await until("the inform", () => ids(place)[0]);
      await until("its repetition", () => (ids(place).filter((id) => id === first).length >= 2 ? true : undefined));
      informed.answers = true;
      await until("its last repetition", () =>
        ids(place).filter((id) => id === first).length >= 3 ? true : undefined,
      );
      const repeated = ids(place).filter((id) => id === first).length;
      await act("resume", machine);
      // A later one is acknowledged at its first try; were the first still repeated, it would be so before.
      const second = await until("the next inform", () => ids(place).find((id) => id !== first));
      await until("the traps", () => (since(receivers.v2c, 0, machine).length >= heardBefore + 2 ? true : undefined));
      must(ids(place).filter((id) => id === first).length === repeated, "it is repeated after it was acknowledged");
      must(ids(place).filter((id) => id === second).length >= 1, "the next one is missing");
      return `${repeated} times`;
    },
  },
  {
    id: "P35",
    promise: "v3 traps carry real boots and time, also after a restart",
    async run(bench) {
      const own = control(bench);
      const look = (): Promise<void> =>
        withManager(bench.subject, {}, async (manager) => {
          const engine = await manager.engine(true);
          const open = await opener(bench, manager);
          const place = own.receivers.v3.datagrams.length;
          await own.act("suspend", own.machine);
          const trap = await until("a v3 trap", () => own.receivers.v3.datagrams[place]);
          const { usm } = open(trap.octets);
          must(usm.engineBoots === engine.boots, `boots ${usm.engineBoots} instead of ${engine.boots}`);
          const passed = (trap.at - engine.at) / 1000;
          const off = Math.abs(usm.engineTime - engine.time - passed);
          must(off <= 2, `time ${usm.engineTime} where the engine says ${engine.time + passed}`);
          const before = since(own.receivers.v2c, 0, own.machine).length;
          await own.act("resume", own.machine);
          await until("the end", () => (since(own.receivers.v2c, 0, own.machine).length > before ? true : undefined));
        });
      await look();
      await bench.subject.restart?.("by force");
      await look();
      return undefined;
    },
  },
  {
    id: "P36",
    promise: "vmOperState in a notification is the state before",
    async run(bench) {
      const { act, machine, receivers } = control(bench);
      const place = receivers.v2c.datagrams.length;
      const all = (): readonly Heard[] => since(receivers.v2c, place, machine);
      const told = (): string =>
        all()
          .map(({ name, from }) => `${name} ${from}`)
          .join(", ");
      for (const [action, name] of [
        ["suspend", "vmPaused"],
        ["resume", "vmRunning"],
        ["destroy", "vmShutdown"],
        ["start", "vmRunning"],
      ] as const) {
        const count = all().length;
        await act(action, machine);
        await until(`${name} after ${action}`, () =>
          all()
            .slice(count)
            .find((one) => one.name === name),
        );
      }
      // Some hypervisors say in between that they are shutting down: every state must follow from the one told before.
      let state = operStates.vmRunning;
      for (const { name, from } of all()) {
        must(from === state, `${name} says ${from} where ${state} was told before: ${told()}`);
        state = operStates[name as keyof typeof operStates] ?? Number.NaN;
      }
      return told();
    },
  },
  {
    id: "P37",
    promise: "a hundred changes a second are told within 200 ms (p99), and each of a thousand at once",
    async run(bench) {
      const { act, burst, machine, receivers } = control(bench);
      const worst = await within(200, "from change to trap, p99,", async () => {
        const changes = 200 * Math.max(1, bench.effort);
        const place = receivers.v2c.datagrams.length;
        const began: number[] = [];
        const acts: Promise<void>[] = [];
        for (const start = performance.now(); began.length < changes; ) {
          const due = start + began.length * 10 - performance.now();
          if (due > 0) await new Promise((resolve) => setTimeout(resolve, due));
          const action = began.length % 2 === 0 ? "suspend" : "resume";
          began.push(performance.now());
          acts.push(act(action, machine));
        }
        await Promise.all(acts);
        const all = await until(`${changes} traps`, () => {
          const told = since(receivers.v2c, place, machine);
          return told.length >= changes ? told : undefined;
        });
        const delays = all.map(({ at }, i) => at - (began[i] ?? 0));
        return percentile(delays, 0.99);
      });
      const place = receivers.v2c.datagrams.length;
      await burst(1000);
      await until("a thousand traps", () => (since(receivers.v2c, place, machine).length >= 1000 ? true : undefined));
      const count = since(receivers.v2c, place, machine).length;
      must(count === 1000, `${count} traps of 1000 changes`);
      return `p99 ${worst.toFixed(0)} ms`;
    },
  },
];
