import { open, readdir, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { RingFiles } from "../../../src/store/ring-file.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const shape = { rows: 4, rowBytes: 8 };
const day = 86_400_000;
const row = (text: string) => Buffer.from(text.padEnd(8));

async function texts(files: RingFiles, first = 0, last = 1e9) {
  return (await files.read("a", shape, first, last)).map(({ number, octets }) => [number, octets.toString().trim()]);
}

test("RingFiles keeps the latest rows, in a file that never grows", async () => {
  const folder = temporaryFolder();
  const files = await RingFiles.open(folder, day, 0);
  expect(await texts(files)).toEqual([]);
  for (let number = 100; number < 111; number++) await files.write("a", shape, number, row(`r${number}`));
  expect(await texts(files)).toEqual([
    [107, "r107"],
    [108, "r108"],
    [109, "r109"],
    [110, "r110"],
  ]);
  expect(await texts(files, 108, 109)).toEqual([
    [108, "r108"],
    [109, "r109"],
  ]);
  expect((await stat(join(folder, "a.ring"))).size).toBe(4 * 20);
});

test("RingFiles leaves out rows that were not written, and those of earlier rounds", async () => {
  const files = await RingFiles.open(temporaryFolder(), day, 0);
  await files.write("a", shape, 100, row("old"));
  await files.write("a", shape, 103, row("late"));
  expect(await texts(files, 101, 104)).toEqual([[103, "late"]]);
});

test("RingFiles gives back only what was written, whatever a crash made of the file", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ at: fc.nat({ max: 79 }), octet: fc.nat({ max: 255 }) }), { minLength: 1, maxLength: 6 }),
      fc.nat({ max: 80 }),
      async (damage, length) => {
        const folder = temporaryFolder();
        const files = await RingFiles.open(folder, day, 0);
        for (let number = 8; number < 12; number++) await files.write("a", shape, number, row(`r${number}`));
        const file = await open(join(folder, "a.ring"), "r+");
        for (const { at, octet } of damage) await file.write(Buffer.of(octet), 0, 1, at);
        await file.truncate(length);
        await file.close();
        for (const [number, text] of await texts(files)) expect(text).toBe(`r${number}`);
        await files.write("a", shape, 13, row("r13"));
        expect((await texts(files, 13, 13)).at(-1)).toEqual([13, "r13"]);
      },
    ),
    { numRuns: 50 },
  );
});

test("RingFiles.open() removes files that nobody wrote for long, and nothing else", async () => {
  const folder = temporaryFolder();
  const files = await RingFiles.open(folder, day, 0);
  await files.write("old", shape, 1, row("x"));
  await files.write("new", shape, 1, row("x"));
  await writeFile(join(folder, "notes.txt"), "");
  for (const name of ["old.ring", "notes.txt"]) await utimes(join(folder, name), 1000, 1000);
  await utimes(join(folder, "new.ring"), 1000 + 86_400, 1000 + 86_400);
  await RingFiles.open(folder, day, (1000 + 86_401) * 1000);
  expect((await readdir(folder)).sort()).toEqual(["new.ring", "notes.txt"]);
});
