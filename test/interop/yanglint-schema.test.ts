import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { DecodeError, Fault, reasonOf } from "../../src/base/fault.js";
import { seededRandom } from "../../src/base/random.js";
import { compileSchema } from "../../src/schema/yang/compile-schema.js";
import { ModuleLibrary } from "../../src/schema/yang/module-library.js";
import { readModuleText } from "../../src/schema/yang/module-text.js";
import { isInstalled } from "../support/installed.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { disturb, textOf, YangGenerator } from "../support/yang-generator.js";
import { textsIn } from "../support/yang-modules.js";

const program = "yanglint";
/** VIRTGATE_YANG_CASES: how many modules are judged (`npm run interop:yang`, for the night, sets 100,000); VIRTGATE_YANG_SEED: the first, to repeat some. */
const cases = Number(process.env["VIRTGATE_YANG_CASES"] ?? 5000);
const firstSeed = Number(process.env["VIRTGATE_YANG_SEED"] ?? 0);
/** Modules that yanglint holds at once. */
const BATCH = 40;
/** Modules for one run of it. */
const RUN = 1000;

interface Difference {
  readonly accepted: "by us" | "by yanglint";
  /** In the message of whoever refused. */
  readonly refusal: RegExp;
  /** What else must be so, in the lines of the module. */
  readonly holds?: (lines: readonly string[], refusal: RegExpExecArray) => boolean;
  readonly reason: string;
}

/** The statements around a line, innermost first, each with the lines of its own: modules are written with two spaces a level. */
function* around(lines: readonly string[], at: number): Generator<{ keyword: string; own: readonly string[] }> {
  const depthOf = (line: string | undefined): number => (line ?? "").search(/\S/);
  let depth = depthOf(lines[at]);
  for (let i = at; i >= 0 && depth > 0; i -= 1) {
    const isOpener = i === at ? (lines[i] ?? "").endsWith("{") : depthOf(lines[i]) < depth;
    if (!isOpener) continue;
    depth = depthOf(lines[i]);
    const end = lines.findIndex((line, j) => j > i && depthOf(line) <= depth);
    const own = lines.slice(i + 1, end).filter((line) => depthOf(line) === depth + 2);
    yield { keyword: (lines[i] ?? "").trim().split(" ")[0] ?? "", own: own.map((line) => line.trim()) };
  }
}

/** Whether a line is of something that a feature takes away, for no feature of what is imported is supported. */
function isTakenAway(lines: readonly string[], at: number): boolean {
  return at >= 0 && [...around(lines, at)].some(({ own }) => own.some((line) => line.startsWith("if-feature")));
}

function lineOfNode(lines: readonly string[], name: string | undefined): number {
  return lines.findIndex((line) =>
    new RegExp(`^ *(?!grouping|typedef|feature|identity)[a-z-]+ ${name} \\{$`).test(line),
  );
}

