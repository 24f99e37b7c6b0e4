import { splitName } from "./argument.js";
import { evaluateIfFeature } from "./if-feature.js";
import type { YangModule, YangStatus } from "./module.js";
import type { SchemaNode, SchemaRoot, YangSchema } from "./schema-node.js";
import { argumentOf, type Statement, substatement, substatements } from "./statement.js";
import type { TreeNode, TreeSection } from "./tree-diagram.js";

type Flags = "rw" | "ro" | "-w" | "--";

/** What a module adds to others, as it is written. */
export function augmentTree(schema: YangSchema, module: YangModule): readonly TreeSection[] {
  const sections: TreeSection[] = [];
  for (const text of module.texts) {
    const writer = new AugmentWriter(schema, module, text);
    for (const augment of substatements(text, "augment")) {
      const section = writer.section(augment, sections.length === 0);
      if (section) sections.push(section);
    }
  }
  return sections;
}

const marks: Readonly<Record<YangStatus, TreeNode["status"]>> = { current: "+", deprecated: "x", obsolete: "o" };

class AugmentWriter {
  readonly #schema: YangSchema;
  readonly #modules = new Map<string, YangModule>();
  readonly #own: YangModule;
  readonly #version1: boolean;

  constructor(schema: YangSchema, own: YangModule, text: Statement) {
    this.#schema = schema;
    this.#own = own;
    this.#version1 = own.yangVersion === "1";
    this.#modules.set("", own).set(argumentOf(substatement(text, "belongs-to") ?? text, "prefix") ?? "", own);
    for (const imported of substatements(text, "import")) {
      const module = schema.module(imported.argument ?? "");
      if (module) this.#modules.set(argumentOf(imported, "prefix") ?? "", module);
    }
  }

  /** Nothing for an augment of the module's own nodes, which are in its tree already. */
  section(augment: Statement, isApart: boolean): TreeSection | undefined {
    const target = augment.argument ?? "";
    const first = splitName(target.split("/")[1] ?? "");
    if (this.#modules.get(first.prefix) === this.#own || !this.#holds(augment)) return undefined;
    const node = this.#target(target);
    const flags = node ? flagsBelow(node) : "rw";
    return { heading: `augment ${target}`, nodes: this.#nodes(augment, undefined, flags), isApart };
  }

  /** The node that a path leads to; nothing when a feature took it away. */
  #target(path: string): SchemaNode | undefined {
    const { root } = this.#schema;
    let among: readonly SchemaNode[] = [...root.children, ...root.operations, ...root.notifications];
    let found: SchemaNode | undefined;
    for (const step of path.split("/").slice(1)) {
      const { prefix, local } = splitName(step);
      const module = this.#modules.get(prefix);
      found = among.find((node) => node.name === local && node.module === module);
      if (!found) return undefined;
      among = below(found);
    }
    return found;
  }

  #nodes(statement: Statement, above: Statement | undefined, flags: Flags): readonly TreeNode[] {
    return statement.children.flatMap((child) => {
      if (child.prefix !== "" || !this.#holds(child)) return [];
      return this.#node(child, above ?? statement, flags) ?? [];
    });
  }

  #node(statement: Statement, parent: Statement, outer: Flags): TreeNode | undefined {
    const { keyword, argument: name = "" } = statement;
    const config = argumentOf(statement, "config");
    const flags = outer === "rw" && config === "false" ? "ro" : outer;
    const common: TreeNode = {
      status: marks[(argumentOf(statement, "status") ?? "current") as YangStatus],
      flags,
      name,
      mark: "",
      keys: undefined,
      type: undefined,
      ifFeatures: substatements(statement, "if-feature").map(({ argument }) => argument ?? ""),
      children: [],
    };
    const isMandatory = argumentOf(statement, "mandatory") === "true";
    switch (keyword) {
      case "container":
        return {
          ...common,
          mark: substatement(statement, "presence") ? "!" : "",
          children: this.#nodes(statement, undefined, flags),
        };
      case "list":
        return {
          ...common,
          mark: "*",
          keys: argumentOf(statement, "key"),
          children: this.#nodes(statement, undefined, flags),
        };
      case "leaf":
        return { ...common, mark: isMandatory || isKey(name, parent) ? "" : "?", type: typeLabel(statement) };
      case "leaf-list":
        return { ...common, mark: "*", type: typeLabel(statement) };
      case "anydata":
      case "anyxml":
        return { ...common, mark: isMandatory ? "" : "?", type: keyword };
      case "uses":
        return { ...common, flags: "-u" };
      case "case":
        return { ...common, flags: undefined, name: `(${name})`, children: this.#nodes(statement, undefined, flags) };
      case "choice":
        return { ...common, name: `(${name})`, mark: isMandatory ? "" : "?", children: this.#cases(statement, flags) };
      case "action":
      case "notification":
        return {
          ...common,
          flags: keyword === "action" ? "-x" : "-n",
          children: this.#nodes(statement, undefined, "--"),
        };
      case "input":
        return { ...common, name: keyword, flags: "-w", children: this.#nodes(statement, undefined, "-w") };
      case "output":
        return { ...common, name: keyword, flags: "ro", children: this.#nodes(statement, undefined, "ro") };
      default:
        return undefined;
    }
  }

  /** Nodes that stand in a choice without a case get one. */
  #cases(choice: Statement, flags: Flags): readonly TreeNode[] {
    return this.#nodes(choice, undefined, flags).map((node): TreeNode => {
      if (node.flags === undefined) return node;
      const bare = node.name.replace(/^\(|\)$/g, "");
      const implied = {
        ...node,
        flags: undefined,
        name: `(${bare})`,
        mark: "" as const,
        keys: undefined,
        type: undefined,
      };
      return { ...implied, ifFeatures: [], children: [node] };
    });
  }

  #holds(statement: Statement): boolean {
    return substatements(statement, "if-feature").every((condition) =>
      evaluateIfFeature(condition, this.#version1, (name) => {
        const { prefix, local } = splitName(name);
        return this.#modules.get(prefix)?.features.get(local)?.enabled === true;
      }),
    );
  }
}

function below(node: SchemaNode): readonly SchemaNode[] {
  if (node.kind === "rpc" || node.kind === "action") return [node.input, node.output];
  const children: readonly SchemaNode[] = "children" in node ? node.children : [];
  return "operations" in node ? [...children, ...node.operations, ...node.notifications] : children;
}

/** What a target makes of nodes that do not say themselves whether they are configuration. */
function flagsBelow(target: SchemaNode): Flags {
  for (let at: SchemaNode | SchemaRoot = target; at.kind !== "root"; at = at.parent) {
    if (at.kind === "input") return "-w";
    if (at.kind === "output") return "ro";
    if (at.kind === "notification") return "--";
  }
  return target.config ? "rw" : "ro";
}

function isKey(name: string, parent: Statement): boolean {
  return parent.keyword === "list" && (argumentOf(parent, "key") ?? "").split(/\s+/).includes(name);
}

function typeLabel(leaf: Statement): string {
  const type = substatement(leaf, "type");
  const path = type && argumentOf(type, "path");
  return path === undefined ? (type?.argument ?? "") : `-> ${path.replace(/\s+/g, "")}`;
}
