import type { CallHandlers } from "../../protocol/libvirt/call-handler.js";
import type { DomainDocument } from "../../protocol/libvirt/document/domain.js";
import type { TypedParameter } from "../../protocol/libvirt/typed-parameter.js";
import { countedParameters, uint } from "../calls/typed-values.js";
import type { HostState } from "../host/host-state.js";
import { invalidArgument, requireRun } from "../host/refusals.js";
import type { DomainReference, SimulatedMachine } from "../machine/simulated-machine.js";
import { documentOf, editedDefinition } from "./edit-definition.js";
import { effectOf } from "./effect.js";
import { appliedParameters, parametersOf } from "./limit-parameters.js";
import {
  type BothWays,
  blockRows,
  containerScheduler,
  diskRows,
  interfaceRows,
  type LimitRow,
  memoryRows,
  noBandwidth,
  noDiskLimits,
  numaRows,
  virtualMachineScheduler,
} from "./limit-tables.js";

const LIVE = 1;
const CONFIG = 2;

/** A part of a machine's description that a call is about. */
interface Place<T> {
  readonly read: (document: DomainDocument) => T;
  readonly write: (document: DomainDocument, value: T) => DomainDocument;
}

const whole: Place<DomainDocument> = { read: (document) => document, write: (_, value) => value };

