import { readFileSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The version in the package's own description, which lies above this file in a checkout as in an installation. */
export function programVersion(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    try {
      const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<
        string,
        unknown
      >;
      if (name === "virtgate" && typeof version === "string") return version;
    } catch {
      // no description here, or not ours: look further up
    }
    if (folder === dirname(folder)) return "unknown";
  }
}

/** How this program was called, so that what it prints can be pasted: `npm run -s virtgate --`, `virtgate`, `node /…/src/launch.js`. */
export function programWords(
  argv1: string | undefined = process.argv[1],
  environment: Readonly<Record<string, string | undefined>> = process.env,
  folder: string = process.cwd(),
): string {
  const script = environment["npm_lifecycle_event"];
  if (script === "start" || script === "virtgate") {
    const root = dirname(environment["npm_package_json"] ?? "");
    return root === "." || root === folder
      ? "npm run -s virtgate --"
      : `npm run -s --prefix ${shellWord(root)} virtgate --`;
  }
  if (argv1 === undefined) return "virtgate";
  if (basename(argv1) === "virtgate") return "virtgate";
  return `node ${shellWord(resolve(folder, argv1))}`; // whole, as it may be pasted somewhere else
}

/** Whether a file is what Node was started with. */
export function isEntry(url: string): boolean {
  try {
    return process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(url);
  } catch {
    return false;
  }
}

/** A word as a POSIX shell reads it back. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
