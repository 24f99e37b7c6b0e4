import type { Dialer } from "../../base/channel.js";
import type { Clock } from "../../base/clock.js";
import { Fault } from "../../base/fault.js";
import type { Log } from "../../base/log.js";
import type { Hypervisor, HypervisorOperation } from "../../inventory/hypervisor.js";
import type { TuningScope } from "../../inventory/tuning.js";
import type { SaslCredentials } from "../../protocol/libvirt/scram.js";
import type { OpeningGate } from "../opening-gate.js";
import { parseLibvirtUri, type SocketCandidate, type UserDirectories } from "../uri.js";
import { lackOf } from "./capability-table.js";
import { machineDefinition } from "./machine-definition.js";
import { machineDevices } from "./machine-devices.js";
import { machineLife } from "./machine-life.js";
import { machineSnapshots } from "./machine-snapshots.js";
import { machineTuning } from "./machine-tuning.js";
import { machineMigration } from "./migration.js";
import { networks } from "./networks.js";
import { storagePools } from "./storage-pools.js";
import { storageVolumes } from "./storage-volumes.js";
import { volumeTransfer } from "./volume-transfer.js";
import { WriteLink } from "./write-link.js";
import { Writer } from "./writer.js";

export interface LibvirtHypervisorOptions {
  readonly host: { readonly name: string; readonly uri: string };
  readonly clock: Clock;
  readonly log: Log;
  readonly dialer: (socket: SocketCandidate) => Dialer;
  readonly credentials?: (() => Promise<SaslCredentials>) | undefined;
  readonly gate: OpeningGate;
  readonly directories?: UserDirectories;
}

/** A host that is written to. */
export interface LibvirtHypervisor extends Hypervisor {
  close(): void;
}

/** What changes a libvirt host; connects when it is first used. */
export function createLibvirtHypervisor(options: LibvirtHypervisorOptions): LibvirtHypervisor {
  const { host, directories, clock, log, dialer, credentials, gate } = options;
  const target = parseLibvirtUri(host.uri, true, directories);
  const stopping = new AbortController();
  const link = new WriteLink(target, { clock, log, dialer, credentials, gate, signal: stopping.signal });
  const writer = new Writer(host.name, target.hypervisor, clock, link);
  return {
    host: host.name,
    lacks: (operation: HypervisorOperation, scope?: TuningScope) =>
      lackOf(target.hypervisor.technology, operation, scope),
    ...machineLife(writer),
    ...machineDefinition(writer),
    ...machineTuning(writer),
    ...machineDevices(writer),
    ...machineSnapshots(writer),
    ...machineMigration(writer),
    ...storagePools(writer),
    ...storageVolumes(writer),
    ...volumeTransfer(writer),
    ...networks(writer),
    close() {
      stopping.abort(new Fault("unreachable", "closed"));
      link.close();
    },
  };
}
