import { randomBytes } from "node:crypto";
import { seededRandom } from "../../../src/base/random.js";
import { encodeCommunityMessage } from "../../../src/protocol/snmp/message.js";
import type { Oid } from "../../../src/protocol/snmp/object-source.js";
import type { PlainPdu } from "../../../src/protocol/snmp/pdu.js";
import { getRequest, v3Request } from "../../support/snmp-manager.js";
import { type Bench, type Check, must, needs, only, SYS_DESCR, SYS_UP_TIME, text, withManager } from "./check.js";
import { cpuMs, residentMiB } from "./costs.js";
import { bulk, get, getNext, type Manager } from "./manager.js";
import { percentile, within } from "./timing.js";

/** Messages for mutations: one of each kind. */
async function samples({ manager, subject }: Bench): Promise<readonly Buffer[]> {
  const community = Buffer.from(subject.community);
  const pdus = [get(SYS_DESCR, SYS_UP_TIME), getNext([1, 3, 6, 1, 2, 1]), bulk(1, 5, [1, 3, 6], [1, 3, 6, 1, 2])];
  const plain = pdus.flatMap((pdu) => [0, 1].map((version) => encodeCommunityMessage(version, community, pdu)));
  const account = subject.reader;
  if (account === undefined) return plain;
  const levels = ["noAuthNoPriv", "authNoPriv", "authPriv"] as const;
  const secured: Buffer[] = [];
  for (const level of levels) secured.push((await manager.v3Message(get(SYS_DESCR), { account, level })).octets);
  return [...plain, ...secured];
}

function mutated(octets: Buffer, random: () => number): Buffer {
  const copy = Buffer.from(octets);
  for (let n = Math.floor(random() * 4); n >= 0; n--) {
    const at = Math.floor(random() * copy.length);
    copy[at] = random() < 0.3 ? ([0, 0x7f, 0x80, 0x84, 0xff][Math.floor(random() * 5)] as number) : random() * 256;
  }
  return random() < 0.2 ? copy.subarray(0, Math.floor(random() * copy.length)) : copy;
}

async function isAlive(manager: Manager): Promise<void> {
  only(await manager.v2c(get(SYS_UP_TIME)));
}

/** A v2c GET whose one OID is encoded as these octets. */
function getOf(oid: Buffer, community: string): Buffer {
  const tlv = (tag: number, ...content: Buffer[]): Buffer => {
    const octets = Buffer.concat(content);
    const length =
      octets.length < 128 ? Buffer.of(octets.length) : Buffer.of(0x82, octets.length >> 8, octets.length & 255);
    return Buffer.concat([Buffer.of(tag), length, octets]);
  };
  const varBind = tlv(0x30, tlv(6, oid), tlv(5));
  const pdu = tlv(0xa0, tlv(2, Buffer.of(77)), tlv(2, Buffer.of(0)), tlv(2, Buffer.of(0)), tlv(0x30, varBind));
  return tlv(0x30, tlv(2, Buffer.of(1)), tlv(4, Buffer.from(community)), pdu);
}

