import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { Fault, type FaultCode } from "../base/fault.js";
import { askControl, type ControlAnswer } from "../transport/control-client.js";
import type { ClientOptions } from "./command.js";
import { REFUSED } from "./control-order.js";
import { controlPath } from "./control-path.js";
import { programWords, shellWord } from "./program.js";

type Environment = Readonly<Record<string, string | undefined>>;

const TIMEOUT_MS = 15_000;

/** Where a gateway keeps its state when nobody says otherwise. */
export function defaultStateDirectory(env: Environment): string {
  return join(env["XDG_STATE_HOME"] || join(env["HOME"] || homedir(), ".local", "state"), "virtgate");
}

/** The state directory a command is about: from `--state`, the configuration file, or the default. */
export async function findStateDirectory(
  options: Pick<ClientOptions, "state" | "config">,
  env: Environment,
): Promise<string> {
  if (options.state !== undefined) return resolve(options.state);
  const { loadConfiguration } = await import("./config-file.js");
  const { configuration } = await loadConfiguration({ config: options.config, env });
  return configuration?.state.directory ?? defaultStateDirectory(env);
}

/**
 * Asks the gateway of a state directory.
 * @param path with its query
 * @returns the answer, of the form its route declares
 * @throws {Fault} `absent` when no gateway runs there, with how to start one, or when it has not what is asked for; `unsupported` when
 *   it is of another version
 */
export async function askGateway<Answer>(
  stateDirectory: string,
  path: string,
  timeoutMs = TIMEOUT_MS,
): Promise<Answer> {
  const answer = await askControl(controlPath(stateDirectory), path, timeoutMs).catch((error: unknown) => {
    throw withAdvice(error, stateDirectory);
  });
  return read<Answer>(answer);
}

function read<Answer>({ status, body }: ControlAnswer): Answer {
  if (status === 404)
    throw new Fault("unsupported", "the running gateway does not know this command; restart it with this version");
  if (status === 400) throw new Fault("absent", body.trimEnd());
  if (status !== 200) throw new Fault("driver-failed", `the gateway failed to answer (${status}); its log says why`);
  return parsed<Answer>(body);
}

/**
 * Tells the gateway of a state directory to do something.
 * @returns its answer; `undefined` when no gateway runs there
 * @throws {Fault} what the gateway refuses with, and as `askGateway`
 */
export async function tellGateway<Answer>(
  stateDirectory: string,
  path: string,
  order: object,
  timeoutMs = TIMEOUT_MS,
): Promise<Answer | undefined> {
  const telling = askControl(controlPath(stateDirectory), path, timeoutMs, JSON.stringify(order));
  const answer = await telling.catch((error: unknown) => {
    if (error instanceof Fault && error.code === "absent") return undefined;
    throw withAdvice(error, stateDirectory);
  });
  if (answer === undefined) return undefined;
  if (answer.status === REFUSED) {
    const { code, message } = parsed<{ code: FaultCode; message: string }>(answer.body);
    throw new Fault(code, message);
  }
  return read<Answer>(answer);
}

/** As `tellGateway`, for what only a gateway that runs can do. @throws {Fault} `absent` when none does, with how to start one */
export async function orderGateway<Answer>(
  stateDirectory: string,
  path: string,
  order: object,
  timeoutMs = TIMEOUT_MS,
): Promise<Answer> {
  const answer = await tellGateway<Answer>(stateDirectory, path, order, timeoutMs);
  if (answer === undefined) throw noGateway(stateDirectory);
  return answer;
}

function parsed<Answer>(body: string): Answer {
  try {
    return JSON.parse(body) as Answer;
  } catch (cause) {
    throw new Fault("driver-failed", "the gateway's answer is cut off; try again", { cause });
  }
}

function withAdvice(error: unknown, stateDirectory: string): unknown {
  if (!(error instanceof Fault)) return error;
  if (error.code === "absent") return noGateway(stateDirectory, error);
  if (error.code === "denied")
    return new Fault("denied", `${error.message}; ask as the user who runs the gateway`, { cause: error });
  return error;
}

function noGateway(stateDirectory: string, cause?: unknown): Fault {
  const start = `${programWords()} up --state ${shellWord(stateDirectory)}`;
  const message = `no gateway is running in ${stateDirectory}; start one with: ${start}\nor name another with --state`;
  return new Fault("absent", message, { cause });
}
