import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { Fault, reasonOf } from "../base/fault.js";
import type { StateDirectory } from "../store/state-directory.js";
import { pinHostKeys } from "./host-pins.js";
import type { HostConfiguration } from "./options.js";
import { type HostKeys, hostConfiguration } from "./read-configuration.js";
import { LONGEST_SECRET } from "./secret-file.js";

/** The secrets of a host, by the key of `[[host]]` that names the file with each. */
export const secretKeys = ["sasl_password_file", "ssh_password_file", "ssh_passphrase_file"] as const;
export type SecretKey = (typeof secretKeys)[number];

/** What `virtgate host add` asks for. */
export interface HostOrder {
  /** Keys of `[[host]]` with their values; those of secrets are not among them. */
  readonly host: Readonly<Record<string, unknown>>;
  /** Kept in files of their own. */
  readonly secrets: Readonly<Partial<Record<SecretKey, string>>>;
  /** Lines of known hosts that were accepted. */
  readonly pins: readonly string[];
}

const FILE = "hosts.json";
const MOST_PINS = 16;

/**
 * The hosts that commands added, in the order in which they came. They live in the state directory, secrets in files that only its
 * owner can read; at every moment the list names only what is there.
 */
export class AddedHosts {
  readonly #state: Pick<StateDirectory, "path" | "writeFile">;
  #hosts: readonly Raw[];

  private constructor(state: Pick<StateDirectory, "path" | "writeFile">, hosts: readonly Raw[]) {
    this.#state = state;
    this.#hosts = hosts;
  }

  /** @throws {Fault} `storage-failed` when the list is damaged */
  static async open(state: Pick<StateDirectory, "path" | "writeFile">): Promise<AddedHosts> {
    return new AddedHosts(state, await readList(state.path));
  }

  get hosts(): readonly HostConfiguration[] {
    return this.#hosts.map(hostConfiguration);
  }

  /**
   * Keeps a host. It must not be there yet, here or elsewhere.
   * @throws {Fault} `exists`, `storage-failed`
   */
  async add({ host, secrets, pins }: CheckedOrder): Promise<void> {
    await pinHostKeys(this.#state.path, pins);
    await this.#forgetSecrets(host.name);
    const raw: Record<string, unknown> = { ...host };
    for (const key of secretKeys) {
      const secret = secrets[key];
      if (secret !== undefined) raw[key] = await this.#state.writeFile(secretFile(host.name, key), secret);
    }
    await this.#keep([...this.#hosts, raw as Raw]);
  }

  /** Forgets a host and its secrets. @returns whether it was there */
  async remove(name: string): Promise<boolean> {
    const left = this.#hosts.filter((host) => host.name !== name);
    if (left.length === this.#hosts.length) return false;
    await this.#keep(left);
    await this.#forgetSecrets(name);
    return true;
  }

  async #keep(hosts: readonly Raw[]): Promise<void> {
    await this.#state.writeFile(FILE, `${JSON.stringify({ hosts }, undefined, 2)}\n`);
    this.#hosts = hosts;
  }

  async #forgetSecrets(name: string): Promise<void> {
    await rm(join(this.#state.path, "secrets", name), { recursive: true, force: true });
  }
}

/** A host by the option table's keys. */
type Raw = HostKeys;

/** An order in which everything is as it must be. */
export interface CheckedOrder extends HostOrder {
  readonly host: Raw;
}

/** The hosts of a state directory, whoever holds it. @throws {Fault} `storage-failed` when the list is damaged */
export async function readAddedHosts(stateDirectory: string): Promise<readonly HostConfiguration[]> {
  return (await readList(stateDirectory)).map(hostConfiguration);
}

/**
 * Checks an order from outside.
 * @throws {Fault} `invalid`, with one line per problem
 */
export function checkHostOrder(order: unknown): CheckedOrder {
  const { host, secrets = {}, pins = [] } = (isRecord(order) ? order : {}) as Readonly<Record<string, unknown>>;
  if (!isRecord(host) || typeof host["name"] !== "string" || typeof host["uri"] !== "string")
    throw new Fault("invalid", "a host has a name and a URI");
  const inside = secretKeys.find((key) => key in host);
  if (inside !== undefined) throw new Fault("invalid", `${inside} is not for orders: give the secret itself`);
  if (!isRecord(secrets) || !Object.entries(secrets).every(([key, secret]) => isSecretKey(key) && isSecret(secret)))
    throw new Fault("invalid", `a secret is a text of 1 to ${LONGEST_SECRET} octets, on one line`);
  const raw = host as unknown as Raw;
  hostConfiguration(raw);
  if (raw["sasl_user"] !== undefined && !("sasl_password_file" in secrets))
    throw new Fault("invalid", "a SASL user needs a password; give it with --password-file");
  return { host: raw, secrets, pins: checkPins(pins) };
}

/** @throws {Fault} `invalid` */
export function checkPins(pins: unknown): readonly string[] {
  if (Array.isArray(pins) && pins.length <= MOST_PINS && pins.every(isPin)) return pins;
  throw new Fault("invalid", "an accepted key is a line of known hosts");
}

function secretFile(host: string, key: SecretKey): string {
  return join("secrets", host, key.replace(/_file$/, "").replaceAll("_", "-"));
}

async function readList(stateDirectory: string): Promise<readonly Raw[]> {
  const path = join(stateDirectory, FILE);
  try {
    const list = JSON.parse(await readFile(path, "utf8")) as { hosts: readonly Raw[] };
    list.hosts.map(hostConfiguration);
    return list.hosts;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    const what = `the list of added hosts ${path} cannot be used: ${reasonOf(error)}`;
    throw new Fault("storage-failed", `${what}; correct it, or remove it and add the hosts again`, { cause: error });
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSecretKey(key: string): key is SecretKey {
  return secretKeys.some((one) => one === key);
}

function isSecret(value: unknown): boolean {
  return (
    typeof value === "string" && value !== "" && !/[\r\n\0]/.test(value) && Buffer.byteLength(value) <= LONGEST_SECRET
  );
}

function isPin(line: unknown): boolean {
  return typeof line === "string" && line.length < 8192 && /^[^\s#@|]+ [a-z0-9@.-]+ [A-Za-z0-9+/]+=*$/.test(line);
}