/** Bad input of every kind. */
export const robustnessChecks: readonly Check[] = [
  {
    id: "P38",
    promise: "mutated datagrams of all versions: it lives on, hangs at none for 20 ms, and its memory stays flat",
    async run(bench) {
      const random = seededRandom(38);
      const originals = await samples(bench);
      const total = Math.ceil(20_000 * bench.effort);
      const burst = 50;
      let memory = Number.NaN;
      let suspects: { readonly cost: number; readonly datagrams: readonly Buffer[] }[] = [];
      for (let sent = 0; sent < total; sent += burst) {
        // What comes before is for the program to grow as large as it gets with such work.
        if (Number.isNaN(memory) && sent >= total / 2) memory = residentMiB(bench.subject);
        const datagrams = Array.from({ length: burst }, () =>
          mutated(originals[Math.floor(random() * originals.length)] as Buffer, random),
        );
        const cost = await costOf(bench, datagrams);
        if (!(cost <= 20)) suspects = [...suspects, { cost, datagrams }].sort((a, b) => b.cost - a.cost).slice(0, 10);
      }
      const grown = residentMiB(bench.subject) - memory;
      must(!(grown > 48), `it grew by ${grown.toFixed(0)} MiB`);
      if (Number.isNaN(grown)) return `${total} datagrams; cost unknown: no process was named`;
      // The agent has other work, too: what a datagram costs, it costs each time.
      for (const { datagrams } of suspects) {
        const costs: number[] = [];
        for (let i = 0; i < 5; i++) costs.push(await costOf(bench, datagrams));
        must(Math.min(...costs) < 20, `${burst} of them take ${Math.min(...costs).toFixed(1)} ms of CPU each time`);
      }
      return `${total} datagrams, ${grown.toFixed(0)} MiB more in their second half`;
    },
  },
  {
    id: "P39",
    promise: "BER's corners: what is malformed is dropped, what is only unusual is answered",
    async run({ manager, subject }) {
      const { community } = subject;
      const good = encodeCommunityMessage(1, Buffer.from(community), { ...get(SYS_UP_TIME), requestId: 77 });
      const indefinite = Buffer.concat([Buffer.of(0x30, 0x80), good.subarray(2), Buffer.of(0, 0)]);
      const fiveOctets = Buffer.concat([Buffer.of(0x30, 0x85, 0, 0, 0, 0, good.length - 2), good.subarray(2)]);
      const trailing = Buffer.concat([good, Buffer.of(0)]);
      const emptyInteger = Buffer.from(good);
      const bad: Readonly<Record<string, Buffer>> = {
        "an indefinite length": indefinite,
        "a length of five octets": fiveOctets,
        "an integer without octets": cutInteger(emptyInteger),
        "a sub-identifier of 2^32": getOf(Buffer.of(0x2b, 0x90, 0x80, 0x80, 0x80, 0), community),
        "an OID of 129 parts": getOf(Buffer.alloc(128, 1), community),
        "an OID that is cut": getOf(Buffer.of(0x2b, 6, 0x81), community),
        "an OID without octets": getOf(Buffer.alloc(0), community),
      };
      const wrong: string[] = [];
      for (const [what, octets] of Object.entries(bad)) {
        if (!(await manager.isSilent(octets))) wrong.push(what);
      }
      // Net-SNMP and others take what follows a message; the standard does not say.
      const lenient = !(await manager.isSilent(trailing));
      must(wrong.length === 0, `answered: ${wrong.join(", ")}`);
      const unusual: Oid = [2, 999, 4294967295];
      const answer = only(await manager.v2c(get(unusual)));
      must(text(answer.oid) === text(unusual), `${text(unusual)} comes back as ${text(answer.oid)}`);
      return lenient ? "takes trailing octets" : undefined;
    },
  },
  {
    id: "P40",
    promise: "under 10,000 datagrams of junk a second, proper requests are answered within 20 ms (p90)",
    async run({ manager, subject, effort }) {
      const random = seededRandom(40);
      const { reader } = subject;
      // Random octets; and what comes from the reader's address in his name, but is not signed by him.
      const junk: Buffer[] = Array.from({ length: 100 }, () =>
        Buffer.from(Array.from({ length: 40 }, () => random() * 256)),
      );
      for (let i = 0; reader !== undefined && i < 100; i++) {
        const { octets } = await manager.v3Message(get(SYS_DESCR), { account: reader });
        octets[octets.length - 1 - Math.floor(random() * 8)] = random() * 256;
        junk.push(octets);
      }
      const ask = async (number: number): Promise<void> => {
        if (reader === undefined || number % 2 === 0) return isAlive(manager);
        only((await manager.v3(get(SYS_UP_TIME), { account: reader })).pdu as PlainPdu);
      };
      let sent = 0;
      const worst = await within(20, "a proper request under a flood, p90,", () =>
        withManager(subject, {}, async (flooder) => {
          const took: number[] = [];
          const start = performance.now();
          let flooding = true;
          const flood = (async () => {
            for (let first = sent; flooding; ) {
              const due = (performance.now() - start) * 10;
              for (; sent - first < due; sent++) flooder.send(junk[sent % junk.length] as Buffer);
              await new Promise((resolve) => setTimeout(resolve, 1));
            }
          })();
          try {
            for (let i = 0; i < 100 * Math.max(1, effort); i++) {
              const began = performance.now();
              await ask(i);
              took.push(performance.now() - began);
            }
          } catch {
            return Number.POSITIVE_INFINITY; // no answer at all
          } finally {
            flooding = false;
            await flood;
          }
          return percentile(took, 0.9);
        }),
      );
      return `${sent} datagrams of junk, p90 ${worst.toFixed(1)} ms`;
    },
  },
  {
    id: "P41",
    promise: "packets with random engine IDs cost no more than proper requests, and nothing is kept of them",
    async run({ manager, subject }) {
      const { name } = needs(subject.reader, "an SNMPv3 user (--user)");
      const count = 2000;
      const cost = async (make: () => Buffer): Promise<number> => {
        const messages = Array.from({ length: count }, make);
        const before = cpuMs(subject);
        for (const [i, message] of messages.entries()) {
          manager.send(message);
          if (i % 50 === 49) await isAlive(manager);
        }
        return (cpuMs(subject) - before) / (count / 1000);
      };
      const proper = encodeCommunityMessage(1, Buffer.from(subject.community), { ...get(SYS_DESCR), requestId: 1 });
      const stranger = (): Buffer =>
        v3Request({
          pdu: getRequest(SYS_DESCR),
          user: { name },
          level: "noAuthNoPriv",
          engineId: Buffer.concat([Buffer.of(0x80, 0, 0, 0, 5), randomBytes(12)]),
          flags: 4,
        });
      for (let i = 0; i < 3; i++) await cost(stranger);
      const memory = residentMiB(subject);
      if (Number.isNaN(memory)) return "cost unknown: no process was named";
      let [odd, usual] = [Number.POSITIVE_INFINITY, 0];
      for (let round = 0; round < 5; round++) {
        odd = Math.min(odd, await cost(stranger));
        usual = Math.max(usual, await cost(() => proper));
      }
      const grown = residentMiB(subject) - memory;
      const both = `${odd.toFixed(1)} ms of CPU for 1,000, proper requests ${usual.toFixed(1)} ms`;
      must(odd <= 20 || odd <= usual, both);
      must(grown < 32, `it grew by ${grown.toFixed(0)} MiB`);
      return both;
    },
  },
];

/** Processor time that the agent takes for these and a question, milliseconds; what a full buffer drops tries nobody. */
async function costOf({ manager, subject }: Bench, datagrams: readonly Buffer[]): Promise<number> {
  const before = cpuMs(subject);
  for (const datagram of datagrams) manager.send(datagram);
  await isAlive(manager);
  return cpuMs(subject) - before;
}

/** The first integer in the message, its version, loses its octet; what is around it is shortened to fit. */
function cutInteger(message: Buffer): Buffer {
  const cut = Buffer.concat([message.subarray(0, 2), Buffer.of(2, 0), message.subarray(5)]);
  cut[1] = (cut[1] ?? 0) - 1;
  return cut;
}
