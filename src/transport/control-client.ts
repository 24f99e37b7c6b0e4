import { Agent, request } from "node:http";
import { Fault, reasonOf } from "../base/fault.js";

export interface ControlAnswer {
  readonly status: number;
  readonly body: string;
}

const ANSWER_LIMIT_BYTES = 256 * 1024 * 1024;

/** An answer as it came. */
export interface ControlOctets {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly octets: Buffer;
}

/**
 * One request over a unix socket.
 * @param path with its query
 * @param timeoutMs longest time without an octet
 * @param body JSON to POST; a GET without it
 * @throws {Fault} `absent` when nobody listens there, `denied` without permission, `timeout`, `unreachable` when the answer breaks
 */
export async function askControl(
  socketPath: string,
  path: string,
  timeoutMs: number,
  body?: string,
): Promise<ControlAnswer> {
  const { status, octets } = await ask({ socketPath, path, timeoutMs, body, type: "application/json", agent: false });
  return { status, body: octets.toString() };
}

/** A connection for many requests that carry octets, one after the other. */
export interface ControlConnection {
  /** @throws {Fault} as `askControl` */
  post(path: string, octets: Buffer): Promise<ControlOctets>;
  close(): void;
}

export function openControl(socketPath: string, timeoutMs: number): ControlConnection {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const type = "application/octet-stream";
  return {
    post: (path, body) => ask({ socketPath, path, timeoutMs, body, type, agent }),
    close: () => agent.destroy(),
  };
}

interface Asked {
  readonly socketPath: string;
  readonly path: string;
  readonly timeoutMs: number;
  readonly body: string | Buffer | undefined;
  readonly type: string;
  readonly agent: Agent | false;
}

function ask({ socketPath, path, timeoutMs, body, type, agent }: Asked): Promise<ControlOctets> {
  const post = body === undefined ? {} : { method: "POST", headers: { "content-type": type } };
  return new Promise((resolve, reject) => {
    const asking = request({ socketPath, path, timeout: timeoutMs, agent, ...post }, (response) => {
      const pieces: Buffer[] = [];
      let size = 0;
      response.on("data", (piece: Buffer) => {
        size += piece.length;
        if (size > ANSWER_LIMIT_BYTES) asking.destroy(new Fault("invalid", "the gateway's answer is too long"));
        else pieces.push(piece);
      });
      const { statusCode = 0, headers } = response;
      response.on("end", () => resolve({ status: statusCode, headers, octets: Buffer.concat(pieces) }));
      response.on("error", (error) => reject(controlFault(error, socketPath)));
    });
    asking.on("timeout", () =>
      asking.destroy(new Fault("timeout", `the gateway behind ${socketPath} did not answer within ${timeoutMs} ms`)),
    );
    asking.on("error", (error) => reject(controlFault(error, socketPath)));
    asking.end(body);
  });
}

function controlFault(error: Error, socketPath: string): Fault {
  if (error instanceof Fault) return error;
  const code = "code" in error ? error.code : undefined;
  if (code === "ENOENT" || code === "ECONNREFUSED")
    return new Fault("absent", `nothing listens on ${socketPath}`, { cause: error });
  if (code === "EACCES") return new Fault("denied", `this user may not open ${socketPath}`, { cause: error });
  return new Fault("unreachable", `the connection to ${socketPath} broke: ${reasonOf(error)}`, { cause: error });
}
