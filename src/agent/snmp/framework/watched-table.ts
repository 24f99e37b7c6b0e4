import type { TableFacts } from "../../../mapping/snmp/engine-groups.js";
import type { ManagedRows } from "./managed-rows.js";

/** Knows when the rows of a table last changed. */
export class WatchedTable {
  readonly #read: () => ManagedRows;
  #rows: ManagedRows;
  #changedAtCs = 0;

  constructor(read: () => ManagedRows) {
    this.#read = read;
    this.#rows = read();
  }

  get facts(): TableFacts {
    return { count: this.#rows.size, changedAtCs: this.#changedAtCs };
  }

  /** To be called after changes. @param nowCs sysUpTime, hundredths of a second */
  look(nowCs: number): void {
    const rows = this.#read();
    if (!rows.holdsAll(this.#rows)) this.#changedAtCs = nowCs;
    this.#rows = rows;
  }
}