/** What yanglint 2.1.30 judges in another way than we do, and why. */
const differences: readonly Difference[] = [
  {
    accepted: "by yanglint",
    refusal: /the extension \S+ is there already/,
    reason: "it does not look for extensions that are defined twice (RFC 7950, section 6.2.1)",
  },
  {
    accepted: "by yanglint",
    refusal: /\S+:note (needs an|takes no) argument/,
    reason: "it does not hold statements of extensions to their argument (RFC 7950, section 7.19.2)",
  },
  {
    accepted: "by yanglint",
    refusal: /not-supported stands alone in a deviation/,
    reason: "it lets not-supported be said twice in one deviation (RFC 7950, section 14, rule deviation-stmt)",
  },
  {
    accepted: "by yanglint",
    refusal: /a second ordered-by in one (leaf-list|list)/,
    reason: "it does not count ordered-by (RFC 7950, section 7.7.1)",
  },
  {
    accepted: "by yanglint",
    refusal: /there is no feature (o:)?n\d+$/,
    reason: "it looks at the if-feature of an identity only when something needs to know (RFC 7950, section 7.20.2)",
  },
  {
    accepted: "by us",
    refusal: /Invalid deviation replacing "config" property/,
    reason: "whether a node is configuration is always settled, so there is always something to replace",
  },
  {
    accepted: "by us",
    refusal:
      /Grouping "\S+" references itself through a uses statement\. \(\S*\{uses='(\S+:)?(n\d+)'\}\S*\{augment='\S+'\}\S*\{uses='(\S+:)?\2'\}\)/,
    reason: "what the augment of a uses adds is no part of the grouping, so it may use the same one",
  },
  {
    accepted: "by yanglint",
    refusal: /the argument "(\d+(\.\.\d+){2,}|\d+-\d+-\d+)" of range is not what this statement takes/,
    reason: "it takes no notice of what follows a part of a range without a bar (RFC 7950, section 14, rule range-arg)",
  },
  {
    accepted: "by yanglint",
    refusal: /:(\d+):\d+: default: /,
    holds: (lines, [, line]) => [...around(lines, Number(line) - 1)].some(({ keyword }) => keyword === "grouping"),
    reason: "it does not always look at the defaults of groupings that nothing uses",
  },
  {
    accepted: "by yanglint",
    refusal: /: a\d+ is imported twice/,
    reason: "it only warns of one revision that is imported twice (RFC 7950, section 7.1.5, allows several revisions)",
  },
  {
    accepted: "by us",
    refusal: /Feature "\S+" cannot be enabled because its "if-feature" is not satisfied\./,
    reason: "it is told to support all features of a module, and takes one for wrong that can never be",
  },
  {
    accepted: "by us",
    refusal: /(Action|Notification) "\S+" is placed inside another \S+\. \(\/a\d+:/,
    reason: "it is in the module that is only imported, whose nodes are not compiled",
  },
  {
    accepted: "by us",
    refusal: /(?:Invalid type restrictions for|Invalid character 0x)[\s\S]*\/(n\d+)\)/,
    holds: (lines, [, name]) => isTakenAway(lines, lineOfNode(lines, name)),
    reason: "we do not look into the types and expressions of a node that a feature takes away",
  },
  {
    accepted: "by us",
    refusal: /Duplicate identifier "\S+" of (?:bit|enum) statement\. \(Line number (\d+)\.\)/,
    holds: (lines, [, line]) => isTakenAway(lines, Number(line) - 1),
    reason: "we do not look into the types and expressions of a node that a feature takes away",
  },
  {
    accepted: "by us",
    refusal: /When condition cyclic dependency/,
    reason:
      "a when that leads back to itself is no error to us: it says nothing there (RFC 7950, section 7.21.5, forbids it)",
  },
  {
    accepted: "by us",
    refusal: /Not found node "\S+" in path\./,
    reason:
      "we do not follow paths from nodes that a feature takes away, since what they lead to may be gone with them",
  },
];

interface Judged {
  readonly name: string;
  /** `undefined` when we accept it. */
  readonly refusal: string | undefined;
}

/** Writes a pair of modules and judges the second, which imports the first. */
function makeCase(seed: number, folder: string): Judged {
  const random = seededRandom(seed);
  const generator = new YangGenerator(random);
  const first = generator.module(`a${seed}`);
  const { module } =
    seed % 4 === 3 ? { module: generator.deviating(`b${seed}`, first.module) } : generator.module(`b${seed}`, first);
  if (random() < 0.6) disturb(module, random);
  const texts = [textOf(first.module), textOf(module)];
  const name = `b${seed}`;
  writeFileSync(join(folder, `a${seed}.yang`), texts[0] as string);
  writeFileSync(join(folder, `${name}.yang`), texts[1] as string);
  try {
    const library = new ModuleLibrary(texts.map((text, i) => readModuleText({ name: `${"ab"[i]}${seed}.yang`, text })));
    compileSchema(library, [{ name }]);
    return { name, refusal: undefined };
  } catch (error) {
    if (!(error instanceof DecodeError || error instanceof Fault)) throw error;
    return { name, refusal: reasonOf(error) };
  }
}

/** Runs yanglint with what it is to do on its standard input. */
function yanglint(folder: string, input: string, ...args: string[]): Promise<{ out: string; errors: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: folder, env: { ...process.env, HOME: folder } });
    let out = "";
    let errors = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    child.once("error", reject);
    child.once("close", () => resolve({ out, errors }));
    child.stdin.end(input);
  });
}

interface Run {
  readonly folder: string;
  readonly judged: readonly Judged[];
  readonly verdicts: Promise<Verdicts>;
}

/** What yanglint made of modules. */
interface Verdicts {
  readonly accepted: ReadonlySet<string>;
  /** Those on which it ended by a signal. */
  readonly fatal: ReadonlySet<string>;
}

