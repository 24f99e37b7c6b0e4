import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { SmiObject, SmiValue } from "../../src/schema/smi/module.js";
import { isInstalled } from "../support/installed.js";
import { mibFolder, moduleNames, ourLibrary } from "../support/mibs.js";

/**
 * Remarks of `smilint -l 6` that the facts of the originals force, by module: tag, how often, why. A module that is not
 * here is silent.
 */
// biome-ignore format: read as a table
const remarks: Readonly<Record<string, readonly (readonly [tag: string, count: number, reason: string])[]>> = {
  "SNMPv2-SMI": [
    ["identifier-basetype-redefined", 2, "this is the module that defines the base types"],
    ["node-implicit", 1, "zeroDotZero stands at the root"],
    ["range-bounds", 5, "this is the module that says how far base types reach"],
    ["range-exchanged", 1, "Counter64 reaches beyond what the checker counts with"],
    ["type-without-format", 8, "base types have no display hint"],
  ],
  "SNMPv2-TC": [
    ["type-unref", 16, "the conventions are there for other modules"],
    ["type-without-format", 4, "numbers and times of the original have no display hint"],
  ],
  "SNMPv2-MIB": [["group-unref", 1, "no statement of the original requires snmpNotificationGroup"]],
  "SNMP-FRAMEWORK-MIB": [
    ["identifier-case-match", 1, "the original has SnmpEngineID and snmpEngineID"],
    ["previous-definition", 1, "belongs to the remark on snmpEngineID"],
    ["type-unref", 4, "the conventions are there for other modules"],
    ["type-without-format", 3, "these conventions of the original have no display hint"],
  ],
  "SNMP-TARGET-MIB": [
    ["group-unref", 2, "SNMP-NOTIFICATION-MIB requires these groups"],
    ["type-unref", 1, "SnmpTagValue is there for other modules"],
  ],
  "SNMP-NOTIFICATION-MIB": [
    ["index-element-no-size", 1, "an object identifier cannot have a size"],
    ["index-exceeds-too-large", 1, "follows from the index of the original"],
  ],
  "SNMP-USER-BASED-SM-MIB": [["type-without-format", 1, "KeyChange has no display hint"]],
  "SNMP-VIEW-BASED-ACM-MIB": [
    ["index-element-no-size", 1, "an object identifier cannot have a size"],
    ["index-exceeds-too-large", 1, "follows from the index of the original"],
  ],
  "SNMP-TLS-TM-MIB": [["type-unref", 1, "SnmpTLSAddress is there for other modules"]],
  "IF-MIB": [
    ["group-unref", 1, "no statement of the original requires ifOldObjectsGroup"],
    ["index-element-accessible", 1, "ifIndex can be read since the first version"],
    ["index-element-no-size", 1, "PhysAddress has no size"],
    ["index-exceeds-too-large", 1, "follows from the index of the original"],
  ],
  "IANAifType-MIB": [
    ["hyphen-in-label", 1, "if-gsn is spelled so"],
    ["identifier-case-match", 1, "the original has IANAifType and ianaifType"],
    ["previous-definition", 1, "belongs to the remark on ianaifType"],
    ["type-unref", 2, "the conventions are there for other modules"],
  ],
  "IANA-STORAGE-MEDIA-TYPE-MIB": [["type-unref", 1, "the convention is there for VM-MIB"]],
  "UUID-TC-MIB": [["type-unref", 2, "the conventions are there for other modules"]],
};

const shared = process.env["VIRTGATE_SAMPLES"] ?? fileURLToPath(new URL("../../../shared", import.meta.url));
const originals = join(shared, "samples/schema-trees/mib");
const factsTool = join(shared, "tools/mib-facts.py");
const { modules, library } = ourLibrary();

describe("smilint -l 6", () => {
  test.for(moduleNames)("remarks on %s only what the original forces", (name, context) => {
    if (!isInstalled("smilint")) context.skip("smilint is not installed");
    const environment = { ...process.env, SMIPATH: mibFolder };
    const { stdout, stderr, error } = spawnSync("smilint", ["-l", "6", "-m", join(mibFolder, `${name}.txt`)], {
      env: environment,
      encoding: "utf8",
    });
    expect(error).toBeUndefined();
    const found: Record<string, number> = {};
    for (const line of `${stdout}${stderr}`.split("\n").filter((text) => text !== "")) {
      const tag = /\{([a-z0-9-]+)\}/.exec(line)?.[1] ?? line;
      found[tag] = (found[tag] ?? 0) + 1;
    }
    expect(found).toEqual(Object.fromEntries((remarks[name] ?? []).map(([tag, count]) => [tag, count])));
  });
});

describe("facts", () => {
  /** The originals of the base modules define macros and types only, which the tool does not list. */
  const compared = moduleNames.filter((name) => !["SNMPv2-SMI", "SNMPv2-TC", "SNMPv2-CONF"].includes(name));

  test.for(compared)("of %s equal the original's, as libsmi sees them", (name, context) => {
    if (!existsSync(join(originals, `${name}.json`))) context.skip("the facts of the originals are not here");
    if (!isInstalled("smidump") || !isInstalled("python3")) context.skip("smidump or python3 is not installed");
    const environment = { ...process.env, SMIPATH: mibFolder };
    const { stdout, status } = spawnSync("python3", [factsTool, join(mibFolder, `${name}.txt`)], {
      env: environment,
      encoding: "utf8",
      maxBuffer: 1 << 26,
    });
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual(JSON.parse(readFileSync(join(originals, `${name}.json`), "utf8")));
  });

  test.for(compared)("of %s equal the original's, as readModule() sees them", (name, context) => {
    if (!existsSync(join(originals, `${name}.json`))) context.skip("the facts of the originals are not here");
    const original = JSON.parse(readFileSync(join(originals, `${name}.json`), "utf8")) as OriginalFacts;
    const expected = objectsOf(original);
    const module = library.module(name);
    for (const { name: symbol, oid } of allNodes(original)) {
      expect([symbol, library.oidOf(name, symbol).join(".")]).toEqual([symbol, oid]);
    }
    for (const fact of expected) {
      const value = module.values.get(fact.name);
      expect(value?.kind).toBe("object");
      if (value?.kind !== "object") continue;
      expect([fact.name, plainAccess(value), value.status]).toEqual([fact.name, fact.access[0]?.value, fact.status]);
      expect([fact.name, namedOf(name, value)]).toEqual([fact.name, originalNamed(fact)]);
    }
  });
});

