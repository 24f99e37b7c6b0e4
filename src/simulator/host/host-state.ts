import type { Clock } from "../../base/clock.js";
import type { FillUp } from "../life/fill-up.js";
import type { MachineLife } from "../life/machine-life.js";
import type { MachineCatalog } from "../machine/machine-catalog.js";
import type { MachineView } from "../machine/machine-registry.js";
import type { MachineRuns } from "../machine/machine-runs.js";
import type { SavedMachine } from "../machine/saved-machine.js";
import type { Departures } from "../migration/departures.js";
import type { DriverProfile, SimulatedDriver } from "./driver-profile.js";
import type { EventHub } from "./event-hub.js";
import type { SimulatedNode } from "./simulated-node.js";

/** What the calls of a host work on. */
export interface HostState {
  readonly driver: SimulatedDriver;
  readonly profile: DriverProfile;
  readonly node: SimulatedNode;
  readonly registry: MachineView;
  readonly catalog: MachineCatalog;
  readonly life: MachineLife;
  readonly runs: MachineRuns;
  /** By path: the files that machines were saved to. */
  readonly savedFiles: Map<string, SavedMachine>;
  readonly departures: Departures;
  readonly fillUp: FillUp;
  readonly events: EventHub;
  readonly clock: Clock;
  /** The right time, by which everything counts. */
  readonly nowMs: () => number;
  /** What the computer's own clock says. */
  readonly wallMs: () => number;
}
