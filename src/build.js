import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const sources = join(root, "src");
const products = join(root, "dist");
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Makes the program from its sources, unless a build of exactly these sources exists. Types are removed, not checked.
 * Several starts at once are fine: each builds a draft of its own, the first to rename wins.
 * @returns {Promise<string>} the folder with the built program
 */
export async function build() {
  const files = filesBelow(sources);
  const target = join(products, fingerprint([...files, join(root, "package-lock.json"), join(root, "tsconfig.json")]));
  if (existsSync(target)) return target;
  const draft = join(products, `.draft-${process.pid}`);
  rmSync(draft, { recursive: true, force: true });
  await compileAll(
    files.filter((file) => file.endsWith(".ts") && !file.startsWith(join(sources, "web"))),
    draft,
  );
  try {
    renameSync(draft, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
    rmSync(draft, { recursive: true, force: true }); // another process was faster
  }
  removeOldBuilds(target);
  return target;
}

/** @param {string[]} files @param {string} draft */
async function compileAll(files, draft) {
  const { transformWithOxc } = await import("vite");
  for (const file of files) {
    const out = join(draft, relative(sources, file)).replace(/\.ts$/, ".js");
    const { code, map } = await transformWithOxc(readFileSync(file, "utf8"), file, { sourcemap: true });
    const sourceMap = { ...map, sources: [relative(dirname(out), file)] };
    mkdirSync(dirname(out), { recursive: true });
    writeFileSync(out, `${code}\n//# sourceMappingURL=${out.slice(out.lastIndexOf("/") + 1)}.map\n`);
    writeFileSync(`${out}.map`, JSON.stringify(sourceMap));
  }
}

/** Content decides, not times: checkouts and copies cannot fool it. @param {string[]} files */
function fingerprint(files) {
  const hash = createHash("sha256");
  for (const file of files)
    hash
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update("\0");
  return hash.digest("hex").slice(0, 16);
}

/** @param {string} folder @returns {string[]} */
function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** A younger build may belong to a running program, which loads parts late. @param {string} kept */
function removeOldBuilds(kept) {
  for (const name of readdirSync(products)) {
    const folder = join(products, name);
    if (folder === kept || !/^(\.draft-\d+|[0-9a-f]{16})$/.test(name)) continue;
    if (Date.now() - statSync(folder).mtimeMs > DAY_MS) rmSync(folder, { recursive: true, force: true });
  }
}
