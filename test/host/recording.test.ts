import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { type RecordedLine, recordedLines } from "../support/recorded-host.js";
import { run } from "./support/command.js";
import { Gateway } from "./support/gateway.js";
import { hostTest, whenPossible } from "./support/host-test.js";
import { type RemoteLibvirtd, startRemoteLibvirtd } from "./support/remote-libvirtd.js";
import { scratch } from "./support/room.js";
import { until } from "./support/until.js";

const HOST = "far";
/** Where the story goes with VIRTGATE_REWRITE=1; `test/scenario/recorded.test.ts` plays it. */
const STORY = fileURLToPath(new URL("../scenario/recorded-test-driver/", import.meta.url));

const acts = [
  ["suspend", "paused"],
  ["resume", "running"],
  ["destroy", "stopped"],
  ["start", "running"],
] as const;

let daemon: RemoteLibvirtd;
let gateway: Gateway;
let file = "";

beforeAll(
  whenPossible(async () => {
    const folder = scratch("recording");
    mkdirSync(folder, { recursive: true });
    daemon = await startRemoteLibvirtd(folder, ['auth_unix_rw = "none"']);
    file = join(folder, "recording.jsonl");
    const host = `[[host]]\nname = "${HOST}"\nuri = "test+unix:///default?socket=${daemon.socket}"\nstate_interval_ms = 500\n`;
    const ports = '[web]\naddress = "127.0.0.1:0"\n[snmp]\naddresses = ["127.0.0.1:0"]\n';
    gateway = await Gateway.configured("recorded", host + ports, ["--record", file]);
  }),
);
afterAll(
  whenPossible(async () => {
    await gateway?.stop();
    await daemon?.stop();
  }),
);

function untilState(state: string): Promise<unknown> {
  return until(`the machine to be ${state}`, async () => {
    const [machine] = await gateway.machines();
    return machine?.state === state && machine.ages.documentMs !== undefined;
  });
}

/** What was recorded since the last time, without what says again what was said. */
function newLines(known: Set<string>, from: number): { readonly lines: readonly RecordedLine[]; readonly to: number } {
  const text = readFileSync(file, "utf8");
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  const asked = new Map<string, RecordedLine>();
  const lines = recordedLines(whole.slice(from)).flatMap((line): readonly RecordedLine[] => {
    if (line.call !== undefined) asked.set(`${line.connection} ${line.serial}`, line);
    const call = line.answers === undefined ? undefined : asked.get(`${line.connection} ${line.answers}`);
    if (line.event !== undefined) return [line];
    if (!call) return [];
    const said = JSON.stringify([call.call, call.args, line.result, line.error]);
    if (known.has(said)) return [];
    // An answer that changes back is news again.
    for (const one of known) if (one.startsWith(JSON.stringify([call.call, call.args]).slice(0, -1))) known.delete(one);
    known.add(said);
    return [call, line];
  });
  return { lines, to: whole.length };
}

describe("virtgate up --record", () => {
  hostTest("writes down what a real daemon is asked, answers and tells", async () => {
    const known = new Set<string>();
    const steps: (readonly RecordedLine[])[] = [];
    let from = 0;
    const take = (): void => {
      const { lines, to } = newLines(known, from);
      from = to;
      steps.push(lines);
    };
    await untilState("running");
    take();
    for (const [act, state] of acts) {
      await run("virsh", ["-c", `test+unix:///default?socket=${daemon.socket}`, act, "test"]);
      await untilState(state);
      // One more look at the machine belongs to the step: the answers of the new state.
      await until("a further look", async () => ((await gateway.machines())[0]?.ages.stateMs ?? 1000) < 200);
      take();
    }
    await gateway.stop();
    const all = recordedLines(readFileSync(file, "utf8"));
    const calls = new Set(all.flatMap(({ call }) => (call === undefined ? [] : [call])));
    expect([...calls]).toEqual(
      expect.arrayContaining(["connectListAllDomains", "domainGetXmlDesc", "connectGetCapabilities"]),
    );
    const told = steps.map((lines) =>
      lines.flatMap(({ event, message }) => {
        if (event !== "domainEventCallbackLifecycle") return [];
        const { event: number, detail } = message as { readonly event: number; readonly detail: number };
        return [`${number}/${detail}`];
      }),
    );
    expect(told.map((words) => [...new Set(words)])).toEqual([[], ["3/0"], ["4/0"], ["5/1"], ["2/0"]]);
    if (process.env["VIRTGATE_REWRITE"] !== "1") return;
    rmSync(STORY, { recursive: true, force: true });
    mkdirSync(STORY, { recursive: true });
    for (const [at, lines] of steps.entries()) {
      const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
      writeFileSync(join(STORY, `${String(at + 1).padStart(2, "0")}-input-libvirt.jsonl`), text);
    }
  });
});
