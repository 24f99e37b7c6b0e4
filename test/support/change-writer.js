// Ends what an earlier process began, says what the networks then are, and changes three of them at once again and again until it
// is killed, saying which change was told to be done. Its hypervisor is a file.
// Usage: node change-writer.js PROGRAM DIRECTORY
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

process.once("disconnect", () => process.exit(1));

const [program = "", directory = ""] = process.argv.slice(2);
/** @param {string} path */
const load = (path) => import(pathToFileURL(join(program, path)).href);
const [{ JournalStore }, { LineFile }, { nodeFileSystem }, { systemClock }, { silentLog }] = await Promise.all([
  load("store/journal-store.js"),
  load("store/line-file.js"),
  load("store/node-file-system.js"),
  load("base/clock.js"),
  load("base/log.js"),
]);
const [{ Audit }, { ChangeEngine }, { ChangeFeed }, { AccessControl }, { firstRules }] = await Promise.all([
  load("engine/audit.js"),
  load("engine/change/change-engine.js"),
  load("engine/change-feed.js"),
  load("engine/access/access-control.js"),
  load("engine/access/first-rules.js"),
]);

const worldFile = join(directory, "world.json");
/** @returns {Record<string, string>} */
const world = () => (existsSync(worldFile) ? JSON.parse(readFileSync(worldFile, "utf8")) : {});
/** @param {Record<string, string>} contents */
const setWorld = (contents) => {
  writeFileSync(`${worldFile}.new`, JSON.stringify(contents));
  renameSync(`${worldFile}.new`, worldFile);
};
/** @param {string} document */
const nameIn = (document) => document.split(" ", 1)[0] ?? "";
const turn = () => new Promise((resolve) => setImmediate(resolve));

const hypervisor = {
  host: "h",
  lacks: () => undefined,
  /** @param {string} name */
  async networkStatus(name) {
    return name in world() ? { name, uuid: name, active: false, autostart: false, persistent: true } : undefined;
  },
  /** @param {{ name: string }} object @param {string | undefined} document */
  async previewDocument({ name }, document) {
    const before = world()[name];
    return {
      before,
      after: document,
      differences: before === document ? [] : [{ path: "/", before, after: document }],
    };
  },
  /** @param {string} document */
  async defineNetwork(document) {
    await turn();
    setWorld({ ...world(), [nameIn(document)]: document });
    await turn();
    return nameIn(document);
  },
  /** @param {string} name */
  async undefineNetwork(name) {
    const { [name]: _, ...rest } = world();
    setWorld(rest);
  },
};

mkdirSync(join(directory, "store"), { recursive: true });
const store = await JournalStore.open(join(directory, "store"), { snapshotAtOctets: 20_000 });
const audit = await Audit.open(await LineFile.open(nodeFileSystem, join(directory, "audit.jsonl")), store, systemClock);
const generation = {
  revision: 1,
  hosts: new Map([["h", { host: { name: "h", allowWrite: true }, machines: new Map() }]]),
};
const run = `${Date.now().toString(36)}-${process.pid}`;
let made = 0;
const engine = await ChangeEngine.open({
  ...{ store, audit, clock: systemClock, log: silentLog, feed: await ChangeFeed.open(store) },
  ports: { hypervisorOf: () => hypervisor, nodeAgentOf: () => undefined },
  inventory: { current: () => generation },
  access: new AccessControl(firstRules),
  ownerOf: () => undefined,
  moved: async () => {},
  look: () => {},
  lookAround: () => {},
  newId: () => `${run}-${made++}`,
});
const left = engine.jobs.list().filter((/** @type {{ endedAt?: number }} */ job) => job.endedAt === undefined);
engine.recover();
for (const { id } of left) await engine.jobs.get(id).ended();
const found = world();
process.send?.({ on: "recovered", left: left.length, world: found, audit: await audit.verify() });

const names = ["a", "b", "c"];
for (let number = Number(found["a"]?.split(" ")[1] ?? 0) + 1; ; number++) {
  const actions = names.map((network) => ({
    do: "define-network",
    host: "h",
    network,
    document: `${network} ${number}`,
  }));
  const job = await engine.submit({ subject: { name: "root", groups: ["admin"] }, via: "test", actions });
  const { state } = await job.ended();
  process.send?.({ on: "changed", number, state });
}
