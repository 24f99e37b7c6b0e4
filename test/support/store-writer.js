// Writes to a store until it is killed, and says of each write when it was acknowledged.
// Usage: node store-writer.js PROGRAM DIRECTORY
import { join } from "node:path";
import { pathToFileURL } from "node:url";

process.once("disconnect", () => process.exit(1));

const [program = "", directory = ""] = process.argv.slice(2);
const { JournalStore } = await import(pathToFileURL(join(program, "store", "journal-store.js")).href);
const store = await JournalStore.open(directory, { snapshotAtOctets: 4000 });
const [last] = await store.list("number");
/** Three writers, so that batches have several transactions. */
await Promise.all(
  ["a", "b", "c"].map(async (writer) => {
    for (let number = Number(last?.value ?? 0) + 1; ; number++) {
      // Two keys that must never differ, and a value of changing length.
      const value = `${number} ${"x".repeat((number * 37) % 200)}`;
      await store.write([
        { key: `${writer}/left`, value },
        { key: `${writer}/right`, value },
        { key: "number", value: String(number) },
      ]);
      process.send?.({ writer, number });
    }
  }),
);
