import type { Oid } from "../../../src/protocol/snmp/object-source.js";
import type { PduVarBind } from "../../../src/protocol/snmp/var-bind.js";
import { type Check, must, NotApplicable, needs, only, SYS_UP_TIME, text, VM_MIB, withManager } from "./check.js";
import { bulk, get, type Manager } from "./manager.js";

const VM_HV_UP_TIME: Oid = [...VM_MIB, 1, 1, 4, 0];
const VM_CPU_TIME: Oid = [...VM_MIB, 1, 4, 1, 17];
const LARGEST_TICKS = 4294967296;

function ticks({ value }: PduVarBind): number {
  return value.type === "TimeTicks" ? value.value : Number.NaN;
}

async function counters(manager: Manager): Promise<ReadonlyMap<string, bigint>> {
  const found = await manager.walk(VM_CPU_TIME);
  return new Map(found.flatMap(({ oid, value }) => (value.type === "Counter64" ? [[text(oid), value.value]] : [])));
}

/** What pollers rely on over time, and the products. */
export const lastingChecks: readonly Check[] = [
  {
    id: "P42",
    promise: "counters never go back; a restart shows as a lower sysUpTime",
    async run({ manager, subject }) {
      needs(subject.restart, "control of its restarts");
      let last = await counters(manager);
      needs(last.size > 0 || undefined, "machines with a vmCpuTime");
      const never = async (of: Manager): Promise<void> => {
        const next = await counters(of);
        for (const [oid, value] of next) {
          must(value >= (last.get(oid) ?? 0n), `${oid} goes from ${last.get(oid)} back to ${value}`);
        }
        last = next;
      };
      for (let i = 0; i < 20; i++) await never(manager);
      const before = ticks(only(await manager.v2c(get(SYS_UP_TIME))));
      await subject.restart?.("politely");
      await withManager(subject, {}, async (later) => {
        const after = ticks(only(await later.v2c(get(SYS_UP_TIME))));
        must(after < before, `sysUpTime went from ${before} to ${after}`);
        await never(later);
      });
      return `${last.size} counters`;
    },
  },
  {
    id: "P43",
    promise: "sysUpTime and vmHvUpTime wrap after 497 days",
    async run({ subject }) {
      const control = needs(subject.control, "control of its clock");
      const days = LARGEST_TICKS / 100 / 86400 + 1;
      const { subject: old, close } = await control.aged(days);
      try {
        await withManager(old, {}, async (manager) => {
          const upTime = ticks(only(await manager.v2c(get(SYS_UP_TIME))));
          const day = 100 * 86400;
          must(Math.abs(upTime - day) < day / 10, `sysUpTime is ${upTime} one day after it wrapped`);
          const hypervisor = ticks(only(await manager.v2c(get(VM_HV_UP_TIME))));
          must(hypervisor >= 0 && hypervisor < LARGEST_TICKS, `vmHvUpTime is ${hypervisor}`);
        });
      } finally {
        await close();
      }
      return undefined;
    },
  },
  {
    id: "P44",
    promise: "IPv4 and IPv6, each answered from the address that was asked",
    async run({ subject }) {
      needs(subject.addresses[1], "a second address");
      for (const at of subject.addresses.keys()) {
        // The manager's socket is connected: an answer from anywhere else would not reach it.
        await withManager(subject, { at }, async (manager) => {
          only(await manager.v2c(get(SYS_UP_TIME)));
        });
      }
      return subject.addresses.map(({ address }) => address).join(", ");
    },
  },
  {
    id: "P45",
    promise: "AgentX: works as a subagent of snmpd",
    async run() {
      throw new NotApplicable("AgentX is another issue");
    },
  },
  {
    id: "P46",
    promise: "every object that the module makes mandatory is served",
    async run({ snapshot, subject }) {
      const mandatory = needs(subject.mandatory, "a list of objects");
      const missing = [...mandatory].filter(
        ([, prefix]) => !snapshot.some(({ oid }) => prefix.every((arc, i) => oid[i] === arc)),
      );
      must(missing.length === 0, `missing: ${missing.map(([name]) => name).join(", ")}`);
      return `${mandatory.size} objects`;
    },
  },
  {
    id: "P48",
    promise: "what pollers ask, as they ask it, is answered without tooBig",
    async run({ manager }) {
      const columns = Array.from({ length: 16 }, (_, at): Oid => [...VM_MIB, 1, 4, 1, at + 2]);
      const questions: Readonly<Record<string, Parameters<Manager["v2c"]>[0]>> = {
        "Net-SNMP's tools": bulk(0, 10, VM_MIB),
        snmp_exporter: bulk(0, 25, VM_MIB),
        Zabbix: bulk(0, 128, VM_MIB),
        Datadog: bulk(0, 10, ...columns, ...columns, ...columns, ...columns.slice(0, 12)),
        "Telegraf's walk": bulk(0, 50, VM_MIB),
        "devmon's probe": bulk(0, 1000, VM_MIB),
        "LibreNMS's poll": bulk(0, 50, ...columns),
      };
      for (const [product, pdu] of Object.entries(questions)) {
        const { errorStatus, varBinds } = await manager.v2c(pdu);
        must(errorStatus === 0 && varBinds.length > 0, `${product}: error ${errorStatus}, ${varBinds.length} answers`);
      }
      // Zabbix and Telegraf put many into one GET, and take fewer when that is too big.
      const first = columns.map((column): Oid => [...column, 1]);
      for (const size of [64, 32, 16, 8]) {
        const { errorStatus } = await manager.v2c(get(...Array.from({ length: size }, (_, i) => first[i % 16] as Oid)));
        if (errorStatus === 0) return `${size} objects in one GET`;
      }
      throw new Error("not even eight objects fit into one GET");
    },
  },
];
