import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Store } from "../../../src/base/store.js";
import { Audit, type AuditEntry } from "../../../src/engine/audit.js";
import { LineFile } from "../../../src/store/line-file.js";
import { MemoryLog } from "../../support/change-engine.js";
import { ManualClock } from "../../support/manual-clock.js";
import { filesAfter, MemoryFileSystem } from "../../support/memory-file-system.js";
import { openMemoryStore } from "../../support/memory-store.js";

const clock = new ManualClock();

function entry(what: string): AuditEntry {
  return {
    principal: "root",
    via: "cli",
    what,
    objects: ["host/h"],
    outcome: "done",
    events: [7],
    sequence: 7,
    change: what,
  };
}

async function written(count: number): Promise<{ log: MemoryLog; store: Store; audit: Audit }> {
  const log = new MemoryLog();
  const store = await openMemoryStore();
  const audit = await Audit.open(log, store, clock);
  for (let number = 1; number <= count; number += 1) await audit.add(entry(`change "${number}"`));
  return { log, store, audit };
}

describe("Audit", () => {
  test("verifies what it wrote, and goes on with the chain after a restart", async () => {
    const { log, store } = await written(3);
    const audit = await Audit.open(log, store, clock);
    await audit.add(entry("later"));
    expect(await audit.verify()).toEqual({ lines: 4 });
    expect((await audit.latest(2)).map(({ number, what }) => [number, what])).toEqual([
      [3, 'change "3"'],
      [4, "later"],
    ]);
    expect(audit.has("later")).toBe(true);
    expect(audit.has("never")).toBe(false);
  });

  test("entries that are added at once are all in the chain", async () => {
    const { audit } = await written(0);
    await Promise.all(["a", "b", "c"].map((what) => audit.add(entry(what))));
    expect(await audit.verify()).toEqual({ lines: 3 });
  });

  test("finds any line that was changed, taken out, moved, doubled or cut off", async () => {
    const spoil = fc.record({
      line: fc.nat(4),
      how: fc.constantFrom("change", "remove", "swap", "double", "cut" as const),
      at: fc.nat(5000),
    });
    await fc.assert(
      fc.asyncProperty(spoil, async ({ line, how, at }) => {
        const { log, store } = await written(5);
        const before = [...log.all];
        const text = log.all[line] ?? "";
        if (how === "change") {
          const place = at % text.length;
          const other = text[place] === "0" ? "1" : "0";
          log.all[line] = text.slice(0, place) + other + text.slice(place + 1);
        } else if (how === "remove") log.all.splice(line, 1);
        else if (how === "double") log.all.splice(line, 0, text);
        else if (how === "cut") log.all.length = line;
        else
          log.all.splice(
            line === 4 ? 3 : line,
            2,
            ...log.all
              .slice(line === 4 ? 3 : line)
              .slice(0, 2)
              .reverse(),
          );
        expect(log.all).not.toEqual(before);
        const audit = await Audit.open(log, store, clock);
        expect((await audit.verify()).broken).toBeDefined();
      }),
      { numRuns: 200 },
    );
  });
});

describe("LineFile", () => {
  test("has whole lines only, and all that were acknowledged, from every prefix of its file changes", async () => {
    const fileSystem = new MemoryFileSystem();
    const file = await LineFile.open(fileSystem, "/s/lines");
    const lines = ["one", "zwei", "x".repeat(100_000), "drei"];
    const acknowledged: number[] = [];
    for (const line of lines) {
      await file.append(line);
      acknowledged.push(fileSystem.changes.length);
    }
    for (let count = 0; count <= fileSystem.changes.length; count += 1) {
      const torn = fileSystem.changes[count];
      const lengths = torn?.on === "write" ? [0, 1, torn.octets.length - 1] : [0];
      for (const octets of lengths) {
        const again = await LineFile.open(
          new MemoryFileSystem(filesAfter(fileSystem.changes, count, octets)),
          "/s/lines",
        );
        await again.append("after");
        const found: string[] = [];
        for await (const line of again.lines()) found.push(line);
        const kept = found.slice(0, -1);
        expect(kept).toEqual(lines.slice(0, kept.length));
        expect(kept.length).toBeGreaterThanOrEqual(acknowledged.filter((at) => at <= count).length);
        expect(found.at(-1)).toBe("after");
      }
    }
  });

  test("tells the last lines whole, and loses none to a disk that refused one", async () => {
    const fileSystem = new MemoryFileSystem();
    const file = await LineFile.open(fileSystem, "/s/lines");
    await file.append("first");
    fileSystem.plan = (change) => (change.on === "write" ? { code: "ENOSPC", written: 3 } : undefined);
    await expect(file.append("lost")).rejects.toMatchObject({ code: "storage-failed" });
    fileSystem.plan = () => undefined;
    await file.append("second");
    expect(await file.tail(1000)).toEqual(["first", "second"]);
    expect(await file.tail(8)).toEqual(["second"]);
  });
});
