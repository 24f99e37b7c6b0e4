import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { DataError } from "../../src/schema/yang/data/data-error.js";
import { pathText } from "../../src/schema/yang/data/path.js";
import { readXmlData } from "../../src/schema/yang/data/read-xml-data.js";
import { Validator } from "../../src/schema/yang/validate/validator.js";
import { isInstalled } from "../support/installed.js";
import { Random } from "../support/random.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { generateInstance } from "../support/yang-instance-generator.js";
import { yangSchema } from "../support/yang-schema.js";
import { generateModule } from "../support/yang-schema-generator.js";

/** VIRTGATE_YANG_PAIRS: how many documents are judged (`npm run interop:yang`, for the night, sets 100,000); VIRTGATE_YANG_SEED: a number, to repeat a run. */
const pairs = Number(process.env["VIRTGATE_YANG_PAIRS"] ?? 5000);
const firstSeed = Number(process.env["VIRTGATE_YANG_SEED"] ?? 1);
const PER_MODULE = 50;
const MODULES_AT_ONCE = 20;

interface Explanation {
  readonly reason: string;
  /** Met in some thousand documents only, so that a short run need not meet it. */
  readonly isRare?: boolean;
  applies(pair: Pair): boolean;
}

/** Where the two differ for a reason, shown by a module of its own in yanglint-differences. All else is a fault of ours until it is a row. */
const explained: readonly Explanation[] = [
  {
    reason:
      "libyang is content when an identity is derived from one of several bases; RFC 7950, section 9.10.2 wants all",
    applies: ({ ours, theirs }) =>
      theirs === undefined &&
      ours.every((error) => /"(?:dog|puppy|kite)" is no value of the type identityref/.test(error)),
  },
  {
    reason: "libyang takes a node that is not there for 0 in a sum; in XPath 1.0, section 4.4 it is no number",
    isRare: true,
    applies: ({ module, ours, theirs }) => theirs === undefined && ours.every((error) => isAboutSum(error, module)),
  },
  {
    reason: "so libyang looks for nodes below a node whose when has such a sum",
    isRare: true,
    applies: ({ module, ours, theirs }) => {
      const path = /(?:Mandatory node|Too few).*Schema location "[^":]*:([^"]+)"/.exec(theirs ?? "")?.[1] ?? "";
      return ours.length === 0 && path.split("/").some((name) => isUnderSum(name, module));
    },
  },
  {
    reason: "libyang takes the default of a type for a leaf-list's that needs values; RFC 7950, section 7.7.2 does not",
    isRare: true,
    applies: ({ module, ours, theirs }) =>
      theirs === undefined &&
      ours.every((error) => {
        const name = /too-few-elements .*\/([a-z]+[0-9]+): /.exec(error)?.[1];
        return name !== undefined && new RegExp(`leaf-list ${name} \\{ type named;`).test(module);
      }),
  },
  {
    reason: "libyang overlooks an empty container that stands a second time; RFC 7950, section 7.5.7 has it once",
    isRare: true,
    applies: ({ document, ours, theirs }) =>
      theirs === undefined &&
      ours.every((error) => {
        const name = /: (c[0-9]+) stands twice$/.exec(error)?.[1];
        return name !== undefined && document.includes(`<${name}></${name}>`);
      }),
  },
];

/** Whether a node is there only when a condition with a sum holds. */
function isUnderSum(name: string, module: string): boolean {
  return new RegExp(`\\b${name} \\{[^\n]*when "[^"]* \\+ 1 < `).test(module);
}

/** Whether the node that an error is about has a condition with a sum. */
function isAboutSum(error: string, module: string): boolean {
  const name = /([a-z]+[0-9]+)(?:\[[^\]]*\])*: /.exec(error)?.[1];
  return name !== undefined && new RegExp(`\\b${name} \\{[^\n]*(?:must|when) "[^"]* \\+ 1 < `).test(module);
}

/** What yanglint says of a document whose module it refused. */
const noModule = /No module with namespace/;

interface Pair {
  readonly module: string;
  readonly document: string;
  readonly ours: readonly string[];
  readonly theirs: string | undefined;
}

interface Judged {
  readonly name: string;
  readonly module: string;
  readonly documents: readonly { readonly text: string; readonly ours: readonly string[] }[];
}

const told = ({ tag, appTag, path, message }: DataError) => `${tag} ${appTag ?? ""} ${pathText(path)}: ${message}`;

