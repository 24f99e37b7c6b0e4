import { errorStatus } from "../../../src/protocol/snmp/error-status.js";
import { encodeCommunityMessage } from "../../../src/protocol/snmp/message.js";
import type { Oid } from "../../../src/protocol/snmp/object-source.js";
import { openV3 } from "../../support/snmp-manager.js";
import { type Check, must, NOWHERE, needs, only, SYS_DESCR, SYS_UP_TIME, text, VM_MIB, withManager } from "./check.js";
import { bulk, get, getNext, type Manager, set } from "./manager.js";
import { ofCommunity, until } from "./notifying.js";
import type { Subject } from "./subject.js";

const SNMP_IN_BAD_COMMUNITY_NAMES: Oid = [1, 3, 6, 1, 2, 1, 11, 4, 0];

const SNMP_ENABLE_AUTHEN_TRAPS: Oid = [1, 3, 6, 1, 2, 1, 11, 30, 0];
const AUTHENTICATION_FAILURE = "1.3.6.1.6.3.1.1.5.5";

/** Whether a message of SNMPv2c says that somebody was refused. */
function isFailure(octets: Buffer): boolean {
  const pdu = ofCommunity(octets);
  const trap = "varBinds" in pdu ? pdu.varBinds[1]?.value : undefined;
  return trap?.type === "ObjectIdentifier" && text(trap.value) === AUTHENTICATION_FAILURE;
}

/** Rights, communities and contexts. */
export const accessChecks: readonly Check[] = [
  {
    id: "P19",
    promise: "a view with a mask hides a column in GET, GETNEXT, GETBULK and SET",
    async run({ manager, subject, snapshot }) {
      const writer = needs(subject.writer, "an SNMPv3 user who may write (--writer)");
      const { auth, priv } = writer;
      needs(auth && priv, "a user who may write with privacy");
      // Hides one column of a table in all its rows but the first: its bit in the mask lets the row's number be any.
      const column = needs(
        tableColumn(snapshot.map(({ oid }) => oid)),
        "a table with two columns and one number per row",
      );
      const view = await makeView(manager, subject, column);
      try {
        await view.check();
      } finally {
        await view.remove();
      }
      return text(column);
    },
  },
  {
    id: "P20",
    promise: "an unknown community meets silence, is counted, and told where that is wanted",
    async run({ manager, subject }) {
      const count = (): Promise<number> => badCommunityNames(manager);
      const before = await count();
      for (const version of [0, 1]) {
        const octets = encodeCommunityMessage(version, Buffer.from("nobody-knows-it"), get(SYS_UP_TIME));
        must(await manager.isSilent(octets), `version ${version} is answered`);
      }
      const after = await count();
      must(after - before === 2, `snmpInBadCommunityNames went from ${before} to ${after}`);
      if (subject.control === undefined || subject.writer === undefined) return "the trap is not tried";
      const { writer, control } = subject;
      const enable = async (value: number): Promise<void> => {
        const { pdu } = await manager.v3(set({ oid: SNMP_ENABLE_AUTHEN_TRAPS, value: { type: "Integer32", value } }), {
          account: writer,
        });
        must(pdu.type === "Response" && pdu.errorStatus === 0, "snmpEnableAuthenTraps cannot be set");
      };
      const traps = (): number => control.receivers.v2c.datagrams.filter(({ octets }) => isFailure(octets)).length;
      const told = traps();
      await enable(1);
      try {
        must(await manager.isSilent(encodeCommunityMessage(1, Buffer.from("nobody"), get(SYS_UP_TIME))), "an answer");
        await until("authenticationFailure", () => (traps() > told ? true : undefined));
      } finally {
        await enable(2);
      }
      return undefined;
    },
  },
  {
    id: "P21",
    promise: "a community is accepted from its networks only",
    async run({ manager, subject }) {
      const { community, from, notFrom } = needs(subject.limited, "a community limited to a network (--limited)");
      await withManager(subject, { from }, async (manager) => {
        only(await manager.v1(get(SYS_UP_TIME), community));
        only(await manager.v2c(get(SYS_UP_TIME), community));
      });
      const count = (): Promise<number> => badCommunityNames(manager);
      const before = await count();
      const questions = [get(SYS_UP_TIME), getNext([1, 3, 6]), set({ oid: SYS_DESCR, value: { type: "Null" } })];
      await withManager(subject, { from: notFrom }, async (other) => {
        for (const version of [0, 1]) {
          for (const pdu of questions) {
            const octets = encodeCommunityMessage(version, Buffer.from(community), { ...pdu, requestId: 7 });
            must(await other.isSilent(octets), `version ${version}: a ${pdu.type} is accepted from ${notFrom}`);
          }
        }
        only(await other.v2c(get(SYS_UP_TIME)));
      });
      const counted = (await count()) - before;
      must(counted === 2 * questions.length, `snmpInBadCommunityNames counts ${counted} of ${2 * questions.length}`);
      return `from ${from}, not from ${notFrom}`;
    },
  },
  {
    id: "P30",
    promise: "less protection than the group needs: authorizationError",
    async run({ manager, subject }) {
      const account = needs(subject.reader, "an SNMPv3 user (--user)");
      const { pdu } = await manager.v3(get(SYS_DESCR), { account, level: "authNoPriv" });
      must(pdu.type === "Response", `the answer is a ${pdu.type}`);
      must(pdu.type === "Response" && pdu.errorStatus === errorStatus.authorizationError, "it is answered");
      return undefined;
    },
  },
  {
    id: "P31",
    promise: "an unknown context: Report snmpUnknownContexts",
    async run({ manager, subject }) {
      const account = needs(subject.reader, "an SNMPv3 user (--user)");
      const { octets, user } = await manager.v3Message(get(SYS_DESCR), { account, context: "no-such-context" });
      must(!(await manager.isSilent(octets)), "silence");
      const answer = await manager.exchange(octets, () => true);
      const { pdu } = openV3(answer, user);
      must(pdu.type === "Report", `the answer is a ${pdu.type}`);
      const oid = text(pdu.varBinds[0]?.oid ?? []);
      must(oid === "1.3.6.1.6.3.12.1.5.0", `the Report is about ${oid}`);
      return undefined;
    },
  },
  {
    id: "P32",
    promise: "two contexts have two independent vmTables",
    async run({ manager, subject }) {
      const account = needs(subject.reader, "an SNMPv3 user (--user)");
      const names = async (context: string): Promise<readonly string[]> => {
        const { pdu } = await manager.v3(bulk(0, 20, [...VM_MIB, 1, 4, 1, 2]), { account, context });
        must(pdu.type === "Response" && pdu.errorStatus === 0, "no answer");
        return pdu.varBinds
          .filter(({ oid }) => [...VM_MIB, 1, 4, 1, 2].every((arc, i) => oid[i] === arc))
          .map(({ value }) => (value.type === "OctetString" ? Buffer.from(value.value).toString() : value.type));
      };
      const [a, b] = needs(subject.contexts, "two contexts (--context)");
      const [of, others] = [await names(a), await names(b)];
      must(of.length > 0 && others.length > 0, "one of them has no machines");
      must(of.join() !== others.join(), "both show the same machines");
      return `${of.length} and ${others.length} machines`;
    },
  },
];

