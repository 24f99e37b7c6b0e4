import type { Channel } from "../../base/channel.js";
import type { ServerSession } from "../../protocol/libvirt/server-session.js";

/** Who is connected to a host. */
export class HostClients {
  readonly #channels = new Map<ServerSession, Channel>();

  get size(): number {
    return this.#channels.size;
  }

  add(session: ServerSession, channel: Channel): void {
    this.#channels.set(session, channel);
  }

  remove(session: ServerSession): void {
    this.#channels.delete(session);
  }

  closeAll(): void {
    for (const session of [...this.#channels.keys()]) session.close();
  }

  writeAll(octets: Uint8Array): void {
    for (const channel of this.#channels.values()) channel.write(octets);
  }
}
