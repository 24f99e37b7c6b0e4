import { describe, expect, test } from "vitest";
import { Owners } from "../../../../src/engine/access/owners.js";
import { openMemoryStore } from "../../../support/memory-store.js";

const one = { host: "a", uuid: "5e1f0000-0000-4000-8000-000000000001" };
const two = { host: "a", uuid: "5e1f0000-0000-4000-8000-000000000002" };

describe("Owners", () => {
  test("knows whose a machine is, over a restart", async () => {
    const store = await openMemoryStore();
    const owners = await Owners.open(store);
    await owners.set(one, "bob");
    await owners.set(two, "eve");
    expect([owners.of(one), owners.of({ ...one, host: "b" })]).toEqual(["bob", undefined]);
    const again = await Owners.open(store);
    expect([again.of(one), again.ownedBy("eve")]).toEqual(["bob", [two]]);
    await again.set(one, undefined);
    expect((await Owners.open(store)).ownedBy("bob")).toEqual([]);
  });

  test("lets a machine that moves keep its owner, and one without stay without", async () => {
    const store = await openMemoryStore();
    const owners = await Owners.open(store);
    await owners.set(one, "bob");
    expect(await owners.move(one, "b")).toBe(true);
    expect(await owners.move(two, "b")).toBe(false);
    for (const known of [owners, await Owners.open(store)]) {
      expect(known.ownedBy("bob")).toEqual([{ host: "b", uuid: one.uuid }]);
      expect(known.of(one)).toBeUndefined();
    }
  });

  test("gives nothing to the next user of a name", async () => {
    const owners = await Owners.open(await openMemoryStore());
    await owners.set(one, "bob");
    await owners.set(two, "eve");
    await owners.forget("bob");
    expect([owners.of(one), owners.of(two)]).toEqual([undefined, "eve"]);
  });
});
