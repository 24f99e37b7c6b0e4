import { errorStatus } from "../../../src/protocol/snmp/error-status.js";
import type { ObjectValue, Oid } from "../../../src/protocol/snmp/object-source.js";
import type { PlainPdu } from "../../../src/protocol/snmp/pdu.js";
import { type Bench, type Check, must, needs, only, SYS_UP_TIME, withManager } from "./check.js";
import { get, type Manager, set } from "./manager.js";
import type { Account } from "./subject.js";

const text = (value: string): ObjectValue => ({ type: "OctetString", value: Buffer.from(value) });
const integer = (value: number): ObjectValue => ({ type: "Integer32", value });

/** snmpNotifyEntry; the name of the row that is made is "conformance", its length left out. @see RFC 3413 */
const NOTIFY_ENTRY: Oid = [1, 3, 6, 1, 6, 3, 13, 1, 1, 1];
const ROW = [...Buffer.from("conformance")];
const notify = (column: number): Oid => [...NOTIFY_ENTRY, column, ...ROW];
const STATUS = 5;
const [ACTIVE, NOT_IN_SERVICE, NOT_READY, CREATE_AND_GO, CREATE_AND_WAIT, DESTROY] = [1, 2, 3, 4, 5, 6] as const;

async function setting(bench: Bench, ...varBinds: Parameters<typeof set>): Promise<PlainPdu> {
  return asWriter(
    bench.manager,
    needs(bench.subject.writer, "an SNMPv3 user who may write (--writer)"),
    set(...varBinds),
  );
}

async function asWriter(manager: Manager, account: Account, pdu: PlainPdu): Promise<PlainPdu> {
  const answer = await manager.v3(pdu, { account });
  if (answer.pdu.type !== "Response") throw new Error(`the answer is a ${answer.pdu.type}`);
  return answer.pdu;
}

function mustFail(answer: PlainPdu, status: keyof typeof errorStatus, index: number): void {
  const wanted = errorStatus[status];
  must(answer.errorStatus === wanted, `error ${answer.errorStatus} instead of ${status}(${wanted})`);
  must(answer.errorIndex === index, `index ${answer.errorIndex} instead of ${index}`);
}

async function valueAt(bench: Bench, oid: Oid): Promise<ObjectValue["type"] | string | number> {
  const account = needs(bench.subject.writer, "an SNMPv3 user who may write (--writer)");
  const { value } = only(await asWriter(bench.manager, account, get(oid)));
  return value.type === "Integer32" ? value.value : value.type;
}

