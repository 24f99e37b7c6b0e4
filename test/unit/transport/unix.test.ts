import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Channel } from "../../../src/base/channel.js";
import { listenUnix, unixDialer } from "../../../src/transport/unix.js";

let folder = "";
let path = "";
const finish: (() => unknown)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "virtgate-unix-"));
  path = join(folder, "socket");
});

afterEach(async () => {
  for (const action of finish.splice(0).reverse()) await action();
  rmSync(folder, { recursive: true });
});

async function serve(onChannel: (channel: Channel) => void) {
  const server = await listenUnix(path, onChannel);
  finish.push(() => server.close());
  return server;
}

/** Both ends of one connection. */
async function connectedPair(): Promise<{ near: Channel; far: Channel }> {
  let arrive: (channel: Channel) => void = () => {};
  const arrived = new Promise<Channel>((resolve) => {
    arrive = resolve;
  });
  await serve(arrive);
  const near = await unixDialer(path).dial(5000);
  return { near, far: await arrived };
}

/** Everything a channel gives until it is gone. */
function collect(channel: Channel): Promise<{ octets: Buffer; cause: Error | undefined }> {
  const pieces: Buffer[] = [];
  return new Promise((resolve) => {
    channel.listen({
      onData: (octets) => pieces.push(octets),
      onClose: (cause) => resolve({ octets: Buffer.concat(pieces), cause }),
    });
  });
}

/** A socket whose listener is gone, as a killed process leaves it. */
function leaveStaleSocket(): void {
  const script = `require("node:net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))`;
  expect(spawnSync(process.execPath, ["-e", script, path]).signal).toBe("SIGKILL");
}

describe("unixDialer() and listenUnix()", () => {
  test("carry octets both ways and end in order", async () => {
    const { near, far } = await connectedPair();
    const atNear = collect(near);
    const atFar = collect(far);
    near.write(Buffer.from("question"));
    far.write(Buffer.from("answer"));
    far.close();
    expect(await atNear).toEqual({ octets: Buffer.from("answer"), cause: undefined });
    expect((await atFar).cause).toBeUndefined();
    expect(near.write(Buffer.from("too late"))).toBe(false);
    near.close();
    near.close();
  });

  test("keep what comes before somebody listens, and tell a late listener of the end", async () => {
    await serve((channel) => {
      channel.write(Buffer.from("early"));
      channel.close();
    });
    const near = await unixDialer(path).dial(5000);
    await new Promise((resolve) => setImmediate(resolve));
    expect((await collect(near)).octets.toString()).toBe("early");
  });

  test("lend what comes to a listener that borrows, and give it to one that does not", async () => {
    const { near, far } = await connectedPair();
    const lent: Buffer[] = [];
    const given: Buffer[] = [];
    let arrived = (): void => {};
    const onClose = (): void => {};
    const hear = (pieces: Buffer[]) => (octets: Buffer) => {
      pieces.push(octets);
      arrived();
    };
    const said = async (word: string) => {
      const moved = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      far.write(Buffer.from(word));
      await moved;
    };
    near.listen({ onData: hear(lent), borrows: true, onClose });
    await said("one");
    await said("two");
    near.listen({ onData: hear(given), onClose });
    await said("three");
    await said("four");
    expect(given.map(String)).toEqual(["three", "four"]);
    // The place is the same each time: whoever borrows and keeps finds other octets there.
    expect(lent.map((octets) => octets.buffer === lent[0]?.buffer)).toEqual([true, true]);
    expect(given.some((octets) => octets.buffer === lent[0]?.buffer)).toBe(false);
    near.close();
  });

  test("ask for more before all has left, and tell of octets that may be changed again", async () => {
    const { near, far } = await connectedPair();
    const piece = 200_000;
    let received = 0;
    let sent = 0;
    let refusals = 0;
    const total = 40 * piece;
    const waitingAtDrain: number[] = [];
    const done = new Promise<void>((resolve) => {
      far.listen({
        onData: (octets) => {
          received += octets.length;
          if (received === total) resolve();
        },
        onClose: () => resolve(),
      });
    });
    let written = 0;
    const more = (): void => {
      while (written < total) {
        written += piece;
        const hasRoom = near.write(Buffer.alloc(piece, 7), () => {
          sent += piece;
        });
        if (hasRoom) continue;
        refusals += 1;
        return;
      }
    };
    near.listen({
      onData: () => {},
      onDrain: () => {
        waitingAtDrain.push(written - sent);
        more();
      },
      onClose: () => {},
    });
    more();
    await done;
    near.close();
    expect(received).toBe(total);
    expect(refusals).toBeGreaterThan(0);
    expect(Math.max(...waitingAtDrain)).toBeGreaterThan(0);
    expect(Math.max(...waitingAtDrain)).toBeLessThan((1 << 20) + piece);
  });

  test("slow the sender when the reader pauses, and lose nothing", async () => {
    const { near, far } = await connectedPair();
    let received = 0;
    const done = new Promise<void>((resolve) => {
      far.listen({
        onData: (octets) => {
          received += octets.length;
        },
        onClose: () => resolve(),
      });
    });
    far.pause();
    let drained: () => void = () => {};
    near.listen({ onData: () => {}, onDrain: () => drained(), onClose: () => {} });
    const piece = Buffer.alloc(65_536, 7);
    let sent = 0;
    while (near.write(piece)) sent += piece.length;
    sent += piece.length;
    const moved = new Promise<void>((resolve) => {
      drained = resolve;
    });
    expect(sent).toBeLessThan(16 * 1024 * 1024);
    far.resume();
    await moved;
    near.close();
    await done;
    expect(received).toBe(sent);
  });

  test("hand over from one listener to the next", async () => {
    const { near, far } = await connectedPair();
    const first: string[] = [];
    const heard = new Promise<void>((resolve) => {
      near.listen({
        onData: (octets) => {
          first.push(octets.toString());
          resolve();
        },
        onClose: () => first.push("closed"),
      });
    });
    far.write(Buffer.from("one"));
    await heard;
    const rest = collect(near);
    far.write(Buffer.from("two"));
    far.close();
    expect((await rest).octets.toString()).toBe("two");
    expect(first).toEqual(["one"]);
  });
});

