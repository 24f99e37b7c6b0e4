import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type TestContext, test } from "vitest";
import type { ReadyFile } from "../../src/daemon/ready-file.js";
import { anyPorts, programFile, run, start, startProgram, until } from "../support/run-program.js";
import { temporaryFolder } from "../support/temporary-folder.js";

/** Starts a command line on a terminal of its own; `script` is the terminal's other end. */
async function onTerminal(context: TestContext, command: string) {
  if ((await run("sh", ["-c", "command -v script"])).code !== 0) context.skip("script is not installed");
  return start("script", ["-qec", command, "/dev/null"], {
    typing: true,
    env: { ...process.env, TERM: "xterm", SHELL: "/bin/sh" },
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("virtgate up stops when the terminal it was started from is gone: nobody asked it to reload", async (context) => {
  const folder = temporaryFolder();
  const [config, state, readyFile] = ["virtgate.toml", "state", "ready.json"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(config, anyPorts);
  const terminal = await onTerminal(
    context,
    `exec "${process.execPath}" "${programFile()}" up --simulate --config ${config} --state ${state} --ready-file ${readyFile} 2>${folder}/log`,
  );
  const log = () => (existsSync(join(folder, "log")) ? readFileSync(join(folder, "log"), "utf8") : "");
  await until("the ready file", () => (existsSync(readyFile) ? true : undefined), log);
  const { pid } = JSON.parse(readFileSync(readyFile, "utf8")) as ReadyFile;
  terminal.signal("SIGKILL"); // the terminal closes
  await until("the end of the program", () => (isAlive(pid) ? undefined : true), log);
  expect(existsSync(readyFile)).toBe(false);
  expect(log()).toContain('"signal":"SIGHUP"');
  expect(log()).toContain('"event":"gateway.stopped"');
});

test("virtgate top redraws a screen of its own until q, and gives the terminal back", async (context) => {
  const program = await startProgram({ args: ["--simulate"] });
  const terminal = await onTerminal(
    context,
    `exec "${process.execPath}" "${programFile()}" top --interval 1 --state ${program.stateDirectory}`,
  );
  const drawings = () => terminal.out().split("\u001b[H\u001b[J").length - 1;
  await until("two drawings", () => (drawings() >= 2 ? true : undefined), terminal.out);
  terminal.type("q");
  const { code, out } = await terminal.ended;
  expect(code).toBe(0);
  expect(out).toContain("hosts answer");
  expect(out.indexOf("\u001b[?1049h")).toBeGreaterThanOrEqual(0);
  expect(out.indexOf("\u001b[?1049l")).toBeGreaterThan(out.lastIndexOf("\u001b[H\u001b[J"));
  expect(out).toContain("\u001b[?25h");
});

test("virtgate top says so when the gateway goes, and shows it again when it is back", async (context) => {
  const first = await startProgram({ args: ["--simulate"] });
  const terminal = await onTerminal(
    context,
    `exec "${process.execPath}" "${programFile()}" top --interval 1 --state ${first.stateDirectory}`,
  );
  await until("a drawing", () => (terminal.out().includes("hosts answer") ? true : undefined), terminal.out);
  first.signal("SIGTERM");
  await first.ended;
  await until("the notice", () => (terminal.out().includes("no gateway is running") ? true : undefined), terminal.out);
  const before = terminal.out().length;
  await startProgram({ args: ["--simulate"], stateDirectory: first.stateDirectory });
  await until(
    "a drawing without the notice",
    () => {
      const last = terminal.out().slice(before).split("\u001b[H\u001b[J").at(-1) ?? "";
      return last.includes("hosts answer") && last.includes("NAME") && !last.includes("no gateway") ? true : undefined;
    },
    terminal.out,
  );
  terminal.type("q");
  expect((await terminal.ended).code).toBe(0);
});