async function verdictsOf(folder: string, judged: readonly Judged[]): Promise<Verdicts> {
  const accepted = new Set<string>();
  const fatal = new Set<string>();
  let left = judged;
  while (left.length > 0) {
    const run = await judgeBatches(folder, left, BATCH);
    for (const name of run.accepted) accepted.add(name);
    left = left.slice(run.batches * BATCH);
    if (left.length === 0) break;
    // It ended in this batch, and by one of its modules.
    let batch = left.slice(0, BATCH);
    left = left.slice(BATCH);
    while (batch.length > 0) {
      const alone = await judgeBatches(folder, batch, 1);
      for (const name of alone.accepted) accepted.add(name);
      const culprit = batch[alone.batches];
      if (culprit) fatal.add(culprit.name);
      batch = batch.slice(alone.batches + 1);
    }
  }
  return { accepted, fatal };
}

/** Judges modules in one run, as far as it comes. @returns with how many batches it came to an end */
async function judgeBatches(
  folder: string,
  judged: readonly Judged[],
  size: number,
): Promise<{ accepted: readonly string[]; batches: number }> {
  const input = judged.map(({ name }, i) => {
    const isLast = i % size === size - 1 || i === judged.length - 1;
    return `add ${name}.yang\n${isLast ? "list\nclear\n" : ""}`;
  });
  const { out } = await yanglint(folder, input.join(""));
  // One list per batch shows that it came to its end.
  const [, ...lists] = out.split(/^List of the loaded models:/m);
  const accepted = lists.flatMap((list) => [...list.matchAll(/^ +I (b\d+)(?:@|$)/gm)].map(([, name = ""]) => name));
  return { accepted, batches: lists.length };
}

describe("yanglint", () => {
  test("judges generated modules as we do, but for differences that are explained", {
    timeout: 60_000 + cases * 60,
  }, async (context) => {
    if (!isInstalled(program)) context.skip("yanglint is not installed");
    const tally = { accepted: 0, refused: 0, explained: 0, fatal: 0 };
    const unexplained: string[] = [];
    const make = (from: number): Run => {
      const folder = temporaryFolder();
      const judged = Array.from({ length: Math.max(Math.min(RUN, cases - from), 0) }, (_, i) =>
        makeCase(firstSeed + from + i, folder),
      );
      return { folder, judged, verdicts: verdictsOf(folder, judged) };
    };
    // While yanglint works on one run, the next is made.
    let run = make(0);
    for (let from = RUN; run.judged.length > 0; from += RUN) {
      const { folder, judged, verdicts } = run;
      run = make(from);
      const { accepted, fatal } = await verdicts;
      for (const { name, refusal } of judged) {
        if (fatal.has(name)) {
          tally.fatal += 1;
          continue;
        }
        const theirs = accepted.has(name);
        if (theirs === (refusal === undefined)) {
          tally[theirs ? "accepted" : "refused"] += 1;
          continue;
        }
        const message = refusal ?? (await yanglint(folder, "", `${name}.yang`)).errors;
        const by = theirs ? "by yanglint" : "by us";
        const lines = readFileSync(join(folder, `${name}.yang`), "utf8").split("\n");
        const isExplained = differences.some(({ accepted: one, refusal: known, holds }) => {
          const found = known.exec(message);
          return one === by && found !== null && (holds?.(lines, found) ?? true);
        });
        if (isExplained) tally.explained += 1;
        else unexplained.push(`${name} is accepted ${by} only: ${message}`);
      }
    }
    expect(unexplained).toEqual([]);
    expect(tally.accepted).toBeGreaterThan(cases * 0.3);
    expect(tally.refused).toBeGreaterThan(cases * 0.3);
    expect(tally.explained).toBeLessThan(cases * 0.02);
    // Modules that end yanglint itself, by a signal.
    expect(tally.fatal).toBeLessThan(Math.max(5, cases * 0.001));
    console.info("modules:", tally);
  });
});

describe("modules of Debian's libyuma-base", () => {
  const root = "/usr/share/yuma";
  const folders = [
    "nmda-modules/ietf",
    "modules/ietf",
    "modules/ietf-derived",
    "modules/ietf-draft",
    "modules/netconfcentral",
  ];
  const isThere = existsSync(root);
  const texts = isThere ? textsIn(...folders.map((folder) => join(root, folder))) : [];
  const library = new ModuleLibrary(texts);
  const modules = texts
    .filter(({ belongsTo, name }) => belongsTo === undefined && /^(ietf|iana)-|notifications$/.test(name))
    .map(({ name, revision }) => ({ name, revision }));

  test.for(isThere ? modules : [{ name: "all of them", revision: undefined }])(
    "$name@$revision compiles",
    ({ name, revision }, context) => {
      if (!isThere) context.skip("libyuma-base is not installed");
      const schema = compileSchema(library, [revision === undefined ? { name } : { name, revision }]);
      expect(schema.module(name)?.implemented).toBe(true);
    },
  );
});
