import { orderGateway } from "../../ask-gateway.js";
import { cancelPath, type JobAnswer, jobPath } from "../../change-orders.js";
import { programWords } from "../../program.js";
import { bytes, printable, type Terminal } from "../../terminal.js";

/** What is quicker than this needs no word of its progress. */
const PATIENCE_MS = 1000;

/** Waits for a job's end, and says what it does if that takes long. The first Ctrl-C takes it back, the next one leaves it alone. */
export async function followJob(state: string, first: JobAnswer, terminal: Terminal): Promise<JobAnswer> {
  const cancel = (): void => {
    terminal.err("taking it back; Ctrl-C again leaves it to the gateway\n");
    orderGateway(state, cancelPath, { id: first.id }).catch(() => {}); // what follows tells whether it is over
  };
  process.once("SIGINT", cancel);
  try {
    let told = "";
    for (let job = first; ; ) {
      if (job.endedAt !== undefined) return job;
      job = await orderGateway<JobAnswer>(state, jobPath, { id: job.id, waitMs: PATIENCE_MS });
      const line = job.endedAt === undefined ? progressLine(job) : "";
      if (line !== "" && line !== told) terminal.err(`${printable(line)}\n`);
      told = line;
    }
  } finally {
    process.off("SIGINT", cancel);
  }
}

function progressLine({ id, title, state, doing, progress, fault }: JobAnswer): string {
  if (state === "waiting") {
    const words = programWords();
    return `${title}: ${fault?.message ?? "waiting"}; it goes on by itself, ${words} audit tells how it ended, ${words} job give-up ${id} leaves it as it is`;
  }
  const { done, total } = progress ?? {};
  const part =
    done === undefined
      ? ""
      : total === undefined
        ? `, ${bytes(Number(done))} so far`
        : `, ${percent(done, total)} % of ${bytes(Number(total))}`;
  return `${doing || title}${part} …`;
}

function percent(done: string, total: string): number {
  return total === "0" ? 100 : Number((BigInt(done) * 100n) / BigInt(total));
}
