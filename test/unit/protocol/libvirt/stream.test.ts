import { describe, expect, test } from "vitest";
import { Fault } from "../../../../src/base/fault.js";
import { handlerFrom } from "../../../../src/protocol/libvirt/call-handler.js";
import { ClientSession } from "../../../../src/protocol/libvirt/client-session.js";
import { libvirtErrorOf, libvirtFault } from "../../../../src/protocol/libvirt/error.js";
import { decodePacket, packetStatus, packetType } from "../../../../src/protocol/libvirt/frame.js";
import { PacketFramer } from "../../../../src/protocol/libvirt/framer.js";
import { ServerSession, type ServerSessionOptions } from "../../../../src/protocol/libvirt/server-session.js";
import type { ServerStream } from "../../../../src/protocol/libvirt/server-stream.js";
import type { StreamHandler } from "../../../../src/protocol/libvirt/stream-calls.js";
import { ManualClock } from "../../../support/manual-clock.js";
import { pairedChannels, settled } from "../../../support/paired-channels.js";

const volume = { vol: { pool: "p", name: "v", key: "k" }, offset: 0n, length: 0n, flags: 0 };
const megabyte = Buffer.alloc(1 << 20, 0x5a);

interface Setup extends Partial<ServerSessionOptions> {
  readonly serve?: (stream: ServerStream) => Promise<void>;
  readonly highWaterOctets?: number;
  readonly pieceOctets?: number;
}

function open({ serve = async () => {}, highWaterOctets = 100_000, pieceOctets, ...options }: Setup = {}) {
  const clock = new ManualClock();
  const [near, far] = pairedChannels({ highWaterOctets, ...(pieceOctets === undefined ? {} : { pieceOctets }) });
  const server = new ServerSession(far, clock, {
    handler: handlerFrom({ connectGetHostname: () => ({ hostname: "box" }) }),
    openStream: async () => ({ result: {} as never, serve }),
    ...options,
  });
  const client = new ClientSession(near, clock, { keepalive: { intervalMs: 100, count: 2 } });
  const upload = (stallMs?: number) =>
    client.openStream("storageVolUpload", volume, {
      deadlineMs: 1000,
      ...(stallMs === undefined ? {} : { stallMs }),
    });
  const download = (stallMs?: number) =>
    client.openStream("storageVolDownload", volume, {
      deadlineMs: 1000,
      ...(stallMs === undefined ? {} : { stallMs }),
    });
  return { clock, near, far, server, client, upload, download };
}

const outcome = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);
const never = (): Promise<void> => new Promise(() => {});

describe("ClientSession.openStream()", () => {
  test("rejects with the call's error, and no stream is left", async () => {
    const openStream: StreamHandler = async () => {
      throw libvirtFault("NO_STORAGE_VOL", "no such volume");
    };
    const { upload, client } = open({ openStream });
    await expect(upload()).rejects.toMatchObject({ code: "absent", message: "no such volume" });
    expect((await client.call("connectGetHostname", {}, { deadlineMs: 1000 })).hostname).toBe("box");
  });

  test("aborts a stream whose answer comes after the deadline", async () => {
    let answer = (): void => {};
    let failure: unknown;
    const openStream: StreamHandler = async () => {
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return {
        result: {} as never,
        serve: async (stream) => {
          failure = await outcome(stream.read());
        },
      };
    };
    const { upload, clock, client } = open({ openStream });
    const opening = outcome(upload());
    await settled();
    clock.advance(1000);
    expect(await opening).toMatchObject({ code: "timeout" });
    answer();
    await settled();
    expect(failure).toMatchObject({ message: "the client aborted the stream" });
    expect(client.endReason).toBeUndefined();
  });
});

