import { afterAll, beforeAll, describe, expect } from "vitest";
import type { AuditAnswer } from "../../src/daemon/audit-orders.js";
import { bringUpMachines } from "./support/baseline.js";
import { bothHosts, Gateway } from "./support/gateway.js";
import { hostTest, whenPossible } from "./support/host-test.js";
import { until } from "./support/until.js";
import { domainState, virsh } from "./support/virsh.js";

let gateway: Gateway;

beforeAll(
  whenPossible(async () => {
    await bringUpMachines();
    const writable = bothHosts().replaceAll("\nstate_interval_ms", "\nallow_write = true\nstate_interval_ms");
    gateway = await Gateway.configured("lifecycle-commands", writable);
  }),
);
afterAll(whenPossible(async () => await gateway?.stop()));

describe("lifecycle commands on real hosts", () => {
  hostTest("bring a QEMU machine from state to state, as virsh sees it", async () => {
    for (const [action, state] of [
      ["suspend", "paused"],
      ["resume", "running"],
      ["reset", "running"],
      ["save", "shut off"],
      ["restore", "running"],
      ["destroy", "shut off"],
      ["start", "running"],
    ] as const) {
      const outcome = await gateway.command(action, "kvm1/idle-1");
      expect({ action, ...outcome }).toMatchObject({ action, code: 0 });
      expect({ action, state: (await domainState("qemu", "idle-1"))?.[0] }).toEqual({ action, state });
      if (action === "save") expect(await virsh("qemu", "dominfo", "idle-1")).toMatch(/Managed save: +yes/);
    }
    await until("the gateway to show it running", async () => {
      const machine = (await gateway.machines()).find(({ name }) => name === "idle-1");
      return machine?.state === "running";
    });
    const { records } = await gateway.json<AuditAnswer>("audit");
    expect(records.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 7 }, () => "done"));
    expect(records.flatMap(({ events }) => events).length).toBeGreaterThan(0);
    expect((await gateway.command("audit", "--verify")).code).toBe(0);
  });

  hostTest("start, pause and stop a container, and say what containers cannot", async () => {
    for (const [action, state] of [
      ["start", "running"],
      ["suspend", "paused"],
      ["resume", "running"],
    ] as const) {
      expect({ action, ...(await gateway.command(action, "ct1/ct-off")) }).toMatchObject({ action, code: 0 });
      expect({ action, state: (await domainState("lxc", "ct-off"))?.[0] }).toEqual({ action, state });
    }
    const plan = await gateway.json<unknown>("suspend", "ct1/ct-off", "--dry-run");
    expect(plan).toMatchObject({ plan: { steps: [{ do: "suspend" }] } });
    const refused = await gateway.command("save", "ct1/ct-off");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^virtgate: ct-off: .*lxc/i);
    expect((await gateway.command("destroy", "ct1/ct-off")).code).toBe(0);
    expect((await domainState("lxc", "ct-off"))?.[0]).toBe("shut off");
  });
});
