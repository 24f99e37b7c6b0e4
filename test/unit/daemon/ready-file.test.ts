import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { silentLog } from "../../../src/base/log.js";
import { firstInventory, readyFileOf, removeReadyFile, writeReadyFile } from "../../../src/daemon/ready-file.js";
import { fixtureGateway, fixtureGeneration, fixtureHost } from "../../support/fixture-gateway.js";
import { ManualClock } from "../../support/manual-clock.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const listeners = {
  web: { url: "https://127.0.0.1:8443", caFile: "/state/tls/ca.pem" },
  snmp: {
    address: "127.0.0.1",
    port: 1161,
    confDir: "/state/client",
    user: "virtgate",
    engineId: "80001f8880",
    engineBoots: 3,
  },
};
const generation = fixtureGeneration([[fixtureHost(), []]]);

test("readyFileOf() has the members of every listener that is on", () => {
  const gateway = fixtureGateway({ clock: new ManualClock(), generation, listeners });
  expect(readyFileOf(gateway)).toEqual({
    pid: process.pid,
    web: { url: "https://127.0.0.1:8443" },
    metrics: { url: "https://127.0.0.1:8443/metrics" },
    caFile: "/state/tls/ca.pem",
    snmp: { address: "127.0.0.1", port: 1161, confDir: "/state/client" },
    user: { snmpUser: "virtgate" },
    hosts: [{ name: "kvm1", uri: "qemu:///system", simulated: false }],
  });
  expect(Object.keys(readyFileOf(fixtureGateway({ clock: new ManualClock(), generation })))).toEqual(["pid", "hosts"]);
});

test("writeReadyFile() replaces the file in one step: whoever reads meanwhile finds the old or the new text, whole", async () => {
  const path = join(temporaryFolder(), "ready.json");
  const versions = ["a", "b"].map((name) => ({
    pid: process.pid,
    hosts: Array.from({ length: 2_000 }, (_, at) => ({
      name: `${name}${at}`,
      uri: "qemu:///system",
      simulated: false,
    })),
  }));
  await writeReadyFile(path, versions[0] ?? { pid: 0, hosts: [] });
  let writing = true;
  const write = async (): Promise<void> => {
    for (let round = 0; round < 20; round++) await writeReadyFile(path, versions[round % 2] ?? { pid: 0, hosts: [] });
  };
  const writer = write().finally(() => {
    writing = false;
  });
  let reads = 0;
  while (writing) {
    expect(versions).toContainEqual(JSON.parse(readFileSync(path, "utf8")));
    reads += 1;
    await new Promise((resolve) => setImmediate(resolve));
  }
  await writer;
  expect(reads).toBeGreaterThan(1);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("writeReadyFile() fails with a reason and leaves nothing where it cannot write", async () => {
  const path = join(temporaryFolder(), "missing", "ready.json");
  await expect(writeReadyFile(path, { pid: 1, hosts: [] })).rejects.toMatchObject({ code: "storage-failed" });
  expect(existsSync(path)).toBe(false);
});

test("removeReadyFile() removes its own file only, and is content when there is none", async () => {
  const path = join(temporaryFolder(), "ready.json");
  await removeReadyFile(path, silentLog);
  writeFileSync(path, JSON.stringify({ pid: process.pid + 1, hosts: [] }));
  await removeReadyFile(path, silentLog);
  expect(existsSync(path)).toBe(true);
  await writeReadyFile(path, { pid: process.pid, hosts: [] });
  await removeReadyFile(path, silentLog);
  expect(existsSync(path)).toBe(false);
});

/** Lets everything run that waits for a promise only. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

test("firstInventory() ends when every host is listed", async () => {
  const clock = new ManualClock();
  const slow = fixtureHost({ name: "lxc1", complete: false });
  const gateway = fixtureGateway({
    clock,
    generation: fixtureGeneration([
      [fixtureHost(), []],
      [slow, []],
    ]),
  });
  const waiting = firstInventory(gateway, 20_000, new AbortController().signal);
  let done = false;
  void waiting.then(() => {
    done = true;
  });
  clock.advance(1_000);
  await settle();
  expect(done).toBe(false);
  gateway.generation = fixtureGeneration([
    [fixtureHost(), []],
    [{ ...slow, complete: true }, []],
  ]);
  clock.advance(1_000);
  expect(await waiting).toEqual([]);
});

test("firstInventory() waits no longer than it was told, and names the hosts that are missing", async () => {
  const clock = new ManualClock();
  const dead = fixtureHost({ name: "dead", complete: false, link: "down" });
  const gateway = fixtureGateway({
    clock,
    generation: fixtureGeneration([
      [fixtureHost(), []],
      [dead, []],
    ]),
  });
  const waiting = firstInventory(gateway, 20_000, new AbortController().signal);
  for (let second = 0; second < 21; second++) {
    clock.advance(1_000);
    await settle();
  }
  expect((await waiting).map(({ host }) => host.name)).toEqual(["dead"]);
});

test("firstInventory() ends when the gateway is stopped", async () => {
  const clock = new ManualClock();
  const gateway = fixtureGateway({ clock, generation: fixtureGeneration([[fixtureHost({ complete: false }), []]]) });
  const stop = new AbortController();
  const waiting = firstInventory(gateway, 20_000, stop.signal);
  stop.abort();
  clock.advance(1_000);
  expect(await waiting).toHaveLength(1);
});
