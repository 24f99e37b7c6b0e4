import { access, constants, stat } from "node:fs/promises";
import type { Clock } from "../base/clock.js";
import { Fault } from "../base/fault.js";
import { type Log, silentLog } from "../base/log.js";
import { connect } from "../driver/connection.js";
import { OpeningGate } from "../driver/opening-gate.js";
import type { LibvirtProbe } from "./default-hosts.js";
import { hostDialer } from "./host-dialer.js";

/** A daemon that is asked for the first time may have to start drivers. */
const PATIENCE_MS = 5_000;

/** Looks at the libvirt daemons that run here. */
export function libvirtProbe(clock: Clock, log: Log = silentLog): LibvirtProbe {
  const gate = new OpeningGate();
  return {
    async canOpen(path) {
      try {
        await access(path, constants.R_OK | constants.W_OK);
        return (await stat(path)).isSocket();
      } catch {
        return false;
      }
    },
    async offers(target) {
      const abort = new AbortController();
      const timer = clock.after(PATIENCE_MS, () => abort.abort());
      try {
        const connection = await connect(target, { clock, log, gate, dialer: hostDialer({}), signal: abort.signal });
        connection.retire();
        return true;
      } catch (error) {
        const late = abort.signal.aborted || (error instanceof Fault && error.code === "timeout");
        return late ? undefined : false;
      } finally {
        timer.cancel();
      }
    },
  };
}
