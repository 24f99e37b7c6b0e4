import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import type { DatagramPeer, DatagramPort, OnDatagram } from "../base/channel.js";
import { type Clock, every, type Timer } from "../base/clock.js";
import { Fault, reasonOf } from "../base/fault.js";
import { bindUdp } from "./udp.js";

/** How often is looked for addresses that have come or gone. */
const LOOK_MS = 2000;

interface EverywhereParts {
  /** `0.0.0.0` or `::`; port 0 for any that is free. */
  readonly local: DatagramPeer;
  readonly clock: Clock;
  /** Told when a socket fails later on, or an address that has come cannot be bound. */
  readonly onError: (fault: Fault) => void;
  /** The addresses of this computer in the family of `local`. */
  readonly addresses?: () => readonly string[];
}

/**
 * Binds every address of this computer, with a socket each, and follows addresses that come and go within seconds. A socket on the
 * wildcard address would answer from whatever address the route back prefers, which managers take for somebody else's answer;
 * a socket of one address answers from that.
 *
 * @throws {Fault} as `bindUdp`; `invalid` also when the computer has no address of that family
 */
export async function bindUdpEverywhere(parts: EverywhereParts): Promise<DatagramPort> {
  const { local, addresses = () => localAddresses(local.address) } = parts;
  const port = new EverywherePort({ ...parts, addresses });
  try {
    await port.open();
    return port;
  } catch (error) {
    await port.close();
    throw error;
  }
}

/** The addresses of this computer in the family of a wildcard address, those of a link with its interface. */
function localAddresses(wildcard: string): readonly string[] {
  const family = isIP(wildcard) === 6 ? "IPv6" : "IPv4";
  return Object.entries(networkInterfaces()).flatMap(([name, held = []]) =>
    held
      .filter((one) => one.family === family)
      .map(({ address }) => (/^fe[89ab]/i.test(address) ? `${address}%${name}` : address)),
  );
}

class EverywherePort implements DatagramPort {
  readonly #parts: Required<EverywhereParts>;
  /** By the address each is bound to. */
  readonly #ports = new Map<string, DatagramPort>();
  /** Addresses that could not be bound, so that each is told of once. */
  readonly #failed = new Set<string>();
  #port: number;
  #onDatagram: OnDatagram = () => {};
  #timer: Timer | undefined;
  #looking: Promise<void> = Promise.resolve();
  #isLooking = false;
  #isOpen = true;

  constructor(parts: Required<EverywhereParts>) {
    this.#parts = parts;
    this.#port = parts.local.port;
  }

  get local(): DatagramPeer {
    return { address: this.#parts.local.address, port: this.#port };
  }

  /** @throws {Fault} */
  async open(): Promise<void> {
    const { addresses, local, clock } = this.#parts;
    for (const address of addresses()) {
      try {
        await this.#bind(address);
      } catch (error) {
        // An address may go, or be tried out by the kernel for others that have it; the next look sees.
        if (!(error instanceof Fault) || error.code !== "invalid") throw error;
      }
    }
    if (this.#port === 0) throw new Fault("invalid", `this computer has no address for ${local.address}`);
    this.#timer = every(clock, LOOK_MS, () => this.#look());
  }

  listen(onDatagram: OnDatagram): void {
    this.#onDatagram = onDatagram;
  }

  send(octets: Uint8Array, peer: DatagramPeer): void {
    const ports = [...this.#ports.values()];
    const isLocal = isLoopback(peer.address);
    (ports.find(({ local }) => isLoopback(local.address) === isLocal) ?? ports[0])?.send(octets, peer);
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    this.#timer?.cancel();
    await this.#looking;
    await Promise.all([...this.#ports.values()].map((port) => port.close()));
    this.#ports.clear();
  }

  #look(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#looking = this.#follow().finally(() => {
      this.#isLooking = false;
    });
  }

  async #follow(): Promise<void> {
    const now = new Set(this.#parts.addresses());
    for (const address of this.#failed) if (!now.has(address)) this.#failed.delete(address);
    for (const [address, port] of this.#ports) {
      if (now.has(address)) continue;
      this.#ports.delete(address);
      await port.close();
    }
    for (const address of now) {
      if (!this.#isOpen) return;
      if (!this.#ports.has(address))
        await this.#bind(address).catch((error: unknown) => this.#noteFailure(address, error));
    }
  }

  async #bind(address: string): Promise<void> {
    const port = await bindUdp({ address, port: this.#port }, this.#parts.onError);
    this.#port = port.local.port;
    port.listen((octets, peer, answer) => this.#onDatagram(octets, peer, answer));
    this.#ports.set(address, port);
    this.#failed.delete(address);
  }

  /** It is tried again at the next look. An address that is not there yet, or not any more, is no failure. */
  #noteFailure(address: string, error: unknown): void {
    const code = error instanceof Fault ? error.code : "unreachable";
    if (code === "invalid" || this.#failed.has(address)) return;
    this.#failed.add(address);
    this.#parts.onError(new Fault(code, `UDP at ${address}: ${reasonOf(error)}`, { cause: error }));
  }
}

function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.");
}
