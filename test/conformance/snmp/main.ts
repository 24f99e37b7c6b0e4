import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { isInstalled } from "../../support/installed.js";
import { aimedAt, aimHelp, aimOptions } from "./aim.js";
import { checks, score, type Verdict } from "./score.js";
import { scoreFile, scorePage, scoreTable } from "./score-table.js";
import type { Subject } from "./subject.js";
import { startSnmpd } from "./subjects/snmpd.js";
import { startOwnProgram } from "./subjects/virtgate.js";

const HELP = `Checks the SNMP promises P1 to P48: of virtgate and of Net-SNMP's snmpd, or of any agent.

  npm run conformance:snmp -- [--only P1,P2] [--effort 1] [--json FILE] [--write]
  npm run conformance:snmp -- --agent HOST:PORT ${aimHelp}

Without --agent, "virtgate up" is started as users start it, over simulated hosts that are made to change, and snmpd beside it
where it is installed; --write makes the table in test/conformance/snmp/SCORE.md of it. Both have users, limited communities,
receivers of notifications and restarts. Of another agent, what needs more than was given is left out.
--effort 50 sends a million mutated datagrams. Exits with 1 when a check of the agent, or of virtgate, fails.
`;

/** @param words the command line after the program @param program the file that Node runs for virtgate */
export async function main(words: readonly string[], program: string): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      ...aimOptions,
      only: { type: "string" },
      effort: { type: "string", default: "1" },
      json: { type: "string" },
      write: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const aimed = aimedAt(values);
  if (aimed === "wrong" || (values.write && (aimed !== undefined || values.only !== undefined))) {
    process.stderr.write(HELP);
    return 2;
  }
  const scores = new Map<string, readonly Verdict[]>();
  const judge = async (subject: Subject): Promise<void> => {
    const chosen = values.only?.split(",");
    const some = checks.filter(({ id }) => chosen === undefined || chosen.includes(id));
    const tell = ({ id, result }: Verdict): void => void process.stderr.write(`${subject.name} ${id}: ${result}\n`);
    scores.set(subject.name, await score(subject, some, { effort: Number(values.effort), tell }));
  };
  if (aimed !== undefined) await judge(aimed);
  else await judgeOurs(program, judge);
  process.stdout.write(scoreTable(scores));
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify(Object.fromEntries(scores), undefined, 2)}\n`);
  }
  if (values.write) writeFileSync(scoreFile, scorePage(scores));
  const [judged] = scores.values();
  return judged?.some(({ result }) => result === "fail") ? 1 : 0;
}

/** One after the other, so that neither takes the other's time. */
async function judgeOurs(program: string, judge: (subject: Subject) => Promise<void>): Promise<void> {
  const starters = [(folder: string) => startOwnProgram(program, folder)];
  if (isInstalled("snmpd")) starters.push(startSnmpd);
  else process.stderr.write("snmpd is not installed: virtgate alone is checked\n");
  for (const start of starters) {
    const folder = mkdtempSync(join(tmpdir(), "vg-"));
    try {
      const { subject, close } = await start(folder);
      await judge(subject).finally(close);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}