/** SetRequest. @see RFC 3416, section 4.2.5 */
export const writingChecks: readonly Check[] = [
  {
    id: "P14",
    promise: "SET of what is read-only: notWritable (v2), noSuchName (v1)",
    async run(bench) {
      mustFail(await setting(bench, { oid: SYS_UP_TIME, value: { type: "TimeTicks", value: 1 } }), "notWritable", 1);
      const one = await bench.manager.v1(set({ oid: SYS_UP_TIME, value: { type: "TimeTicks", value: 1 } }));
      must(one.errorStatus === errorStatus.noSuchName, `v1: error ${one.errorStatus}`);
      return undefined;
    },
  },
  {
    id: "P15",
    promise: "SET of a wrong type, length or value tells which, and where",
    async run(bench) {
      const { oid, good, wrong } = needs(bench.subject.settable, "a scalar that may be set");
      const right = { oid, value: integer(good[0]) };
      mustFail(await setting(bench, right, { oid, value: text("x") }), "wrongType", 2);
      mustFail(await setting(bench, right, { oid, value: integer(wrong) }), "wrongValue", 2);
      const long = { oid: notify(2), value: text("t".repeat(256)) };
      mustFail(
        await setting(bench, right, long, { oid: notify(STATUS), value: integer(CREATE_AND_GO) }),
        "wrongLength",
        2,
      );
      mustFail(await setting(bench, right, { oid: notify(3), value: integer(99) }), "wrongValue", 2);
      return undefined;
    },
  },
  {
    id: "P16",
    promise: "SET of two, the second bad: nothing changes",
    async run(bench) {
      const { oid, good, wrong } = needs(bench.subject.settable, "a scalar that may be set");
      must((await setting(bench, { oid, value: integer(good[0]) })).errorStatus === 0, "it cannot be set");
      mustFail(await setting(bench, { oid, value: integer(good[1]) }, { oid, value: integer(wrong) }), "wrongValue", 2);
      must((await valueAt(bench, oid)) === good[0], "the first was set all the same");
      const created = { oid: notify(STATUS), value: integer(CREATE_AND_GO) };
      mustFail(await setting(bench, created, { oid: SYS_UP_TIME, value: integer(1) }), "notWritable", 2);
      must((await valueAt(bench, notify(STATUS))) === "noSuchInstance", "a row was made all the same");
      return undefined;
    },
  },
  {
    id: "P17",
    promise: "a commit that fails is taken back: commitFailed, and nothing changed",
    async run(bench) {
      const { subject, close } = await needs(bench.subject.control, "control of its disk").withFullDisk();
      try {
        await withManager(subject, {}, async (manager) => {
          const account = needs(subject.writer, "an SNMPv3 user who may write (--writer)");
          const { oid, good } = needs(subject.settable, "a scalar that may be set");
          const before = only(await asWriter(manager, account, get(oid)));
          const other = before.value.type === "Integer32" && before.value.value === good[0] ? good[1] : good[0];
          const row = { oid: notify(STATUS), value: integer(CREATE_AND_GO) };
          const answer = await asWriter(manager, account, set({ oid, value: integer(other) }, row));
          must(
            answer.errorStatus === errorStatus.commitFailed,
            `error ${answer.errorStatus} instead of commitFailed(14)`,
          );
          const after = only(await asWriter(manager, account, get(oid)));
          must(JSON.stringify(after.value) === JSON.stringify(before.value), "the first change was not taken back");
          const made = only(await asWriter(manager, account, get(notify(STATUS))));
          must(made.value.type === "noSuchInstance", "the row is there");
        });
      } finally {
        await close();
      }
      return undefined;
    },
  },
  {
    id: "P18",
    promise: "RowStatus by the table of RFC 2579",
    async run(bench) {
      const status = (value: number) => ({ oid: notify(STATUS), value: integer(value) });
      const ok = async (...list: Parameters<typeof set>): Promise<void> => {
        const answer = await setting(bench, ...list);
        must(answer.errorStatus === 0, `error ${answer.errorStatus} at ${answer.errorIndex}`);
      };
      await ok(status(DESTROY)); // also when there is nothing
      mustFail(await setting(bench, status(ACTIVE)), "inconsistentValue", 1);
      mustFail(await setting(bench, status(NOT_READY)), "wrongValue", 1);
      await ok(status(CREATE_AND_GO), { oid: notify(2), value: text("none") });
      must((await valueAt(bench, notify(STATUS))) === ACTIVE, "createAndGo does not make it active");
      mustFail(await setting(bench, status(CREATE_AND_GO)), "inconsistentValue", 1);
      await ok(status(NOT_IN_SERVICE));
      must((await valueAt(bench, notify(STATUS))) === NOT_IN_SERVICE, "it is still in service");
      await ok(status(ACTIVE));
      await ok(status(DESTROY));
      must((await valueAt(bench, notify(STATUS))) === "noSuchInstance", "destroy leaves it");
      await ok(status(CREATE_AND_WAIT));
      const waiting = await valueAt(bench, notify(STATUS));
      must(waiting === NOT_IN_SERVICE || waiting === NOT_READY, `createAndWait makes it ${waiting}`);
      await ok(status(DESTROY));
      return undefined;
    },
  },
];