describe("unixDialer().dial() throws", () => {
  test("unreachable when there is no socket", async () => {
    await expect(unixDialer(path).dial(5000)).rejects.toMatchObject({ code: "unreachable" });
  });

  test("unreachable when nobody listens any more", async () => {
    leaveStaleSocket();
    await expect(unixDialer(path).dial(5000)).rejects.toMatchObject({ code: "unreachable" });
  });

  test("invalid when the path does not fit a socket address", async () => {
    await expect(unixDialer(join(folder, "x".repeat(108))).dial(5000)).rejects.toMatchObject({ code: "invalid" });
  });

  test("denied when this user may not", async (context) => {
    if (process.getuid?.() === 0) context.skip("root may open every socket");
    await serve(() => {});
    chmodSync(path, 0);
    await expect(unixDialer(path).dial(5000)).rejects.toMatchObject({ code: "denied" });
  });
});

describe("listenUnix()", () => {
  test("makes a socket for this user alone, and removes it with its channels on close", async () => {
    const arrived: Channel[] = [];
    const server = await serve((channel) => arrived.push(channel));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const near = await unixDialer(path).dial(5000);
    await expect.poll(() => arrived.length).toBe(1);
    const ended = collect(near);
    await server.close();
    expect((await ended).cause).toBeUndefined();
    expect(existsSync(path)).toBe(false);
  });

  test("replaces a socket that nobody listens on", async () => {
    leaveStaleSocket();
    expect(statSync(path).isSocket()).toBe(true);
    await serve((channel) => channel.write(Buffer.from("new")));
    const near = await unixDialer(path).dial(5000);
    const first = new Promise((resolve) => {
      near.listen({ onData: (octets) => resolve(octets.toString()), onClose: () => resolve("closed") });
    });
    expect(await first).toBe("new");
    near.close();
  });

  test("leaves a socket alone that somebody listens on", async () => {
    const other = createServer().listen(path);
    finish.push(() => new Promise((resolve) => other.close(resolve)));
    await expect.poll(() => other.listening).toBe(true);
    await expect(listenUnix(path, () => {})).rejects.toMatchObject({ code: "exists" });
    expect(existsSync(path)).toBe(true);
  });

  test("leaves a file alone that is no socket", async () => {
    writeFileSync(path, "precious");
    await expect(listenUnix(path, () => {})).rejects.toMatchObject({ code: "exists" });
    expect(statSync(path).size).toBe(8);
  });

  test("says that the folder is missing", async () => {
    await expect(listenUnix(join(folder, "no", "socket"), () => {})).rejects.toMatchObject({ name: "Fault" });
  });
});
