import { closeSync, constants, fstatSync, lstatSync, mkdirSync, openSync, readFileSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { member, Refusal } from "./refusal.js";

const component = /^[A-Za-z0-9._-]{1,255}$/;
const BTRFS = 0x9123683e;
/** What the root of a btrfs sub-volume has for a number. */
const SUBVOLUME_INODE = 256;

/** @param {string} path @returns {string[]} its components, none of which leads anywhere but down */
export function componentsOf(path) {
  const parts = path.split("/");
  if (path.length > 1024 || parts.some((part) => !component.test(part) || part === "." || part === "..")) {
    throw new Refusal("invalid", "a path has components of letters, digits and ._- only, joined by /");
  }
  return parts;
}

/**
 * A path of a request below the agent's folder. No folder on the way is a link, nor is what the path names.
 * @param {string} root @param {unknown} request @param {string} name
 */
export function pathIn(root, request, name) {
  const path = member(request, name);
  if (typeof path !== "string") throw new Refusal("invalid", `${name} is not a path`);
  const parts = componentsOf(path);
  for (let count = 1; count <= parts.length; count++) {
    const found = look(join(root, ...parts.slice(0, count)));
    if (found === undefined) break;
    if (found.isSymbolicLink()) throw new Refusal("invalid", `${parts.slice(0, count).join("/")} is a link`);
    if (count < parts.length && !found.isDirectory())
      throw new Refusal("exists", `${parts.slice(0, count).join("/")} is no folder`);
  }
  return join(root, ...parts);
}

/** @param {string} path @returns {import("node:fs").Stats | undefined} */
export function look(path) {
  return lstatSync(path, { throwIfNoEntry: false });
}

/** @param {string} path the folders above it are made */
export function makeParent(path) {
  mkdirSync(join(path, ".."), { recursive: true, mode: 0o755 });
}

/** @param {string} path @returns {"absent" | "file" | "folder" | "subvolume" | "overlay"} */
export function kindOf(path) {
  const found = look(path);
  if (found === undefined) return "absent";
  if (!found.isDirectory()) return "file";
  if (mounts().some(({ at, type }) => at === path && type === "overlay")) return "overlay";
  return found.ino === SUBVOLUME_INODE && isBtrfs(path) ? "subvolume" : "folder";
}

/** @param {string} path */
export function isBtrfs(path) {
  return statfsSync(path).type === BTRFS;
}

/** What is mounted where. @returns {{ at: string, type: string, options: string }[]} */
export function mounts() {
  const lines = readFileSync("/proc/self/mountinfo", "utf8").trimEnd().split("\n");
  return lines.map((line) => {
    const [before = "", after = ""] = line.split(" - ");
    const at = (before.split(" ")[4] ?? "").replace(/\\([0-7]{3})/g, (_, code) =>
      String.fromCharCode(Number.parseInt(code, 8)),
    );
    const [type = "", , options = ""] = after.split(" ");
    return { at, type, options };
  });
}

/**
 * Calls `action` with a path that means a folder below `root` whatever anybody does to names meanwhile: each step is taken from the
 * folder before, and follows no link. Folders that are missing are made.
 * @template T @param {string} root @param {readonly string[]} folders @param {(held: string) => T} action @returns {T}
 */
export function holding(root, folders, action) {
  const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
  let fd = openSync(root, flags);
  try {
    for (const name of folders) {
      const next = `/proc/self/fd/${fd}/${name}`;
      if (look(next) === undefined) mkdirSync(next, { mode: 0o755 });
      const inner = openSync(next, flags);
      closeSync(fd);
      fd = inner;
    }
    if (!fstatSync(fd).isDirectory()) throw new Refusal("invalid", "a link or a file is in the way");
    return action(`/proc/self/fd/${fd}`);
  } catch (error) {
    const code = /** @type {NodeJS.ErrnoException} */ (error).code;
    if (code === "ELOOP" || code === "ENOTDIR") throw new Refusal("invalid", "a link or a file is in the way");
    throw error;
  } finally {
    closeSync(fd);
  }
}
