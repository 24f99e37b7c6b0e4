import { expect, test } from "vitest";
import { VmSwitches } from "../../../../src/agent/snmp/vm-switches.js";

test("VmSwitches are as configured until set, one context at a time", () => {
  const switches = new VmSwitches({ perVm: true, bulk: false });
  expect(switches.of("kvm1")).toEqual({ perVm: true, bulk: false });
  switches.set("kvm1", { bulk: true });
  switches.set("kvm1", { perVm: false });
  expect(switches.of("kvm1")).toEqual({ perVm: false, bulk: true });
  expect(switches.of("")).toEqual({ perVm: true, bulk: false });
});

test("VmSwitches keep what was set when the configuration is read again, but for what it says differently", () => {
  const switches = new VmSwitches({ perVm: true, bulk: false });
  switches.set("kvm1", { perVm: false });
  switches.configure({ perVm: true, bulk: false });
  expect(switches.of("kvm1")).toEqual({ perVm: false, bulk: false });
  switches.configure({ perVm: true, bulk: true });
  expect(switches.of("kvm1")).toEqual({ perVm: false, bulk: true });
  expect(switches.of("")).toEqual({ perVm: true, bulk: true });
  switches.configure({ perVm: false, bulk: true });
  switches.configure({ perVm: true, bulk: true });
  expect(switches.of("kvm1")).toEqual({ perVm: true, bulk: true });
});
