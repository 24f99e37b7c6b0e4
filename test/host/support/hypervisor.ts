import { systemClock } from "../../../src/base/clock.js";
import { silentLog } from "../../../src/base/log.js";
import { hostCredentials, type SaslAccount } from "../../../src/daemon/host-credentials.js";
import { type HostAccess, hostDialer } from "../../../src/daemon/host-dialer.js";
import { OpeningGate } from "../../../src/driver/opening-gate.js";
import { createLibvirtHypervisor, type LibvirtHypervisor } from "../../../src/driver/write/libvirt-hypervisor.js";

/** Generous: it is a guard and no assertion. */
export const limit = { deadlineMs: 120_000 };

/** A real hypervisor, opened to be written to as the gateway does. */
export function openToWrite(uri: string, access: HostAccess & { sasl?: SaslAccount } = {}): LibvirtHypervisor {
  return createLibvirtHypervisor({
    host: { name: "under-test", uri },
    clock: systemClock,
    log: silentLog,
    dialer: hostDialer(access),
    credentials: hostCredentials(access),
    gate: new OpeningGate(),
  });
}