describe("ClientStream", () => {
  test("read() of a daemon's failure gives its error, as does everything after it", async () => {
    const serve = async (stream: ServerStream) => {
      await stream.write(Buffer.from("begin"));
      throw libvirtFault("OPERATION_FAILED", "disk is gone");
    };
    const { download, client } = open({ serve });
    const { stream } = await download();
    expect(await stream.read()).toMatchObject({ kind: "data" });
    const fault = await outcome(stream.read());
    expect(libvirtErrorOf(fault)).toMatchObject({ code: 9, message: "disk is gone" });
    expect(await outcome(stream.write(megabyte))).toBe(fault);
    expect(await outcome(stream.finish())).toBe(fault);
    stream.abort();
    expect(client.endReason).toBeUndefined();
  });

  test("write() of a daemon that fails in the middle gives its error", async () => {
    const serve = async (stream: ServerStream) => {
      await stream.read();
      throw new Fault("storage-failed", "no space left");
    };
    const { upload, client, server } = open({ serve, highWaterOctets: 3 << 20 });
    const { stream } = await upload();
    const writing = (async () => {
      for (let i = 0; i < 100; i++) await stream.write(megabyte);
    })();
    expect(await outcome(writing)).toMatchObject({ code: "driver-failed", message: "no space left" });
    expect(client.endReason).toBeUndefined();
    await client.call("connectGetHostname", {}, { deadlineMs: 1000 });
    expect(server.counters.dropped).toBeGreaterThan(0);
  });

  test("write() waits for a daemon that does not read, and memory stays bounded", async () => {
    let taking = (): void => {};
    const serve = async (stream: ServerStream) => {
      await new Promise<void>((resolve) => {
        taking = resolve;
      });
      while (await stream.read());
    };
    const { upload, near } = open({ serve });
    const { stream } = await upload();
    let sent = 0;
    const writing = (async () => {
      for (; sent < 50; sent++) await stream.write(megabyte);
    })();
    await settled();
    expect(sent).toBeLessThan(4);
    const stuckAt = near.written.length;
    await settled();
    expect(near.written.length).toBe(stuckAt);
    taking();
    await writing;
    await stream.finish();
  });

  test("unread content makes the session rest, not die: keepalive goes on and nothing is counted as silence", async () => {
    const serve = async (stream: ServerStream) => {
      for (let i = 0; i < 8; i++) await stream.write(megabyte);
    };
    const { download, client, near, clock } = open({ serve });
    client.startKeepalive();
    const { stream } = await download();
    await settled();
    expect(near.paused).toBe(true);
    const before = near.written.length;
    for (let i = 0; i < 30; i++) clock.advance(100);
    expect(near.written.length - before).toBeGreaterThanOrEqual(29);
    expect(client.endReason).toBeUndefined();
    let octets = 0;
    for (let piece = await stream.read(); piece; piece = await stream.read()) {
      if (piece.kind === "data") octets += piece.octets.length;
    }
    await stream.finish();
    expect(octets).toBe(8 << 20);
    expect(near.paused).toBe(false);
    clock.advance(50);
    expect(client.endReason).toBeUndefined();
  });

  test("abort() stops a download at once, and the session goes on", async () => {
    let failure: unknown;
    const serve = async (stream: ServerStream) => {
      for (;;) {
        failure = await outcome(stream.write(megabyte));
        if (failure instanceof Fault) throw failure;
      }
    };
    const { download, client, near } = open({ serve });
    const { stream } = await download();
    await stream.read();
    stream.abort();
    stream.abort();
    await settled();
    expect(failure).toMatchObject({ message: "the client aborted the stream" });
    expect(await outcome(stream.read())).toMatchObject({ code: "invalid" });
    expect(await outcome(stream.write(megabyte))).toMatchObject({ code: "invalid" });
    expect(await outcome(stream.finish())).toMatchObject({ code: "invalid" });
    expect((await client.call("connectGetHostname", {}, { deadlineMs: 1000 })).hostname).toBe("box");
    expect(near.paused).toBe(false);
  });

  test("finish() of a download that was not read to its end throws the rest away", async () => {
    const { download, client } = open({ serve: async (stream) => stream.write(Buffer.alloc(5 << 20)) });
    const { stream } = await download();
    await settled();
    await stream.finish();
    expect(client.endReason).toBeUndefined();
  });

  test("finish() waits for the daemon's confirmation, which may be an error", async () => {
    const serve = async (stream: ServerStream) => {
      while (await stream.read());
      throw new Fault("storage-failed", "cannot sync");
    };
    const { upload } = open({ serve });
    const { stream } = await upload();
    await stream.write(Buffer.from("x"));
    await expect(stream.finish()).rejects.toMatchObject({ message: "cannot sync" });
  });

  test("stallMs bounds every wait", async () => {
    const { upload, download, clock } = open({ serve: never });
    const reading = outcome((await download(50)).stream.read());
    const { stream } = await upload(50);
    await stream.write(Buffer.from("x"));
    const finishing = outcome(stream.finish());
    await settled();
    clock.advance(50);
    expect(await reading).toMatchObject({ code: "timeout" });
    expect(await finishing).toMatchObject({ code: "timeout" });
  });

  test("everything that waits ends with the session", async () => {
    const { upload, client } = open({ serve: never });
    const { stream } = await upload();
    const reading = outcome(stream.read());
    const writing = outcome(stream.write(Buffer.alloc(20 << 20)));
    await settled();
    client.close();
    expect(await reading).toMatchObject({ code: "unreachable" });
    expect(await writing).toMatchObject({ code: "unreachable" });
    expect(await outcome(stream.finish())).toMatchObject({ code: "unreachable" });
  });

  test("one reader at a time", async () => {
    const { download } = open({ serve: never });
    const { stream } = await download();
    void outcome(stream.read());
    await expect(stream.read()).rejects.toMatchObject({ code: "busy" });
  });

  test("write() tells when octets may be changed again: what waits in the channel may not", async () => {
    const { upload, far } = open({ serve: never, highWaterOctets: 300_000 });
    const { stream } = await upload();
    far.pause();
    const sent: string[] = [];
    await stream.write(megabyte.subarray(0, 200_000), () => sent.push("first"));
    const second = stream.write(megabyte.subarray(0, 600_000), () => sent.push("second"));
    await stream.write(Buffer.alloc(0), () => sent.push("nothing"));
    await settled();
    expect(sent).toEqual(["nothing"]);
    far.resume();
    await second;
    await settled();
    expect(sent).toEqual(["nothing", "first", "second"]);
  });

  test("recycle() has the next content put where the octets lay, and never where octets are still read", async () => {
    const piece = (fill: number) => Buffer.alloc(262_120, fill);
    const serve = async (stream: ServerStream) => {
      for (let fill = 1; fill <= 6; fill++) await stream.write(piece(fill));
    };
    const { download } = open({ serve, highWaterOctets: 10_000_000, pieceOctets: 50_000 });
    const { stream } = await download();
    const places = new Set<ArrayBufferLike>();
    const read = async (): Promise<Buffer> => {
      const next = await stream.read();
      if (next?.kind !== "data") throw new Error("no content came");
      places.add(next.octets.buffer);
      return next.octets;
    };
    const kept = await read();
    for (let fill = 2; fill <= 6; fill++) {
      const octets = await read();
      expect(octets.equals(piece(fill))).toBe(true);
      stream.recycle(octets);
      stream.recycle(octets); // once is enough: it is not given away twice
    }
    expect(kept.equals(piece(1))).toBe(true);
    expect(places.size).toBeLessThanOrEqual(6);
    await stream.finish();
  });

  test("writeHole() refuses what is no length", async () => {
    const { upload } = open({ serve: never });
    const { stream } = await upload();
    await expect(stream.writeHole(0n)).rejects.toMatchObject({ code: "invalid" });
    await expect(stream.writeHole(1n << 63n)).rejects.toMatchObject({ code: "invalid" });
  });
});

