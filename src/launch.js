import { pathToFileURL } from "node:url";

const FLOOR = [20, 19];

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < (FLOOR[0] ?? 0) || (major === FLOOR[0] && minor < (FLOOR[1] ?? 0))) {
  process.stderr.write(`virtgate needs Node ${FLOOR.join(".")} or newer; this is ${process.versions.node}.\n`);
  process.exit(1);
}

// npm runs scripts in the package's folder; relative paths on the command line mean the caller's.
const script = process.env["npm_lifecycle_event"];
const caller = process.env["INIT_CWD"];
if ((script === "start" || script === "virtgate") && caller) process.chdir(caller);

process.setSourceMapsEnabled(true);

const program = await import("./build.js")
  .then(({ build }) => build())
  .catch((error) => {
    if (error?.code !== "ERR_MODULE_NOT_FOUND") throw error;
    process.stderr.write("The packages are not installed: run `npm ci --ignore-scripts --include=dev` first.\n");
    process.exit(1);
  });
const { main } = await import(pathToFileURL(`${program}/daemon/main.js`).href);
await main(process.argv.slice(2));
