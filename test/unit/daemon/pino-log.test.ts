import { expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.js";
import { Secret } from "../../../src/base/secret.js";
import { createLog, type LogLevel } from "../../../src/daemon/pino-log.js";

function captured(options: { level?: LogLevel; terminal?: boolean } = {}) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const log = createLog(destination, { level: options.level ?? "info", terminal: options.terminal ?? false });
  return { log, lines, entry: () => JSON.parse(lines.at(-1) ?? "") as Record<string, unknown> };
}

test("createLog() writes one JSON object per line with time, level, event and fields", () => {
  const { log, lines, entry } = captured();
  log.info("host.up", { host: "kvm1", count: 3, big: 18_446_744_073_709_551_615n });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/\n$/);
  expect(entry()).toMatchObject({
    level: "info",
    event: "host.up",
    host: "kvm1",
    count: 3,
    big: "18446744073709551615",
  });
  expect(entry()["time"]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
});

test("createLog() keeps to its level, which can change", () => {
  const { log, lines } = captured({ level: "warn" });
  log.info("quiet");
  log.debug("quieter");
  log.warn("loud");
  expect(lines).toHaveLength(1);
  log.setLevel("debug");
  log.debug("heard");
  expect(lines).toHaveLength(2);
});

test("createLog() never prints a Secret, wherever it hides", () => {
  const { log, lines } = captured();
  const secret = new Secret("hunter2");
  log.error("x", { secret, nested: { list: [secret], user: { pass: secret } }, text: `${secret}` });
  expect(lines.join("")).not.toContain("hunter2");
  expect(lines.join("")).toContain("[secret]");
});

test("createLog() escapes control characters and bounds length, depth and number", () => {
  const { log, lines, entry } = captured();
  log.warn("evil\nevent", {
    name: "a\u001b[2Jb\u202ec",
    long: "x".repeat(100_000),
    list: Array.from({ length: 10_000 }, (_, at) => at),
    deep: { a: { b: { c: { d: { e: { f: 1 } } } } } },
    octets: Buffer.alloc(100_000, 1),
  });
  expect(entry()).toMatchObject({ event: "evil\\u000aevent", name: "a\\u001b[2Jb\\u202ec" });
  expect(lines[0]?.length).toBeLessThan(5_000);
});

test("createLog() survives values that hold themselves, and functions", () => {
  const { log, lines } = captured();
  const loop: Record<string, unknown> = {};
  loop["self"] = loop;
  log.info("x", { loop, action: () => 1 });
  expect(lines).toHaveLength(1);
});

test("createLog() tells an error's message, stack and causes", () => {
  const { log, entry } = captured();
  log.error("x", { error: new Fault("denied", "no", { cause: new Error("why") }) });
  expect(entry()["error"]).toMatchObject({ name: "Fault", message: "no", code: "denied", cause: { message: "why" } });
  expect((entry()["error"] as { stack: string[] }).stack[0]).toContain("no");
});

test("createLog() writes a readable line for a terminal", () => {
  const { log, lines } = captured({ terminal: true });
  log.warn("host.down", { host: "kvm1", reason: "it's gone" });
  expect(lines[0]).toMatch(/^\d{4}-\S+Z warn {2}host\.down host="kvm1" reason="it's gone"\n$/);
});
