import type { CallHandlers } from "../../protocol/libvirt/call-handler.js";
import type { HostState } from "../host/host-state.js";
import { DomainState } from "../life/domain-state.js";
import type { DomainReference, SimulatedMachine } from "../machine/simulated-machine.js";

const START_PAUSED = 1;
const START_FORCE_BOOT = 8;
const UNDEFINE_MANAGED_SAVE = 1;
const UNDEFINE_SNAPSHOTS = 2;

/** Calls that change what a machine is doing, or whether it exists. */
export function lifeCalls(host: HostState): CallHandlers {
  const { life, catalog, registry, driver } = host;

  const start = ({ dom, flags }: { dom: DomainReference; flags: number }) => {
    const machine = registry.require(dom);
    life.start(machine, { paused: (flags & START_PAUSED) !== 0, fresh: (flags & START_FORCE_BOOT) !== 0 });
    registry.learn(machine);
    // LXC's driver leaves it to the client to ask for the new id.
    return { dom: driver === "lxc" ? dom : machine.reference };
  };
  const on =
    (act: "suspend" | "resume" | "shutdown" | "reboot" | "reset" | "destroy") =>
    ({ dom }: { dom: DomainReference }) => {
      const machine = registry.require(dom);
      // Resuming what this connection does not know as paused does nothing.
      const unknown = driver === "openvz" && registry.conditionOf(machine).state !== DomainState.paused;
      if (act === "resume" && unknown) return {};
      life[act](machine);
      registry.learn(machine);
      return {};
    };
  const undefine = ({ dom, flags = 0 }: { dom: DomainReference; flags?: number }) => {
    catalog.undefine(registry.require(dom), {
      managedSave: (flags & UNDEFINE_MANAGED_SAVE) !== 0,
      snapshots: (flags & UNDEFINE_SNAPSHOTS) !== 0,
    });
    return {};
  };
  const made = (machine: SimulatedMachine) => {
    registry.learn(machine);
    return { dom: machine.reference };
  };
  const define = ({ xml }: { xml: string }) => made(catalog.define(xml));
  const create = ({ xmlDesc, flags }: { xmlDesc: string; flags: number }) =>
    made(catalog.create(xmlDesc, (flags & START_PAUSED) !== 0));

  return {
    domainCreate({ dom }) {
      start({ dom, flags: 0 });
      return {};
    },
    domainCreateWithFlags: start,
    domainCreateXml: create,
    domainDefineXml: define,
    domainDefineXmlFlags: define,
    domainUndefine: undefine,
    domainUndefineFlags: undefine,
    domainSuspend: on("suspend"),
    domainResume: on("resume"),
    domainShutdown: on("shutdown"),
    domainShutdownFlags: on("shutdown"),
    domainReboot: on("reboot"),
    domainReset: on("reset"),
    domainDestroy: on("destroy"),
    domainDestroyFlags: on("destroy"),
    domainManagedSave({ dom }) {
      life.managedSave(registry.require(dom));
      return {};
    },
    domainHasManagedSaveImage: ({ dom }) => ({ result: registry.require(dom).managedSave ? 1 : 0 }),
    domainManagedSaveRemove({ dom }) {
      registry.require(dom).managedSave = false;
      return {};
    },
    domainSetAutostart({ dom, autostart }) {
      catalog.setAutostart(registry.require(dom), autostart !== 0);
      return {};
    },
    domainRename({ dom, newName }) {
      catalog.rename(registry.require(dom), newName ?? "");
      return { retcode: 0 };
    },
  };
}
