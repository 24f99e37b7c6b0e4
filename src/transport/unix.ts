import { chmod, lstat, unlink } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { Channel, ChannelServer, Dialer } from "../base/channel.js";
import { Fault, type FaultCode } from "../base/fault.js";
import { LentReading, socketChannel, TRANSFER_OCTETS } from "./socket-channel.js";

/** What the kernel's socket address holds, its final NUL left out. */
const LONGEST_PATH = 107;

/** Opens channels to a unix socket. */
export function unixDialer(path: string): Dialer {
  return {
    address: path,
    async dial(timeoutMs) {
      const reading = new LentReading();
      const socket = await connectTo(path, timeoutMs, reading);
      return socketChannel(socket, path, { highWaterOctets: TRANSFER_OCTETS, reading });
    },
  };
}

/**
 * Listens on a unix socket that only this user can connect to. A socket left behind by a process that is gone is replaced.
 *
 * @param onChannel is given each channel that arrives, and must `listen` to it
 * @returns a server whose `close` also closes its channels and removes the socket
 * @throws {Fault} "exists" when somebody listens there or `path` is no socket, "denied" or "invalid" when it cannot be created
 */
export async function listenUnix(path: string, onChannel: (channel: Channel) => void): Promise<ChannelServer> {
  requireFits(path);
  const channels = new Set<Channel>();
  let count = 0;
  const server = createServer((socket) => {
    count += 1;
    const channel = socketChannel(socket, `${path}#${count}`);
    channels.add(channel);
    socket.once("close", () => channels.delete(channel));
    onChannel(channel);
  });
  try {
    await listen(server, path);
  } catch (error) {
    if (!hasCode(error, "EADDRINUSE")) throw faultFor(path, error);
    await removeStale(path);
    await listen(server, path).catch((again: unknown) => {
      throw faultFor(path, again);
    });
  }
  await chmod(path, 0o600);
  return {
    address: path,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const channel of channels) channel.close();
      }),
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** Removes a socket on which nobody answers; anything else stays and is a fault. */
async function removeStale(path: string): Promise<void> {
  const before = await lstat(path);
  if (!before.isSocket())
    throw new Fault("exists", `${path} exists and is no socket: remove it or choose another path`);
  const socket = await connectTo(path, 1000).catch((error: unknown) => {
    if (error instanceof Fault && hasCode(error.cause, "ECONNREFUSED")) return undefined;
    throw error;
  });
  socket?.destroy();
  if (socket) throw new Fault("exists", `another process listens on ${path}`);
  if ((await lstat(path)).ino === before.ino) await unlink(path);
}

function connectTo(path: string, timeoutMs: number, reading = new LentReading()): Promise<Socket> {
  requireFits(path);
  return new Promise((resolve, reject) => {
    const socket = connect({ path, onread: reading.onread });
    socket.pause();
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Fault("timeout", `${path} did not accept a connection within ${timeoutMs} ms`));
    }, timeoutMs);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(faultFor(path, error));
    };
    socket.once("error", fail);
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.off("error", fail);
      resolve(socket);
    });
  });
}

function requireFits(path: string): void {
  if (Buffer.byteLength(path) > LONGEST_PATH) {
    throw new Fault("invalid", `${path} is longer than the ${LONGEST_PATH} octets a socket's path may have`);
  }
}

const explanations: Readonly<Record<string, readonly [FaultCode, string]>> = {
  ENOENT: ["unreachable", "does not exist: is the daemon installed and running?"],
  ECONNREFUSED: ["unreachable", "has nobody listening: is the daemon running?"],
  EACCES: ["denied", "may not be opened by this user"],
  EPERM: ["denied", "may not be opened by this user"],
};

function faultFor(path: string, error: unknown): Fault {
  if (error instanceof Fault) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "an unknown error";
  const [faultCode, explanation] = explanations[code] ?? ["unreachable", `cannot be used (${code})`];
  return new Fault(faultCode, `${path} ${explanation}`, { cause: error });
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