describe("ServerStream", () => {
  test("packets of an upload are as long as old peers take, and the last is empty with status ok", async () => {
    const serve = async (stream: ServerStream) => {
      while (await stream.read());
    };
    const { upload, near } = open({ serve, highWaterOctets: 10_000_000 });
    const { stream } = await upload();
    await stream.write(Buffer.alloc(300_000));
    await stream.finish();
    const framer = new PacketFramer();
    framer.push(Buffer.concat(near.written.slice(1)));
    const headers = [];
    for (let packet = framer.next(); packet; packet = framer.next()) {
      headers.push([packet.length, decodePacket(packet).header] as const);
    }
    expect(headers.map(([length, { type, status }]) => [length, type, status])).toEqual([
      [262_148, packetType.stream, packetStatus.continue],
      [37_908, packetType.stream, packetStatus.continue],
      [28, packetType.stream, packetStatus.ok],
    ]);
    expect(new Set(headers.map(([, { serial }]) => serial)).size).toBe(1);
  });

  test("a client that leaves fails what serves its stream", async () => {
    let failure: unknown;
    const serve = async (stream: ServerStream) => {
      failure = await outcome(stream.read());
    };
    const { upload, client } = open({ serve });
    await upload();
    client.close();
    await settled();
    expect(failure).toMatchObject({ code: "unreachable" });
  });
});