/** The limits of machines: of their control groups, disks and interfaces. */
export function limitCalls(host: HostState): CallHandlers {
  const { registry, profile, driver } = host;

  /** Reads the limits of the run, or those of the definition. */
  const told = <T>(
    { dom, nparams, flags = 0 }: { dom: DomainReference; nparams: number; flags?: number },
    rows: readonly LimitRow<T>[],
    place: (machine: SimulatedMachine) => Place<T>,
  ) => {
    const machine = registry.require(dom);
    const { live } = effectOf(machine, flags & (LIVE | CONFIG), profile);
    const from = place(machine).read(documentOf(live ? machine.current : machine.definition));
    return countedParameters(parametersOf(rows, from, live), nparams);
  };
  const changed = <T>(
    { dom, params, flags = 0 }: { dom: DomainReference; params: readonly TypedParameter[]; flags?: number },
    rows: readonly LimitRow<T>[],
    place: (machine: SimulatedMachine) => Place<T>,
    check: (value: T) => void = () => {},
  ): void => {
    const machine = registry.require(dom);
    const { live, config } = effectOf(machine, flags & (LIVE | CONFIG), profile);
    const { read, write } = place(machine);
    const change = (document: DomainDocument): DomainDocument => {
      const value = appliedParameters(rows, params, read(document), profile);
      check(value);
      return write(document, value);
    };
    const running = live && machine.run ? editedDefinition(machine.run.definition, change) : undefined;
    const defined = config ? editedDefinition(machine.definition, change) : undefined;
    if (machine.run && running) machine.run.definition = running;
    if (defined) machine.definition = defined;
  };
  const tell = (dom: DomainReference, prefix: string, params: readonly TypedParameter[], { flags = 0 } = {}): void => {
    const machine = registry.require(dom);
    if (driver !== "qemu" || !effectOf(machine, flags & (LIVE | CONFIG), profile).live) return;
    const named = params.map((one) => ({ ...one, field: `${prefix}.${one.field}` }));
    host.events.announce({ kind: "tunable", dom: machine.reference, params: named });
  };

  const schedulerRows = driver === "lxc" ? containerScheduler : virtualMachineScheduler;
  const scheduler = (args: { dom: DomainReference; nparams: number; flags?: number }) => {
    if (driver !== "xen") return { params: told(args, schedulerRows, () => whole).params };
    const { weight, cap } = requireRun(registry.require(args.dom), profile).share;
    return { params: [uint("weight", weight), uint("cap", cap)].slice(0, Math.max(0, args.nparams)) };
  };
  const setScheduler = (args: { dom: DomainReference; params: readonly TypedParameter[]; flags?: number }) => {
    if (driver === "xen") {
      const run = requireRun(registry.require(args.dom), profile);
      run.share = appliedParameters(shareRows, args.params, run.share, profile);
    } else {
      changed(args, schedulerRows, () => whole);
      tell(args.dom, "cputune", args.params, args);
    }
    return {};
  };

  const diskAt = (path: string) => (machine: SimulatedMachine) => {
    const index = machine.current.facts.disks.findIndex(({ target, source }) => target === path || source === path);
    if (index < 0) throw invalidArgument(profile, `missing persistent configuration for disk '${path}'`);
    const { target } = machine.current.facts.disks[index] ?? { target: "" };
    return {
      read: ({ disks }: DomainDocument) => disks.find((disk) => disk.target === target)?.limits ?? noDiskLimits,
      write: (document: DomainDocument, limits: typeof noDiskLimits) => ({
        ...document,
        disks: document.disks.map((disk) => (disk.target === target ? { ...disk, limits } : disk)),
      }),
    };
  };
  const nicAt = (device: string) => (machine: SimulatedMachine) => {
    const { interfaces } = machine.current.facts;
    const index = interfaces.findIndex((nic, at) => nic.mac === device || machine.run?.taps[at] === device);
    if (index < 0) throw invalidArgument(profile, `Can't find device ${device}`);
    const mac = interfaces[index]?.mac;
    return {
      read: (document: DomainDocument): BothWays => {
        const nic = document.interfaces.find((one) => one.mac === mac);
        return { inbound: nic?.inbound ?? noBandwidth, outbound: nic?.outbound ?? noBandwidth };
      },
      write: (document: DomainDocument, ways: BothWays): DomainDocument => ({
        ...document,
        interfaces: document.interfaces.map((nic) =>
          nic.mac === mac ? { ...nic, inbound: limited(ways.inbound), outbound: limited(ways.outbound) } : nic,
        ),
      }),
    };
  };

  return {
    domainGetSchedulerType({ dom }) {
      registry.require(dom);
      if (driver === "xen") return { type: "credit2", nparams: shareRows.length };
      return { type: "posix", nparams: schedulerRows.length };
    },
    domainGetSchedulerParameters: scheduler,
    domainGetSchedulerParametersFlags: scheduler,
    domainSetSchedulerParameters: setScheduler,
    domainSetSchedulerParametersFlags: setScheduler,
    domainGetMemoryParameters(args) {
      // The library itself adds the flag that this driver does not take.
      if (driver === "openvz") throw invalidArgument(profile, "unsupported flags (0x4)");
      return told(args, memoryRows, (machine) => (driver === "lxc" && machine.run ? groupMemory : whole));
    },
    domainSetMemoryParameters(args) {
      const swapLast = ({ hardLimitKiB, swapLimitKiB }: DomainDocument): void => {
        if (swapLimitKiB !== undefined && (hardLimitKiB ?? Number.POSITIVE_INFINITY) > swapLimitKiB) {
          throw invalidArgument(profile, "hard limit must be lower than swap hard limit");
        }
      };
      changed(args, memoryRows, () => whole, swapLast);
      return {};
    },
    domainGetBlkioParameters: (args) => told(args, blockRows, () => whole),
    domainSetBlkioParameters(args) {
      changed(args, blockRows, () => whole);
      return {};
    },
    domainGetNumaParameters: (args) => told(args, numaRows, () => whole),
    domainSetNumaParameters(args) {
      changed(args, numaRows, () => whole);
      return {};
    },
    domainGetBlockIoTune: (args) =>
      // Asked for no disk, a client only wants to know how many parameters there are.
      args.disk === undefined || args.nparams === 0
        ? { params: [], nparams: diskRows.length }
        : told(args, diskRows, diskAt(args.disk)),
    domainSetBlockIoTune(args) {
      changed(args, diskRows, diskAt(args.disk));
      tell(args.dom, "blkdeviotune", args.params, args);
      return {};
    },
    domainGetInterfaceParameters: (args) => told(args, interfaceRows, nicAt(args.device)),
    domainSetInterfaceParameters(args) {
      changed(args, interfaceRows, nicAt(args.device));
      return {};
    },
  };
}

/** Of a running container, whose group has its memory as the limit when nothing else is said. */
const groupMemory: Place<DomainDocument> = {
  read: (document) => ({ ...document, hardLimitKiB: document.hardLimitKiB ?? document.memoryKiB }),
  write: (_, value) => value,
};

/** A guest of Xen's part of the processors; lives as long as it runs. */
const shareRows: readonly LimitRow<{ readonly weight: number; readonly cap: number }>[] = [
  {
    field: "weight",
    type: "uint",
    read: ({ weight }) => weight,
    write: (into, weight) => ({ ...into, weight: Number(weight) }),
  },
  { field: "cap", type: "uint", read: ({ cap }) => cap, write: (into, cap) => ({ ...into, cap: Number(cap) }) },
];

/** Without an average there is no limit. */
function limited(bandwidth: typeof noBandwidth): typeof noBandwidth | undefined {
  return bandwidth.averageKiBps === undefined ? undefined : bandwidth;
}
