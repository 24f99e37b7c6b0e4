import { createSocket } from "node:dgram";
import { setImmediate as turn } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import type { DatagramPort } from "../../../src/base/channel.js";
import type { Fault } from "../../../src/base/fault.js";
import { bindUdp } from "../../../src/transport/udp.js";
import { bindUdpEverywhere } from "../../../src/transport/udp-everywhere.js";
import { ManualClock } from "../../support/manual-clock.js";

async function everywhere(addresses: () => readonly string[], port = 0) {
  const clock = new ManualClock();
  const faults: Fault[] = [];
  const opened = await bindUdpEverywhere({
    local: { address: "0.0.0.0", port },
    clock,
    onError: (fault) => faults.push(fault),
    addresses,
  });
  onTestFinished(() => opened.close());
  opened.listen((octets, _peer, answer) => answer(Buffer.concat([Buffer.from("re: "), octets])));
  return { opened, clock, faults };
}

/** Asks an address until it answers. @returns who answered */
async function askUntilAnswered({ local }: DatagramPort, address: string): Promise<string> {
  const socket = createSocket("udp4");
  onTestFinished(() => void socket.close());
  const answered = new Promise<string>((resolve) =>
    socket.on("message", (octets, from) => resolve(`${octets} from ${from.address}:${from.port}`)),
  );
  const again = setInterval(() => socket.send("hello", local.port, address), 20);
  onTestFinished(() => clearInterval(again));
  return await answered;
}

test("bindUdpEverywhere() answers from the address that was asked", async () => {
  const { opened } = await everywhere(() => ["127.0.0.1", "127.1.2.3", "127.1.2.4"]);
  expect(opened.local.address).toBe("0.0.0.0");
  for (const address of ["127.1.2.4", "127.0.0.1", "127.1.2.3"]) {
    expect(await askUntilAnswered(opened, address)).toBe(`re: hello from ${address}:${opened.local.port}`);
  }
});

test("bindUdpEverywhere() follows addresses that come and go, and tells once of one that is taken", async () => {
  let addresses = ["127.1.2.3", "203.0.113.77"];
  const { opened, clock, faults } = await everywhere(() => addresses);
  const { port } = opened.local;
  const other = await bindUdp({ address: "127.1.2.9", port });
  addresses = ["127.1.2.4", "127.1.2.9", "203.0.113.77"];
  clock.advance(2000);
  expect(await askUntilAnswered(opened, "127.1.2.4")).toBe(`re: hello from 127.1.2.4:${port}`);
  while (faults.length === 0) await turn();
  // What went is free for others.
  await (await bindUdp({ address: "127.1.2.3", port })).close();
  clock.advance(2000);
  await other.close();
  const answered = askUntilAnswered(opened, "127.1.2.9");
  const looking = setInterval(() => clock.advance(2000), 20);
  onTestFinished(() => clearInterval(looking));
  expect(await answered).toBe(`re: hello from 127.1.2.9:${port}`);
  expect(faults).toMatchObject([{ code: "busy" }]);
});

test("bindUdpEverywhere() says busy when one address is taken, and leaves the others free", async () => {
  const taken = await bindUdp({ address: "127.1.2.4", port: 0 });
  onTestFinished(() => taken.close());
  const { port } = taken.local;
  await expect(everywhere(() => ["127.1.2.3", "127.1.2.4"], port)).rejects.toMatchObject({ code: "busy" });
  await (await bindUdp({ address: "127.1.2.3", port })).close();
});

test("bindUdpEverywhere() says invalid where there is no address", async () => {
  await expect(everywhere(() => [])).rejects.toMatchObject({ code: "invalid" });
});