function judge(seed: number): Judged {
  const random = new Random(seed);
  const name = `g${seed}`;
  const module = generateModule(random, name);
  const schema = yangSchema(module);
  const validator = new Validator(schema);
  const documents: { text: string; ours: readonly string[] }[] = [];
  for (let count = 0; count < PER_MODULE; count++) {
    const text = generateInstance(random, schema.root);
    const { tree, errors } = readXmlData(schema, schema.root, `<data>${text}</data>`);
    documents.push({ text, ours: (errors.length > 0 ? errors : validator.validate(tree)).map(told) });
  }
  return { name, module, documents };
}

/** By file, what yanglint has against it. Files without complaints are not in the map. */
function askYanglint(folder: string, judged: readonly Judged[]): ReadonlyMap<string, string> {
  const commands: string[] = [];
  for (const { name, module, documents } of judged) {
    const modulePath = join(folder, `${name}.yang`);
    writeFileSync(modulePath, module);
    commands.push("clear", `add ${modulePath}`);
    documents.forEach(({ text }, at) => {
      const path = join(folder, `${name}-${at}.xml`);
      writeFileSync(path, text);
      commands.push(`data -t data ${path}`);
    });
  }
  const { status, stdout, stderr } = spawnSync("yanglint", [], {
    input: `${[...commands, "quit"].join("\n")}\n`,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  expect(status, `yanglint ended: ${stderr.slice(-500)}`).toBe(0);
  const complaints = new Map<string, string>();
  let reasons: string[] = [];
  for (const line of `${stdout}\n${stderr}`.split("\n")) {
    const failed = /Failed to parse input data file "[^"]*\/([^/"]+)"/.exec(line)?.[1];
    if (failed === undefined) reasons.push(line);
    else {
      complaints.set(failed, reasons.join(" "));
      reasons = [];
    }
  }
  return complaints;
}

/** Kinds of differences with an example of each. */
function describeAll(unexplained: readonly Pair[]): string {
  const kinds = new Map<string, string>();
  for (const { module, document, ours, theirs } of unexplained) {
    const kind = `${ours[0] ?? "valid"} | ${theirs ?? "valid"}`.replace(/[a-z][0-9]+/g, "_");
    if (!kinds.has(kind))
      kinds.set(kind, `\nours: ${ours[0] ?? "valid"}\nyanglint: ${theirs ?? "valid"}\n${document}\n${module}`);
  }
  return `${unexplained.length} differences\n${[...kinds.values()].slice(0, 3).join("\n")}`;
}

test(`${pairs} generated documents are judged as yanglint judges them`, {
  timeout: pairs * 200 + 60_000,
}, (context) => {
  if (!isInstalled("yanglint")) context.skip("yanglint is not installed");
  const modules = Math.ceil(pairs / PER_MODULE);
  const unexplained: Pair[] = [];
  const met = new Set<string>();
  let valid = 0;
  let refused = 0;
  for (let first = 0; first < modules; first += MODULES_AT_ONCE) {
    const judged: Judged[] = [];
    for (let at = first; at < Math.min(first + MODULES_AT_ONCE, modules); at++) judged.push(judge(firstSeed + at));
    const complaints = askYanglint(temporaryFolder(), judged);
    for (const { name, module, documents } of judged) {
      if (noModule.test(complaints.get(`${name}-0.xml`) ?? "")) {
        // libyang takes a case whose "when" looks at a node with a "when" of its own for a circle.
        refused += 1;
        continue;
      }
      documents.forEach(({ text, ours }, at) => {
        const theirs = complaints.get(`${name}-${at}.xml`);
        if (theirs === undefined) valid += 1;
        if ((theirs === undefined) === (ours.length === 0)) return;
        const pair: Pair = { module, document: text, ours, theirs };
        const row = explained.find(({ applies }) => applies(pair));
        if (row) met.add(row.reason);
        else unexplained.push(pair);
      });
    }
  }
  expect(unexplained.length, describeAll(unexplained)).toBe(0);
  if (pairs >= 5000)
    expect([...met], "rows that nothing needs any more").toEqual(
      expect.arrayContaining(explained.filter(({ isRare }) => !isRare).map(({ reason }) => reason)),
    );
  expect(refused, "modules that yanglint refused").toBeLessThanOrEqual(Math.ceil(modules / 4));
  // Documents of one kind only would tell nothing.
  const share = valid / ((modules - refused) * PER_MODULE);
  expect(share).toBeGreaterThan(0.03);
  expect(share).toBeLessThan(0.97);
});
