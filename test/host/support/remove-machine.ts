import type { Driver } from "./machines.js";
import { tryVirsh } from "./virsh.js";

/** Takes a machine away with all that would keep it, if it is there. */
export async function removeMachine(driver: Driver, name: string): Promise<void> {
  const state = driver === "qemu" ? ["--managed-save", "--snapshots-metadata"] : [];
  await tryVirsh(driver, "destroy", name);
  await tryVirsh(driver, "undefine", name, ...state);
}
