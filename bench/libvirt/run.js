import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isReached, verdictOf } from "../goals.js";
import { isInstalled } from "../snmp/processes.js";
import { measureCalls, measureDecoding } from "./calls.js";
import { startDaemon } from "./daemon.js";
import { loadDriver } from "./driver.js";
import { measureLatency } from "./latency.js";
import { measureTransfers } from "./transfers.js";
import { goalsOf } from "./verdicts.js";

const HELP = `Asks libvirtd for a test driver's machines, moves a volume up and down beside virsh, and times changes of a QEMU machine.

  npm run bench:libvirt -- [--machines 10000] [--mebibytes 256] [--rounds 5] [--changes 200] [--strict]

With --strict it fails when a goal is not reached. Needs root, libvirtd and virsh; it starts daemons of its own and disturbs no other. The change feed needs qemu-system-x86_64.
Numbers, also as JSON, go to dist/bench/libvirt.json.
`;

const { values: options } = parseArgs({
  options: {
    machines: { type: "string", default: "10000" },
    mebibytes: { type: "string", default: "256" },
    rounds: { type: "string", default: "5" },
    changes: { type: "string", default: "200" },
    strict: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
if (process.getuid?.() !== 0 || !isInstalled("libvirtd") || !isInstalled("virsh")) {
  process.stderr.write(
    "run it as root, with libvirtd and virsh: on Debian, apt-get install libvirt-daemon libvirt-clients\n",
  );
  process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), "virtgate-bench-"));
try {
  const driver = await loadDriver();
  const decoding = measureDecoding(driver);
  const calls = await measureCalls(driver, folder, Number(options.machines));
  const daemon = await startDaemon(join(folder, "qemu"), "qemu");
  try {
    const size = Number(options.mebibytes);
    const transfers = await measureTransfers(driver, daemon.socket, folder, size, Number(options.rounds));
    const hasQemu = isInstalled("qemu-system-x86_64");
    if (!hasQemu)
      process.stderr.write("qemu-system-x86_64 is not installed: the way to the change feed is not measured\n");
    const changes = Number(options.changes);
    const latency = hasQemu ? await measureLatency(driver, daemon.socket, folder, changes) : undefined;
    report({ decoding, calls, transfers, mebibytes: size, latency });
  } finally {
    await daemon.stop();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * @param {{
 *   decoding: ReturnType<typeof measureDecoding>, calls: Awaited<ReturnType<typeof measureCalls>>,
 *   transfers: Awaited<ReturnType<typeof measureTransfers>>, mebibytes: number,
 *   latency: Awaited<ReturnType<typeof measureLatency>> | undefined,
 * }} measured
 */
function report(measured) {
  const { decoding, calls, transfers, latency } = measured;
  const ms = (/** @type {number} */ value) => `${value.toFixed(1)} ms`.padStart(11);
  const lines = [
    `${calls.machines} machines of the test driver, on one connection:`,
    "                    wall    our CPU   its CPU   both / its CPU   virsh beyond opening",
    ...calls.calls.map(({ name, wallMs, ownCpuMs, daemonCpuMs }) => {
      const virshMs =
        name === "list" ? calls.virsh.listMs : name === "statistics" ? calls.virsh.statisticsMs : undefined;
      const ratio = ((ownCpuMs + daemonCpuMs) / daemonCpuMs).toFixed(2).padStart(17);
      const beside = virshMs === undefined ? "" : ms(virshMs).padStart(23);
      return `${name.padEnd(12)} ${ms(wallMs)}${ms(ownCpuMs)}${ms(daemonCpuMs)}${ratio}${beside}`;
    }),
    `decoding a record of ${decoding.fields} fields: ${decoding.microseconds.toFixed(1)} µs`,
    ...transfers.map(
      ({ direction, by, mibPerS }) => `${direction} of ${measured.mebibytes} MiB, ${by}: ${Math.round(mibPerS)} MiB/s`,
    ),
    ...(latency
      ? [
          `a change of a QEMU machine to the change feed, of ${latency.changes}: ` +
            `p50${ms(latency.p50Ms)}, p99${ms(latency.p99Ms)}, worst${ms(latency.worstMs)}`,
        ]
      : []),
  ];
  const goals = goalsOf(measured);
  process.stdout.write(`${[...lines, "", ...goals.map(verdictOf)].join("\n")}\n`);
  if (options.strict && !goals.every(isReached)) process.exitCode = 1;
  const target = fileURLToPath(new URL("../../dist/bench/", import.meta.url));
  mkdirSync(target, { recursive: true });
  writeFileSync(
    join(target, "libvirt.json"),
    `${JSON.stringify({ cpu: cpus()[0]?.model, ...measured, goals }, undefined, 2)}\n`,
  );
}
