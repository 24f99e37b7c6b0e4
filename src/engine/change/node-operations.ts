import { isDeepStrictEqual } from "node:util";
import { Fault } from "../../base/fault.js";
import type { ForwardTable, NodePath } from "../../inventory/node-agent.js";
import type { NodeAction } from "./action.js";
import { type Call, nodeAgentOf, type OperationsOf, type Planned } from "./operation.js";
import type { World } from "./world.js";

type OnPath = { readonly node: string; readonly path: NodePath };

/** Something new at a path, which must be free. */
async function planNew({ node, path }: OnPath, world: World): Promise<Planned> {
  const kind = await world.nodeAgent(node).inspect(path, world.limit);
  if (kind !== "absent") throw new Fault("exists", `there is a ${kind} at ${path} on node ${node}`);
  return { needed: true, undo: { do: "remove-tree", node, path } };
}

async function isThere({ node, path }: OnPath, call: Call, kind?: string): Promise<boolean> {
  const found = await nodeAgentOf({ node }, call).inspect(path, call.limit);
  return kind === undefined ? found !== "absent" : found === kind;
}

/** Two tables do the same. */
function isSameTable(a: ForwardTable | undefined, b: ForwardTable): boolean {
  if (a === undefined) return false;
  const ordered = ({ subnets, forwards }: ForwardTable) => [
    [...subnets].sort(),
    forwards.map((one) => `${one.protocol} ${one.hostPort} ${one.address} ${one.port}`).sort(),
  ];
  return isDeepStrictEqual(ordered(a), ordered(b));
}

/** What is done on a node beside its hypervisor. */
export const nodeOperations: OperationsOf<NodeAction> = {
  "apply-forwards": {
    title: ({ node, table }) => `forward ${table.forwards.length} ports of node ${node} (${table.name})`,
    access: "update",
    async plan({ node, table }, world) {
      const present = await world.nodeAgent(node).readForwards(table.name, world.limit);
      if (isSameTable(present, table)) return { needed: false };
      return {
        needed: true,
        undo: present
          ? { do: "apply-forwards", node, table: present }
          : { do: "remove-forwards", node, table: table.name },
      };
    },
    perform: ({ node, table }, call) => nodeAgentOf({ node }, call).applyForwards(table, call.limit),
    isDone: async ({ node, table }, call) =>
      isSameTable(await nodeAgentOf({ node }, call).readForwards(table.name, call.limit), table),
  },
  "remove-forwards": {
    title: ({ node, table }) => `forward no ports of node ${node} (${table})`,
    access: "delete",
    async plan({ node, table }, world) {
      const present = await world.nodeAgent(node).readForwards(table, world.limit);
      if (present === undefined) return { needed: false };
      return { needed: true, undo: { do: "apply-forwards", node, table: present } };
    },
    perform: ({ node, table }, call) => nodeAgentOf({ node }, call).removeForwards(table, call.limit),
    isDone: async ({ node, table }, call) =>
      (await nodeAgentOf({ node }, call).readForwards(table, call.limit)) === undefined,
  },
  "make-folder": {
    title: ({ node, path }) => `make folder ${path} on node ${node}`,
    access: "create",
    async plan({ node, path, subvolume }, world) {
      const kind = await world.nodeAgent(node).inspect(path, world.limit);
      if (kind === (subvolume ? "subvolume" : "folder")) return { needed: false };
      return planNew({ node, path }, world);
    },
    perform: ({ node, path, subvolume }, call) =>
      nodeAgentOf({ node }, call).makeFolder(path, subvolume === undefined ? {} : { subvolume }, call.limit),
    isDone: (action, call) => isThere(action, call, action.subvolume ? "subvolume" : "folder"),
  },
  "snapshot-subvolume": {
    title: ({ node, source, path }) => `make ${path} a snapshot of ${source} on node ${node}`,
    access: "create",
    async plan(action, world) {
      // The source may be one that this very change makes.
      return planNew(action, world);
    },
    perform: ({ node, source, path }, call) =>
      nodeAgentOf({ node }, call).snapshotSubvolume(source, path, {}, call.limit),
    isDone: (action, call) => isThere(action, call, "subvolume"),
  },
  "limit-subvolume": {
    title: ({ node, path, bytes }) =>
      `let ${path} on node ${node} have ${bytes === undefined ? "any size" : `at most ${bytes} bytes`}`,
    access: "update",
    plan: async () => ({ needed: true }),
    perform: ({ node, path, bytes }, call) => nodeAgentOf({ node }, call).limitSubvolume(path, bytes, call.limit),
    isDone: async () => undefined,
  },
  "mount-overlay": {
    title: ({ node, mount }) => `mount ${mount.target} on node ${node}`,
    access: "exec",
    async plan({ node, mount }, world) {
      const kind = await world.nodeAgent(node).inspect(mount.target, world.limit);
      return kind === "overlay" ? { needed: false } : { needed: true, undo: { do: "unmount-overlay", node, mount } };
    },
    perform: ({ node, mount }, call) => nodeAgentOf({ node }, call).mountOverlay(mount, call.limit),
    isDone: ({ node, mount }, call) => isThere({ node, path: mount.target }, call, "overlay"),
  },
  "unmount-overlay": {
    title: ({ node, mount }) => `unmount ${mount.target} on node ${node}`,
    access: "exec",
    async plan({ node, mount }, world) {
      const kind = await world.nodeAgent(node).inspect(mount.target, world.limit);
      return kind === "overlay" ? { needed: true, undo: { do: "mount-overlay", node, mount } } : { needed: false };
    },
    perform: ({ node, mount }, call) => nodeAgentOf({ node }, call).unmountOverlay(mount.target, call.limit),
    isDone: async ({ node, mount }, call) => !(await isThere({ node, path: mount.target }, call, "overlay")),
  },
  "unpack-root": {
    title: ({ node, archive, path }) => `unpack ${archive} to ${path} on node ${node}`,
    access: "create",
    long: true,
    plan: planNew,
    perform: ({ node, archive, path }, call) => nodeAgentOf({ node }, call).unpackRoot(archive, path, call.limit),
    isDone: (action, call) => isThere(action, call),
  },
  "place-files": {
    title: ({ node, path, files }) => `put ${files.length} files into ${path} on node ${node}`,
    access: "update",
    // They go with the root file system that they are put into, which the same change made.
    plan: async () => ({ needed: true }),
    perform: ({ node, path, files }, call) => nodeAgentOf({ node }, call).placeFiles(path, files, call.limit),
    isDone: async () => undefined,
  },
  "remove-tree": {
    title: ({ node, path }) => `remove ${path} on node ${node}`,
    access: "delete",
    async plan(action, world) {
      const kind = await world.nodeAgent(action.node).inspect(action.path, world.limit);
      if (kind === "overlay") throw new Fault("invalid", `${action.path} is mounted; unmount it first`);
      return kind === "absent" ? { needed: false } : { needed: true, final: true };
    },
    perform: ({ node, path }, call) => nodeAgentOf({ node }, call).removeTree(path, call.limit),
    isDone: async (action, call) => !(await isThere(action, call)),
  },
};
