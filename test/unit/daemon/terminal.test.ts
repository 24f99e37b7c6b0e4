import { expect, test } from "vitest";
import { bytes, duration, paint, printable, table } from "../../../src/daemon/terminal.js";
import { capturedTerminal } from "../../support/captured-terminal.js";

test("table() makes columns as wide as their widest text, and leaves nothing behind the last", () => {
  const text = table(
    capturedTerminal(),
    [
      { title: "NAME", text: (row: { name: string; size: string }) => row.name },
      { title: "SIZE", align: "right", text: (row) => row.size },
      { title: "NOTE", text: (row) => row.name },
    ],
    [
      { name: "a", size: "5" },
      { name: "longer", size: "12345" },
    ],
  );
  expect(text).toBe("NAME     SIZE  NOTE\na           5  a\nlonger  12345  longer\n");
});

test("table() pads before it paints, so that colours do not shift columns", () => {
  const columns = [
    { title: "A", text: (row: string) => row, colour: () => "red" as const },
    { title: "B", text: () => "x" },
  ];
  const plain = table(capturedTerminal(), columns, ["1", "22"]);
  const painted = table(capturedTerminal({ colour: true }), columns, ["1", "22"]);
  expect(painted).toContain("\u001b[31m1 \u001b[0m");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with one
  expect(painted.replace(/\u001b\[\d+m/g, "")).toBe(plain);
});

test("table() and printable() take the power from control characters and marks that reorder text", () => {
  const hostile = "a\u001b[2Jb\u0007c\u009bd\u202ee\nf";
  expect(printable(hostile)).toBe("a?[2Jb?c?d?e?f");
  expect(table(capturedTerminal(), [{ title: "T", text: (row: string) => row }], [hostile]).split("\n")).toHaveLength(
    3,
  );
  expect(printable("Grüße, 世界")).toBe("Grüße, 世界");
});

test("paint() is silent without colours", () => {
  expect(paint({ colour: false }, "red", "x")).toBe("x");
  expect(paint({ colour: true }, "red", "x")).toBe("\u001b[31mx\u001b[0m");
});

test("duration() and bytes() keep the digits that matter", () => {
  expect([undefined, 0, 1_234, 59_600, 600_000, 7_200_000, 864_000_000].map(duration)).toEqual([
    "-",
    "0.0 s",
    "1.2 s",
    "60 s",
    "10 min",
    "2 h",
    "10 d",
  ]);
  expect([undefined, 0, 1023, 1024, 1536, 536_870_912, 2 ** 50, 2 ** 60].map(bytes)).toEqual([
    "-",
    "0 B",
    "1023 B",
    "1 KiB",
    "1.5 KiB",
    "512 MiB",
    "1 PiB",
    "1024 PiB",
  ]);
});
