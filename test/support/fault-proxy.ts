import { once } from "node:events";
import { rmSync } from "node:fs";
import { type AddressInfo, connect, createServer, type NetConnectOpts, type Server, type Socket } from "node:net";

/** What happens to the octets that go one way; nothing, where nothing is said. Nothing is ever sent twice. */
export interface Interference {
  /** Nothing passes, and who leaves is not told of: the other side hears nothing any more. */
  readonly halfOpen?: boolean;
  /** 64 octets of nonsense come in place of each piece. */
  readonly garbage?: boolean;
  /** Each piece comes so much later. */
  readonly delayMs?: number;
  /** No more than so many pass in a second. */
  readonly octetsPerSecond?: number;
  /** A connection breaks when so many have passed since this was said, or since it was made. */
  readonly cutAfterOctets?: number;
}

export type Direction = "to-server" | "to-client";

/** Octets that may wait here before the sender has to. */
const MOST_WAITING = 1 << 20;
/** How often something passes that is throttled, unless single octets come more seldom. */
const THROTTLE_MS = 50;

/** Stands between clients and a server, on a unix socket or a TCP port, as a network that can fail does. */
export class FaultProxy {
  readonly #server: Server;
  readonly #target: NetConnectOpts;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  readonly #interference = { "to-server": {}, "to-client": {} } as Record<Direction, Interference>;

  private constructor(target: NetConnectOpts) {
    this.#target = target;
    this.#server = createServer((client) => this.#join(client));
  }

  /** Listens on a unix socket. @param server the socket of the server behind it */
  static async onSocket(path: string, server: string): Promise<FaultProxy> {
    rmSync(path, { force: true });
    const proxy = new FaultProxy({ path: server });
    proxy.#server.listen(path);
    await once(proxy.#server, "listening");
    return proxy;
  }

  /** Listens on a TCP port of the loopback interface that the system chooses. @param port of the server, there too */
  static async onPort(port: number): Promise<FaultProxy> {
    const proxy = new FaultProxy({ host: "127.0.0.1", port });
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  /** Where it listens: a path, or a port. */
  get address(): string | number {
    const address = this.#server.address() as AddressInfo | string;
    return typeof address === "string" ? address : address.port;
  }

  /** Connections that are there. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** From now on, for connections that are there and those that come; what waits already passes as it was to. */
  interfere(interference: Interference, ...directions: readonly Direction[]): void {
    for (const direction of directions.length > 0 ? directions : bothWays) this.#interference[direction] = interference;
  }

  /** Nothing is wrong any more. A network that heals has dropped its connections: what was held back does not come late. */
  heal(): void {
    this.interfere({});
    this.cut();
  }

  /** Breaks all connections. */
  cut(): void {
    for (const pair of this.#pairs) this.#break(pair);
  }

  async stop(): Promise<void> {
    this.heal();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket): void {
    const server = connect(this.#target);
    const pair = [client, server] as const;
    this.#pairs.add(pair);
    for (const [from, to, direction] of [
      [client, server, "to-server"],
      [server, client, "to-client"],
    ] as const) {
      const flow = new Flow(from, to, () => this.#interference[direction]);
      flow.onCut = () => this.#break(pair);
      from.on("error", () => {});
      from.once("close", () => {
        if (this.#interference[direction].halfOpen) return;
        void flow.idle().then(() => this.#break(pair));
      });
    }
  }

  #break(pair: readonly [Socket, Socket]): void {
    this.#pairs.delete(pair);
    for (const socket of pair) socket.destroy();
  }
}

const bothWays: readonly Direction[] = ["to-server", "to-client"];

interface Piece {
  readonly octets: Buffer;
  readonly dueMs: number;
}

/** One direction of a connection: what comes passes in its order, each piece when its time has come. */
class Flow {
  /** Told when the connection is to break. */
  onCut: () => void = () => {};
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #rules: () => Interference;
  readonly #waiting: Piece[] = [];
  #waitingOctets = 0;
  #pumping: Promise<void> | undefined;
  #counted: Interference | undefined;
  #passed = 0;

  constructor(from: Socket, to: Socket, rules: () => Interference) {
    this.#from = from;
    this.#to = to;
    this.#rules = rules;
    from.on("data", (octets) => this.#take(octets));
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    for (let pumping = this.#pumping; pumping !== undefined; pumping = this.#pumping) await pumping;
  }

  #take(octets: Buffer): void {
    const { halfOpen, garbage, delayMs = 0 } = this.#rules();
    if (halfOpen) return;
    const passing = garbage ? Buffer.alloc(64, 0xa5) : octets;
    this.#waiting.push({ octets: passing, dueMs: performance.now() + delayMs });
    this.#waitingOctets += passing.length;
    if (this.#waitingOctets > MOST_WAITING) this.#from.pause();
    this.#pumping ??= this.#pump().finally(() => {
      this.#pumping = undefined;
    });
  }

  async #pump(): Promise<void> {
    for (let piece = this.#waiting.shift(); piece && !this.#to.destroyed; piece = this.#waiting.shift()) {
      await passed(piece.dueMs - performance.now());
      for (let at = 0; at < piece.octets.length && !this.#to.destroyed; ) {
        const { octetsPerSecond = Number.POSITIVE_INFINITY } = this.#rules();
        const share = Math.max(1, Math.floor((octetsPerSecond * THROTTLE_MS) / 1000));
        const part = piece.octets.subarray(at, at + Math.min(share, piece.octets.length));
        await this.#send(part);
        at += part.length;
        await passed((part.length * 1000) / octetsPerSecond);
      }
      this.#waitingOctets -= piece.octets.length;
      if (this.#waitingOctets <= MOST_WAITING) this.#from.resume();
    }
  }

  async #send(octets: Buffer): Promise<void> {
    const rules = this.#rules();
    if (rules !== this.#counted) {
      this.#counted = rules;
      this.#passed = 0;
    }
    const { cutAfterOctets = Number.POSITIVE_INFINITY } = rules;
    const room = cutAfterOctets - this.#passed;
    const part = octets.subarray(0, Math.min(octets.length, room));
    this.#passed += part.length;
    if (octets.length >= room) {
      // What passed before the break is delivered.
      this.#to.end(part, () => this.onCut());
      return;
    }
    if (!this.#to.write(part)) await Promise.race([once(this.#to, "drain"), once(this.#to, "close")]).catch(() => {});
  }
}

function passed(ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}
