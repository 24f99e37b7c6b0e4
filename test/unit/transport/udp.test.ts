import { networkInterfaces } from "node:os";
import { expect, onTestFinished, test } from "vitest";
import type { DatagramPort } from "../../../src/base/channel.js";
import { bindUdp } from "../../../src/transport/udp.js";

async function bound(address: string, port = 0): Promise<DatagramPort> {
  const opened = await bindUdp({ address, port });
  onTestFinished(() => opened.close());
  return opened;
}

/** Resolves with the next datagram and who sent it. */
function next(port: DatagramPort): Promise<{ text: string; port: number; address: string }> {
  return new Promise((resolve) => {
    port.listen((octets, peer) => resolve({ text: octets.toString(), ...pick(peer) }));
  });
}

function pick({ address, port }: { address: string; port: number }) {
  return { address, port };
}

test.for(["127.0.0.1", "::1"])("bindUdp() carries datagrams both ways over %s", async (address, { skip }) => {
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  if (!own.some((candidate) => candidate.address === address)) skip(`this computer has no ${address}`);
  const server = await bound(address);
  const client = await bound(address);
  const request = next(server);
  client.send(Buffer.from("ping"), server.local);
  expect(await request).toEqual({ text: "ping", ...client.local });
  const reply = next(client);
  server.send(Buffer.from("pong"), client.local);
  expect(await reply).toEqual({ text: "pong", ...server.local });
});

test("bindUdp() says busy for a taken port", async () => {
  const { local } = await bound("127.0.0.1");
  await expect(bindUdp(local)).rejects.toMatchObject({ code: "busy", path: `udp/127.0.0.1:${local.port}` });
});

test.each(["203.0.113.1", "localhost", "not an address"])("bindUdp() says invalid for %s", async (address) => {
  await expect(bindUdp({ address, port: 0 })).rejects.toMatchObject({ code: "invalid" });
});

test("a datagram larger than any can be is lost, and the port goes on", async () => {
  const failures: unknown[] = [];
  const server = await bindUdp({ address: "127.0.0.1", port: 0 }, (fault) => failures.push(fault));
  onTestFinished(() => server.close());
  const client = await bound("127.0.0.1");
  const received = next(client);
  server.send(Buffer.alloc(70000), client.local);
  server.send(Buffer.from("after"), client.local);
  expect((await received).text).toBe("after");
  expect(failures).toEqual([]);
});

test("close() may be called twice, and nothing is sent afterwards", async () => {
  const port = await bindUdp({ address: "127.0.0.1", port: 0 });
  await Promise.all([port.close(), port.close()]);
  port.send(Buffer.from("late"), port.local);
  expect((await bound("127.0.0.1", port.local.port)).local).toEqual(port.local);
});
