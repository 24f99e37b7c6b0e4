import type { ServerSession } from "../protocol/libvirt/server-session.js";
import type { HostEvent, HostEventKind } from "./host-event.js";

/** libvirt's number of each kind of event that a client can register for. */
const eventNumbers: Readonly<Record<HostEventKind, number>> = {
  lifecycle: 0,
  reboot: 1,
  "balloon-change": 13,
  "agent-lifecycle": 18,
  "job-completed": 21,
  "metadata-change": 23,
};

/** libvirt has this many kinds of domain events; those that nothing here causes can be registered for all the same. */
const EVENT_KINDS = 27;

interface Registration {
  readonly session: ServerSession;
  readonly eventId: number;
  /** Only of this machine. */
  readonly uuid: string | undefined;
}

/** Who wants to hear of what on one host. */
export class EventHub {
  readonly #registrations = new Map<number, Registration>();
  readonly #closeListeners = new Set<ServerSession>();
  #nextId = 0;
  #toLose = 0;

  /** @returns the callback id, or undefined when there is no such event. Ids count from 0 over all clients of the host */
  register(session: ServerSession, eventId: number, uuid: string | undefined): number | undefined {
    if (eventId < 0 || eventId >= EVENT_KINDS) return undefined;
    const id = this.#nextId;
    this.#nextId += 1;
    this.#registrations.set(id, { session, eventId, uuid });
    return id;
  }

  /** Registers for what nothing here ever announces: networks, pools and their like. */
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
    for (const [id, { session, eventId, uuid }] of this.#registrations) {
      if (eventId === number && (uuid === undefined || uuid === event.dom.uuid)) send(session, id, event);
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
