import { errorStatus } from "../../../src/protocol/snmp/error-status.js";
import type { Oid } from "../../../src/protocol/snmp/object-source.js";
import type { PduVarBind } from "../../../src/protocol/snmp/var-bind.js";
import { type Check, must, NotApplicable, needs, only, SYS_UP_TIME, text, VM_MIB, withManager } from "./check.js";
import { bulk, get, getNext, type Manager } from "./manager.js";
import { readModules } from "./modules.js";

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
      needs(subject.addresses[1], "a second address (--also)");
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
      throw new NotApplicable("AgentX is not offered yet");
    },
  },
  {
    id: "P46",
    promise: "its modules are without fault and name all that is served; every mandatory object is",
    async run({ snapshot, subject }) {
      const { folder, mandatory } = needs(subject.mibs, "a folder of modules (--mibs)");
      const modules = readModules(folder);
      const nameless = snapshot.filter(({ oid }) => !oid.some((_, at) => modules.objects.has(text(oid.slice(0, at)))));
      must(nameless.length === 0, `no module names ${text(nameless[0]?.oid ?? [])} (${nameless.length} instances)`);
      const wanted = new Map(mandatory.flatMap((module) => [...modules.mandatory(module)]));
      const missing = [...wanted].filter(
        ([, prefix]) => !snapshot.some(({ oid }) => prefix.every((arc, i) => oid[i] === arc)),
      );
      must(missing.length === 0, `missing: ${missing.map(([name]) => name).join(", ")}`);
      const remarks = mandatory.map((module) => modules.remarks(module));
      must(!remarks.some(Boolean), `smilint -l 6: ${remarks.join(" ")}`);
      const linted = remarks.includes(undefined) ? ", not tried with smilint" : "";
      return `${wanted.size} mandatory objects${linted}`;
    },
  },
  {
    id: "P48",
    promise: "pollers find every machine, and all that is known of it, in the way that each of them asks",
    async run({ manager, snapshot }) {
      const inTable = snapshot.filter(({ oid }) => VM_ENTRY.every((arc, i) => oid[i] === arc));
      const rows = inTable.filter(({ oid }) => oid[VM_ENTRY.length] === 2).map(({ oid }) => oid.at(-1) ?? 0);
      needs(rows[0], "machines in VM-MIB");
      const wanted = inTable.map(({ oid }) => text(oid));
      const seen: string[] = [];
      for (const [product, { repetitions, atOnce }] of Object.entries(pollers)) {
        const found = await pollTable(manager, repetitions, atOnce);
        const missing = wanted.filter((name) => !found.has(name));
        must(missing.length === 0, `${product} misses ${missing.length} of ${wanted.length}, such as ${missing[0]}`);
        seen.push(product);
      }
      // Zabbix and Telegraf put many into one GET, and take fewer when that is too big.
      const cells = inTable.map(({ oid }) => oid);
      let size = 64;
      for (let at = 0; at < cells.length; ) {
        const { errorStatus: status, varBinds } = await manager.v2c(get(...cells.slice(at, at + size)));
        if (status === errorStatus.tooBig && size > 1) size >>= 1;
        else {
          must(status === 0, `error ${status} for ${size} objects in one GET`);
          const gone = varBinds.find(({ value }) => value.type.startsWith("noSuch"));
          must(gone === undefined, `${text(gone?.oid ?? [])} is not there for GET`);
          at += size;
        }
      }
      must(size >= 8, "not even eight objects fit into one GET");
      return `${rows.length} machines by ${seen.join(", ")}; ${size} objects in one GET`;
    },
  },
];

const VM_ENTRY: Oid = [...VM_MIB, 1, 4, 1];
const COLUMNS = Array.from({ length: 16 }, (_, at): Oid => [...VM_ENTRY, at + 2]);

/** How products walk by themselves: repetitions of a GETBULK (0: GETNEXT), and columns that they ask for at once. */
const pollers: Readonly<Record<string, { readonly repetitions: number; readonly atOnce: number }>> = {
  "snmpwalk and OpenNMS's oldest way": { repetitions: 0, atOnce: 1 },
  "Net-SNMP's bulk tools and Telegraf": { repetitions: 10, atOnce: 1 },
  "OpenNMS and Datadog": { repetitions: 10, atOnce: 8 },
  snmp_exporter: { repetitions: 25, atOnce: 1 },
  LibreNMS: { repetitions: 30, atOnce: 1 },
  Zabbix: { repetitions: 128, atOnce: 1 },
};

/** Walks the columns, some of them side by side. @returns the names of the instances that it meets */
async function pollTable(manager: Manager, repetitions: number, atOnce: number): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (let first = 0; first < COLUMNS.length; first += atOnce) {
    let open = COLUMNS.slice(first, first + atOnce).map((column) => ({ column, last: column }));
    while (open.length > 0) {
      const places = open.map(({ last }) => last);
      const question = repetitions === 0 ? getNext(...places) : bulk(0, repetitions, ...places);
      const { errorStatus: status, varBinds } = await manager.v2c(question);
      must(status === 0 && varBinds.length >= open.length, `error ${status}, ${varBinds.length} answers`);
      const ended = new Set<Oid>();
      const last = new Map<Oid, Oid>();
      for (const [i, { oid, value }] of varBinds.entries()) {
        const { column } = open[i % open.length] ?? { column: oid };
        if (ended.has(column)) continue;
        if (value.type === "endOfMibView" || !column.every((arc, at) => oid[at] === arc)) ended.add(column);
        else {
          found.add(text(oid));
          last.set(column, oid);
        }
      }
      open = open.flatMap(({ column }) => {
        const place = last.get(column);
        return ended.has(column) || place === undefined ? [] : [{ column, last: place }];
      });
    }
  }
  return found;
}
