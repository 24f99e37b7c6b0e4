import { fileURLToPath } from "node:url";
import { checks, type Verdict } from "./score.js";

/** The committed score. */
export const scoreFile = fileURLToPath(new URL("SCORE.md", import.meta.url));

type Scores = ReadonlyMap<string, readonly Verdict[]>;

/** The verdicts of several agents side by side, as a Markdown table. */
export function scoreTable(scores: Scores): string {
  return table(scores, ({ result, note }) => (note === "" ? result : `${result}: ${note}`));
}

/** The page that is kept: of what varies from run to run, nothing; of what is not green, why. */
export function scorePage(scores: Scores): string {
  const cell = ({ result, note }: Verdict): string => (result === "ok" ? result : `${result}: ${note}`);
  return `# SNMP conformance

What \`npm run conformance:snmp -- --write\` has found: \`virtgate up\` over simulated hosts, beside Net-SNMP's agent on the same
computer. The tests hold virtgate's column against a new run. A line is left out where an agent lacks what it is about.

${table(scores, cell)}`;
}

function table(scores: Scores, cell: (verdict: Verdict) => string): string {
  const columns = [...scores.values()];
  const judged = checks.filter(({ id }) => columns.some((column) => column.some((one) => one.id === id)));
  const lines = judged.map(({ id, promise }) => {
    const verdicts = columns.map((column) => column.find((one) => one.id === id));
    return [id, promise, ...verdicts.map((verdict) => (verdict === undefined ? "" : cell(verdict)))];
  });
  const rows = [
    ["", "promise", ...scores.keys()],
    ["---", "---", ...columns.map(() => "---")],
    ...lines,
    ["", "", ...columns.map(kept)],
  ];
  return rows.map((cells) => `| ${cells.map(escaped).join(" | ")} |\n`).join("");
}

function kept(verdicts: readonly Verdict[]): string {
  const count = (result: Verdict["result"]): number => verdicts.filter((one) => one.result === result).length;
  const busy = count("busy") === 0 ? "" : `, ${count("busy")} busy`;
  return `${count("ok")} ok, ${count("fail")} failed, ${count("left out")} left out${busy}`;
}

function escaped(cell: string): string {
  return cell.replaceAll("|", "\\|").replaceAll("\n", " ");
}
