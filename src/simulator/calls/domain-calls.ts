import { child, childElements, element, type XmlElement } from "../../codec/xml/element.js";
import type { CallHandlers } from "../../protocol/libvirt/call-handler.js";
import { libvirtFault } from "../../protocol/libvirt/error.js";
import type { HostState } from "../host/host-state.js";
import { requireRun } from "../host/refusals.js";
import { METADATA_DESCRIPTION, METADATA_TITLE } from "../machine/machine-catalog.js";
import { documentText } from "../machine/machine-definition.js";
import type { MachineFacts } from "../machine/machine-facts.js";
import { cpuStatistics, memoryStatistics } from "../machine/machine-statistics.js";
import type { SimulatedMachine } from "../machine/simulated-machine.js";
import { effectOf } from "../tuning/effect.js";
import { listFilter } from "./list-filter.js";

const XML_INACTIVE = 2;
const XML_MIGRATABLE = 8;

/** Finding machines and reading what they are. */
export function domainCalls(host: HostState): CallHandlers {
  const { registry, profile, driver, nowMs } = host;

  const matching = (test: (machine: SimulatedMachine) => boolean): SimulatedMachine[] =>
    [...registry.all()].filter(test);
  const isRunning = (machine: SimulatedMachine): boolean => machine.run !== undefined;
  const isOff = (machine: SimulatedMachine): boolean => machine.run === undefined;
  const found = (machine: SimulatedMachine | undefined, what: string) => {
    if (!machine) throw registry.absent(what);
    return { dom: machine.reference };
  };

  return {
    connectListAllDomains({ needResults, flags }) {
      const machines = matching(listFilter(flags, registry));
      return { domains: needResults ? machines.map((one) => one.reference) : [], ret: machines.length };
    },
    connectNumOfDomains: () => ({ num: matching(isRunning).length }),
    connectListDomains: ({ maxids }) => ({
      ids: matching(isRunning)
        .slice(0, Math.max(0, maxids))
        .map((one) => one.reference.id),
    }),
    connectNumOfDefinedDomains: () => ({ num: matching(isOff).length }),
    connectListDefinedDomains: ({ maxnames }) => ({
      names: matching(isOff)
        .slice(0, Math.max(0, maxnames))
        .map((one) => one.name),
    }),
    domainLookupById: ({ id }) => found(registry.withId(id), `no domain with matching id ${id}`),
    domainLookupByName: ({ name }) => found(registry.named(name), `no domain with matching name '${name}'`),
    domainLookupByUuid: ({ uuid }) => found(registry.withUuid(uuid), `no domain with matching uuid '${uuid}'`),
    domainGetState({ dom }) {
      const { state, reason } = registry.conditionOf(registry.require(dom));
      return { state, reason };
    },
    domainGetInfo({ dom }) {
      const machine = registry.require(dom);
      const { facts } = machine.current;
      // A container's memory is what its group uses, a virtual machine's what its balloon leaves it.
      const memoryKiB =
        driver === "lxc" && machine.run ? memoryStatistics(machine, nowMs()).residentKiB : facts.currentMemoryKiB;
      return {
        state: registry.conditionOf(machine).state,
        maxMem: BigInt(facts.memoryKiB),
        memory: BigInt(memoryKiB),
        nrVirtCpu: facts.vcpuCount,
        cpuTime: cpuStatistics(machine, nowMs()).timeNs,
      };
    },
    domainGetOsType: ({ dom }) => ({ type: registry.require(dom).current.facts.osType ?? "hvm" }),
    domainIsActive: ({ dom }) => ({ active: registry.require(dom).run ? 1 : 0 }),
    domainIsPersistent: ({ dom }) => ({ persistent: registry.require(dom).persistent ? 1 : 0 }),
    domainIsUpdated: ({ dom }) => {
      const machine = registry.require(dom);
      return { updated: machine.run && machine.run.definition !== machine.definition ? 1 : 0 };
    },
    domainGetAutostart: ({ dom }) => ({ autostart: registry.require(dom).autostart ? 1 : 0 }),
    domainGetXmlDesc({ dom, flags }) {
      const inactive = (flags & (XML_INACTIVE | XML_MIGRATABLE)) !== 0;
      return { xml: documentText(registry.require(dom).document(driver, inactive)) };
    },
    domainGetSecurityLabel({ dom }) {
      registry.require(dom);
      return { label: "", enforcing: 0 };
    },
    domainGetSecurityLabelList({ dom }) {
      registry.require(dom);
      return { labels: [], ret: 0 };
    },
    domainGetMessages({ dom }) {
      registry.require(dom);
      return { msgs: [] };
    },
    domainGetControlInfo({ dom }) {
      const machine = registry.require(dom);
      requireRun(machine, profile);
      return { state: machine.monitor.hung ? CONTROL_OCCUPIED : CONTROL_OK, details: 0, stateTime: 0n };
    },
    domainGetMetadata({ dom, type, uri, flags }) {
      const machine = registry.require(dom);
      const { live } = effectOf(machine, flags, profile);
      const definition = live ? machine.current : machine.definition;
      const metadata =
        type === METADATA_ELEMENT ? metadataOf(definition.tree(), uri ?? "") : textMetadata(definition.facts, type);
      if (metadata === undefined) {
        throw libvirtFault("NO_DOMAIN_METADATA", "metadata not found: there is none of this kind", profile.errorDomain);
      }
      return { metadata };
    },
    domainSetMetadata({ dom, type, metadata, flags }) {
      const machine = registry.require(dom);
      if (type !== METADATA_DESCRIPTION && type !== METADATA_TITLE) {
        throw libvirtFault("OPERATION_UNSUPPORTED", "Operation not supported: only title and description can be set");
      }
      const effect = effectOf(machine, flags, profile);
      host.catalog.setText(machine, type === METADATA_TITLE ? "title" : "description", metadata, effect);
      return {};
    },
    domainListAllCheckpoints({ dom }) {
      registry.require(dom);
      return { checkpoints: [], ret: 0 };
    },
  };
}

const CONTROL_OK = 0;
const CONTROL_OCCUPIED = 2;
const METADATA_ELEMENT = 2;

function textMetadata(facts: MachineFacts, type: number): string | undefined {
  return type === METADATA_DESCRIPTION ? facts.description : facts.title;
}

/** The element of somebody's own namespace, as they wrote it. */
function metadataOf(tree: XmlElement, namespace: string): string | undefined {
  const held = childElements(child(tree, "metadata") ?? element("metadata")).find((one) => one.namespace === namespace);
  return held && documentText(held);
}
