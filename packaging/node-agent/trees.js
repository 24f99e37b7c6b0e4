import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { componentsOf, holding, isBtrfs, kindOf, look, makeParent, mounts, pathIn } from "./beneath.js";
import { must, run } from "./programs.js";
import { flag, list, member, Refusal, text, whole } from "./refusal.js";

/** @param {string} root @param {unknown} request */
export async function makeFolder(root, request) {
  const path = pathIn(root, request, "path");
  const subvolume = flag(request, "subvolume");
  const kind = kindOf(path);
  if (kind === (subvolume ? "subvolume" : "folder")) return;
  if (kind !== "absent") throw new Refusal("exists", `there is a ${kind} already`);
  makeParent(path);
  if (!subvolume) mkdirSync(path, { mode: 0o755 });
  else await must("btrfs", ["subvolume", "create", "--", onBtrfs(path)]);
}

/** @param {string} root @param {unknown} request */
export async function snapshotSubvolume(root, request) {
  const source = pathIn(root, request, "source");
  const target = pathIn(root, request, "target");
  if (kindOf(source) === "absent") throw new Refusal("absent", "there is no such sub-volume");
  if (kindOf(source) !== "subvolume") throw new Refusal("invalid", "the source is no sub-volume");
  if (kindOf(target) === "subvolume") return;
  if (kindOf(target) !== "absent") throw new Refusal("exists", "the target is something else already");
  makeParent(target);
  await must("btrfs", ["subvolume", "snapshot", ...(flag(request, "readOnly") ? ["-r"] : []), "--", source, target]);
}

/** @param {string} root @param {unknown} request */
export async function limitSubvolume(root, request) {
  const path = pathIn(root, request, "path");
  if (kindOf(path) !== "subvolume") throw new Refusal("absent", "there is no such sub-volume");
  const limit = member(request, "bytes") === undefined ? "none" : text(request, "bytes", /^[1-9]\d{0,18}$/);
  await must("btrfs", ["quota", "enable", path]);
  await must("btrfs", ["qgroup", "limit", limit, path]);
}

/** @param {string} path whose parent exists */
function onBtrfs(path) {
  if (!isBtrfs(dirname(path))) throw new Refusal("unsupported", "the agent's folder is not on btrfs");
  return path;
}

/** @param {string} root @param {unknown} request */
export async function mountOverlay(root, request) {
  const target = pathIn(root, request, "target");
  const upper = pathIn(root, request, "upper");
  const work = pathIn(root, request, "work");
  const lower = list(request, "lower", 64).map((path) => pathIn(root, { path }, "path"));
  if (lower.length === 0) throw new Refusal("invalid", "an overlay lies over something");
  for (const path of [...lower, upper, work]) {
    if (!look(path)?.isDirectory()) throw new Refusal("absent", `${path.slice(root.length + 1)} is no folder`);
  }
  const options = `lowerdir=${lower.join(":")},upperdir=${upper},workdir=${work}`;
  const mounted = mounts().findLast(({ at }) => at === target);
  if (mounted) {
    if (options.split(",").every((one) => mounted.options.split(",").includes(one))) return;
    throw new Refusal("exists", "something else is mounted there");
  }
  makeParent(target);
  if (look(target) === undefined) mkdirSync(target, { mode: 0o755 });
  await must("mount", ["-t", "overlay", "-o", options, "overlay", target]);
}

/** @param {string} root @param {unknown} request */
export async function unmountOverlay(root, request) {
  const target = pathIn(root, request, "target");
  const kind = kindOf(target);
  if (kind === "overlay") await must("umount", ["--no-canonicalize", target]);
}

