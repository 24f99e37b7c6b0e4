import { randomBytes } from "node:crypto";
import { openV3 } from "../../support/snmp-manager.js";
import { type Bench, type Check, must, needs, only, SYS_DESCR, SYS_UP_TIME, text, withManager } from "./check.js";
import { get, type Manager, set, type V3Options } from "./manager.js";
import type { Account } from "./subject.js";

const USM_STATS = "1.3.6.1.6.3.15.1.1";
const statistic = { notInTimeWindows: 2, unknownUserNames: 3, unknownEngineIds: 4, wrongDigests: 5 } as const;

/** What a Report says, of which manager asks with these options. */
async function reportOf(manager: Manager, options: V3Options): Promise<{ oid: string; authentic: boolean }> {
  const answer = await manager.v3(get(SYS_DESCR), options);
  must(answer.pdu.type === "Report", `the answer is a ${answer.pdu.type}`);
  return { oid: text(answer.pdu.varBinds[0]?.oid ?? []), authentic: answer.authentic };
}

function mustBe(oid: string, name: keyof typeof statistic): void {
  must(oid === `${USM_STATS}.${statistic[name]}.0`, `the Report is about ${oid} instead of ${name}`);
}

/** SNMPv3's user-based security. @see RFC 3414 */
export const securityChecks: readonly Check[] = [
  {
    id: "P22",
    promise: "discovery: Report usmStatsUnknownEngineIDs with the engine ID",
    async run({ manager, subject }) {
      needs(subject.reader, "an SNMPv3 user (--user)");
      const { engineId } = await manager.engine(true);
      must(engineId.length >= 5 && engineId.length <= 32, `an engine ID of ${engineId.length} octets`);
      return engineId.toString("hex");
    },
  },
  {
    id: "P23",
    promise: "no request without valid credentials reaches data, whatever its users, engine IDs and flags",
    async run({ manager, subject }) {
      const reader = needs(subject.reader, "an SNMPv3 user (--user)");
      const engine = await manager.engine();
      const strangers: readonly Account[] = [{ name: "" }, { name: "nobody" }, { name: reader.name }];
      const engines = [engine.engineId, new Uint8Array(0), randomBytes(12), Buffer.alloc(40, 1)];
      let tried = 0;
      for (const account of strangers) {
        for (const engineId of engines) {
          for (let flags = 0; flags < 8; flags++) {
            for (const pdu of [get(SYS_DESCR), set({ oid: SYS_DESCR, value: { type: "Integer32", value: 1 } })]) {
              const { octets, user } = await manager.v3Message(pdu, { account, engineId, flags });
              if (await manager.isSilent(octets)) continue;
              const answer = openV3(await manager.exchange(octets, () => true), user);
              const isRefusal =
                answer.pdu.type === "Report" || ("errorStatus" in answer.pdu && answer.pdu.errorStatus !== 0);
              must(isRefusal, `"${account.name}" with flags ${flags} gets a ${answer.pdu.type}`);
              tried += 1;
            }
          }
        }
      }
      return `${tried} refusals`;
    },
  },
  {
    id: "P24",
    promise: "a foreign engine ID: Report usmStatsUnknownEngineIDs",
    async run({ manager, subject }) {
      const account = needs(subject.reader, "an SNMPv3 user (--user)");
      const { oid } = await reportOf(manager, { account, engineId: Buffer.from("8000000001020304", "hex") });
      mustBe(oid, "unknownEngineIds");
      return undefined;
    },
  },
  {
    id: "P25",
    promise: "an unknown user and a wrong digest are told, not met with silence",
    async run({ manager, subject }) {
      const reader = needs(subject.reader, "an SNMPv3 user (--user)");
      mustBe((await reportOf(manager, { account: { name: "nobody" } })).oid, "unknownUserNames");
      const [auth] = needs(reader.auth, "a user with a key");
      const { oid } = await reportOf(manager, {
        account: { name: reader.name, auth: [auth, "quite another password"] },
      });
      mustBe(oid, "wrongDigests");
      return undefined;
    },
  },
  {
    id: "P26",
    promise: "another time: an authentic Report with the right one, after which the manager goes on",
    async run({ manager, subject }) {
      const account = needs(subject.reader, "an SNMPv3 user (--user)");
      const engine = await manager.engine(true);
      for (const options of [
        { timeShift: 1000 },
        { boots: engine.boots + 1 },
        { boots: Math.max(0, engine.boots - 1) },
      ]) {
        const { oid, authentic } = await reportOf(manager, { account, ...options });
        mustBe(oid, "notInTimeWindows");
        must(authentic, "the Report is not authenticated");
      }
      const { pdu } = await manager.v3(get(SYS_DESCR), { account });
      must(pdu.type === "Response", `then a ${pdu.type}`);
      return undefined;
    },
  },
  {
    id: "P27",
    promise: "an authentic SET that is replayed is refused after 150 s and after a restart",
    async run({ manager, subject }) {
      const account = needs(subject.writer, "an SNMPv3 user who may write (--writer)");
      const { oid, good } = needs(subject.settable, "a scalar that may be set");
      needs(subject.restart, "control of its restarts");
      const request = set({ oid, value: { type: "Integer32", value: good[0] } });
      const old = await manager.v3Message(request, { account, timeShift: -151 });
      const before = await manager.engine();
      // An agent that is younger than 151 seconds cannot be told from one whose clock says 0.
      if (before.time > 151) {
        const answer = openV3(await manager.exchange(old.octets, () => true), old.user);
        must(answer.pdu.type === "Report", `an old one gets a ${answer.pdu.type}`);
      }
      const { octets, user } = await manager.v3Message(request, { account });
      await subject.restart?.("by force");
      return await withManager(subject, {}, async (later) => {
        const again = openV3(await later.exchange(octets, () => true), user);
        must(again.pdu.type === "Report", `after a restart it gets a ${again.pdu.type}`);
        mustBe(text(again.pdu.varBinds[0]?.oid ?? []), "notInTimeWindows");
        return undefined;
      });
    },
  },
  {
    id: "P28",
    promise: "engineBoots grows by one with each start, also when it was killed",
    async run({ subject }) {
      needs(subject.restart, "control of its restarts");
      const boots = (): Promise<number> =>
        withManager(subject, {}, async (manager) => (await manager.engine(true)).boots);
      let last = await boots();
      for (const how of ["by force", "politely", "by force"] as const) {
        await subject.restart?.(how);
        const next = await boots();
        must(next === last + 1, `from ${last} to ${next} (${how})`);
        last = next;
      }
      return `now ${last}`;
    },
  },
  {
    id: "P29",
    promise: "MD5, SHA-1, SHA-224 to 512 with none, DES, AES-128, AES-192 and AES-256",
    async run({ subject }: Bench) {
      const matrix = needs(subject.matrix, "a user for each combination");
      const refused: string[] = [];
      for (const account of matrix) {
        const words = `${account.auth?.[0]}/${account.priv?.[0] ?? "none"}`;
        await withManager(subject, {}, async (manager) => {
          try {
            const { pdu } = await manager.v3(get(SYS_UP_TIME), { account });
            if (pdu.type !== "Response") refused.push(words);
            else only(pdu);
          } catch {
            refused.push(words);
          }
        });
      }
      must(refused.length === 0, `not ${refused.join(", ")}`);
      return `${matrix.length} combinations`;
    },
  },
];
