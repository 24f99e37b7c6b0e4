import type { ArgsOf, CallName, ResultOf } from "./procedures.js";
import type { ServerStream } from "./server-stream.js";

/** Procedures whose answer is followed by a stream of octets under the call's own serial. */
const streamCalls = [
  "storageVolUpload",
  "storageVolDownload",
  "domainOpenConsole",
  "domainOpenChannel",
  "domainScreenshot",
  "domainMigratePrepareTunnel",
  "domainMigratePrepareTunnel3",
  "domainMigratePrepareTunnel3Params",
] as const satisfies readonly CallName[];

export type StreamCallName = (typeof streamCalls)[number];

const names: ReadonlySet<CallName> = new Set(streamCalls);

export function isStreamCall(name: CallName): name is StreamCallName {
  return names.has(name);
}

/** A stream that the serving side agreed to open. */
export interface OpenedStream<N extends StreamCallName> {
  readonly result: ResultOf<N>;
  /**
   * Carries the stream's content. When it resolves, the client is told that nothing more comes, and its own finish is
   * confirmed once it has come; when it rejects, the client is told why and the stream is over.
   */
  serve(stream: ServerStream): Promise<void>;
}

/** Answers calls that open streams; what it throws reaches the client as the call's error. */
export type StreamHandler = <N extends StreamCallName>(name: N, args: ArgsOf<N>) => Promise<OpenedStream<N>>;