/** All of it or nothing. @param {string} root @param {unknown} request */
export async function unpackRoot(root, request) {
  const archive = pathIn(root, request, "archive");
  const target = pathIn(root, request, "target");
  if (!/\.tar(\.gz|\.xz|\.zst)?$/.test(archive))
    throw new Refusal("invalid", "an archive is .tar, .tar.gz, .tar.xz or .tar.zst");
  if (!look(archive)?.isFile()) throw new Refusal("absent", "there is no such archive");
  const held = look(target);
  if (held && (!held.isDirectory() || readdirSync(target).length > 0))
    throw new Refusal("exists", "the target is not empty");
  makeParent(target);
  const draft = mkdtempSync(join(dirname(target), `.${basename(target).slice(0, 200)}-`));
  try {
    const args = ["--extract", "--numeric-owner", "--preserve-permissions", "--xattrs", "--xattrs-include=*"];
    const { code, stderr } = await run("tar", [...args, "--file", archive, "--directory", draft]);
    if (/Member name contains|Removing leading/.test(stderr))
      throw new Refusal("invalid", "the archive has entries that lie outside of it");
    if (code !== 0) throw new Refusal("invalid", `the archive cannot be unpacked: ${stderr.trim().slice(0, 400)}`);
    refuseDevices(draft);
    if (held) rmdirSync(target);
    renameSync(draft, target);
  } catch (error) {
    await must("rm", ["-rf", "--one-file-system", "--", draft]);
    throw error;
  }
}

/** @param {string} folder of which nobody else knows */
function refuseDevices(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isBlockDevice() || entry.isCharacterDevice())
      throw new Refusal("invalid", "the archive has device nodes");
    if (entry.isDirectory()) refuseDevices(join(folder, entry.name));
  }
}

/** @param {string} root @param {unknown} request */
export function placeFiles(root, request) {
  const path = pathIn(root, request, "root");
  if (!look(path)?.isDirectory()) throw new Refusal("absent", "there is no such root file system");
  const files = list(request, "files", 1024).map((file) => ({
    parts: componentsOf(text(file, "path", /^[^/]/)),
    content: Buffer.from(text(file, "content", /^[A-Za-z0-9+/]*={0,2}$/), "base64"),
    mode: whole(file, "mode", 0, 0o7777),
    uid: whole(file, "uid", 0, 2 ** 32 - 2),
    gid: whole(file, "gid", 0, 2 ** 32 - 2),
  }));
  for (const { parts, content, mode, uid, gid } of files) {
    const name = parts.at(-1) ?? "";
    holding(path, parts.slice(0, -1), (folder) => {
      const draft = `${folder}/.virtgate-${process.pid}`;
      const fd = openSync(
        draft,
        constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
        0o600,
      );
      try {
        for (let at = 0; at < content.length; ) at += writeSync(fd, content, at);
        fchownSync(fd, uid, gid);
        fchmodSync(fd, mode);
      } finally {
        closeSync(fd);
      }
      if (look(`${folder}/${name}`)?.isDirectory()) throw new Refusal("exists", `${parts.join("/")} is a folder`);
      renameSync(draft, `${folder}/${name}`);
    });
  }
}

/** @param {string} root @param {unknown} request */
export async function removeTree(root, request) {
  const path = pathIn(root, request, "path");
  const kind = kindOf(path);
  if (kind === "absent") return;
  if (kind === "file") throw new Refusal("invalid", "that is a file");
  const busy = mounts().find(({ at }) => at === path || at.startsWith(`${path}/`));
  if (busy) throw new Refusal("busy", `something is mounted at ${busy.at.slice(root.length + 1)}: unmount it first`);
  if (isBtrfs(path)) await removeSubvolumes(path);
  if (kind !== "subvolume") await must("rm", ["-rf", "--one-file-system", "--", path]);
}

/** The innermost first. @param {string} path */
async function removeSubvolumes(path) {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeSubvolumes(join(path, entry.name));
  }
  if (kindOf(path) === "subvolume") await must("btrfs", ["subvolume", "delete", "--", path]);
}

/** Each hard-linked file once. @param {string} root @param {unknown} request */
export function diskUsage(root, request) {
  const path = pathIn(root, request, "path");
  if (look(path) === undefined) throw new Refusal("absent", "there is no such tree");
  const seen = new Set();
  let bytes = 0n;
  let files = 0n;
  const open = [path];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const found = look(next);
    if (!found) continue; // gone meanwhile
    const key = `${found.dev} ${found.ino}`;
    if (found.nlink > 1 && !found.isDirectory() && seen.has(key)) continue;
    seen.add(key);
    bytes += BigInt(found.blocks) * 512n;
    files += 1n;
    if (found.isDirectory()) for (const name of readdirSync(next)) open.push(`${next}/${name}`);
  }
  return { bytes: String(bytes), files: String(files) };
}
