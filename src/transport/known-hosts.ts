import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { readFile } from "node:fs/promises";
import { Fault, reasonOf } from "../base/fault.js";

/** The public key of an SSH server, as it travels. */
export interface HostKey {
  /** `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`, … */
  readonly type: string;
  readonly blob: Buffer;
}

/** What the files of known hosts say about a server's key. */
export type Verdict =
  | { readonly is: "known" }
  /** `authority`: a line that trusts whoever certifies the server's key, which is not looked at here. */
  | { readonly is: "unknown"; readonly authority?: { readonly file: string; readonly line: number } }
  /** Another key of the same server is in a file, or this one is marked as stolen. */
  | { readonly is: "changed" | "revoked"; readonly file: string; readonly line: number };

interface Entry {
  readonly file: string;
  readonly line: number;
  readonly kind: "key" | "revoked" | "authority";
  readonly hosts: string;
  readonly key: HostKey;
}

/** By the marker before an entry. */
const kinds: Readonly<Record<string, Entry["kind"]>> = { "": "key", revoked: "revoked", "cert-authority": "authority" };

/** Longer files are no lists of known hosts. */
const LONGEST_FILE = 4 * 1024 * 1024;

/**
 * The keys of SSH servers that are trusted, from files in OpenSSH's format; hashed names are understood. Certificates are not.
 * @see sshd(8), section SSH_KNOWN_HOSTS FILE FORMAT
 */
export class KnownHosts {
  readonly #entries: readonly Entry[];

  private constructor(entries: readonly Entry[]) {
    this.#entries = entries;
  }

  /** Reads the files that exist. @throws {Fault} `invalid` for one that cannot be read or is too long */
  static async read(files: readonly string[]): Promise<KnownHosts> {
    const entries: Entry[] = [];
    for (const file of files) {
      const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT" || error.code === "ENOTDIR") return "";
        throw new Fault("invalid", `the known hosts in ${file} cannot be read: ${reasonOf(error)}`, { cause: error });
      });
      if (text.length > LONGEST_FILE) throw new Fault("invalid", `${file} is too long for a list of known hosts`);
      text.split("\n").forEach((row, at) => {
        const entry = entryOf(row, file, at + 1);
        if (entry) entries.push(entry);
      });
    }
    return new KnownHosts(entries);
  }

  /** Whether a server may be who it says. */
  judge(host: string, port: number, key: HostKey): Verdict {
    const name = knownName(host, port);
    const ours = this.#entries.filter((entry) => names(entry, name));
    const revoked = ours.find((entry) => entry.kind === "revoked" && entry.key.blob.equals(key.blob));
    if (revoked) return { is: "revoked", file: revoked.file, line: revoked.line };
    const good = ours.filter((entry) => entry.kind === "key");
    if (good.some((entry) => entry.key.blob.equals(key.blob))) return { is: "known" };
    const [other] = good;
    if (other) return { is: "changed", file: other.file, line: other.line };
    const authority = ours.find((entry) => entry.kind === "authority");
    return { is: "unknown", ...(authority && { authority: { file: authority.file, line: authority.line } }) };
  }

  /** The types of key that are known of a server; it must be asked for one of those, or it may show a stranger. */
  types(host: string, port: number): ReadonlySet<string> {
    const name = knownName(host, port);
    const ours = this.#entries.filter((entry) => entry.kind === "key" && names(entry, name));
    return new Set(ours.map((entry) => entry.key.type));
  }
}

/** A line for a file of known hosts. */
export function knownHostLine(host: string, port: number, { type, blob }: HostKey): string {
  return `${knownName(host, port)} ${type} ${blob.toString("base64")}`;
}

/** What `ssh-keygen -lf` prints of a key. */
export function fingerprint({ blob }: HostKey): string {
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

/** @returns `undefined` when the octets are no key. @see RFC 4253, section 6.6 */
export function readHostKey(blob: Buffer): HostKey | undefined {
  const length = blob.length < 4 ? 0 : blob.readUInt32BE(0);
  const type = length > 64 ? "" : blob.toString("latin1", 4, 4 + length);
  return /^[a-z0-9][a-z0-9@.-]*$/.test(type) && type.length === length ? { type, blob } : undefined;
}

function knownName(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
}

function entryOf(row: string, file: string, line: number): Entry | undefined {
  const match = /^\s*(?:@(\S+)\s+)?([^\s#@]\S*)\s+\S+\s+([A-Za-z0-9+/]+=*)(?:\s|$)/.exec(row);
  const key = match?.[3] === undefined ? undefined : readHostKey(Buffer.from(match[3], "base64"));
  const kind = kinds[match?.[1] ?? ""];
  if (match?.[2] === undefined || key === undefined || kind === undefined) return undefined;
  return { file, line, kind, hosts: match[2], key };
}

function names({ hosts }: Entry, name: string): boolean {
  if (hosts.startsWith("|")) return isHashOf(hosts, name);
  const patterns = hosts.toLowerCase().split(",");
  if (patterns.some((pattern) => pattern.startsWith("!") && fits(pattern.slice(1), name))) return false;
  return patterns.some((pattern) => fits(pattern, name));
}

/** `|1|salt|HMAC-SHA1(salt, name)` */
function isHashOf(hashed: string, name: string): boolean {
  const [, version, salt, hash] = hashed.split("|");
  if (version !== "1" || salt === undefined || hash === undefined) return false;
  const wanted = Buffer.from(hash, "base64");
  const found = createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest();
  return wanted.length === found.length && timingSafeEqual(wanted, found);
}

/** `*` for any characters, `?` for one: goes back to the last star only, so that no pattern takes long. */
function fits(pattern: string, name: string): boolean {
  let star = -1;
  let mark = 0;
  let at = 0;
  let index = 0;
  while (index < name.length) {
    if (pattern[at] === "*") {
      star = at;
      mark = index;
      at += 1;
    } else if (pattern[at] === "?" || pattern[at] === name[index]) {
      at += 1;
      index += 1;
    } else if (star >= 0) {
      at = star + 1;
      mark += 1;
      index = mark;
    } else return false;
  }
  while (pattern[at] === "*") at += 1;
  return at === pattern.length;
}
