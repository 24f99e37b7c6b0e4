import { Fault } from "../base/fault.js";

const TRIES = 50;

/** What to do about a port that another program has: at a start serve elsewhere, at a reload refuse. */
export type TakenPort = "next-free" | "refuse";

/**
 * Listens on `port`, or on the next one that is free: another program on it is no reason not to serve, as the ready file and the
 * panel name the port that was found. Port 0 is left to the system.
 * @param listen throws a `busy` fault when the port it is given is taken
 * @throws {Fault} whatever else `listen` throws; `busy` when 50 ports in a row are taken
 */
export async function listenOnNextFree<Listener>(
  port: number,
  listen: (port: number) => Promise<Listener>,
): Promise<Listener> {
  for (let candidate = port; ; candidate += 1)
    try {
      return await listen(candidate);
    } catch (error) {
      const taken = error instanceof Fault && error.code === "busy";
      if (!taken || port === 0 || candidate >= Math.min(port + TRIES - 1, 65_535)) throw error;
    }
}
