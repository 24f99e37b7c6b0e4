import { describe, expect, test } from "vitest";
import { openEngineIdentity } from "../../../../src/agent/snmp/engine-identity.js";
import { Fault } from "../../../../src/base/fault.js";
import { MemoryFileSystem } from "../../../support/memory-file-system.js";
import { openMemoryStore } from "../../../support/memory-store.js";
import { TableStore } from "../../../support/table-store.js";

describe("openEngineIdentity()", () => {
  test("makes an identity in the octets format under the reserved enterprise (RFC 3411, object SnmpEngineID)", async () => {
    const { engineId, boots } = await openEngineIdentity(new TableStore());
    expect(engineId.subarray(0, 5)).toEqual(Buffer.of(0x80, 0, 0, 0, 5));
    expect(engineId.length).toBe(17);
    expect(boots).toBe(1);
  });

  test("makes a different one for every agent", async () => {
    const first = await openEngineIdentity(new TableStore());
    const second = await openEngineIdentity(new TableStore());
    expect(first.engineId.equals(second.engineId)).toBe(false);
  });

  test("keeps the identity and counts every start, over the real store (RFC 3414, section 2.2)", async () => {
    const files = new MemoryFileSystem();
    const seen: [string, number][] = [];
    for (let start = 0; start < 3; start += 1) {
      const store = await openMemoryStore(undefined, files);
      const { engineId, boots } = await openEngineIdentity(store);
      seen.push([engineId.toString("hex"), boots]);
      await store.close();
    }
    const id = seen[0]?.[0];
    expect(seen).toEqual([
      [id, 1],
      [id, 2],
      [id, 3],
    ]);
  });

  test("resolves only when the count is on disk", async () => {
    const store = new TableStore();
    const release = store.hold();
    let isDone = false;
    const opening = openEngineIdentity(store).then(() => {
      isDone = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isDone).toBe(false);
    release();
    await opening;
    expect(isDone).toBe(true);
  });

  test("fails when the disk refuses: nothing may be answered then", async () => {
    const store = new TableStore();
    store.refuse(new Fault("storage-failed", "no space"));
    await expect(openEngineIdentity(store)).rejects.toMatchObject({ code: "storage-failed" });
  });

  test("stays at the largest count for ever (RFC 3414, section 2.2.2)", async () => {
    const store = new TableStore();
    const record = { engineId: "800000000501020304", boots: 2_147_483_646 };
    await store.write([{ key: "snmp/engine", value: JSON.stringify(record) }]);
    expect((await openEngineIdentity(store)).boots).toBe(2_147_483_647);
    expect((await openEngineIdentity(store)).boots).toBe(2_147_483_647);
  });

  test.each([
    "",
    "{}",
    "null",
    '{"engineId":"80","boots":1}',
    '{"engineId":"800000000501020304","boots":0}',
    '{"engineId":"800000000501020304"}',
    '{"engineId":5,"boots":1}',
  ])("refuses the damaged record %j instead of starting to count anew", async (value) => {
    const store = new TableStore();
    await store.write([{ key: "snmp/engine", value }]);
    await expect(openEngineIdentity(store)).rejects.toMatchObject({ code: "invalid", path: "snmp/engine" });
  });
});
