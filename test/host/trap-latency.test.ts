import { type ChildProcess, spawn } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { bringUpMachines } from "./support/baseline.js";
import { bothHosts, Gateway } from "./support/gateway.js";
import { hostTest, whenPossible } from "./support/host-test.js";
import { type Driver, whyImpossible } from "./support/machines.js";
import { end } from "./support/processes.js";
import { until } from "./support/until.js";

/** Changes of each machine; `npm run bench:latency` makes more. What is measured is told, and never asserted. */
const CHANGES = Number(process.env["VIRTGATE_CHANGES"] ?? 20);
const PORT = 16_241;
const target = `
[[snmp.target]]
name = "stopwatch"
address = "127.0.0.1:${PORT}"
version = "v2c"
community = "stopwatch"
`;

let gateway: Gateway;
let socket: Socket;
/** Traps with the time at which they came, milliseconds. */
const came: { readonly octets: Buffer; readonly atMs: number }[] = [];

beforeAll(
  whenPossible(async () => {
    await bringUpMachines();
    socket = createSocket("udp4");
    socket.on("message", (octets) => came.push({ octets, atMs: performance.now() }));
    await new Promise<void>((resolve) => socket.bind(PORT, "127.0.0.1", resolve));
    gateway = await Gateway.configured("trap-latency", bothHosts({ more: target }));
  }),
);
afterAll(
  whenPossible(async () => {
    await gateway?.stop();
    socket?.close();
  }),
);

/** A shell of virsh: one that runs already, so that its start is not measured. */
function startShell(driver: Driver): ChildProcess {
  return spawn("virsh", ["-q", "-c", `${driver}:///system`], { stdio: ["pipe", "ignore", "ignore"] });
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

describe("from the order to change a real guest to the trap on the wire", () => {
  for (const [driver, name] of [
    ["qemu", "idle-1"],
    ["lxc", "ct-box"],
  ] as const) {
    hostTest(`${CHANGES} changes of ${name} (${driver}): each is told once`, async (context) => {
      const why = whyImpossible(name);
      if (why !== undefined) context.skip(why);
      const shell = startShell(driver);
      const tookMs: number[] = [];
      const about = (since: number) => came.slice(since).filter(({ octets }) => octets.includes(name));
      try {
        for (let i = 0; i <= CHANGES + (CHANGES % 2); i += 1) {
          const seen = came.length;
          const orderedMs = performance.now();
          shell.stdin?.write(`${i % 2 === 0 ? "suspend" : "resume"} ${name}\n`);
          const trap = await until(`trap ${i} about ${name}`, () => about(seen)[0], { pauseMs: 1 });
          // The first waits for virsh to connect.
          if (i > 0) tookMs.push(trap.atMs - orderedMs);
          expect(about(seen)).toHaveLength(1);
        }
        shell.stdin?.write(`resume ${name}\n`);
        await until("the last one", () => about(0).length === CHANGES + (CHANGES % 2) + 2);
      } finally {
        shell.stdin?.end();
        await end(shell.pid ?? -1);
      }
      const sorted = [...tookMs].sort((a, b) => a - b);
      const [p50, p99] = [0.5, 0.99].map((share) => percentile(sorted, share).toFixed(1));
      console.log(
        `trap latency, ${driver}: ${sorted.length} changes, p50 ${p50} ms, p99 ${p99} ms, most ${sorted.at(-1)?.toFixed(1)} ms`,
      );
    });
  }
});
