import { createHash, X509Certificate } from "node:crypto";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { mapType, mapTypeIdentity, tlsNameOf } from "../../../../../src/agent/snmp/framework/tls-names.js";
import { type MadeCertificate, makeCertificate } from "../../../../support/certificates.js";
import { cell, FrameworkBench, integer, octets, pointer } from "../../../../support/framework.js";

const CREATE_AND_GO = 4;
const NOW = Date.now();
const DAY_MS = 86_400_000;

let authority: MadeCertificate;
let issued: MadeCertificate;
let own: MadeCertificate;
let bench: FrameworkBench;

beforeAll(async () => {
  authority = await makeCertificate("authority", { usage: "authority" });
  const names = ["NMS.Example.net", "192.0.2.7", "2001:db8::7", "Ops@Example.NET"];
  issued = await makeCertificate("common", { issuer: authority, names });
  own = await makeCertificate("self", {});
});

beforeEach(async () => {
  bench = await FrameworkBench.open();
});

const der = ({ certificate }: MadeCertificate): Buffer => new X509Certificate(certificate).raw;
const sha256 = (made: MadeCertificate): string => `04${createHash("sha256").update(der(made)).digest("hex")}`;

function add(id: number, made: MadeCertificate, type: keyof typeof mapType, data = ""): Promise<string> {
  return addRow(id, sha256(made), type, data);
}

function addRow(id: number, fingerprint: string, type: keyof typeof mapType, data = ""): Promise<string> {
  return bench.set(
    cell("snmpTlstmCertToTSNRowStatus", [id], integer(CREATE_AND_GO)),
    cell("snmpTlstmCertToTSNFingerprint", [id], octets(fingerprint)),
    cell("snmpTlstmCertToTSNMapType", [id], pointer(...mapTypeIdentity(mapType[type]))),
    cell("snmpTlstmCertToTSNData", [id], { type: "OctetString", value: Buffer.from(data) }),
  );
}

function nameOf(chain: readonly MadeCertificate[], distrust?: string, now = NOW): string | undefined {
  return tlsNameOf(bench.framework, { chain: chain.map(der), distrust }, now);
}

describe("tlsNameOf() (RFC 6353, section 5.3.2)", () => {
  test.each([
    ["specified", "gateway-admin", "gateway-admin"],
    ["email", "", "Ops@example.net"],
    ["dns", "", "nms.example.net"],
    ["ip", "", "192.0.2.7"],
    ["any", "", "nms.example.net"],
    ["commonName", "", "common"],
  ] as const)("takes the name as the row says: %s", async (type, data, name) => {
    expect(await add(1, authority, type, data)).toBe("noError");
    expect(nameOf([issued, authority])).toBe(name);
  });

  test("writes an IPv6 address as hexadecimal digits alone", async () => {
    const only = await makeCertificate("v6", { issuer: authority, names: ["2001:db8::7"] });
    await add(1, authority, "ip");
    expect(nameOf([only, authority])).toBe("20010db8000000000000000000000007");
  });

  test("knows nobody without a row", () => {
    expect(nameOf([issued, authority])).toBeUndefined();
    expect(nameOf([])).toBeUndefined();
  });

  test("knows a certificate that nobody vouches for by its own fingerprint only", async () => {
    await add(1, own, "specified", "self");
    expect(nameOf([own], "DEPTH_ZERO_SELF_SIGNED_CERT")).toBe("self");
    expect(nameOf([issued], "UNABLE_TO_VERIFY_LEAF_SIGNATURE")).toBeUndefined();
  });

  test("takes no authority's word that is not trusted, and none for a certificate that is revoked", async () => {
    await add(1, authority, "dns");
    await add(2, issued, "specified", "known");
    expect(nameOf([issued, authority])).toBe("nms.example.net");
    expect(nameOf([issued, authority], "SELF_SIGNED_CERT_IN_CHAIN")).toBe("known");
    expect(nameOf([issued, authority], "CERT_REVOKED")).toBeUndefined();
    expect(nameOf([issued, authority], "CERT_HAS_EXPIRED")).toBeUndefined();
  });

  test("turns a certificate away that is not good yet, or no more, whatever else is true", async () => {
    await add(1, own, "specified", "self");
    const said = "DEPTH_ZERO_SELF_SIGNED_CERT";
    expect(nameOf([own], said, NOW - 90 * DAY_MS)).toBeUndefined();
    expect(nameOf([own], said, NOW + 90 * DAY_MS)).toBeUndefined();
  });

  test("tries rows in the order of their numbers, and goes on where one finds no name", async () => {
    await add(7, own, "specified", "late");
    await add(3, own, "dns");
    await add(5, own, "specified", "x".repeat(33));
    expect(nameOf([own], "DEPTH_ZERO_SELF_SIGNED_CERT")).toBe("late");
    await add(1, own, "commonName");
    expect(nameOf([own], "DEPTH_ZERO_SELF_SIGNED_CERT")).toBe("self");
  });

  test("refuses fingerprints of MD5, of a wrong length, and kinds of mapping that there are not", async () => {
    expect(await addRow(1, `01${"00".repeat(16)}`, "specified")).toBe("wrongValue 2");
    expect(await addRow(1, `04${"00".repeat(31)}`, "specified")).toBe("wrongValue 2");
    const type = cell("snmpTlstmCertToTSNMapType", [1], pointer(1, 3, 6, 1, 2, 1, 198, 1, 1, 7));
    expect(await bench.set(type)).toBe("wrongValue 1");
  });
});
