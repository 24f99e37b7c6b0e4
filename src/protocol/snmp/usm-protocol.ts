import { getCiphers, getHashes } from "node:crypto";
import type { Oid } from "./object-source.js";
import { compareOids } from "./oid.js";

/** An authentication protocol. */
export interface AuthProtocol {
  /** As Net-SNMP's tools and configuration name it. */
  readonly name: AuthProtocolName;
  /** Its object identity: what usmUserAuthProtocol says. */
  readonly identity: Oid;
  readonly hash: string;
  readonly keyOctets: number;
  /** Octets of msgAuthenticationParameters. */
  readonly digestOctets: number;
}

/** A privacy protocol. */
export interface PrivProtocol {
  readonly name: PrivProtocolName;
  /** What usmUserPrivProtocol says. */
  readonly identity: Oid;
  readonly cipher: string;
  readonly keyOctets: number;
  /** How a key is made that is longer than the hash gives. */
  readonly extension: "blumenthal" | "reeder";
}

export type AuthProtocolName = "MD5" | "SHA" | "SHA-224" | "SHA-256" | "SHA-384" | "SHA-512";
export type PrivProtocolName = "DES" | "AES" | "AES-192" | "AES-256" | "AES-192-C" | "AES-256-C";

/** @see RFC 3414, sections 6 and 7; RFC 7860, section 4.1 */
// biome-ignore format: read as a table
export const authProtocols: Readonly<Record<AuthProtocolName, AuthProtocol>> = {
  "MD5":     { name: "MD5",     identity: [1, 3, 6, 1, 6, 3, 10, 1, 1, 2], hash: "md5",    keyOctets: 16, digestOctets: 12 },
  "SHA":     { name: "SHA",     identity: [1, 3, 6, 1, 6, 3, 10, 1, 1, 3], hash: "sha1",   keyOctets: 20, digestOctets: 12 },
  "SHA-224": { name: "SHA-224", identity: [1, 3, 6, 1, 6, 3, 10, 1, 1, 4], hash: "sha224", keyOctets: 28, digestOctets: 16 },
  "SHA-256": { name: "SHA-256", identity: [1, 3, 6, 1, 6, 3, 10, 1, 1, 5], hash: "sha256", keyOctets: 32, digestOctets: 24 },
  "SHA-384": { name: "SHA-384", identity: [1, 3, 6, 1, 6, 3, 10, 1, 1, 6], hash: "sha384", keyOctets: 48, digestOctets: 32 },
  "SHA-512": { name: "SHA-512", identity: [1, 3, 6, 1, 6, 3, 10, 1, 1, 7], hash: "sha512", keyOctets: 64, digestOctets: 48 },
};

/**
 * AES with longer keys never became a standard. Two ways to make these keys are in use: Blumenthal's, which Net-SNMP
 * calls plain AES-192 and AES-256, and Reeder's, found in routers, which Net-SNMP marks with a C.
 *
 * DES runs as triple DES with one key three times, since current crypto libraries no longer have it by itself.
 *
 * @see RFC 3414, section 8; RFC 3826
 */
// biome-ignore format: read as a table
export const privProtocols: Readonly<Record<PrivProtocolName, PrivProtocol>> = {
  "DES":       { name: "DES",       identity: [1, 3, 6, 1, 6, 3, 10, 1, 2, 2], cipher: "des-ede3-cbc", keyOctets: 16, extension: "blumenthal" },
  "AES":       { name: "AES",       identity: [1, 3, 6, 1, 6, 3, 10, 1, 2, 4], cipher: "aes-128-cfb",  keyOctets: 16, extension: "blumenthal" },
  "AES-192":   { name: "AES-192",   identity: [1, 3, 6, 1, 4, 1, 14832, 1, 3], cipher: "aes-192-cfb",  keyOctets: 24, extension: "blumenthal" },
  "AES-256":   { name: "AES-256",   identity: [1, 3, 6, 1, 4, 1, 14832, 1, 4], cipher: "aes-256-cfb",  keyOctets: 32, extension: "blumenthal" },
  "AES-192-C": { name: "AES-192-C", identity: [1, 3, 6, 1, 4, 1, 9, 12, 6, 1, 1], cipher: "aes-192-cfb",  keyOctets: 24, extension: "reeder" },
  "AES-256-C": { name: "AES-256-C", identity: [1, 3, 6, 1, 4, 1, 9, 12, 6, 1, 2], cipher: "aes-256-cfb",  keyOctets: 32, extension: "reeder" },
};

/** The value of usmUserAuthProtocol for a user without authentication. */
export const usmNoAuthProtocol: Oid = [1, 3, 6, 1, 6, 3, 10, 1, 1, 1];
/** The value of usmUserPrivProtocol for a user without privacy. */
export const usmNoPrivProtocol: Oid = [1, 3, 6, 1, 6, 3, 10, 1, 2, 1];

export function authProtocolOf(identity: Oid): AuthProtocol | undefined {
  return Object.values(authProtocols).find((one) => compareOids(one.identity, identity) === 0);
}

export function privProtocolOf(identity: Oid): PrivProtocol | undefined {
  return Object.values(privProtocols).find((one) => compareOids(one.identity, identity) === 0);
}

/** Whether this computer's crypto library offers what `protocol` needs; a FIPS build lacks MD5 and DES. */
export function isOffered(protocol: AuthProtocol | PrivProtocol): boolean {
  return "hash" in protocol ? getHashes().includes(protocol.hash) : getCiphers().includes(protocol.cipher);
}
