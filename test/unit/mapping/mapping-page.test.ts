import { expect, test } from "vitest";
import { snmpMappingPage } from "../../../src/mapping/snmp/mapping-page.js";

const page = snmpMappingPage();

test("snmpMappingPage() joins object, OID, syntax, access, unit, source and meaning", () => {
  expect(page).toContain(
    "| vmCurMem | 1.3.6.1.2.1.236.1.4.1.13 | Integer32 (0..2147483647) | read-only |  | `memory(machine, machine.memoryKiB)` | Memory assigned now",
  );
  expect(page).toMatch(
    /\| vmCpuTime \| 1\.3\.6\.1\.2\.1\.236\.1\.4\.1\.17 \| Counter64 \| read-only \| microsecond \| /,
  );
  expect(page).toContain("| Integer32 (-1 \\| 0..2147483647) |");
  expect(page).toContain("| vmAutoStart | 1.3.6.1.2.1.236.1.4.1.7 | unknown(1) enabled(2) disabled(3) | read-only |");
  expect(page).toContain("| vmName | 1.3.6.1.2.1.236.1.4.1.2 | SnmpAdminString (0..255) | read-only |");
});

test("snmpMappingPage() gives the reason for what is not served", () => {
  expect(page).toMatch(/\| snmpOutTraps \|.*\| not served: obsolete since RFC 3418 \|/);
});

test("snmpMappingPage() keeps every row in one line with seven cells", () => {
  const rows = page.split("\n").filter((text) => text.startsWith("| ") && !text.startsWith("| ---"));
  for (const row of rows) expect([row, row.replaceAll("\\|", "").split("|").length]).toEqual([row, 9]);
});
