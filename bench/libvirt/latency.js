import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { meansOf } from "./driver.js";

const limit = { deadlineMs: 60_000 };
const uuid = "6a000000-0000-4000-8000-0000000000aa";
const document = `<domain type='qemu'><name>bench</name><uuid>${uuid}</uuid><memory unit='MiB'>16</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type></os><devices/></domain>`;

/**
 * Pauses and resumes a QEMU machine, and takes the time from each command to the change feed, disk included.
 * @param {import("./driver.js").Driver} driver @param {string} socket @param {string} folder @param {number} changes
 */
export async function measureLatency(driver, socket, folder, changes) {
  const { clock, log, ...means } = meansOf(driver);
  const host = { name: "bench", uri: `qemu+unix:///system?socket=${socket}`, allowWrite: true };
  const hypervisor = driver.createLibvirtHypervisor({ host, clock, log, ...means });
  await hypervisor.defineMachine(document, limit);
  await hypervisor.start(uuid, {}, limit);
  mkdirSync(join(folder, "store"));
  try {
    return await timeChanges();
  } finally {
    await hypervisor.destroy(uuid, limit);
    await hypervisor.undefineMachine(uuid, {}, limit);
    hypervisor.close();
  }

  async function timeChanges() {
    const store = await driver.JournalStore.open(join(folder, "store"), { clock, log });
    const feed = await driver.ChangeFeed.open(store);
    const ingest = await driver.Ingest.open(store, feed, clock, log);
    await ingest.configure([{ ...host, simulated: false }]);
    const monitor = driver.createLibvirtMonitor({ host, clock, log, random: Math.random, ...means });
    /** @type {(event: { kind: string }) => void} */
    let heard = () => {};
    feed.subscribe("bench", 10_000, (event) => heard(event));
    monitor.start(ingest.sinkFor(host.name));
    while (ingest.inventory.current().hosts.get(host.name)?.host.complete !== true) await pause(50);
    await pause(1000); // the first sweeps
    /** @type {number[]} */
    const took = [];
    for (let count = 0; count < changes; count++) {
      /** @type {Promise<number>} */
      const told = new Promise((resolve) => {
        heard = (event) => {
          if (event.kind === "machine-state") resolve(performance.now());
        };
      });
      const began = performance.now();
      await Promise.all([count % 2 === 0 ? hypervisor.suspend(uuid, limit) : hypervisor.resume(uuid, limit), told]);
      took.push((await told) - began);
      await pause(60); // what follows within 50 ms is gathered
    }
    await monitor.stop();
    await ingest.settled();
    await store.close();
    took.sort((a, b) => a - b);
    const at = (/** @type {number} */ share) => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0;
    return { changes, p50Ms: at(0.5), p99Ms: at(0.99), worstMs: at(1) };
  }
}
