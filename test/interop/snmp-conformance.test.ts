import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checks, score, type Verdict, verdictOf } from "../conformance/snmp/score.js";
import { scoreFile, scoreTable } from "../conformance/snmp/score-table.js";
import { startSnmpd } from "../conformance/snmp/subjects/snmpd.js";
import { type OwnProgram, startOwnProgram } from "../conformance/snmp/subjects/virtgate.js";
import { isInstalled } from "../support/installed.js";
import { programFile } from "../support/run-program.js";
import { temporaryFolder } from "../support/temporary-folder.js";

/** Lines that the program is not asked to keep yet, and why. */
const notYet: Readonly<Record<string, string>> = {
  P45: "AgentX is not offered yet",
};

/** What Net-SNMP's agent was seen not to keep; everything else that can be tried on it must pass, or the check is wrong. */
const snmpdFails = new Set(["P8", "P11", "P15", "P27", "P28", "P31", "P39", "P40"]); // P40 now and then
/** Less of what can be done more often than in a run by hand. */
const EFFORT = 0.25;
const scores = new Map<string, Verdict[]>([["virtgate", []]]);

let ours: OwnProgram;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "vg-"));
  ours = await startOwnProgram(programFile(), folder);
}, 240_000);
afterAll(async () => {
  await ours?.close();
  rmSync(folder, { recursive: true, force: true });
  const products = fileURLToPath(new URL("../../dist/conformance/", import.meta.url));
  mkdirSync(products, { recursive: true });
  writeFileSync(join(products, "snmp.md"), scoreTable(scores));
  writeFileSync(join(products, "snmp.json"), `${JSON.stringify(Object.fromEntries(scores), undefined, 2)}\n`);
});

describe("the program keeps its promises", () => {
  test.each(checks.map((check) => [check.id, check.promise, check] as const))(
    "%s: %s",
    async (id, promise, check) => {
      const verdict = await verdictOf(ours.subject, check, EFFORT);
      scores.get("virtgate")?.push(verdict);
      const { result, note } = verdict;
      const wanted =
        notYet[id] === undefined ? { id, result: "ok", note } : { id, result: "left out", note: notYet[id] };
      // A time that a loaded computer does not let anybody keep tells nothing about the program.
      if (result !== "busy") expect({ id, result, note }).toEqual(wanted);
      const cell = wanted.result === "ok" ? "ok" : `${wanted.result}: ${wanted.note}`;
      expect(readFileSync(scoreFile, "utf8"), `npm run conformance:snmp -- --write`).toContain(
        `\n| ${id} | ${promise} | ${cell} |`,
      );
    },
    300_000,
  );
});

test("Net-SNMP's agent keeps what it can be tried on, so that the checks are not made for one agent", async (context) => {
  if (!isInstalled("snmpd")) context.skip("snmpd is not installed");
  const { subject: snmpd, close } = await startSnmpd(temporaryFolder());
  try {
    const verdicts = await score(snmpd, checks, { effort: EFFORT });
    scores.set("snmpd", [...verdicts]);
    const failed = verdicts.filter(({ id, result }) => result === "fail" && !snmpdFails.has(id));
    expect(failed).toEqual([]);
    expect(verdicts.filter(({ result }) => result === "ok").length).toBeGreaterThan(20);
  } finally {
    await close();
  }
}, 300_000);
