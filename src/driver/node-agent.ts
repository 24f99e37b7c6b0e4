import { Fault, type FaultCode } from "../base/fault.js";
import type { CallLimit } from "../inventory/hypervisor-call.js";
import type {
  ForwardTable,
  NodeAbilities,
  NodeAgent,
  NodePathKind,
  PlacedFile,
  TreeUsage,
} from "../inventory/node-agent.js";

/**
 * Hands one request, a line of JSON, to the agent's program on a node and gives its answer.
 * @throws {Fault} `denied`, `unsupported`, `unreachable`, `timeout`
 */
export type AskAgent = (request: string, limit: CallLimit) => Promise<string>;

const codes: ReadonlySet<string> = new Set<FaultCode>([
  ...(["absent", "exists", "invalid", "busy", "unsupported", "denied", "driver-failed"] as const),
]);
const kinds: ReadonlySet<string> = new Set<NodePathKind>(["absent", "file", "folder", "subvolume", "overlay"]);
const archives = ["tar", "tar.gz", "tar.xz", "tar.zst"] as const;

/**
 * The agent of a node, which checks every argument itself; what it answers is not believed either.
 * @param node its name, for messages
 */
export function createNodeAgent(node: string, ask: AskAgent): NodeAgent {
  const request = async (verb: string, args: object, limit: CallLimit): Promise<unknown> => {
    const answer = parsed(node, await ask(JSON.stringify({ verb, ...args }), limit));
    const fault = member(answer, "fault");
    if (fault === undefined) return member(answer, "result");
    const code = String(member(fault, "code"));
    const message = String(member(fault, "message")).slice(0, 1000);
    throw new Fault(codes.has(code) ? (code as FaultCode) : "driver-failed", message, { path: `node/${node}` });
  };
  const change = async (verb: string, args: object, limit: CallLimit): Promise<void> => {
    await request(verb, args, limit);
  };

  return {
    node,
    abilities: async (limit) => abilitiesIn(await request("abilities", {}, limit)),
    inspect: async (path, limit) => {
      const kind = await request("inspect", { path }, limit);
      if (typeof kind !== "string" || !kinds.has(kind)) throw nonsense(node);
      return kind as NodePathKind;
    },
    diskUsage: async (path, limit) => usageIn(node, await request("disk-usage", { path }, limit)),
    readForwards: async (name, limit) => {
      const table = await request("read-forwards", { name }, limit);
      return table === null ? undefined : tableIn(node, table);
    },

    applyForwards: (table, limit) => change("apply-forwards", table, limit),
    removeForwards: (name, limit) => change("remove-forwards", { name }, limit),

    makeFolder: (path, options, limit) => change("make-folder", { path, ...options }, limit),
    snapshotSubvolume: (source, target, options, limit) =>
      change("snapshot-subvolume", { source, target, ...options }, limit),
    limitSubvolume: (path, bytes, limit) =>
      change("limit-subvolume", { path, ...(bytes !== undefined && { bytes: String(bytes) }) }, limit),

    mountOverlay: (mount, limit) => change("mount-overlay", mount, limit),
    unmountOverlay: (target, limit) => change("unmount-overlay", { target }, limit),

    unpackRoot: (archive, target, limit) => change("unpack-root", { archive, target }, limit),
    placeFiles: (root, files, limit) => change("place-files", { root, files: files.map(fileText) }, limit),
    removeTree: (path, limit) => change("remove-tree", { path }, limit),
  };
}

function fileText({ content, ...file }: PlacedFile): object {
  return { ...file, content: Buffer.from(content).toString("base64") };
}

function parsed(node: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw nonsense(node);
  }
}

function nonsense(node: string): Fault {
  const message = `the agent of node ${node} answers what is none of its answers: install the agent of this version`;
  return new Fault("driver-failed", message, { path: `node/${node}` });
}

function member(of: unknown, name: string): unknown {
  return typeof of === "object" && of !== null && Object.hasOwn(of, name) ? Reflect.get(of, name) : undefined;
}

function abilitiesIn(answer: unknown): NodeAbilities {
  const held = member(answer, "archives");
  const version = member(answer, "version");
  return {
    version: typeof version === "string" && /^[\w.+-]{1,40}$/.test(version) ? version : undefined,
    nftables: member(answer, "nftables") === true,
    btrfs: member(answer, "btrfs") === true,
    overlay: member(answer, "overlay") === true,
    archives: archives.filter((one) => Array.isArray(held) && held.includes(one)),
  };
}

function usageIn(node: string, answer: unknown): TreeUsage {
  const [bytes, files] = [member(answer, "bytes"), member(answer, "files")];
  const isAmount = (value: unknown): value is string => typeof value === "string" && /^\d{1,19}$/.test(value);
  if (!isAmount(bytes) || !isAmount(files)) throw nonsense(node);
  return { bytes: BigInt(bytes), files: BigInt(files) };
}

function tableIn(node: string, answer: unknown): ForwardTable {
  const [name, subnets, forwards] = [member(answer, "name"), member(answer, "subnets"), member(answer, "forwards")];
  if (typeof name !== "string" || !Array.isArray(subnets) || !Array.isArray(forwards)) throw nonsense(node);
  return {
    name,
    subnets: subnets.map(String),
    forwards: forwards.map((one) => ({
      protocol: member(one, "protocol") === "udp" ? "udp" : "tcp",
      hostPort: Number(member(one, "hostPort")),
      address: String(member(one, "address")),
      port: Number(member(one, "port")),
    })),
  };
}
