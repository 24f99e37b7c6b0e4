import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { requireWebCertificate } from "../../../src/daemon/web-certificate.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const DAY_MS = 24 * 60 * 60 * 1000;
const NOW = Date.UTC(2026, 10, 5);

test("requireWebCertificate() makes an authority and a certificate that names loopback and the address", async () => {
  const state = temporaryFolder();
  const { identity, caFile, validUntil } = await requireWebCertificate(state, ["192.0.2.7"], NOW);
  const authority = new X509Certificate(readFileSync(caFile));
  const certificate = new X509Certificate(identity.certificate);
  expect(authority.ca).toBe(true);
  expect(certificate.ca).toBe(false);
  expect(certificate.checkIssued(authority)).toBe(true);
  expect(certificate.verify(authority.publicKey)).toBe(true);
  expect(certificate.checkPrivateKey(createPrivateKey(identity.key))).toBe(true);
  for (const address of ["127.0.0.1", "::1", "192.0.2.7"]) expect(certificate.checkIP(address)).toBe(address);
  expect(certificate.checkHost("localhost")).toBe("localhost");
  expect(certificate.checkIP("192.0.2.8")).toBeUndefined();
  expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
  expect(validUntil).toBe(NOW + 397 * DAY_MS);
  expect(Date.parse(certificate.validFrom)).toBeLessThan(NOW);
  for (const name of ["ca.key", "web.key"]) expect(statSync(join(state, "tls", name)).mode & 0o777).toBe(0o600);
  expect(statSync(join(state, "tls")).mode & 0o777).toBe(0o700);
});

test("requireWebCertificate() keeps what it has while that is good", async () => {
  const state = temporaryFolder();
  const first = await requireWebCertificate(state, [], NOW);
  expect(await requireWebCertificate(state, [], NOW + 300 * DAY_MS)).toEqual(first);
});

test("requireWebCertificate() renews within 30 days of the end, under the same authority", async () => {
  const state = temporaryFolder();
  const first = await requireWebCertificate(state, [], NOW);
  const authority = readFileSync(first.caFile, "utf8");
  const second = await requireWebCertificate(state, [], NOW + 370 * DAY_MS);
  expect(second.identity.certificate).not.toBe(first.identity.certificate);
  expect(readFileSync(second.caFile, "utf8")).toBe(authority);
  expect(new X509Certificate(second.identity.certificate).verify(new X509Certificate(authority).publicKey)).toBe(true);
});

test("requireWebCertificate() makes another for another address; one on every address needs no name of its own", async () => {
  const state = temporaryFolder();
  const first = await requireWebCertificate(state, ["0.0.0.0"], NOW);
  const second = await requireWebCertificate(state, ["192.0.2.7"], NOW);
  expect(second.identity.certificate).not.toBe(first.identity.certificate);
  expect(new X509Certificate(second.identity.certificate).checkIP("192.0.2.7")).toBe("192.0.2.7");
});

test("requireWebCertificate() replaces an authority whose time is over, and a server certificate with it", async () => {
  const state = temporaryFolder();
  const first = await requireWebCertificate(state, [], NOW);
  const old = readFileSync(first.caFile, "utf8");
  const later = await requireWebCertificate(state, [], NOW + 3_640 * DAY_MS);
  const authority = new X509Certificate(readFileSync(later.caFile));
  expect(authority.toString()).not.toBe(new X509Certificate(old).toString());
  expect(new X509Certificate(later.identity.certificate).verify(authority.publicKey)).toBe(true);
});

test("requireWebCertificate() recovers from files that are damaged or do not belong together", async () => {
  const state = temporaryFolder();
  const first = await requireWebCertificate(state, [], NOW);
  const other = await requireWebCertificate(temporaryFolder(), [], NOW);
  for (const [name, text] of [
    ["web.pem", "not a certificate"],
    ["web.key", other.identity.key],
    ["ca.key", ""],
  ] as const) {
    writeFileSync(join(state, "tls", name), text);
    const { identity, caFile } = await requireWebCertificate(state, [], NOW);
    const certificate = new X509Certificate(identity.certificate);
    expect(certificate.checkPrivateKey(createPrivateKey(identity.key))).toBe(true);
    expect(certificate.verify(new X509Certificate(readFileSync(caFile)).publicKey)).toBe(true);
  }
  expect(first.caFile).toBe(join(state, "tls", "ca.pem"));
});
