#!/usr/bin/env node
// What the gateway may ask of a node as root, and nothing else: a fixed list of verbs, arguments that are checked before anything
// is done, no shell. Reads one request from standard input as JSON, answers with one line of JSON.
//
// sudoers: virtgate ALL=(root) NOPASSWD: /usr/lib/virtgate/node-agent/virtgate-node-agent.js ""
import { mkdirSync, readFileSync, realpathSync } from "node:fs";
import { isBtrfs, kindOf, pathIn } from "./beneath.js";
import { applyForwards, readForwards, removeForwards } from "./forwards.js";
import { run, whereIs } from "./programs.js";
import { member, Refusal } from "./refusal.js";
import * as trees from "./trees.js";

const MOST_INPUT = 64 * 1024 * 1024;

/** @type {Readonly<Record<string, (root: string, request: unknown) => unknown>>} */
const verbs = {
  abilities,
  inspect: (root, request) => kindOf(pathIn(root, request, "path")),
  "disk-usage": trees.diskUsage,
  "read-forwards": readForwards,
  "apply-forwards": applyForwards,
  "remove-forwards": removeForwards,
  "make-folder": trees.makeFolder,
  "snapshot-subvolume": trees.snapshotSubvolume,
  "limit-subvolume": trees.limitSubvolume,
  "mount-overlay": trees.mountOverlay,
  "unmount-overlay": trees.unmountOverlay,
  "unpack-root": trees.unpackRoot,
  "place-files": trees.placeFiles,
  "remove-tree": trees.removeTree,
};

/** @param {string} root */
async function abilities(root) {
  const nftables = whereIs("nft") !== undefined && (await run("nft", ["list", "tables"])).code === 0;
  const overlay =
    whereIs("mount") !== undefined && (await run("grep", ["-qw", "overlay", "/proc/filesystems"])).code === 0;
  const archives = [
    "tar",
    ...["gz gzip", "xz xz", "zst zstd"].flatMap((row) => {
      const [ending = "", program = ""] = row.split(" ");
      return whereIs(program) === undefined ? [] : [`tar.${ending}`];
    }),
  ];
  const { version } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));
  return { version, nftables, btrfs: whereIs("btrfs") !== undefined && isBtrfs(root), overlay, archives };
}

/** The agent's folder: as the node's root says, who starts it. */
function folder() {
  const [option, path = "/var/lib/virtgate/node", ...rest] = process.argv.slice(2);
  if ((option !== undefined && option !== "--root") || rest.length > 0 || !path.startsWith("/")) {
    process.stderr.write("usage: virtgate-node-agent [--root FOLDER], with a request on standard input\n");
    process.exit(2);
  }
  mkdirSync(path, { recursive: true, mode: 0o755 });
  return realpathSync(path);
}

async function request() {
  let length = 0;
  const parts = [];
  for await (const part of process.stdin) {
    length += part.length;
    if (length > MOST_INPUT) throw new Refusal("invalid", "the request is too long");
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString("utf8"));
  } catch {
    throw new Refusal("invalid", "the request is not JSON");
  }
}

async function answer() {
  try {
    const root = folder();
    const asked = await request();
    const verb = member(asked, "verb");
    const act = typeof verb === "string" && Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
    if (!act)
      throw new Refusal("unsupported", "the node's agent does not know this verb: install the agent of this version");
    return { result: (await act(root, asked)) ?? null };
  } catch (error) {
    const code = error instanceof Refusal ? error.code : "driver-failed";
    return { fault: { code, message: error instanceof Error ? error.message : String(error) } };
  }
}

process.stdout.write(`${JSON.stringify(await answer())}\n`);
