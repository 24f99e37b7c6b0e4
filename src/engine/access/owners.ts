import type { Store } from "../../base/store.js";
import type { MachineIdentity } from "./visible-inventory.js";

interface Owned extends MachineIdentity {
  readonly owner: string;
}

const PREFIX = "owner/";

/** Whose machines are: what the rules for owners ask. A machine that moves keeps its owner. */
export class Owners {
  readonly #store: Store;
  readonly #owned: Map<string, Owned>;

  private constructor(store: Store, owned: Map<string, Owned>) {
    this.#store = store;
    this.#owned = owned;
  }

  static async open(store: Store): Promise<Owners> {
    const entries = await store.list(PREFIX);
    return new Owners(store, new Map(entries.map(({ key, value }) => [key, JSON.parse(value) as Owned])));
  }

  /** Name of the machine's owner, if it has one. */
  of(machine: MachineIdentity): string | undefined {
    return this.#owned.get(keyOf(machine))?.owner;
  }

  /** The machines of one owner. */
  ownedBy(owner: string): readonly MachineIdentity[] {
    return [...this.#owned.values()].filter((one) => one.owner === owner).map(({ host, uuid }) => ({ host, uuid }));
  }

  /** @param owner a user's name; `undefined` for nobody @throws {Fault} `storage-failed` */
  async set(machine: MachineIdentity, owner: string | undefined): Promise<void> {
    await this.#write([[machine, owner]]);
  }

  /** @returns whether it has an owner @throws {Fault} `storage-failed` */
  async move(machine: MachineIdentity, host: string): Promise<boolean> {
    const owner = this.of(machine);
    if (owner === undefined) return false;
    const { uuid } = machine;
    await this.#write([
      [machine, undefined],
      [{ host, uuid }, owner],
    ]);
    return true;
  }

  /** Nobody is left who could own anything by this name, should it be given again. @throws {Fault} `storage-failed` */
  async forget(owner: string): Promise<void> {
    await this.#write(this.ownedBy(owner).map((machine) => [machine, undefined]));
  }

  async #write(changes: readonly (readonly [MachineIdentity, string | undefined])[]): Promise<void> {
    await this.#store.write(
      changes.map(([{ host, uuid }, owner]) => ({
        key: keyOf({ host, uuid }),
        value: owner === undefined ? undefined : JSON.stringify({ host, uuid, owner } satisfies Owned),
      })),
    );
    for (const [{ host, uuid }, owner] of changes) {
      if (owner === undefined) this.#owned.delete(keyOf({ host, uuid }));
      else this.#owned.set(keyOf({ host, uuid }), { host, uuid, owner });
    }
  }
}

/** UUIDs have no slash. */
function keyOf({ host, uuid }: MachineIdentity): string {
  return `${PREFIX}${host}/${uuid}`;
}
