import { splitName } from "./argument.js";
import { augmentTree } from "./augment-tree.js";
import type { YangModule, YangStatus } from "./module.js";
import type { ChildNode, NotificationNode, OperationNode, SchemaNode, YangSchema } from "./schema-node.js";
import { type TreeNode, type TreeSection, writeTreeDiagram } from "./tree-diagram.js";
import type { YangType } from "./type.js";

/**
 * The diagram of one module: its nodes as compiled, what it adds to others as written (with `uses` not expanded), its
 * operations, notifications and structures. What others add to it is left to their diagrams.
 * @see RFC 8340
 */
export function moduleTree(schema: YangSchema, module: YangModule): string {
  const own = <T extends SchemaNode>(nodes: readonly T[]): readonly T[] =>
    nodes.filter((node) => node.module === module);
  const sections: TreeSection[] = [...augmentTree(schema, module)];
  const operations = own(schema.root.operations).map(operationTree);
  if (operations.length > 0) sections.push({ heading: "rpcs", nodes: operations, isApart: true });
  const notifications = own(schema.root.notifications).map(notificationTree);
  if (notifications.length > 0) sections.push({ heading: "notifications", nodes: notifications, isApart: true });
  for (const [i, structure] of own(schema.structures).entries()) {
    const nodes = childTrees(structure.children, "--", module);
    sections.push({ heading: `${structure.of} ${structure.name}`, nodes, isApart: i === 0 });
  }
  return writeTreeDiagram(module.name, childTrees(schema.root.children, undefined, module), sections);
}

/** Flags where configuration and state have no meaning: in input, in output, and elsewhere. */
type FixedFlags = "-w" | "ro" | "--";

const marks: Readonly<Record<YangStatus, TreeNode["status"]>> = { current: "+", deprecated: "x", obsolete: "o" };

function childTrees(
  children: readonly ChildNode[],
  fixed: FixedFlags | undefined,
  module: YangModule,
): readonly TreeNode[] {
  return children.filter((child) => child.module === module).map((child) => childTree(child, fixed, module));
}

function childTree(node: ChildNode, fixed: FixedFlags | undefined, module: YangModule): TreeNode {
  const flags: TreeNode["flags"] = fixed ?? (node.config ? "rw" : "ro");
  const common: TreeNode = {
    status: marks[node.status],
    flags,
    name: node.name,
    mark: "",
    keys: undefined,
    type: undefined,
    ifFeatures: node.ifFeatures,
    children: [],
  };
  switch (node.kind) {
    case "container":
    case "list": {
      const children = [
        ...childTrees(node.children, fixed, module),
        ...node.operations.map(operationTree),
        ...node.notifications.map(notificationTree),
      ];
      if (node.kind === "container") {
        const isMountPoint = node.extensions.some(isMount);
        return {
          ...common,
          flags: isMountPoint ? "mp" : flags,
          mark: node.presence === undefined ? "" : "!",
          children,
        };
      }
      const keys = node.keys.length > 0 ? node.keys.map(({ name }) => name).join(" ") : undefined;
      return { ...common, mark: "*", keys, children };
    }
    case "leaf":
      return { ...common, mark: node.mandatory || node.isKey ? "" : "?", type: typeLabel(node.type) };
    case "leaf-list":
      return { ...common, mark: "*", type: typeLabel(node.type) };
    case "anydata":
    case "anyxml":
      return { ...common, mark: node.mandatory ? "" : "?", type: node.kind };
    case "choice":
      return {
        ...common,
        name: `(${node.name})`,
        mark: node.mandatory ? "" : "?",
        children: childTrees(node.children, fixed, module),
      };
    case "case":
      return {
        ...common,
        flags: undefined,
        name: `(${node.name})`,
        children: childTrees(node.children, fixed, module),
      };
  }
}

function operationTree(operation: OperationNode): TreeNode {
  const parts = (
    [
      [operation.input, "-w"],
      [operation.output, "ro"],
    ] as const
  ).flatMap(([part, flags]): TreeNode[] => {
    const children = childTrees(part.children, flags, operation.module);
    return children.length === 0 ? [] : [{ ...plain(part), flags, children }];
  });
  return { ...plain(operation), flags: "-x", children: parts };
}

function notificationTree(notification: NotificationNode): TreeNode {
  return {
    ...plain(notification),
    flags: "-n",
    children: childTrees(notification.children, "--", notification.module),
  };
}

function plain({ status, name, ifFeatures }: SchemaNode): Omit<TreeNode, "flags" | "children"> {
  return { status: marks[status], name, mark: "", keys: undefined, type: undefined, ifFeatures };
}

function isMount({ module, name }: { module: YangModule; name: string }): boolean {
  return module.name === "ietf-yang-schema-mount" && name === "mount-point";
}

function typeLabel(type: YangType): string {
  const isDirect = type.base === "leafref" && splitName(type.writtenAs).local === "leafref";
  return isDirect ? `-> ${type.path.replace(/\s+/g, "")}` : type.writtenAs;
}
