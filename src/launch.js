import { readFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { dirname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const FLOOR = [20, 19];
const dist = new URL("../dist/", import.meta.url).href;

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < (FLOOR[0] ?? 0) || (major === FLOOR[0] && minor < (FLOOR[1] ?? 0))) {
  process.stderr.write(`virtgate needs Node ${FLOOR.join(".")} or newer; this is ${process.versions.node}.\n`);
  process.exit(1);
}

// npm runs scripts in the package's folder; relative paths on the command line mean the caller's.
const script = process.env["npm_lifecycle_event"];
const caller = process.env["INIT_CWD"];
if ((script === "start" || script === "virtgate") && caller) process.chdir(caller);

// Stacks tell places in the sources. The maps are read when somebody looks at a stack: Node would hold all of them, 5 MB.
Error.prepareStackTrace = (error, frames) => {
  const lines = frames.map((frame) => `\n    at ${inSource(frame)}`);
  return `${Error.prototype.toString.call(error)}${lines.join("")}`;
};

const program = await import("./build.js")
  .then(({ build }) => build())
  .catch((error) => {
    if (error?.code !== "ERR_MODULE_NOT_FOUND") throw error;
    process.stderr.write("The packages are not installed: run `npm ci --ignore-scripts --include=dev` first.\n");
    process.exit(1);
  });
const { main } = await import(pathToFileURL(`${program}/daemon/main.js`).href);
await main(process.argv.slice(2));

/** One line of a stack. @param {NodeJS.CallSite} frame */
function inSource(frame) {
  const text = String(frame);
  const [file, line, column] = [frame.getFileName(), frame.getLineNumber(), frame.getColumnNumber()];
  if (!file?.startsWith(dist) || line === null || column === null) return text;
  try {
    const path = fileURLToPath(file);
    const found = new SourceMap(JSON.parse(readFileSync(`${path}.map`, "utf8"))).findEntry(line - 1, column - 1);
    if (!("originalSource" in found)) return text;
    const place = `${resolve(dirname(path), found.originalSource)}:${found.originalLine + 1}:${found.originalColumn + 1}`;
    return text.replace(`${file}:${line}:${column}`, place);
  } catch {
    return text; // without its map a frame is told as it is
  }
}
