import { attempt, type Outcome } from "./command.js";
import type { Gateway } from "./gateway.js";
import { scratch } from "./room.js";

/** A value as Net-SNMP's tools print it: integers and time ticks as numbers, 64-bit counters as bigint, strings as octets. */
export type SnmpValue = number | bigint | Buffer | string;

/** Rows by index (`3`, or `3.1`), cells by column number. */
export type SnmpTable = ReadonlyMap<string, ReadonlyMap<number, SnmpValue>>;

/** Numeric OIDs and values without names, units or hints, so that nothing depends on MIB files. */
const OUTPUT = ["-m", "", "-On", "-Oe", "-Ot", "-OU", "-Ox"];

/** Reads a subtree by v3 GETBULK, with the user and keys that the gateway has written for its users. */
async function bulkWalk(gateway: Gateway, oid: string, context: string): Promise<ReadonlyMap<string, SnmpValue>> {
  const { code, stdout, stderr } = await ask(gateway, "snmpbulkwalk", ["-Cr25"], context, [oid]);
  if (code !== 0) throw new Error(`snmpbulkwalk ${oid} in "${context}" ended with ${code}: ${stderr}${stdout}`);
  return parse(stdout);
}

/** Reads one instance. */
export async function get(gateway: Gateway, oid: string, context = ""): Promise<SnmpValue> {
  const { code, stdout, stderr } = await ask(gateway, "snmpget", [], context, [oid]);
  const value = [...parse(stdout).values()][0];
  if (code !== 0 || value === undefined) throw new Error(`snmpget ${oid} in "${context}": ${stderr}${stdout}`);
  return value;
}

/** Reads a table as rows; `entry` is the OID of its entry object, with the dot at its beginning. */
export async function readTable(gateway: Gateway, entry: string, context: string): Promise<SnmpTable> {
  const rows = new Map<string, Map<number, SnmpValue>>();
  for (const [oid, value] of await bulkWalk(gateway, entry, context)) {
    const [column = "", ...index] = oid.slice(entry.length + 1).split(".");
    const key = index.join(".");
    let row = rows.get(key);
    if (row === undefined) {
      row = new Map();
      rows.set(key, row);
    }
    row.set(Number(column), value);
  }
  return rows;
}

/** Runs one of Net-SNMP's tools against the gateway as its user. */
export function ask(
  { ready: { snmp } }: Gateway,
  tool: string,
  options: readonly string[],
  context: string,
  rest: readonly string[],
): Promise<Outcome> {
  const where = `${snmp.address}:${snmp.port}`;
  return attempt(tool, ["-r", "3", "-t", "10", ...OUTPUT, ...options, "-n", context, where, ...rest], {
    env: { SNMPCONFPATH: snmp.confDir, SNMP_PERSISTENT_DIR: scratch("net-snmp") },
  });
}

/** Reads the tools' output, in which a long string goes on over several lines. */
function parse(text: string): ReadonlyMap<string, SnmpValue> {
  const found = new Map<string, SnmpValue>();
  for (const line of text.replaceAll(/\n(?!\.)/g, " ").split("\n")) {
    const cut = line.indexOf(" = ");
    if (/ = No (Such|more)/.test(line)) continue; // a table without rows, an instance that is absent
    if (cut > 0) found.set(line.slice(0, cut), parseValue(line.slice(cut + 3).trim()));
  }
  return found;
}

export function parseValue(text: string): SnmpValue {
  const typed = /^(INTEGER|Gauge32|Counter32|Counter64|Hex-STRING|STRING|OID): ?(.*)$/s.exec(text);
  const value = typed?.[2]?.trim() ?? "";
  switch (typed?.[1]) {
    case "INTEGER":
    case "Gauge32":
    case "Counter32":
      return Number(value);
    case "Counter64":
      return BigInt(value);
    case "Hex-STRING":
      return Buffer.from(value.replaceAll(/\s/g, ""), "hex");
    case "STRING":
      return Buffer.from(value.replaceAll(/^"|"$/g, ""));
    case "OID":
      return value;
    default:
      if (text === '""') return Buffer.alloc(0);
      if (/^\d+$/.test(text)) return Number(text); // time ticks
      throw new Error(`unexpected output of an SNMP tool: ${text}`);
  }
}
