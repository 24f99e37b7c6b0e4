import type { HostView } from "../../agent/console/host-view.js";
import type { LoadedConfiguration } from "../config-file.js";
import type { StatusAnswer } from "../control-socket.js";

/** `note`: as it may be, worth knowing. `skipped`: could not be looked at, `reason` says why. */
export type Verdict = "ok" | "note" | "warning" | "failed" | "skipped";

/** What a check found. */
export interface Finding {
  /** Stable name of the check. */
  readonly check: string;
  /** What it looked at, where one check looks at several things: a host, a port. */
  readonly subject?: string;
  readonly verdict: Verdict;
  /** What was found, in words. */
  readonly reason: string;
  /** What to do, as exactly as can be said: a command where there is one. */
  readonly remedy?: string;
}

/** What a check says; its name is added by whoever runs it. */
export type Outcome = Omit<Finding, "check">;

/** The gateway that was found running. */
export interface GatewayFacts {
  readonly status: StatusAnswer;
  readonly hosts: readonly HostView[];
  /** How long it took to answer. */
  readonly latencyMs: number;
}

/** What checks look at beside the computer itself. */
export interface Examination {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stateDirectory: string;
  /** A configuration that could not even be read is the reason why. */
  readonly configuration: LoadedConfiguration | string;
  /** No running gateway is the reason why. */
  readonly gateway: GatewayFacts | string;
  /** How the program is called. */
  readonly program: string;
  readonly version: string;
}

/** One thing to look at. `run` may throw: that is a finding too. */
export interface Check {
  readonly name: string;
  readonly run: (examination: Examination) => Promise<Outcome | readonly Outcome[]>;
}

export const ok = (reason: string, subject?: string): Outcome => outcome("ok", reason, undefined, subject);
export const note = (reason: string, remedy?: string, subject?: string): Outcome =>
  outcome("note", reason, remedy, subject);
export const warning = (reason: string, remedy: string, subject?: string): Outcome =>
  outcome("warning", reason, remedy, subject);
export const failed = (reason: string, remedy: string, subject?: string): Outcome =>
  outcome("failed", reason, remedy, subject);
export const skipped = (reason: string): Outcome => outcome("skipped", reason);

function outcome(verdict: Verdict, reason: string, remedy?: string, subject?: string): Outcome {
  return { verdict, reason, ...(remedy !== undefined && { remedy }), ...(subject !== undefined && { subject }) };
}

/** A check that needs a running gateway. */
export function ofGateway(
  look: (
    gateway: GatewayFacts,
    examination: Examination,
  ) => Promise<Outcome | readonly Outcome[]> | Outcome | readonly Outcome[],
): Check["run"] {
  return async (examination) =>
    typeof examination.gateway === "string" ? skipped("no gateway is running") : look(examination.gateway, examination);
}
