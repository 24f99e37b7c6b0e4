import { createHash, X509Certificate } from "node:crypto";
import { snmpTlstmCertToTSNTable } from "../../../mapping/snmp/certificate-table.js";
import type { Oid } from "../../../protocol/snmp/object-source.js";
import { compareOids } from "../../../protocol/snmp/oid.js";
import { octetsAsText } from "../typed-value.js";
import { activeRows, type FrameworkState } from "./framework-state.js";
import { ipOctets } from "./transport-address.js";

/** What a TLS client has shown. */
export interface ShownCertificate {
  /** The client's certificate and those it is signed by, DER. */
  readonly chain: readonly Uint8Array[];
  /** Why no trusted authority stands behind it, in OpenSSL's words; `undefined` when one does. */
  readonly distrust: string | undefined;
}

/** Hash algorithms by the number that TLS gives them; MD5 has had its day. @see RFC 6353, textual convention SnmpTLSFingerprint */
const hashes: ReadonlyMap<number, { readonly name: string; readonly octets: number }> = new Map([
  [2, { name: "sha1", octets: 20 }],
  [3, { name: "sha224", octets: 28 }],
  [4, { name: "sha256", octets: 32 }],
  [5, { name: "sha384", octets: 48 }],
  [6, { name: "sha512", octets: 64 }],
]);

const MAP_TYPES: Oid = [1, 3, 6, 1, 2, 1, 198, 1, 1];
export const mapType = { specified: 1, email: 2, dns: 3, ip: 4, any: 5, commonName: 6 } as const;
/** What vacmSecurityName can have. */
const LONGEST_NAME = 32;

/** A certificate that nobody vouches for may be known by its own fingerprint; one that is expired or revoked may not. */
const unknownAuthority: ReadonlySet<string> = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_CRL",
]);

/**
 * For whom a certificate stands: the first row that knows it, or an authority it comes from, and finds a name in it.
 * @param now wall time, milliseconds
 * @returns `undefined` when the client is to be turned away
 * @see RFC 6353, section 5.3.2
 */
export function tlsNameOf(state: FrameworkState, shown: ShownCertificate, now: number): string | undefined {
  const chain = readChain(shown.chain);
  const [own] = chain;
  if (own === undefined || Date.parse(own.validFrom) > now || Date.parse(own.validTo) < now) return undefined;
  const isOwnGood = shown.distrust === undefined || unknownAuthority.has(shown.distrust);
  const rows = [...activeRows(state, snmpTlstmCertToTSNTable)].sort(
    (a, b) => a.snmpTlstmCertToTSNID - b.snmpTlstmCertToTSNID,
  );
  for (const row of rows) {
    const place = chain.findIndex((one) => hasFingerprint(one, row.snmpTlstmCertToTSNFingerprint));
    if (place < 0 || (place === 0 ? !isOwnGood : shown.distrust !== undefined)) continue;
    const name = nameIn(own, row.snmpTlstmCertToTSNMapType.at(-1) ?? 0, row.snmpTlstmCertToTSNData);
    if (name !== undefined && name !== "" && Buffer.byteLength(name) <= LONGEST_NAME) return name;
  }
  return undefined;
}

/** Whether the reason to distrust a certificate is merely that nobody vouches for it. @param distrust in OpenSSL's words */
export function isOfUnknownAuthority(distrust: string): boolean {
  return unknownAuthority.has(distrust);
}

/** Whether octets can be a fingerprint that certificates are compared with. */
export function isFingerprint(octets: Uint8Array): boolean {
  return hashes.get(octets[0] ?? 0)?.octets === octets.length - 1;
}

export function isMapType(oid: Oid): boolean {
  const last = oid.at(-1) ?? 0;
  return compareOids(oid.slice(0, -1), MAP_TYPES) === 0 && last >= mapType.specified && last <= mapType.commonName;
}

/** The identity of a kind of mapping. */
export function mapTypeIdentity(type: (typeof mapType)[keyof typeof mapType]): Oid {
  return [...MAP_TYPES, type];
}

/** Certificates that are no certificates make an empty chain. */
export function readChain(chain: readonly Uint8Array[]): readonly X509Certificate[] {
  try {
    return chain.map((octets) => new X509Certificate(octets));
  } catch {
    return [];
  }
}

export function hasFingerprint(certificate: X509Certificate, fingerprint: Uint8Array): boolean {
  const hash = hashes.get(fingerprint[0] ?? 0);
  if (hash === undefined) return false;
  return createHash(hash.name).update(certificate.raw).digest().equals(fingerprint.subarray(1));
}

function nameIn(certificate: X509Certificate, type: number, data: Uint8Array): string | undefined {
  switch (type) {
    case mapType.specified:
      return octetsAsText(data, "utf8");
    case mapType.commonName:
      return commonName(certificate);
    case mapType.any:
      return alternatives(certificate)
        .map(([kind, value]) => alternativeName(kind, value))
        .find((name) => name !== undefined);
    default:
      return alternatives(certificate)
        .filter(([kind]) => kind === type)
        .map(([kind, value]) => alternativeName(kind, value))
        .find((name) => name !== undefined);
  }
}

/** Names as the standard wants them written. @see RFC 6353, identities snmpTlstmCertSAN… */
function alternativeName(kind: number, value: string): string | undefined {
  switch (kind) {
    case mapType.email: {
      const at = value.lastIndexOf("@");
      return at < 0 ? undefined : value.slice(0, at) + value.slice(at).toLowerCase();
    }
    case mapType.dns:
      return value.toLowerCase();
    case mapType.ip: {
      const octets = ipOctets(value);
      return octets && (octets.length === 4 ? octets.join(".") : Buffer.from(octets).toString("hex"));
    }
    default:
      return undefined;
  }
}

/** Only names that need no quoting: one that does is meant to deceive readers of the list. */
function alternatives({ subjectAltName = "" }: X509Certificate): readonly (readonly [kind: number, value: string])[] {
  if (subjectAltName.includes('"')) return [];
  return subjectAltName.split(", ").flatMap((entry) => {
    const colon = entry.indexOf(":");
    const kind = { email: mapType.email, DNS: mapType.dns, "IP Address": mapType.ip }[entry.slice(0, colon)];
    return kind === undefined ? [] : [[kind, entry.slice(colon + 1)] as const];
  });
}

function commonName(certificate: X509Certificate): string | undefined {
  const names = certificate.subject.split("\n").filter((line) => line.startsWith("CN="));
  const [only, ...more] = names;
  return more.length > 0 ? undefined : only?.slice("CN=".length);
}
