import { seededRandom } from "../../../src/base/random.js";
import { errorStatus } from "../../../src/protocol/snmp/error-status.js";
import type { Oid } from "../../../src/protocol/snmp/object-source.js";
import { compareOids } from "../../../src/protocol/snmp/oid.js";
import type { PduVarBind } from "../../../src/protocol/snmp/var-bind.js";
import {
  type Bench,
  type Check,
  find,
  MOST,
  must,
  NOWHERE,
  needs,
  only,
  SYS_DESCR,
  SYS_UP_TIME,
  text,
  VM_MIB,
} from "./check.js";
import { cpuMs } from "./costs.js";
import { bulk, get, getNext, type Manager } from "./manager.js";

/** GET, GETNEXT and GETBULK. @see RFC 3416, section 4.2 */
export const readingChecks: readonly Check[] = [
  {
    id: "P1",
    promise: "v1, v2c and v3 on the same port",
    async run({ manager, subject }) {
      only(await manager.v1(get(SYS_UP_TIME)));
      only(await manager.v2c(get(SYS_UP_TIME)));
      const account = needs(subject.reader, "an SNMPv3 user (--user)");
      const { pdu } = await manager.v3(get(SYS_UP_TIME), { account });
      must(pdu.type === "Response" && pdu.errorStatus === 0, `v3 answers with a ${pdu.type}`);
      return undefined;
    },
  },
  {
    id: "P2",
    promise: "v1 GET of a missing object: noSuchName with its index",
    async run({ manager }) {
      const answer = await manager.v1(get(SYS_UP_TIME, NOWHERE));
      must(answer.errorStatus === errorStatus.noSuchName, `error ${answer.errorStatus}`);
      must(answer.errorIndex === 2, `index ${answer.errorIndex}`);
      must(answer.varBinds.length === 2, "the request's list is not returned");
      return undefined;
    },
  },
  {
    id: "P3",
    promise: "v1 and Counter64: GET noSuchName, GETNEXT passes over",
    async run(bench) {
      const { oid } = needs(find(bench, "Counter64"), "an object of type Counter64");
      const answer = await bench.manager.v1(get(oid));
      must(answer.errorStatus === errorStatus.noSuchName && answer.errorIndex === 1, `error ${answer.errorStatus}`);
      const next = await bench.manager.v1(getNext(oid.slice(0, -1)));
      if (next.errorStatus === errorStatus.noSuchName) return "nothing follows it";
      must(only(next).value.type !== "Counter64", "GETNEXT gives a Counter64");
      return undefined;
    },
  },
  {
    id: "P4",
    promise: "v2c tells a missing instance from a missing object",
    async run({ manager, snapshot }) {
      const cell = needs(snapshot.find(isCell), "a table");
      const instance = only(await manager.v2c(get([...cell.oid.slice(0, -1), 2147483646])));
      must(instance.value.type === "noSuchInstance", `a missing row is ${instance.value.type}`);
      const object = only(await manager.v2c(get(NOWHERE)));
      must(object.value.type === "noSuchObject", `a missing object is ${object.value.type}`);
      return undefined;
    },
  },
  {
    id: "P5",
    promise: "past the end: endOfMibView with the OID that was asked",
    async run({ manager }) {
      const end = only(await manager.v2c(getNext([1, 3, 6, 1, 7])));
      must(end.value.type === "endOfMibView", `it is ${end.value.type}`);
      must(text(end.oid) === "1.3.6.1.7", `the OID is ${text(end.oid)}`);
      return undefined;
    },
  },
  {
    id: "P6",
    promise: "GETBULK's arithmetic of N, M and R, with 0, negative and too large",
    async run({ manager }) {
      const roots: readonly Oid[] = [
        [1, 3, 6, 1, 2, 1, 1, 1],
        [1, 3, 6, 1, 2, 1, 1, 4],
        [1, 3, 6, 1, 2, 1, 1],
      ];
      for (const [n, m] of [
        [0, 3],
        [1, 2],
        [2, 2],
        [3, 2],
        [9, 2],
        [0, 0],
        [1, 0],
        [-1, 2],
        [1, -1],
        [3, -5],
      ] as const) {
        const { errorStatus: status, varBinds } = await manager.v2c(bulk(n, m, ...roots));
        must(status === 0, `N=${n} M=${m} gives error ${status}`);
        const wanted = await repetitions(manager, roots, n, m);
        const got = varBinds.map(({ oid }) => text(oid));
        must(got.join(" ") === wanted.join(" "), `N=${n} M=${m} gives ${got.length} of ${wanted.length}, or others`);
      }
      return undefined;
    },
  },
  {
    id: "P7",
    promise: "GETBULK of 2^31-1 repetitions costs no more than a full datagram",
    async run({ manager, subject }) {
      const pdu = bulk(0, 2147483647, [1, 3, 6, 1]);
      const octets = await manager.v2cOctets(pdu);
      const before = cpuMs(subject);
      const times = 20;
      for (let i = 0; i < times; i++) await manager.v2cOctets(pdu);
      const each = (cpuMs(subject) - before) / times;
      must(!(each > 50), `each takes ${each.toFixed(1)} ms of CPU`);
      return `${octets.length} octets${Number.isNaN(each) ? "" : `, ${each.toFixed(1)} ms CPU`}`;
    },
  },
  {
    id: "P8",
    promise: "GET that cannot fit: tooBig; v2 with an empty list, v1 with the request's",
    async run(bench) {
      const long = needs(longest(bench), "a text of 30 octets");
      const oids = Array.from({ length: 1500 }, () => long.oid);
      const two = await bench.manager.v2c(get(...oids));
      must(two.errorStatus === errorStatus.tooBig && two.varBinds.length === 0, `v2c: error ${two.errorStatus}`);
      // SNMPv1 repeats the request's list, so the request itself must fit.
      for (const count of [60, 1000]) {
        const one = await bench.manager.v1(get(...oids.slice(0, count)));
        if (one.errorStatus === 0) continue;
        must(one.errorStatus === errorStatus.tooBig, `v1: error ${one.errorStatus}`);
        must(one.varBinds.length === count, `v1: ${one.varBinds.length} variable bindings`);
        return undefined;
      }
      return "v1: everything fits";
    },
  },
  {
    id: "P9",
    promise: "v3 msgMaxSize of 484 is kept to",
    async run({ manager, subject }) {
      const account = needs(subject.reader, "an SNMPv3 user (--user)");
      const { pdu, octets } = await manager.v3(bulk(0, 100, [1, 3, 6, 1]), { account, msgMaxSize: 484 });
      must(pdu.type === "Response" && pdu.varBinds.length > 0, "there is no answer of any length");
      must(octets.length <= 484, `the answer has ${octets.length} octets`);
      return `${octets.length} octets`;
    },
  },
  {
    id: "P10",
    promise: "a full walk strictly increases and agrees with GET of each instance",
    async run({ manager, snapshot, effort }) {
      for (const [i, { oid }] of snapshot.entries()) {
        const before = snapshot[i - 1];
        if (before) must(compareOids(before.oid, oid) < 0, `${text(oid)} follows ${text(before.oid)}`);
      }
      const sample = pick(snapshot, 1000 * effort);
      let gone = 0;
      for (let at = 0; at < sample.length; at += 10) {
        const some = sample.slice(at, at + 10);
        const { varBinds } = await manager.v2c(get(...some.map(({ oid }) => oid)));
        for (const [i, { oid, value }] of some.entries()) {
          const got = varBinds[i];
          if (got?.value.type.startsWith("noSuch")) gone += 1;
          else must(got?.value.type === value.type, `GET ${text(oid)} is ${got?.value.type}, walked ${value.type}`);
        }
      }
      must(gone * 20 <= sample.length, `${gone} of ${sample.length} instances of the walk are not there for GET`);
      return `${snapshot.length} instances`;
    },
  },
  {
    id: "P11",
    promise: "GETNEXT from prefixes, children and OIDs that are no object's finds the right successor",
    async run({ manager, snapshot, effort }) {
      const random = seededRandom(11);
      const names = snapshot.map(({ oid }) => oid);
      const [total, atOnce] = [Math.ceil(100_000 * effort), 16];
      let looked = 0;
      const look = async (places: readonly Oid[]): Promise<void> => {
        const { errorStatus: status, varBinds } = await manager.v2c(getNext(...places));
        if (status === errorStatus.tooBig && places.length > 1) {
          for (const half of [places.slice(0, places.length >> 1), places.slice(places.length >> 1)]) await look(half);
          return;
        }
        must(status === 0, `error ${status} after ${places.map(text).join(", ")}`);
        for (const [at, place] of places.entries()) {
          const [wanted, got] = [firstAfter(names, place), varBinds[at]];
          looked += 1;
          if (got !== undefined && wanted !== undefined && compareOids(got.oid, wanted) === 0) continue;
          if (wanted === undefined && (names.length >= MOST || got?.value.type === "endOfMibView")) continue;
          if (wanted !== undefined && (await isGone(manager, wanted))) continue;
          must(
            await isNew(manager, names, got),
            `after ${text(place)} comes ${text(wanted ?? [])}, not ${text(got?.oid ?? [])}`,
          );
        }
      };
      while (looked < total) {
        await look(
          Array.from({ length: atOnce }, () => near(names[Math.floor(random() * names.length)] ?? [], random)),
        );
      }
      return `${looked} places`;
    },
  },
  {
    id: "P12",
    promise: "a walk while rows come and go never goes backwards and misses none that stays",
    async run({ manager, subject }) {
      const control = needs(subject.control, "control of its machines");
      const column = [...VM_MIB, 1, 4, 1, 2];
      const stays = new Set((await manager.walk(column)).map(({ oid }) => text(oid)));
      const stop = control.churn();
      let walks = 0;
      try {
        for (; walks < 25; walks++) {
          let last: Oid = column;
          const seen = new Set<string>();
          for (;;) {
            const { varBinds } = await manager.v2c(bulk(0, 3, last));
            for (const { oid, value } of varBinds) {
              must(value.type === "endOfMibView" || compareOids(last, oid) < 0, `${text(oid)} follows ${text(last)}`);
              seen.add(text(oid));
              last = oid;
            }
            if (!column.every((arc, i) => last[i] === arc) || varBinds.length === 0) break;
          }
          for (const name of stays) must(seen.has(name), `${name} is missing although it was there all the time`);
        }
      } finally {
        const changes = await stop();
        must(changes > 0, "nothing changed meanwhile");
      }
      return `${walks} walks`;
    },
  },
  {
    id: "P13",
    promise: "index columns that are not accessible are never returned",
    async run({ manager, snapshot }) {
      let tables = 0;
      for (const column of hiddenColumns) {
        must(!snapshot.some(({ oid }) => column.every((arc, i) => oid[i] === arc)), `${text(column)} is served`);
        const next = only(await manager.v2c(getNext(column.slice(0, -1))));
        if (column.slice(0, -1).every((arc, i) => next.oid[i] === arc)) tables += 1;
      }
      must(tables > 0, "it has none of the tables looked for");
      return `${tables} tables`;
    },
  },
];

