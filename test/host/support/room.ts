import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The scratch folder of `room.sh`, or `undefined` outside its namespaces. */
const folder = process.env["VIRTGATE_HOST_ROOM"];

/** Why nothing of the project can run here; `undefined` inside the private namespaces. */
const whyNoRoom: string | undefined =
  folder !== undefined
    ? undefined
    : (process.env["VIRTGATE_HOST_SKIP"] ?? "runs only in private namespaces: use `npm run test:host`");

/** A path in the scratch folder. */
export function scratch(...parts: readonly string[]): string {
  if (folder === undefined) throw new Error("used outside the private namespaces");
  return join(folder, ...parts);
}

/** Why no guest can boot an operating system here; `undefined` when it can. */
export function whyNoGuestImage(): string | undefined {
  const note = scratch("guest", "missing");
  return existsSync(note) ? readFileSync(note, "utf8").trim() : undefined;
}

/** Why there is no libvirtd to start; `undefined` when there is. */
export function whyNoLibvirt(): string | undefined {
  if (whyNoRoom !== undefined) return whyNoRoom;
  if (!existsSync("/usr/sbin/libvirtd")) return "libvirtd is not installed";
  if (!existsSync("/usr/bin/virsh")) return "virsh is not installed";
  return undefined;
}