async function badCommunityNames(manager: Manager): Promise<number> {
  const { value } = only(await manager.v2c(get(SNMP_IN_BAD_COMMUNITY_NAMES)));
  return value.type === "Counter32" ? value.value : Number.NaN;
}

/** A column whose neighbour in the same table has the same rows, numbered by one sub-identifier. */
function tableColumn(names: readonly Oid[]): Oid | undefined {
  const columns = new Map<string, Oid[]>();
  for (const oid of names) {
    if (oid.at(-1) === 0 || oid.length < 11) continue;
    const column = oid.slice(0, -1);
    columns.set(text(column), [...(columns.get(text(column)) ?? []), oid]);
  }
  const inVmTable = columns.get(text([...VM_MIB, 1, 4, 1, 5]));
  const inOrTable = columns.get("1.3.6.1.2.1.1.9.1.3");
  return (inVmTable ?? inOrTable)?.[0]?.slice(0, -1);
}

const VACM: Oid = [1, 3, 6, 1, 6, 3, 16, 1];
const ACTIVE = 1;
const CREATE_AND_GO = 4;
const CREATE_AND_WAIT = 5;
const DESTROY = 6;
const named = (name: string): Oid => [name.length, ...Buffer.from(name)];
const VIEW = "conformanceView";
const GROUP = "conformanceGroup";

