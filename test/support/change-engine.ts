import type { AppendLog } from "../../src/base/append-log.js";
import { type Clock, systemClock } from "../../src/base/clock.js";
import { Fault } from "../../src/base/fault.js";
import { silentLog } from "../../src/base/log.js";
import type { Store } from "../../src/base/store.js";
import { AccessControl } from "../../src/engine/access/access-control.js";
import type { AccessSubject } from "../../src/engine/access/access-rules.js";
import { firstRules } from "../../src/engine/access/first-rules.js";
import { Audit } from "../../src/engine/audit.js";
import { ChangeEngine, type ChangeEngineParts } from "../../src/engine/change/change-engine.js";
import { ChangeFeed } from "../../src/engine/change-feed.js";
import { Transfers } from "../../src/engine/transfers.js";
import { IndexAllocator } from "../../src/inventory/index-allocator.js";
import { Inventory } from "../../src/inventory/inventory.js";
import type { NodeAgent } from "../../src/inventory/node-agent.js";
import { hostSettings } from "./inventory-builder.js";
import { MemoryHypervisor } from "./memory-hypervisor.js";
import { openMemoryStore } from "./memory-store.js";

export const administrator: AccessSubject = { name: "root", groups: ["admin"] };

/** Lines in memory. */
export class MemoryLog implements AppendLog {
  readonly all: string[] = [];

  async append(line: string): Promise<void> {
    this.all.push(line);
  }

  async *lines(): AsyncGenerator<string> {
    yield* this.all;
  }

  async tail(): Promise<readonly string[]> {
    return [...this.all];
  }

  async close(): Promise<void> {}
}

export interface EngineBench {
  readonly engine: ChangeEngine;
  readonly transfers: Transfers;
  readonly audit: Audit;
  readonly log: MemoryLog;
  readonly store: Store;
  readonly hypervisors: ReadonlyMap<string, MemoryHypervisor>;
}

export interface BenchOptions {
  readonly hypervisors?: readonly MemoryHypervisor[];
  readonly store?: Store;
  readonly log?: MemoryLog;
  readonly clock?: Clock;
  readonly allowWrite?: boolean;
  readonly parts?: Partial<ChangeEngineParts>;
}

let made = 0;

/** The engine over hypervisors in memory, whose hosts are known by their names. */
export async function openEngine(options: BenchOptions = {}): Promise<EngineBench> {
  const {
    hypervisors = [new MemoryHypervisor()],
    clock = systemClock,
    log = new MemoryLog(),
    allowWrite = true,
  } = options;
  const store = options.store ?? (await openMemoryStore());
  const byName = new Map(hypervisors.map((one) => [one.host, one]));
  const inventory = new Inventory(new IndexAllocator());
  inventory.publish(
    inventory.configure(
      hypervisors.map(({ host }) => ({ ...hostSettings(host), allowWrite })),
      0,
    ),
  );
  const audit = await Audit.open(log, store, clock);
  const newId = (): string => {
    made += 1;
    return `change-${made}`;
  };
  const transfers = new Transfers(clock, newId);
  const engine = await ChangeEngine.open({
    ...{ store, clock, log: silentLog, inventory, audit },
    ports: {
      hypervisorOf: (host) => required(byName.get(host), host),
      nodeAgentOf: (node) => required<NodeAgent>(undefined, node),
      transferOf: transfers.claim,
    },
    feed: await ChangeFeed.open(store),
    access: new AccessControl(firstRules),
    ownerOf: () => undefined,
    moved: async () => {},
    look: () => {},
    lookAround: () => {},
    newId,
    shownMs: 0,
    ...options.parts,
  });
  return { engine, transfers, audit, log, store, hypervisors: byName };
}

function required<Value>(value: Value | undefined, name: string): Value {
  if (value === undefined) throw new Fault("absent", `there is no ${name}`);
  return value;
}
