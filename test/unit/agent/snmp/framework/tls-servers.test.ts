import { createHash, X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { serverVerdict } from "../../../../../src/agent/snmp/framework/tls-servers.js";
import { type MadeCertificate, makeCertificate } from "../../../../support/certificates.js";

const DAY_MS = 86_400_000;
const SELF_SIGNED = "DEPTH_ZERO_SELF_SIGNED_CERT";
const REVOKED = "CERT_REVOKED";

let certificate: MadeCertificate;
let other: MadeCertificate;

beforeAll(async () => {
  certificate = await makeCertificate("receiver", { names: ["nms.example", "192.0.2.10"] });
  other = await makeCertificate("other", {});
});

function derOf(made: MadeCertificate): Buffer {
  return new X509Certificate(made.certificate).raw;
}

/** As the textual convention SnmpTLSFingerprint has it: the hash by its number, 4 for SHA-256. */
function fingerprintOf(made: MadeCertificate): Buffer {
  return Buffer.concat([Buffer.of(4), createHash("sha256").update(derOf(made)).digest()]);
}

interface Case {
  readonly address?: string;
  readonly serverIdentity?: string;
  readonly fingerprintOf?: "it" | "another";
  readonly distrust?: string;
  readonly days?: number;
}

function verdictOn({ address = "192.0.2.10", serverIdentity = "", fingerprintOf: whose, distrust, days = 0 }: Case) {
  const expected = { it: certificate, another: other } as const;
  const session = {
    ...{ key: "k", targetName: "nms", clientFingerprint: new Uint8Array(0), serverIdentity },
    serverFingerprint: whose === undefined ? new Uint8Array(0) : fingerprintOf(expected[whose]),
  };
  const shown = { chain: [derOf(certificate)], distrust };
  return serverVerdict({ address, port: 10162, session }, shown, Date.now() + days * DAY_MS);
}

describe("serverVerdict() (RFC 6353, object snmpTlstmAddrTable)", () => {
  test.each<[string, "good" | "unknown" | "invalid", Case]>([
    ["an authority's, for the address", "good", {}],
    ["an authority's, for another address", "invalid", { address: "192.0.2.11" }],
    ["an authority's, for the name that is expected", "good", { address: "192.0.2.11", serverIdentity: "nms.example" }],
    ["an authority's, for another name", "invalid", { serverIdentity: "other.example" }],
    ["an authority's, where anybody is expected", "good", { address: "192.0.2.11", serverIdentity: "*" }],
    ["an authority's that has expired", "invalid", { days: 31 }],
    ["an authority's that is not valid yet", "invalid", { days: -61 }],
    ["nobody's", "unknown", { distrust: SELF_SIGNED }],
    ["nobody's, where anybody is expected", "unknown", { distrust: SELF_SIGNED, serverIdentity: "*" }],
    ["a revoked one", "invalid", { distrust: REVOKED }],
    ["nobody's with the fingerprint", "good", { distrust: SELF_SIGNED, fingerprintOf: "it" }],
    ["one for somebody else with the fingerprint", "good", { address: "192.0.2.11", fingerprintOf: "it" }],
    ["an authority's with another fingerprint", "unknown", { fingerprintOf: "another" }],
    ["a revoked one with the fingerprint", "invalid", { distrust: REVOKED, fingerprintOf: "it" }],
    ["an expired one with the fingerprint", "invalid", { days: 31, fingerprintOf: "it" }],
  ])("%s is %s", (_, verdict, one) => {
    expect(verdictOn(one)).toBe(verdict);
  });

  test("nothing, and what is no certificate, are invalid", () => {
    const session = {
      ...{ key: "k", targetName: "nms", serverIdentity: "*" },
      ...{ clientFingerprint: new Uint8Array(0), serverFingerprint: new Uint8Array(0) },
    };
    for (const chain of [[], [Buffer.from("no certificate")]]) {
      const peer = { address: "192.0.2.10", port: 10162, session };
      expect(serverVerdict(peer, { chain, distrust: undefined }, Date.now())).toBe("invalid");
    }
  });
});
