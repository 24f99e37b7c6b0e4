import { Fault } from "../../base/fault.js";
import type { YangIdentity } from "./module.js";
import type { DataNode, NotificationNode, YangSchema } from "./schema-node.js";
import type { ChildShape, ContainerShape, LeafShape, ListShape, ValueShape } from "./shape.js";
import type { YangType } from "./type.js";

/** Which nodes of which module each file of `schema/generated` has, by the name of the constant: those that are mapped. */
export const yangShapeFiles: Readonly<
  Record<string, { readonly module: string; readonly nodes: Readonly<Record<string, string>> }>
> = {
  "virtgate-host.ts": {
    module: "virtgate-host",
    nodes: { host: "/hosts/host", node: "/nodes/node", hostUp: "host-up", hostDown: "host-down" },
  },
  "virtgate-machine.ts": {
    module: "virtgate-machine",
    nodes: {
      machine: "/hosts/host/machine",
      machineAdded: "machine-added",
      machineRemoved: "machine-removed",
      machineStateChanged: "machine-state-changed",
      machineChanged: "machine-changed",
      machineStuck: "machine-stuck",
      machineRecovered: "machine-recovered",
    },
  },
};

/** The text of one file of `schema/generated`. @throws {Fault} `absent` for a node that the schema does not have */
export function yangShapeFileText(schema: YangSchema, module: string, nodes: Readonly<Record<string, string>>): string {
  const head = [
    "// biome-ignore-all format: one leaf a line",
    `// Made from yang/virtgate/${module}.yang by schema/yang/shape-files.ts; the architecture test rewrites it.`,
  ];
  const parts = Object.entries(nodes).map(([constant, path]) => {
    const shape = shapeOf(findNode(schema, module, path), module);
    return `\n/** @see ${module}, ${path} */\nexport const ${constant} = ${holderText(shape, "")} as const;\n`;
  });
  return `${head.join("\n")}\n${parts.join("")}`;
}

function findNode(schema: YangSchema, module: string, path: string): DataNode | NotificationNode {
  if (!path.startsWith("/")) {
    const found = schema.root.notifications.find((one) => one.module.name === module && one.name === path);
    if (found) return found;
  }
  let nodes: readonly DataNode[] = schema.root.dataChildren;
  let found: DataNode | undefined;
  for (const step of path.split("/").slice(1)) {
    found = nodes.find(({ name }) => name === step);
    nodes = found && "dataChildren" in found ? found.dataChildren : [];
  }
  if (!found) throw new Fault("absent", `${module} has no ${path}`);
  return found;
}

function shapeOf(node: DataNode | NotificationNode, module: string): ContainerShape | ListShape {
  if (node.kind !== "container" && node.kind !== "list" && node.kind !== "notification") {
    throw new Fault("invalid", `${node.name} has no nodes in it`);
  }
  // What another module adds has a mapping of its own.
  const own = node.dataChildren.filter((child) => child.module.name === module);
  const children = Object.fromEntries(own.map((child) => [child.name, childShape(child, module)]));
  if (node.kind === "list") return { kind: "list", keys: node.keys.map(({ name }) => name), children };
  return { kind: node.kind, children };
}

function childShape(node: DataNode, module: string): ChildShape {
  if (node.kind === "container" || node.kind === "list") return shapeOf(node, module);
  if (node.kind !== "leaf" && node.kind !== "leaf-list") throw new Fault("invalid", `${node.name} is not mapped`);
  const shape: LeafShape = {
    kind: node.kind,
    value: valueShape(node.type, node),
    ...(node.units === undefined ? {} : { units: node.units }),
    description: (node.description ?? "").replaceAll(/\s+/g, " "),
  };
  return shape;
}

function valueShape(type: YangType, node: DataNode): ValueShape {
  switch (type.base) {
    case "string":
      return type.typedef?.name === "date-and-time" ? "instant" : "text";
    case "leafref":
      return valueShape(type.target, node);
    case "int64":
    case "uint64":
      return "integer64";
    case "boolean":
      return "boolean";
    case "enumeration":
      return type.enums.map(({ name }) => name);
    case "identityref":
      return identities(type.bases);
    case "union":
      return "text";
    case "int8":
    case "int16":
    case "int32":
    case "uint8":
    case "uint16":
    case "uint32":
      return "number";
    default:
      throw new Fault("invalid", `${node.name} is of a type that is not mapped: ${type.base}`);
  }
}

/** Those that are derived from all of some identities, as values have them. */
function identities(bases: readonly YangIdentity[]): readonly string[] {
  const [first, ...others] = bases;
  if (!first) return [];
  return [...first.derived]
    .filter((identity) => others.every(({ derived }) => derived.has(identity)))
    .map(({ module, name }) => `${module.name}:${name}`)
    .sort();
}

function holderText(shape: ContainerShape | ListShape, indent: string): string {
  const lines = Object.entries(shape.children).map(([name, child]) => {
    const text = "children" in child ? holderText(child, `${indent}    `) : leafText(child);
    return `${indent}    ${JSON.stringify(name)}: ${text},\n`;
  });
  const keys = shape.kind === "list" ? ` keys: ${JSON.stringify(shape.keys)},` : "";
  return `{\n${indent}  kind: "${shape.kind}",${keys}\n${indent}  children: {\n${lines.join("")}${indent}  },\n${indent}}`;
}

function leafText(shape: LeafShape): string {
  const members = Object.entries(shape).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return `{ ${members.join(", ")} }`;
}