/** sysORIndex, vmIndex, vmCpuIndex, vmCpuPhysIndex, vmStorageVmIndex, vmNetworkIndex, usmUserEngineID, vacmSecurityModel. */
const hiddenColumns: readonly Oid[] = [
  [1, 3, 6, 1, 2, 1, 1, 9, 1, 1],
  [...VM_MIB, 1, 4, 1, 1],
  [...VM_MIB, 1, 5, 1, 1],
  [...VM_MIB, 1, 6, 1, 2],
  [...VM_MIB, 1, 7, 1, 1],
  [...VM_MIB, 1, 8, 1, 1],
  [1, 3, 6, 1, 6, 3, 15, 1, 2, 2, 1, 1],
  [1, 3, 6, 1, 6, 3, 16, 1, 2, 1, 1],
];

function isCell({ oid }: PduVarBind): boolean {
  return oid.at(-1) !== 0 && oid.length > 10;
}

function longest({ snapshot }: Bench): PduVarBind | undefined {
  const texts = snapshot.filter(({ value }) => value.type === "OctetString" && value.value.length >= 30);
  return texts.find(({ oid }) => compareOids(oid, SYS_DESCR) === 0) ?? texts[0];
}

/** What RFC 3416 says that a GETBULK gives, found by GETNEXT. */
async function repetitions(manager: Manager, roots: readonly Oid[], n: number, m: number): Promise<readonly string[]> {
  const once = Math.max(0, Math.min(n, roots.length));
  const names: string[] = [];
  const next = async (oid: Oid): Promise<Oid> => only(await manager.v2c(getNext(oid))).oid;
  for (const root of roots.slice(0, once)) names.push(text(await next(root)));
  let places = roots.slice(once);
  for (let round = 0; round < m; round++) {
    const found: Oid[] = [];
    for (const place of places) found.push(await next(place));
    places = found;
    names.push(...places.map(text));
  }
  return names;
}

