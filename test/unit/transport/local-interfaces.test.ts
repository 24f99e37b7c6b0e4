import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { readBootTime, readInterfaceIndexes } from "../../../src/transport/local-interfaces.js";

const folders: string[] = [];

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "virtgate-"));
  folders.push(path);
  return path;
}

afterEach(() => {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true });
});

test("readInterfaceIndexes() reads the kernel's numbers and passes over what is no device", async () => {
  const path = folder();
  for (const [name, text] of [
    ["eth0", "2\n"],
    ["vnet3", "17\n"],
    ["odd", "x\n"],
  ] as const) {
    mkdirSync(join(path, name));
    writeFileSync(join(path, name, "ifindex"), text);
  }
  writeFileSync(join(path, "bonding_masters"), "");
  expect(await readInterfaceIndexes(path)).toEqual(
    new Map([
      ["eth0", 2],
      ["vnet3", 17],
    ]),
  );
  expect(await readInterfaceIndexes(join(path, "absent"))).toEqual(new Map());
});

test("readInterfaceIndexes() finds this computer's own loopback device", async ({ skip }) => {
  if (process.platform !== "linux") skip("only Linux numbers its devices there");
  expect((await readInterfaceIndexes()).get("lo")).toBe(1);
});

test("readBootTime() reads the kernel's start in milliseconds", async () => {
  const path = join(folder(), "stat");
  writeFileSync(path, "cpu 1 2 3\nbtime 1700000000\nprocesses 4\n");
  expect(await readBootTime(path)).toBe(1_700_000_000_000);
  writeFileSync(path, "cpu 1 2 3\n");
  expect(await readBootTime(path)).toBeUndefined();
  expect(await readBootTime(join(path, "absent"))).toBeUndefined();
});
