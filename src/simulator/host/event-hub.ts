import type { ServerSession } from "../../protocol/libvirt/server-session.js";
import type { NetworkEvent } from "../network/simulated-networks.js";
import type { PoolEvent } from "../storage/simulated-storage.js";
import type { HostEvent, HostEventKind } from "./host-event.js";

/** libvirt's number of each kind of event that a client can register for. */
const eventNumbers: Readonly<Record<HostEventKind, number>> = {
  lifecycle: 0,
  reboot: 1,
  "balloon-change": 13,
  "device-removed": 15,
  tunable: 17,
  "agent-lifecycle": 18,
  "device-added": 19,
  "job-completed": 21,
  "metadata-change": 23,
};

/** libvirt has this many kinds of domain events; those that nothing here causes can be registered for all the same. */
const EVENT_KINDS = 27;

interface Registration {
  readonly session: ServerSession;
  /** What the events are about. */
  readonly of: "domain" | "network" | "pool";
  readonly eventId: number;
  /** Only of the one with this UUID. */
  readonly uuid: string | undefined;
}

/** libvirt's number of the event that is about anything's life. */
const LIFE = 0;
const POOL_REFRESH = 1;

/** Who wants to hear of what on one host. */
export class EventHub {
  readonly #registrations = new Map<number, Registration>();
  readonly #closeListeners = new Set<ServerSession>();
  #nextId = 0;
  #toLose = 0;

  /** @returns the callback id, or undefined when there is no such event. Ids count from 0 over all clients of the host */
  register(session: ServerSession, eventId: number, uuid: string | undefined): number | undefined {
    if (eventId < 0 || eventId >= EVENT_KINDS) return undefined;
    return this.#add({ session, of: "domain", eventId, uuid });
  }

  /** Registers for what happens to networks or pools; `undefined` when there is no such event. */
  registerFor(
    session: ServerSession,
    of: "network" | "pool",
    eventId: number,
    uuid: string | undefined,
  ): number | undefined {
    if (eventId < 0 || eventId > (of === "pool" ? POOL_REFRESH : LIFE)) return undefined;
    return this.#add({ session, of, eventId, uuid });
  }

  /** Registers for what nothing here ever announces: devices of the computer and secrets. */
  registerForNothing(): number {
    this.#nextId += 1;
    return this.#nextId - 1;
  }

  /** @returns whether it was this session's */
  deregister(session: ServerSession, id: number): boolean {
    return this.#registrations.get(id)?.session === session && this.#registrations.delete(id);
  }

  listenForClose(session: ServerSession, listening: boolean): void {
    if (listening) this.#closeListeners.add(session);
    else this.#closeListeners.delete(session);
  }

  /** Forgets a session that has ended. */
  forget(session: ServerSession): void {
    this.#closeListeners.delete(session);
    for (const [id, registration] of this.#registrations) {
      if (registration.session === session) this.#registrations.delete(id);
    }
  }

  /** The next `count` events reach nobody. */
  lose(count: number): void {
    this.#toLose = count;
  }

  announce(event: HostEvent): void {
    if (this.#toLose > 0) {
      this.#toLose -= 1;
      return;
    }
    const number = eventNumbers[event.kind];
    for (const [id, session] of this.#heard("domain", number, event.dom.uuid)) send(session, id, event);
  }

  announcePool(told: PoolEvent): void {
    const number = told.kind === "refresh" ? POOL_REFRESH : LIFE;
    const { pool } = told;
    for (const [callbackId, session] of this.#heard("pool", number, pool.uuid)) {
      if (told.kind === "refresh") session.sendEvent("storagePoolEventRefresh", { callbackId, pool });
      else session.sendEvent("storagePoolEventLifecycle", { callbackId, pool, event: told.event, detail: 0 });
    }
  }

  announceNetwork({ net, event }: NetworkEvent): void {
    for (const [callbackId, session] of this.#heard("network", LIFE, net.uuid)) {
      session.sendEvent("networkEventLifecycle", { callbackId, net, event, detail: 0 });
    }
  }

  #add(registration: Registration): number {
    const id = this.#nextId;
    this.#nextId += 1;
    this.#registrations.set(id, registration);
    return id;
  }

  *#heard(of: Registration["of"], number: number, about: string): Iterable<readonly [number, ServerSession]> {
    for (const [id, { session, of: kind, eventId, uuid }] of this.#registrations) {
      if (kind === of && eventId === number && (uuid === undefined || uuid === about)) yield [id, session];
    }
  }

  /** Tells those who asked for it that the daemon has lost its driver. */
  announceClose(reason: number): void {
    for (const session of this.#closeListeners) session.sendEvent("connectEventConnectionClosed", { reason });
  }
}

function send(session: ServerSession, callbackId: number, event: HostEvent): void {
  const { dom } = event;
  switch (event.kind) {
    case "lifecycle": {
      const [number, detail] = event.lifecycle;
      session.sendEvent("domainEventCallbackLifecycle", { callbackId, dom, event: number, detail });
      break;
    }
    case "reboot":
      session.sendEvent("domainEventCallbackReboot", { callbackId, dom });
      break;
    case "balloon-change": {
      const actual = BigInt(event.actualKiB);
      session.sendEvent("domainEventCallbackBalloonChange", { callbackId, dom, actual });
      break;
    }
    case "agent-lifecycle": {
      const { state, reason } = event;
      session.sendEvent("domainEventCallbackAgentLifecycle", { callbackId, dom, state, reason });
      break;
    }
    case "tunable":
      session.sendEvent("domainEventCallbackTunable", { callbackId, dom, params: event.params });
      break;
    case "device-added":
      session.sendEvent("domainEventCallbackDeviceAdded", { callbackId, dom, devAlias: event.alias });
      break;
    case "device-removed":
      session.sendEvent("domainEventCallbackDeviceRemoved", { callbackId, dom, devAlias: event.alias });
      break;
    case "job-completed":
      session.sendEvent("domainEventCallbackJobCompleted", { callbackId, dom, params: event.params });
      break;
    case "metadata-change": {
      const { type, uri: nsuri } = event;
      session.sendEvent("domainEventCallbackMetadataChange", { callbackId, dom, type, nsuri });
      break;
    }
  }
}