function pick<T>(list: readonly T[], most: number): readonly T[] {
  const step = Math.max(1, list.length / most);
  return Array.from({ length: Math.min(most, list.length) }, (_, i) => list[Math.floor(i * step)] as T);
}

/** An OID in the neighbourhood of an instance: shorter, longer, before or after it; now and then as long as any may be. */
function near(oid: Oid, random: () => number): Oid {
  const place = [...oid];
  if (random() < 0.01)
    return [...place, ...Array.from({ length: 128 - place.length }, () => Math.floor(random() * 300))];
  place.length -= Math.floor(random() * 4);
  if (place.length < 3) return [1, 3, 6];
  const last = place.length - 1;
  place[last] = Math.min(4294967295, Math.max(0, (place[last] ?? 0) + Math.floor(random() * 4) - 1));
  for (let more = Math.floor(random() * 4); more > 1; more--) place.push(Math.floor(random() * 300));
  return place;
}

/** By halves: the names are in order. */
function firstAfter(names: readonly Oid[], place: Oid): Oid | undefined {
  let [low, high] = [0, names.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareOids(names[middle] ?? [], place) > 0) high = middle;
    else low = middle + 1;
  }
  return names[low];
}

async function isGone(manager: Manager, oid: Oid): Promise<boolean> {
  return only(await manager.v2c(get(oid))).value.type.startsWith("noSuch");
}

/** Whether an instance came after the snapshot was taken. */
async function isNew(manager: Manager, names: readonly Oid[], found: PduVarBind | undefined): Promise<boolean> {
  if (found === undefined || names.some((name) => compareOids(name, found.oid) === 0)) return false;
  return !(await isGone(manager, found.oid));
}
