import type { ObjectShape } from "../../schema/smi/shape.js";
import type { BoundObject, OmittedObject } from "../bind-table.js";
import { boundObjects } from "./bound-objects.js";

/** The mapping of all SNMP objects as a page of Markdown: the shapes of the MIB joined with the tables of this room. */
export function snmpMappingPage(): string {
  const parts = ["# SNMP objects\n"];
  for (const [module, groups] of Object.entries(boundObjects)) {
    parts.push(`\n## ${module}\n`);
    for (const bound of groups) {
      const { name, oid } = "entry" in bound ? bound.entry : bound.group;
      const objects = "columns" in bound ? bound.columns : bound.scalars;
      const lines = [...objects, ...bound.omitted].sort((a, b) => a.shape.id - b.shape.id).map((one) => line(oid, one));
      parts.push(`\n### ${name}\n\n${HEAD}\n${lines.join("\n")}\n`);
    }
  }
  return parts.join("");
}

const HEAD = "| object | OID | syntax | access | unit | source | meaning |\n| --- | --- | --- | --- | --- | --- | --- |";

function line(parent: readonly number[], object: BoundObject<never> | OmittedObject): string {
  const { name, shape } = object;
  const source = "read" in object ? (object.source ?? `\`${expressionOf(object.read)}\``) : `not served: ${object.reason}`;
  const cells = [name, [...parent, shape.id].join("."), syntaxText(shape), shape.access, shape.units ?? "", source];
  return `| ${[...cells, shape.description].map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

/** An accessor is one expression; what stands after its arrow is the source. */
function expressionOf(accessor: (row: never) => unknown): string {
  return accessor
    .toString()
    .replace(/^[^=]*=>\s*/, "")
    .replace(/\s+/g, " ");
}

function syntaxText({ syntax, type, named, range, size }: ObjectShape): string {
  if (named !== undefined)
    return Object.entries(named)
      .map(([word, number]) => `${word}(${number})`)
      .join(" ");
  const limits = (range ?? size)?.map(([low, high]) => (low === high ? `${low}` : `${low}..${high}`)).join(" | ");
  return `${type ?? syntax}${limits === undefined ? "" : ` (${limits})`}`;
}
