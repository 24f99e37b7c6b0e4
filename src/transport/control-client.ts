import { request } from "node:http";
import { Fault, reasonOf } from "../base/fault.js";

export interface ControlAnswer {
  readonly status: number;
  readonly body: string;
}

const ANSWER_LIMIT_BYTES = 256 * 1024 * 1024;

/**
 * One request over a unix socket.
 * @param path with its query
 * @param timeoutMs longest time without an octet
 * @param body JSON to POST; a GET without it
 * @throws {Fault} `absent` when nobody listens there, `denied` without permission, `timeout`, `unreachable` when the answer breaks
 */
export function askControl(socketPath: string, path: string, timeoutMs: number, body?: string): Promise<ControlAnswer> {
  const post = body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" } };
  return new Promise((resolve, reject) => {
    const asking = request({ socketPath, path, timeout: timeoutMs, agent: false, ...post }, (response) => {
      const pieces: Buffer[] = [];
      let size = 0;
      response.on("data", (piece: Buffer) => {
        size += piece.length;
        if (size > ANSWER_LIMIT_BYTES) asking.destroy(new Fault("invalid", "the gateway's answer is too long"));
        else pieces.push(piece);
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(pieces).toString() }));
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