/** Gives the reading user's group another view for as long as the check takes, by the tables that say so. @see RFC 3415 */
async function makeView(manager: Manager, subject: Subject, column: Oid) {
  const writer = needs(subject.writer, "an SNMPv3 user who may write (--writer)");
  const name = "conformance-guest";
  const usmUser = [1, 3, 6, 1, 6, 3, 15, 1, 2, 2, 1];
  const { engineId } = await manager.engine();
  const user = [...[engineId.length, ...engineId], ...named(name)];
  const integer = (oid: Oid, value: number) => ({ oid, value: { type: "Integer32", value } as const });
  const octets = (oid: Oid, value: Uint8Array) => ({ oid, value: { type: "OctetString", value } as const });
  const send = async (pdu: ReturnType<typeof set>): Promise<void> => {
    const { pdu: answer } = await manager.v3(pdu, { account: writer });
    if (answer.type !== "Response" || answer.errorStatus !== 0) {
      throw new Error(`setting ${text(pdu.varBinds[0]?.oid ?? [])} fails: ${JSON.stringify(answer)}`);
    }
  };
  const instance = (at: number): Oid => [...column, at];
  const neighbour: Oid = [...column.slice(0, -1), (column.at(-1) ?? 0) - 1];
  const subtree = [...column, 0];
  // All sub-identifiers count but the row's number, whose bit is 0.
  const mask = Buffer.alloc(Math.ceil(subtree.length / 8), 0xff);
  const last = subtree.length - 1;
  mask[last >> 3] = (mask[last >> 3] ?? 0) & ~(0x80 >> (last & 7));
  const family = (column_: number, of: Oid): Oid => [...VACM, 5, 2, 1, column_, ...named(VIEW), of.length, ...of];
  const access = (column_: number): Oid => [...VACM, 4, 1, column_, ...named(GROUP), 0, 3, 1];
  const group = (column_: number): Oid => [...VACM, 2, 1, column_, 3, ...named(name)];
  await send(set(integer(family(6, [1, 3, 6, 1]), CREATE_AND_GO)));
  await send(
    set(octets(family(3, subtree), mask), integer(family(4, subtree), 2), integer(family(6, subtree), CREATE_AND_GO)),
  );
  await send(
    set(octets(access(5), Buffer.from(VIEW)), octets(access(6), Buffer.from(VIEW)), integer(access(9), CREATE_AND_GO)),
  );
  await send(set(octets(group(3), Buffer.from(GROUP)), integer(group(5), CREATE_AND_GO)));
  const template = [...[engineId.length, ...engineId], ...named(writer.name)];
  await send(
    set(
      { oid: [...usmUser, 4, ...user], value: { type: "ObjectIdentifier", value: [...usmUser, 3, ...template] } },
      integer([...usmUser, 13, ...user], CREATE_AND_WAIT),
    ),
  );
  // A clone begins with its template's keys, which have to be changed before it may be used; without protocols it needs none.
  await send(
    set({ oid: [...usmUser, 8, ...user], value: { type: "ObjectIdentifier", value: [1, 3, 6, 1, 6, 3, 10, 1, 2, 1] } }),
  );
  await send(
    set({ oid: [...usmUser, 5, ...user], value: { type: "ObjectIdentifier", value: [1, 3, 6, 1, 6, 3, 10, 1, 1, 1] } }),
  );
  await send(set(integer([...usmUser, 13, ...user], ACTIVE)));
  const account = { name };
  return {
    async check(): Promise<void> {
      const ask = async (pdu: Parameters<Manager["v3"]>[0]) => {
        const { pdu: answer } = await manager.v3(pdu, { account });
        if (answer.type !== "Response" || answer.errorStatus !== 0)
          throw new Error(`it may read nothing: ${answer.type}`);
        return answer.varBinds;
      };
      const [first] = await ask(getNext(neighbour));
      const row = first?.oid.at(-1) ?? 0;
      must(
        first !== undefined && neighbour.every((arc, i) => first.oid[i] === arc),
        "the column beside it is hidden too",
      );
      const [hidden] = await ask(get(instance(row)));
      must(hidden?.value.type === "noSuchObject", `GET gives a ${hidden?.value.type}`);
      const [next] = await ask(getNext(column));
      must(!column.every((arc, i) => next?.oid[i] === arc), "GETNEXT shows it");
      const many = await ask(bulk(0, 30, neighbour));
      must(!many.some(({ oid }) => column.every((arc, i) => oid[i] === arc)), "GETBULK shows it");
      const { pdu: refused } = await manager.v3(set(integer(instance(row), 1)), { account });
      must(
        refused.type === "Response" && refused.errorStatus === errorStatus.noAccess,
        "SET is not refused with noAccess",
      );
      const [nothing] = await ask(get(NOWHERE));
      must(nothing?.value.type === hidden.value.type, "what is hidden looks different from what is not there");
    },
    async remove(): Promise<void> {
      for (const oid of [[...usmUser, 13, ...user], group(5), access(9), family(6, subtree), family(6, [1, 3, 6, 1])]) {
        await send(set(integer(oid, DESTROY)));
      }
    },
  };
}
