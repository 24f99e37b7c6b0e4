import { networkInterfaces } from "node:os";
import { expect, onTestFinished, test } from "vitest";
import { bindUdp } from "../../../src/transport/udp.js";
import { udpSender } from "../../../src/transport/udp-sender.js";

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"));

test.for(["127.0.0.1", "::1"])(
  "udpSender() reaches %s from a socket of loopback, and hears the answer",
  async (address, context) => {
    if (address === "::1" && !hasIpv6) context.skip("this computer has no IPv6");
    const sender = udpSender((fault) => expect.unreachable(fault.message));
    const port = await bindUdp({ address, port: 0 });
    onTestFinished(async () => {
      await sender.close();
      await port.close();
    });
    const answered = new Promise<string>((resolve) => sender.listen((octets) => resolve(octets.toString())));
    port.listen((octets, peer) => {
      expect(peer.address).toBe(address);
      port.send(Buffer.from(`${octets.toString()}, too`), peer);
    });
    sender.send(Buffer.from("hello"), port.local);
    expect(await answered).toBe("hello, too");
  },
);

test("udpSender() sends nothing after close()", async () => {
  const sender = udpSender(() => {});
  const port = await bindUdp({ address: "127.0.0.1", port: 0 });
  let heard = 0;
  port.listen(() => {
    heard += 1;
  });
  await sender.close();
  sender.send(Buffer.from("late"), port.local);
  await port.close();
  expect(heard).toBe(0);
});
