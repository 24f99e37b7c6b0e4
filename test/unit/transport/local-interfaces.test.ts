import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { readBootTime, readInterfaceIndexes, readNeighbours } from "../../../src/transport/local-interfaces.js";

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

test("readNeighbours() has the complete entries of the kernel's table, and none where there is no such file", async () => {
  const file = join(folder(), "arp");
  writeFileSync(
    file,
    `IP address       HW type     Flags       HW address            Mask     Device
192.0.2.2        0x1         0x2         52:54:00:AA:00:02     *        br0
192.0.2.3        0x1         0x0         00:00:00:00:00:00     *        br0
192.0.2.4        0x1         0x6         52:54:00:aa:00:02     *        br1
garbage
`,
  );
  expect(await readNeighbours(file)).toEqual(new Map([["52:54:00:aa:00:02", ["192.0.2.2", "192.0.2.4"]]]));
  expect(await readNeighbours(join(folder(), "none"))).toEqual(new Map());
});
