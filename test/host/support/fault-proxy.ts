import { rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";

/**
 * What happens to the octets of a connection: they pass; nothing passes any more and nothing is closed; a few pass now and then;
 * nonsense comes instead of what the daemon answers.
 */
export type Interference = "none" | "half-open" | "slow" | "garbage";

const SLOW_OCTETS = 1;
const SLOW_MS = 1000;

/** Stands between a gateway and a daemon's unix socket, as a network that can fail does. */
export class FaultProxy {
  readonly path: string;
  readonly #daemon: string;
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #interference: Interference = "none";

  private constructor(path: string, daemon: string) {
    this.path = path;
    this.#daemon = daemon;
    this.#server = createServer((client) => this.#join(client));
  }

  /** @param daemon the socket behind it */
  static async start(path: string, daemon: string): Promise<FaultProxy> {
    rmSync(path, { force: true });
    const proxy = new FaultProxy(path, daemon);
    await new Promise<void>((resolve) => proxy.#server.listen(path, resolve));
    return proxy;
  }

  /** From now on, for connections that are there and those that come. */
  interfere(interference: Interference): void {
    this.#interference = interference;
    if (interference !== "none") return;
    // What was held back would come as a late burst; a network that heals has dropped its old connections.
    for (const [client, daemon] of this.#pairs) {
      client.destroy();
      daemon.destroy();
    }
    this.#pairs.clear();
  }

  async stop(): Promise<void> {
    this.interfere("none");
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket): void {
    const daemon = connect(this.#daemon);
    const pair = [client, daemon] as const;
    this.#pairs.add(pair);
    for (const [one, other] of [pair, [daemon, client]] as const) {
      one.on("error", () => {});
      one.once("close", () => {
        if (this.#interference === "half-open") return; // nobody tells the other side
        this.#pairs.delete(pair);
        other.destroy();
      });
    }
    client.on("data", (octets) => this.#interference === "half-open" || daemon.write(octets));
    daemon.on("data", (octets) => this.#pass(octets, daemon, client));
  }

  #pass(octets: Buffer, from: Socket, to: Socket): void {
    switch (this.#interference) {
      case "none":
        to.write(octets);
        return;
      case "half-open":
        return;
      case "garbage":
        to.write(Buffer.alloc(64, 0xa5));
        return;
      case "slow":
        from.pause();
        this.#trickle(octets, from, to);
    }
  }

  #trickle(octets: Buffer, from: Socket, to: Socket): void {
    if (to.destroyed) return;
    to.write(octets.subarray(0, SLOW_OCTETS));
    const rest = octets.subarray(SLOW_OCTETS);
    setTimeout(() => (rest.length > 0 ? this.#trickle(rest, from, to) : from.resume()), SLOW_MS);
  }
}