test("Net-SNMP's tools load the whole folder and know every object", (context) => {
  if (!isInstalled("snmptranslate")) context.skip("snmptranslate is not installed");
  const own = mkdtempSync(join(tmpdir(), "virtgate-mibs-"));
  const { stdout, stderr } = spawnSync("snmptranslate", ["-M", mibFolder, "-m", "ALL", "-To"], {
    env: { ...process.env, MIBS: "", SNMPCONFPATH: own, SNMP_PERSISTENT_DIR: own },
    encoding: "utf8",
  });
  rmSync(own, { recursive: true });
  // The tools say so when they make folders of their own.
  expect(stderr.split("\n").filter((line) => line !== "" && !line.startsWith("Created directory"))).toEqual([]);
  const known = new Set(stdout.split("\n").map((line) => line.replace(/^\./, "")));
  for (const module of modules) {
    for (const value of module.values.values()) {
      if (value.kind !== "object") continue;
      const oid = library.oidOf(module.name, value.name).join(".");
      expect([value.name, known.has(oid)]).toEqual([value.name, true]);
    }
  }
});

test("no module declares an object identifier twice", () => {
  const seen = new Map<string, string>();
  for (const module of modules) {
    for (const value of module.values.values()) {
      const oid = library.oidOf(module.name, value.name).join(".");
      expect([oid, seen.get(oid) ?? "free"]).toEqual([oid, "free"]);
      seen.set(oid, value.name);
    }
  }
});

test("every member of a group and every object of a notification is declared", () => {
  for (const module of modules) {
    for (const value of module.values.values()) {
      for (const name of namesIn(value)) {
        expect(library.valueOf(module.name, name).value.name).toBe(name);
      }
    }
  }
});

test("every readable object is a member of a group of its module", () => {
  for (const module of modules) {
    const members = new Set(
      [...module.values.values()].flatMap((value) => (value.kind === "group" ? value.members : [])),
    );
    for (const value of module.values.values()) {
      if (value.kind !== "object" || value.access === "not-accessible") continue;
      expect([value.name, members.has(value.name)]).toEqual([value.name, true]);
    }
  }
});

function namesIn(value: SmiValue): readonly string[] {
  if (value.kind === "group") return value.members;
  if (value.kind === "notification") return value.objects;
  if (value.kind === "object") return value.index?.map((part) => part.name) ?? [];
  return [];
}

interface ObjectFact {
  readonly name: string;
  readonly oid: string;
  readonly status: string;
  readonly access: readonly { readonly value: string }[];
  readonly syntax: readonly { readonly typedef?: readonly { readonly namednumber?: NamedNumbers }[] }[];
}

type NamedNumbers = readonly { readonly name: string; readonly number: string }[];

interface NodeFact {
  readonly name: string;
  readonly oid: string;
  readonly syntax?: ObjectFact["syntax"];
  readonly row?: readonly { readonly name: string; readonly oid: string; readonly column: readonly ObjectFact[] }[];
}

interface OriginalFacts {
  readonly nodes: readonly NodeFact[];
  readonly notifications?: readonly NodeFact[];
  readonly groups?: readonly NodeFact[];
  readonly compliances?: readonly NodeFact[];
}

function allNodes(facts: OriginalFacts): readonly { name: string; oid: string }[] {
  const rows = facts.nodes.flatMap((node) => node.row ?? []);
  return [
    ...facts.nodes,
    ...rows,
    ...rows.flatMap((row) => row.column),
    ...(facts.notifications ?? []),
    ...(facts.groups ?? []),
    ...(facts.compliances ?? []),
  ];
}

function objectsOf(facts: OriginalFacts): readonly ObjectFact[] {
  const scalars = facts.nodes.filter((node) => node.syntax !== undefined) as unknown as readonly ObjectFact[];
  return [...scalars, ...facts.nodes.flatMap((node) => node.row?.flatMap((row) => row.column) ?? [])];
}

/** libsmi's words for access; it makes no difference between read-write and read-create. */
function plainAccess({ access }: SmiObject): string {
  const words: Readonly<Record<SmiObject["access"], string>> = {
    "not-accessible": "noaccess",
    "accessible-for-notify": "notifyonly",
    "read-only": "readonly",
    "read-write": "readwrite",
    "read-create": "readwrite",
  };
  return words[access];
}

/** Named values that stand at the object itself, not in its type. */
function namedOf(module: string, object: SmiObject): Readonly<Record<string, number>> {
  const isOwn = object.syntax.named !== undefined && library.resolve(module, object.syntax).type === undefined;
  return isOwn ? Object.fromEntries(object.syntax.named ?? []) : {};
}

function originalNamed(fact: ObjectFact): Readonly<Record<string, number>> {
  const named = fact.syntax[0]?.typedef?.[0]?.namednumber ?? [];
  return Object.fromEntries(named.map(({ name, number }) => [name, Number(number)]));
}
