import { Fault } from "../base/fault.js";
import { parseLibvirtUri } from "../driver/uri.js";
import type { Complaint } from "./option.js";

/** Checks that a libvirt URI names a driver and a way to it that the gateway has. */
export function checkHostUri(uri: string): Complaint | undefined {
  try {
    // Where a user's own daemon listens depends on the environment that the gateway will have, which is not known here.
    parseLibvirtUri(uri, false, { runtime: "/run/user" });
    return undefined;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const [problem = "", ...advice] = error.message.split(/[:;,] (?=write |use |run |put |leave )/);
    return { problem: `cannot be used: ${problem}`, advice: advice.join(", ") };
  }
}
