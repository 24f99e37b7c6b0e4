import { beforeAll, expect, test } from "vitest";
import { bringUpMachines } from "./support/baseline.js";

test("x", async () => {
  const t = Date.now();
  const r = await bringUpMachines();
  console.log(Date.now() - t, [...r.unavailable], r.machines.length);
  const t2 = Date.now();
  await bringUpMachines();
  console.log(Date.now() - t2);
});
