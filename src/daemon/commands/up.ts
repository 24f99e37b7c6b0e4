import { join, resolve } from "node:path";
import pino from "pino";
import { sleep, systemClock } from "../../base/clock.js";
import { reasonOf } from "../../base/fault.js";
import { defaultStateDirectory } from "../ask-gateway.js";
import type { CommandContext, ExitCode } from "../command.js";
import { type ControlSocket, openControlSocket } from "../control-socket.js";
import { startGateway } from "../gateway.js";
import { findMibFolder } from "../mib-folder.js";
import { panel } from "../panel.js";
import { createLog, type LevelledLog } from "../pino-log.js";
import { askWeb, discoverEngine } from "../probe.js";
import { programWords } from "../program.js";
import { firstInventory, readyFileOf, removeReadyFile, writeReadyFile } from "../ready-file.js";
import { RecordingFile } from "../record/recording-file.js";
import { SouthboundRecorder } from "../record/southbound-recorder.js";
import type { RunningGateway } from "../running-gateway.js";
import { listenToSignals } from "../signals.js";
import { json } from "../terminal.js";

interface UpOptions {
  readonly config?: string;
  readonly state?: string;
  readonly connect: readonly string[];
  readonly allowWrite?: true;
  readonly simulate?: true;
  readonly readyFile?: string;
  readonly record?: string;
  readonly json?: true;
}

const FIRST_INVENTORY_MS = 20_000;
const PROBE_MS = 10_000;
/** Everything that is closed has shorter deadlines of its own. */
const STOP_MS = 20_000;

/** Serves until it is told to stop. */
export async function up(options: UpOptions, context: CommandContext): Promise<ExitCode> {
  const log = createLog(pino.destination({ dest: 2, sync: true }), {
    level: "info",
    terminal: process.stderr.isTTY === true,
  });
  const stopping = new AbortController();
  let gateway: RunningGateway | undefined;
  let recording: RecordingFile | undefined;
  const announced: Announced = { readyFile: undefined };
  let failed = false;
  stopping.signal.addEventListener("abort", () => void endLate(log), { once: true });
  listenToSignals({
    stop(signal) {
      log.info("gateway.stopping", { signal });
      stopping.abort();
    },
    reload: () => void reload(gateway, announced, log),
  });
  // After a bug nothing is certain any more: say what it was, close what can be closed, end.
  const onBug = (error: unknown): void => {
    log.error("gateway.bug", { error });
    failed = true;
    stopping.abort();
  };
  process.on("uncaughtException", onBug);
  process.on("unhandledRejection", onBug);
  try {
    if (options.record !== undefined) recording = await RecordingFile.create(resolve(options.record), log);
    const started = await startGateway({
      arguments: {
        config: options.config,
        state: options.state,
        connect: options.connect,
        allowWrite: options.allowWrite === true,
        simulate: options.simulate === true,
        recorder: recording && recorderTo(recording, log),
      },
      log,
    });
    gateway = started;
    await serve(started, announced, options, context, log, stopping.signal);
  } finally {
    await gateway?.stop();
    await recording?.close();
    if (gateway) log.info("gateway.stopped");
    log.flush();
  }
  return failed ? 1 : 0;
}

function recorderTo(file: RecordingFile, log: LevelledLog): SouthboundRecorder {
  log.info("recording.begun", { file: file.path });
  return new SouthboundRecorder(systemClock, (line) => file.write(line));
}

/** Where it was said what is served, once it was. */
interface Announced {
  readyFile: string | undefined;
}

async function serve(
  gateway: RunningGateway,
  announced: Announced,
  options: UpOptions,
  context: CommandContext,
  log: LevelledLog,
  stop: AbortSignal,
): Promise<void> {
  const readyFile =
    options.readyFile === undefined ? join(gateway.stateDirectory, "ready.json") : resolve(options.readyFile);
  let control: ControlSocket | undefined;
  try {
    control = await openControlSocket(gateway, log, () => announceAgain(gateway, announced));
    await everyListenerAnswers(gateway);
    const missing = await firstInventory(gateway, FIRST_INVENTORY_MS, stop);
    if (!stop.aborted) {
      const ready = readyFileOf(gateway);
      await writeReadyFile(readyFile, ready);
      announced.readyFile = readyFile;
      log.info("gateway.ready", { readyFile, missing: missing.map(({ host }) => host.name) });
      const { terminal, version, env } = context;
      const facts = {
        version,
        ready,
        readyFile,
        missing,
        hosts: [...gateway.inventory.current().hosts.values()],
        stateDirectory: gateway.stateDirectory,
        defaultState: gateway.stateDirectory === defaultStateDirectory(env),
        configFile: gateway.configFile,
        hostChoice: gateway.hostChoice,
        mibFolder: findMibFolder(),
        program: programWords(),
      };
      terminal.out(options.json ? json(ready) : panel(terminal, facts));
    }
    await aborted(stop);
  } finally {
    announced.readyFile = undefined;
    await removeReadyFile(readyFile, log);
    await control?.close();
  }
}

/** Ends the process when stopping takes so long that it will never be done. */
async function endLate(log: LevelledLog): Promise<void> {
  await sleep(systemClock, STOP_MS);
  log.error("gateway.stop.late", { afterMs: STOP_MS });
  log.flush();
  process.exit(1);
}

/** Real requests: a listener that is bound may still not answer. */
async function everyListenerAnswers(gateway: RunningGateway): Promise<void> {
  const { web, snmp } = gateway.listeners();
  await Promise.all([
    web && askWeb(`${web.url}/healthz`, web.caFile, PROBE_MS),
    snmp && discoverEngine(snmp.address, snmp.port, PROBE_MS),
  ]);
}

async function reload(gateway: RunningGateway | undefined, announced: Announced, log: LevelledLog): Promise<void> {
  if (gateway === undefined) return;
  try {
    const { changes, waiting } = await gateway.reload();
    log.info("configuration.reloaded", { changes, waiting });
    await announceAgain(gateway, announced);
  } catch (error) {
    log.error("configuration.refused", { reason: reasonOf(error) });
  }
}

/** Hosts and listeners may be others now. */
async function announceAgain(gateway: RunningGateway, { readyFile }: Announced): Promise<void> {
  if (readyFile !== undefined) await writeReadyFile(readyFile, readyFileOf(gateway));
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
