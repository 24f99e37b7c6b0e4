import { describe, expect, test } from "vitest";
import {
  destinationAt,
  fitsDomain,
  ipOctets,
  isPeerAt,
  tlsAddress,
  udpAddress,
} from "../../../../../src/agent/snmp/framework/transport-address.js";

describe("ipOctets()", () => {
  test.each([
    ["192.0.2.1", "c0000201"],
    ["0.0.0.0", "00000000"],
    ["::", "00000000000000000000000000000000"],
    ["::1", "00000000000000000000000000000001"],
    ["2001:db8::8:800:200c:417a", "20010db80000000000080800200c417a"],
    ["1:2:3:4:5:6:7:8", "00010002000300040005000600070008"],
    ["1::", "00010000000000000000000000000000"],
    ["::ffff:192.0.2.1", "00000000000000000000ffffc0000201"],
    ["fe80::1%eth0", "fe800000000000000000000000000001"],
  ])("reads %s", (text, octets) => {
    expect(Buffer.from(ipOctets(text) ?? []).toString("hex")).toBe(octets);
  });

  test.each([
    "",
    "1.2.3",
    "1.2.3.256",
    "1.2.3.4.5",
    "a.b.c.d",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7::8",
    "12345::",
    "g::",
    "1.2.3.4::",
    "::1.2.3",
  ])("refuses %j", (text) => {
    expect(ipOctets(text)).toBeUndefined();
  });
});

test.each(["192.0.2.1", "2001:db8::1", "::1", "2001:db8:0:1:1:1:1:1"])(
  "destinationAt() gives %s back as sockets write it",
  (address) => {
    const at = udpAddress({ address, port: 162 });
    expect(at && destinationAt(at.domain, at.octets)).toEqual({ address, port: 162, by: "datagrams" });
  },
);

test("destinationAt() sends to no TCP, no port 0, and no address of another length", () => {
  const udp = [1, 3, 6, 1, 6, 1, 1];
  expect(destinationAt(udp, Uint8Array.of(192, 0, 2, 1, 0, 162))).toEqual({
    ...{ address: "192.0.2.1", port: 162 },
    by: "datagrams",
  });
  expect(destinationAt(udp, Uint8Array.of(192, 0, 2, 1, 0, 0))).toBeUndefined();
  expect(destinationAt(udp, Uint8Array.of(192, 0, 2, 1, 0))).toBeUndefined();
  expect(destinationAt([1, 3, 6, 1, 2, 1, 100, 1, 5], Uint8Array.of(192, 0, 2, 1, 0, 162))).toBeUndefined();
  expect(destinationAt([1, 3], Uint8Array.of(192, 0, 2, 1, 0, 162))).toBeUndefined();
});

describe("addresses of TLS (RFC 6353, textual convention SnmpTLSAddress)", () => {
  test.each([
    ["192.0.2.1:10162", "192.0.2.1", 10162],
    ["nms.example.net:1", "nms.example.net", 1],
    ["[2001:db8::1]:10162", "2001:db8::1", 10162],
  ])("%s", (text, address, port) => {
    const { domain, octets } = tlsAddress({ address, port });
    expect(Buffer.from(octets).toString()).toBe(text);
    expect(destinationAt(domain, octets)).toEqual({ address, port, by: "tls" });
    expect(fitsDomain(domain, octets)).toBe(true);
  });

  test.each([
    "",
    "host",
    "host:",
    ":162",
    "host:0",
    "host:65536",
    "[host]:162",
    "[::1:162",
    "::1:162",
    "a b:162",
    "h\u00f6st:1",
  ])("no address: %j", (text) => {
    const octets = Buffer.from(text, "latin1");
    const { domain } = tlsAddress({ address: "a", port: 1 });
    expect(fitsDomain(domain, octets)).toBe(false);
    expect(destinationAt(domain, octets)).toBeUndefined();
  });
});

test("isPeerAt() compares what the mask has, all of it when there is none (RFC 3584, object snmpTargetAddrTMask)", () => {
  const peer = { address: "192.0.2.77", port: 40001 };
  const octets = (...parts: number[]): Uint8Array => Uint8Array.of(...parts);
  const exact = octets(192, 0, 2, 77, 40001 >> 8, 40001 & 255);
  expect(isPeerAt(peer, exact, octets())).toBe(true);
  expect(isPeerAt({ ...peer, port: 40002 }, exact, octets())).toBe(false);
  expect(isPeerAt({ ...peer, port: 40002 }, exact, octets(255, 255, 255, 255, 0, 0))).toBe(true);
  expect(isPeerAt(peer, octets(192, 0, 2, 64, 0, 0), octets(255, 255, 255, 192, 0, 0))).toBe(true);
  expect(isPeerAt(peer, octets(192, 0, 2, 128, 0, 0), octets(255, 255, 255, 192, 0, 0))).toBe(false);
  expect(isPeerAt({ address: "::1", port: 1 }, exact, octets(0, 0, 0, 0, 0, 0))).toBe(false);
});
