import type { DiskCounters, DiskDescription } from "../inventory/device.js";
import type { Caller } from "./connection.js";
import type { DomainName } from "./driver-event.js";
import { present } from "./outcome.js";

/**
 * Reads how large the disks of a machine are that does not run: no monitor has to be asked, the daemon looks into the images.
 * Disks elsewhere than in local files and devices are left out, since looking at them can last.
 *
 * @returns by target; without an entry where the daemon does not tell
 * @throws {Fault} `isNoDomain`; what ends the connection
 */
export async function readDiskSizes(
  caller: Caller,
  domain: DomainName,
  disks: readonly DiskDescription[],
): Promise<ReadonlyMap<string, DiskCounters>> {
  const sizes = new Map<string, DiskCounters>();
  for (const { target, source, device } of disks) {
    if ((source !== "file" && source !== "block") || device === "filesystem") continue;
    const told = await present(caller.call("domainGetBlockInfo", { dom: domain, path: target, flags: 0 }));
    if (told === undefined) continue;
    const { capacity: capacityBytes, allocation: allocationBytes, physical: physicalBytes } = told;
    sizes.set(target, { capacityBytes, allocationBytes, physicalBytes });
  }
  return sizes;
}
