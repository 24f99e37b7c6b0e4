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

test("VmSwitches forget what was set when the configuration is read again (RFC 7666)", () => {
  const switches = new VmSwitches({ perVm: true, bulk: false });
  switches.set("", { perVm: false });
  switches.configure({ perVm: true, bulk: true });
  expect(switches.of("")).toEqual({ perVm: true, bulk: true });
});
