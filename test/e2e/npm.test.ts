import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { MachinesAnswer } from "../../src/agent/console/control-routes.js";
import type { ReadyFile } from "../../src/daemon/ready-file.js";
import { anyPorts, run, start, until } from "../support/run-program.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const checkout = fileURLToPath(new URL("../..", import.meta.url));

/** The variables of npm's own run must not reach the one under test. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD|NODE_OPTIONS|VITEST)/i.test(name)),
);

/** Starts `npm start` in `folder`, with paths relative to it. */
async function npmStart(folder: string) {
  writeFileSync(join(folder, "virtgate.toml"), anyPorts);
  const npm = start(
    "npm",
    [
      "--prefix",
      checkout,
      "start",
      "--",
      "--simulate",
      "--config",
      "virtgate.toml",
      "--state",
      "state",
      "--ready-file",
      "ready.json",
    ],
    { cwd: folder, env },
  );
  const readyFile = join(folder, "ready.json");
  await until(
    "the ready file",
    () => (existsSync(readyFile) ? true : undefined),
    () => npm.out() + npm.err(),
  );
  return { npm, readyFile, ready: JSON.parse(readFileSync(readyFile, "utf8")) as ReadyFile };
}

test("npm start serves, takes paths as its caller means them, and ends with 0 when npm is asked to stop", async () => {
  const folder = temporaryFolder();
  const { npm, ready, readyFile } = await npmStart(folder);
  expect(ready.pid).not.toBe(npm.pid);
  const panel = await until("the panel", () => (npm.out().includes("kill -HUP") ? npm.out() : undefined), npm.err);
  expect(panel).toContain(
    `npm run -s --prefix ${checkout.replace(/\/$/, "")} virtgate -- top --state ${join(folder, "state")}`,
  );
  const words = ["--prefix", checkout, "run", "-s", "virtgate", "--", "machines", "--json", "--state", "state"];
  const { code, out } = await run("npm", words, { cwd: folder, env });
  expect(code).toBe(0);
  expect((JSON.parse(out) as MachinesAnswer).machines.length).toBeGreaterThan(0); // nothing but the result
  npm.signal("SIGTERM");
  expect((await npm.ended).code).toBe(0);
  expect(existsSync(readyFile)).toBe(false);
});

test("npm start ends with 0 when the process of the ready file is stopped", async () => {
  const { npm, ready } = await npmStart(temporaryFolder());
  process.kill(ready.pid, "SIGTERM");
  expect((await npm.ended).code).toBe(0);
});

test("npm run virtgate passes exit codes on", async () => {
  const virtgate = (...words: string[]) =>
    run("npm", ["--prefix", checkout, "run", "-s", "virtgate", "--", ...words], { env });
  expect((await virtgate("version")).code).toBe(0);
  expect((await virtgate("hosts", "--state", join(temporaryFolder(), "none"))).code).toBe(1);
  expect((await virtgate("frobnicate")).code).toBe(2);
});
