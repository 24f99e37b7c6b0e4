import { NumberSpace } from "./number-space.js";

const DAY_MS = 24 * 60 * 60 * 1000;
const REST_MS = 30 * DAY_MS;
const SHARED_DEVICES = 256;

/**
 * A device's number; `freedAt` (wall time, ms) says since when the device is gone and its number rests. Devices are listed, for in
 * an object with a member for every name there is, each name would burden all objects of the program.
 */
interface DeviceNumber {
  readonly name: string;
  readonly index: number;
  readonly freedAt?: number;
}

/** All small numbers that belong to one machine, as they are stored. */
export interface MachineNumbers {
  readonly host: string;
  readonly uuid: string;
  readonly index: number;
  readonly gatewayIndex: number;
  readonly disks: readonly DeviceNumber[];
  readonly nics: readonly DeviceNumber[];
  readonly freedAt?: number;
  /** The last run whose start was seen, so that a restart of the gateway keeps `startedAt`. */
  readonly run?: { readonly domainId: number; readonly startedAt: number };
}

/** What a machine's record says that was stored by this version or an earlier one, which had devices by name. */
export function storedNumbers(text: string): MachineNumbers {
  const record = JSON.parse(text) as MachineNumbers;
  return { ...record, disks: listed(record.disks), nics: listed(record.nics) };
}

/** One object for all first disks of one name, and so on: thousands of machines have devices of the same few names. */
class DeviceNumbers {
  readonly #known = new Map<string, DeviceNumber>();

  of(name: string, index: number): DeviceNumber {
    const key = `${index} ${name}`;
    const known = this.#known.get(key);
    if (known) return known;
    const made = { name, index };
    // Names that a hypervisor makes up for one machine are worth no place here.
    if (this.#known.size < SHARED_DEVICES) this.#known.set(key, made);
    return made;
  }
}

function listed(devices: readonly DeviceNumber[] | Readonly<Record<string, DeviceNumber>>): readonly DeviceNumber[] {
  if (Array.isArray(devices)) return devices;
  return Object.entries(devices).map(([name, device]) => ({ ...device, name }));
}

/**
 * Keeps the map from (host, UUID) to small stable integers (design: identity). Lowest free first, one space per SNMP context;
 * a freed number rests 30 days, and the same machine gets its old one back as long as it rests.
 *
 * Everything is in memory; `takeChanged` gives what has to be stored before anybody is told of it.
 */
export class IndexAllocator {
  readonly #records = new Map<string, Map<string, MachineNumbers>>();
  readonly #spaces = new Map<string, NumberSpace>();
  readonly #gateway = new NumberSpace();
  readonly #changed = new Map<string, MachineNumbers | undefined>();
  readonly #devices = new DeviceNumbers();

  /** Takes over what an earlier run stored. A record whose number another one has is dropped: it gets new numbers. */
  load(records: Iterable<MachineNumbers>): void {
    for (const record of records) {
      const space = this.#space(record.host);
      if (!space.claim(record.index)) continue;
      if (!this.#gateway.claim(record.gatewayIndex)) {
        space.free(record.index);
        continue;
      }
      this.#recordsOf(record.host).set(record.uuid, record);
    }
  }

  /** The numbers of a machine that exists, made on first sight. */
  machine(host: string, uuid: string): MachineNumbers {
    const known = this.#recordsOf(host).get(uuid);
    if (known && known.freedAt === undefined) return known;
    if (known) {
      const { freedAt: _, ...revived } = known;
      return this.#keep(revived);
    }
    return this.#keep({
      host,
      uuid,
      index: this.#space(host).take(),
      gatewayIndex: this.#gateway.take(),
      disks: [],
      nics: [],
    });
  }

  /**
   * Numbers the devices of a machine: `names` are those it has now, in order.
   * @returns the number of each name
   */
  devices(
    host: string,
    uuid: string,
    kind: "disks" | "nics",
    names: readonly string[],
    now: number,
  ): Map<string, number> {
    const record = this.machine(host, uuid);
    const after = new Map<string, DeviceNumber>();
    const space = new NumberSpace();
    const present = new Set(names);
    let changed = false;
    for (const device of record[kind]) {
      const { name, index } = device;
      const rested = device.freedAt !== undefined && now - device.freedAt > REST_MS;
      if (!present.has(name) && rested) {
        changed = true;
        continue;
      }
      space.claim(index);
      const kept: DeviceNumber = present.has(name)
        ? this.#devices.of(name, index)
        : { name, index, freedAt: device.freedAt ?? now };
      if (kept.freedAt !== device.freedAt) changed = true;
      after.set(name, kept);
    }
    for (const name of present) {
      if (after.has(name)) continue;
      after.set(name, this.#devices.of(name, space.take()));
      changed = true;
    }
    if (changed) this.#keep({ ...record, [kind]: [...after.values()] });
    return new Map(names.map((name) => [name, after.get(name)?.index ?? 0]));
  }

  /** Remembers when the present run of a machine started. */
  rememberRun(host: string, uuid: string, run: { domainId: number; startedAt: number }): void {
    const record = this.machine(host, uuid);
    if (record.run?.domainId === run.domainId && record.run.startedAt === run.startedAt) return;
    this.#keep({ ...record, run });
  }

  /** The machine is gone: its numbers rest. */
  release(host: string, uuid: string, now: number): void {
    const record = this.#recordsOf(host).get(uuid);
    if (record && record.freedAt === undefined) this.#keep({ ...record, freedAt: now });
  }

  /** Only these machines of the host exist; the numbers of others rest, also of those that vanished while nobody looked. */
  retain(host: string, uuids: ReadonlySet<string>, now: number): void {
    for (const uuid of this.#recordsOf(host).keys()) {
      if (!uuids.has(uuid)) this.release(host, uuid, now);
    }
  }

  /** Only these hosts are configured. */
  retainHosts(hosts: ReadonlySet<string>, now: number): void {
    for (const host of this.#records.keys()) {
      if (!hosts.has(host)) this.retain(host, new Set(), now);
    }
  }

  /** Gives numbers that have rested long enough back to their spaces. */
  sweep(now: number): void {
    for (const records of this.#records.values()) {
      for (const record of records.values()) {
        if (record.freedAt === undefined || now - record.freedAt <= REST_MS) continue;
        records.delete(record.uuid);
        this.#space(record.host).free(record.index);
        this.#gateway.free(record.gatewayIndex);
        this.#changed.set(keyOf(record.host, record.uuid), undefined);
      }
    }
  }

  /** What changed since the last call, by store key below `index/`: the record, or `undefined` to forget it. */
  takeChanged(): Map<string, MachineNumbers | undefined> {
    const changed = new Map(this.#changed);
    this.#changed.clear();
    return changed;
  }

  #keep(record: MachineNumbers): MachineNumbers {
    this.#recordsOf(record.host).set(record.uuid, record);
    this.#changed.set(keyOf(record.host, record.uuid), record);
    return record;
  }

  #recordsOf(host: string): Map<string, MachineNumbers> {
    let records = this.#records.get(host);
    if (!records) {
      records = new Map();
      this.#records.set(host, records);
    }
    return records;
  }

  #space(host: string): NumberSpace {
    let space = this.#spaces.get(host);
    if (!space) {
      space = new NumberSpace();
      this.#spaces.set(host, space);
    }
    return space;
  }
}

function keyOf(host: string, uuid: string): string {
  return `${host}/${uuid}`;
}
