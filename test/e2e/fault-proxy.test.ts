import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/base/clock.js";
import { Fault } from "../../src/base/fault.js";
import { ClientSession } from "../../src/protocol/libvirt/client-session.js";
import { createSimulatedHost } from "../../src/simulator/host/simulated-host.js";
import { listenUnix, unixDialer } from "../../src/transport/unix.js";
import { FaultProxy } from "../support/fault-proxy.js";
import { until } from "../support/run-program.js";
import { temporaryFolder } from "../support/temporary-folder.js";

/** A simulated daemon behind a network that can fail. */
async function room() {
  const folder = temporaryFolder();
  const host = createSimulatedHost({ name: "host", driver: "qemu", machines: 3, clock: systemClock });
  const server = await listenUnix(join(folder, "d"), (channel) => host.serve(channel));
  const proxy = await FaultProxy.onSocket(join(folder, "p"), join(folder, "d"));
  onTestFinished(async () => {
    await proxy.stop();
    host.stop();
    await server.close();
  });
  const open = async (): Promise<ClientSession> => {
    const session = new ClientSession(await unixDialer(String(proxy.address)).dial(5000), systemClock);
    onTestFinished(() => session.close());
    await session.call("connectOpen", { name: "qemu:///system", flags: 0 }, { deadlineMs: 60_000 });
    return session;
  };
  const ask = (session: ClientSession, deadlineMs = 60_000) => session.call("connectGetType", {}, { deadlineMs });
  return { proxy, open, ask };
}

test("FaultProxy passes everything while nothing is wrong", async () => {
  const { open, ask, proxy } = await room();
  const session = await open();
  expect(await ask(session)).toEqual({ type: "QEMU" });
  expect(proxy.connections).toBe(1);
});

test("FaultProxy delays and throttles, and loses nothing of it", async () => {
  const { open, ask, proxy } = await room();
  const session = await open();
  proxy.interfere({ delayMs: 300 }, "to-server");
  const began = performance.now();
  expect(await ask(session)).toEqual({ type: "QEMU" });
  expect(performance.now() - began).toBeGreaterThanOrEqual(299);
  proxy.interfere({ octetsPerSecond: 400 });
  const slow = performance.now();
  expect(await Promise.all([ask(session), ask(session), ask(session)])).toHaveLength(3);
  // Three answers of some 36 octets each, and the questions as slow as they.
  expect(performance.now() - slow).toBeGreaterThan(200);
});

test("FaultProxy cuts a connection after so many octets, and those that come", async () => {
  const { open, ask, proxy } = await room();
  const session = await open();
  proxy.interfere({ cutAfterOctets: 50 }, "to-client");
  await ask(session);
  await expect(ask(session)).rejects.toThrow(Fault);
  await expect(open().then(ask)).rejects.toThrow(Fault);
  proxy.heal();
  expect(await ask(await open())).toEqual({ type: "QEMU" });
});

test("FaultProxy leaves a connection half open: nothing comes, and nobody is told", async () => {
  const { open, ask, proxy } = await room();
  const session = await open();
  proxy.interfere({ halfOpen: true });
  await expect(ask(session, 200)).rejects.toMatchObject({ code: "timeout" });
  expect(proxy.connections).toBe(1);
  proxy.heal();
  expect(proxy.connections).toBe(0);
});

test("FaultProxy sends garbage in one direction only", async () => {
  const { open, ask, proxy } = await room();
  const session = await open();
  proxy.interfere({ garbage: true }, "to-client");
  await expect(ask(session)).rejects.toThrow(/not libvirt|packet/);
});

test("FaultProxy does the same on TCP", async () => {
  let heard = "";
  const server = createServer((socket: Socket) => {
    socket.on("error", () => {});
    socket.on("data", (octets) => {
      heard += octets.toString("latin1");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy = await FaultProxy.onPort((server.address() as AddressInfo).port);
  onTestFinished(async () => {
    await proxy.stop();
    await new Promise((resolve) => server.close(resolve));
  });
  const client = connect(Number(proxy.address), "127.0.0.1");
  const closed = once(client, "close");
  client.write("first");
  await until("the first piece", () => heard === "first" || undefined);
  proxy.interfere({ cutAfterOctets: 3 }, "to-server");
  client.write("second");
  await closed;
  await until("the rest", () => heard === "firstsec" || undefined);
});
