import { createSocket } from "node:dgram";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect } from "vitest";
import { communityRequest, getRequest } from "../support/snmp-manager.js";
import { attempt, run } from "./support/command.js";
import { bothHosts, Gateway } from "./support/gateway.js";
import { hostTest, whenPossible } from "./support/host-test.js";
import { until } from "./support/until.js";

/** The room's network is nobody else's. */
const DEVICE = "answering0";
const PEER = "answering1";
const FIRST = ["198.18.7.1/24", "198.18.7.2/24", "fd00:7::1/64", "fd00:7::2/64"];
const LATER = ["198.18.7.3/24", "fd00:7::3/64"];
const PORT = 16217;

let gateway: Gateway;

async function addAddress(address: string): Promise<void> {
  await run("ip", ["address", "add", address, "dev", DEVICE, ...(address.includes(":") ? ["nodad"] : [])]);
}

beforeAll(
  whenPossible(async () => {
    await run("ip", ["link", "add", DEVICE, "type", "veth", "peer", "name", PEER]);
    for (const device of [DEVICE, PEER]) await run("ip", ["link", "set", device, "up"]);
    for (const address of FIRST) await addAddress(address);
    const hosts = bothHosts({
      more: '[[snmp.community]]\nname = "public"\nsource = ["198.18.7.0/24", "fd00:7::/64"]\n',
    });
    const places = `addresses = ["0.0.0.0:${PORT}", "[::]:${PORT}"]`;
    gateway = await Gateway.configured(
      "answering-address",
      hosts.replace('[snmp]\naddresses = ["127.0.0.1:0"]', `[snmp]\n${places}`),
    );
  }),
);
afterAll(
  whenPossible(async () => {
    await gateway?.stop();
    await run("ip", ["link", "delete", DEVICE]);
  }),
);

function addressOf(withPrefix: string): string {
  return withPrefix.split("/")[0] ?? "";
}

/** Who answers a request from the first address to another: there the kernel would choose the first to answer from. */
async function answering(withPrefix: string): Promise<string | undefined> {
  const address = addressOf(withPrefix);
  const isIpv6 = address.includes(":");
  const socket = createSocket(isIpv6 ? "udp6" : "udp4");
  try {
    const answered = new Promise<string>((resolve) => socket.once("message", (_, from) => resolve(from.address)));
    const first = FIRST.map(addressOf).find((one) => one.includes(":") === isIpv6);
    await new Promise<void>((resolve) => socket.bind({ address: first ?? "", port: 0 }, resolve));
    socket.send(communityRequest(1, getRequest([1, 3, 6, 1, 2, 1, 1, 2, 0])), PORT, address);
    return await Promise.race([answered, delay(1000, undefined)]);
  } finally {
    socket.close();
  }
}

hostTest("a wildcard listener answers from the address that was asked, also one that was added later", async () => {
  for (const address of LATER) expect(await answering(address)).toBeUndefined();
  for (const address of LATER) await addAddress(address);
  for (const address of [...FIRST, ...LATER].map(addressOf)) {
    await until(`an answer from ${address}`, async () => (await answering(address)) === address);
    const place = address.includes(":") ? `udp6:[${address}]:${PORT}` : `udp:${address}:${PORT}`;
    const options = ["-v2c", "-c", "public", "-r", "3", "-t", "5", "-m", "", "-On"];
    expect(await attempt("snmpget", [...options, place, ".1.3.6.1.2.1.1.2.0"])).toMatchObject({ code: 0 });
  }
  const [gone = ""] = LATER;
  await run("ip", ["address", "delete", gone, "dev", DEVICE]);
  await until(`silence of ${gone}`, async () => (await answering(gone)) === undefined);
  for (const address of FIRST.map(addressOf)) {
    await until(`an answer from ${address}`, async () => (await answering(address)) === address);
  }
});
