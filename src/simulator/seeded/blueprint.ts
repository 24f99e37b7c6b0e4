import type { Random } from "../../base/random.js";
import type { SimulatedDriver } from "../host/driver-profile.js";
import type { Seed } from "../time/seed.js";
import type { Blueprint } from "./beginning.js";
import { container } from "./container.js";
import { openvzContainer } from "./openvz-container.js";
import { virtualMachine } from "./virtual-machine.js";
import { xenGuest } from "./xen-guest.js";

type Make = (random: Random, index: number, prefix: string) => Blueprint;

const makers: Readonly<Record<SimulatedDriver, Make>> = {
  qemu: virtualMachine,
  lxc: container,
  xen: xenGuest,
  openvz: openvzContainer,
};

/** The machine with number `index` of a host; depends on nothing but its arguments. */
export function blueprint(driver: SimulatedDriver, seed: Seed, index: number, prefix: string): Blueprint {
  const part = seed.part("machine").part(index);
  return makers[driver](part.random(), index, prefix);
}
