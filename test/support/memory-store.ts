import type { Clock } from "../../src/base/clock.js";
import { JournalStore } from "../../src/store/journal-store.js";
import { MemoryFileSystem } from "./memory-file-system.js";

/** The real store over files in memory, for tests of what stands on it. */
export function openMemoryStore(clock?: Clock, fileSystem = new MemoryFileSystem()): Promise<JournalStore> {
  return JournalStore.open("/state", clock ? { fileSystem, clock } : { fileSystem });
}
