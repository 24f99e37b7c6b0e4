import { sleep } from "../../base/clock.js";
import { Fault } from "../../base/fault.js";
import type { Progress } from "../../inventory/hypervisor-call.js";
import type { HypervisorMachines, MigrationRequest } from "../../inventory/hypervisor-machines.js";
import { isNoSupport } from "../../protocol/libvirt/error.js";
import type { TypedParameter } from "../../protocol/libvirt/typed-parameter.js";
import type { DomainName } from "../driver-event.js";
import { isAnswer, present } from "../outcome.js";
import { lookUp, readStatus } from "./domain-call.js";
import type { Calls } from "./operation-time.js";
import type { Writer } from "./writer.js";

/** What libvirt's numbers of a migration's flags mean. */
const flag = {
  live: 1,
  peerToPeer: 2,
  persist: 8,
  undefineSource: 16,
  copyStorage: 64,
  offline: 1024,
  abortOnError: 4096,
};

const PROGRESS_MS = 500;
/** For giving up, when the time of the migration itself is over. */
const ABORT_MS = 10_000;

/** Machines that go to another host: this host's daemon speaks with the other one itself. */
export function machineMigration(writer: Writer): Pick<HypervisorMachines, "migrate"> {
  return {
    migrate: async (uuid, request, limit, onProgress) => {
      writer.require("migrate");
      await writer.onOwn(limit, async (connection, time) => {
        const calls = time.on(connection);
        const dom = await lookUp(calls, uuid);
        const going = calls.call("domainMigratePerform3Params", {
          dom,
          dconnuri: request.destinationUri,
          params: parameters(request),
          cookieIn: Buffer.alloc(0),
          flags: flagsOf(request),
        });
        let over = false;
        const told = onProgress && tell(writer, dom, onProgress, () => over);
        try {
          await going;
        } catch (error) {
          if (isAnswer(error)) throw error;
          throw await whatBecame(writer, dom, error);
        } finally {
          over = true;
          await told;
        }
      });
    },
  };
}

/** Aborts a migration whose time is over, so that the machine stays; tells where it is. */
async function whatBecame(writer: Writer, dom: DomainName, failure: unknown): Promise<unknown> {
  const limit = { deadlineMs: ABORT_MS };
  try {
    const status = await writer.ask(limit, async (calls) => {
      await present(abort(calls, dom));
      for (;;) {
        const now = await readStatus(calls, dom.uuid);
        if (now?.state !== "migrating") return now;
        await calls.pause(PROGRESS_MS);
      }
    });
    const where = status ? `the machine is here, ${status.state}` : "the machine is no longer on this host";
    const code = failure instanceof Fault ? failure.code : "driver-failed";
    return new Fault(code, `the migration did not end in time and was aborted: ${where}`, { cause: failure });
  } catch {
    return failure;
  }
}

async function abort(calls: Calls, dom: DomainName): Promise<unknown> {
  try {
    return await calls.call("domainAbortJob", { dom });
  } catch (error) {
    if (!isNoSupport(error)) throw error;
    return undefined;
  }
}

/** Tells how far it is, over the other connection, until it is over. */
async function tell(
  writer: Writer,
  dom: DomainName,
  onProgress: (progress: Progress) => void,
  isOver: () => boolean,
): Promise<void> {
  while (!isOver()) {
    const info = await writer
      .ask({ deadlineMs: ABORT_MS }, (calls) => calls.call("domainGetJobInfo", { dom }))
      .catch(() => undefined);
    if (info && info.dataTotal > 0n && !isOver()) onProgress({ done: info.dataProcessed, total: info.dataTotal });
    if (!isOver()) await sleep(writer.clock, PROGRESS_MS);
  }
}

function flagsOf({ live, persist, copyStorage }: MigrationRequest): number {
  const how = live ? flag.live | flag.abortOnError : flag.offline;
  const where = persist || !live ? flag.persist | flag.undefineSource : 0;
  return flag.peerToPeer | how | where | (copyStorage ? flag.copyStorage : 0);
}

function parameters({ dataUri, bandwidthMiBPerS }: MigrationRequest): readonly TypedParameter[] {
  return [
    ...(dataUri === undefined ? [] : [{ field: "migrate_uri", type: "string", value: dataUri } as const]),
    ...(bandwidthMiBPerS === undefined
      ? []
      : [{ field: "bandwidth", type: "ullong", value: bandwidthMiBPerS } as const]),
  ];
}
