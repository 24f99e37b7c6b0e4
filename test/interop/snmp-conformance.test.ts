import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { boundObjects } from "../../src/mapping/snmp/bound-objects.js";
import { checks, score, scoreTable, type Verdict, verdictOf } from "../conformance/snmp/score.js";
import type { Subject } from "../conformance/snmp/subject.js";
import { startSnmpd } from "../conformance/snmp/subjects/snmpd.js";
import { type OwnGateway, startOwnGateway } from "../conformance/snmp/subjects/virtgate.js";
import { isInstalled } from "../support/installed.js";
import { ourLibrary } from "../support/mibs.js";
import { temporaryFolder } from "../support/temporary-folder.js";

/** Lines that this agent does not keep yet, with the issue that will. */
const known: Readonly<Record<string, string>> = {
  P45: "AgentX is an issue of its own",
};

/** Every object of VM-MIB that has a source. */
function mandatory(): Subject["mandatory"] {
  const { library } = ourLibrary();
  const names = (boundObjects["VM-MIB"] ?? []).flatMap((bound) => ("columns" in bound ? bound.columns : bound.scalars));
  return new Map(names.map(({ name }) => [name, library.oidOf("VM-MIB", name)]));
}

/** What Net-SNMP's agent was seen not to keep; everything else that can be tried on it must pass, or the check is wrong. */
const snmpdFails = new Set(["P8", "P11", "P15", "P27", "P28", "P31", "P39"]);
const scores = new Map<string, Verdict[]>([["virtgate", []]]);

let gateway: OwnGateway;
let subject: Subject;

beforeAll(async () => {
  gateway = await startOwnGateway();
  subject = Object.create(gateway.subject, { mandatory: { value: mandatory() } }) as Subject;
}, 120_000);
afterAll(async () => {
  await gateway?.close();
  const folder = fileURLToPath(new URL("../../dist/conformance/", import.meta.url));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "snmp.md"), scoreTable(scores));
  writeFileSync(join(folder, "snmp.json"), `${JSON.stringify(Object.fromEntries(scores), undefined, 2)}\n`);
});

describe("virtgate keeps its promises", () => {
  test.each(checks.map((check) => [check.id, check.promise, check] as const))(
    "%s: %s",
    async (id, _promise, check) => {
      const verdict = await verdictOf(subject, check);
      const { result, note } = verdict;
      scores.get("virtgate")?.push(verdict);
      const wanted = known[id] === undefined ? "ok" : "left out";
      expect([id, result, note]).toEqual([id, wanted, note]);
    },
    300_000,
  );
});

test("Net-SNMP's agent keeps what it can be tried on, so that the checks are not made for one agent", async (context) => {
  if (!isInstalled("snmpd")) context.skip("snmpd is not installed");
  const { subject: snmpd, close } = await startSnmpd(temporaryFolder());
  try {
    const verdicts = await score(snmpd, checks);
    scores.set("snmpd", [...verdicts]);
    const failed = verdicts.filter(({ id, result }) => result === "fail" && !snmpdFails.has(id));
    expect(failed).toEqual([]);
    expect(verdicts.filter(({ result }) => result === "ok").length).toBeGreaterThan(20);
  } finally {
    await close();
  }
}, 300_000);
