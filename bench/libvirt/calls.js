import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { cpuSeconds, run } from "../snmp/processes.js";
import { nodeXml, startDaemon } from "./daemon.js";
import { meansOf } from "./driver.js";

/** @typedef {{ name: string, wallMs: number, ownCpuMs: number, daemonCpuMs: number, times: number }} Call */

const MOST_IN_FLIGHT = 4;

/**
 * Lists, asks for all statistics and for every document of a test driver's machines, each as often as takes about a second, for the
 * kernel counts a process's time in hundredths.
 * @param {import("./driver.js").Driver} driver @param {string} folder @param {number} machines
 */
export async function measureCalls(driver, folder, machines) {
  const daemon = await startDaemon(join(folder, "test"), "test");
  try {
    const node = join(folder, "node.xml");
    writeFileSync(node, nodeXml(machines));
    const uri = `test+unix://${node}?socket=${daemon.socket}`;
    const connection = await driver.connect(driver.parseLibvirtUri(uri, true), meansOf(driver));
    const deadlineMs = 120_000;
    const { domains } = await connection.call("connectListAllDomains", { needResults: 1, flags: 0 }, deadlineMs);
    /** @type {Call[]} */
    const calls = [];
    /** @param {string} name @param {number} times @param {() => Promise<unknown>} action */
    const measure = async (name, times, action) => {
      await action(); // compilers and caches
      const [own, daemonS, began] = [process.cpuUsage(), cpuSeconds(daemon.pid), performance.now()];
      for (let count = 0; count < times; count++) await action();
      const wallMs = (performance.now() - began) / times;
      const used = process.cpuUsage(own);
      const ownCpuMs = (used.user + used.system) / 1000 / times;
      calls.push({ name, wallMs, ownCpuMs, daemonCpuMs: ((cpuSeconds(daemon.pid) - daemonS) * 1000) / times, times });
    };
    const scale = Math.max(1, 10_000 / machines);
    await measure("list", 40 * scale, () =>
      connection.call("connectListAllDomains", { needResults: 1, flags: 0 }, deadlineMs),
    );
    await measure("statistics", 20 * scale, () =>
      connection.call("connectGetAllDomainStats", { doms: [], stats: 1, flags: 0 }, deadlineMs),
    );
    await measure("documents", scale, async () => {
      const left = domains[Symbol.iterator]();
      const one = async () => {
        for (const dom of left) await connection.call("domainGetXmlDesc", { dom, flags: 0 }, deadlineMs);
      };
      await Promise.all(Array.from({ length: MOST_IN_FLIGHT }, one));
    });
    connection.session.close();
    return { machines, calls, virsh: await measureVirsh(uri) };
  } finally {
    await daemon.stop();
  }
}

/** What `virsh` takes beyond its opening, in which the daemon reads the machines. @param {string} uri */
async function measureVirsh(uri) {
  /** @param {readonly string[]} args */
  const timed = async (...args) => {
    const began = performance.now();
    await run("virsh", ["-q", "-c", uri, ...args]);
    return performance.now() - began;
  };
  const opening = await timed("uri");
  return {
    openingMs: opening,
    listMs: (await timed("list", "--all")) - opening,
    statisticsMs: (await timed("domstats", "--state")) - opening,
  };
}

const FIELDS = 63;

/** How long it takes to read one machine's record of 63 fields, microseconds. @param {import("./driver.js").Driver} driver */
export function measureDecoding({ allProcedures, codecOf, XdrReader, XdrWriter }) {
  const row = allProcedures.find(({ name }) => name === "connectGetAllDomainStats");
  if (row?.kind !== "call") throw new Error("there is no such procedure");
  const codec = codecOf(row.result);
  const dom = { name: "machine", uuid: "6a000000-0000-4000-8000-000000000001", id: 7 };
  const params = Array.from({ length: FIELDS }, (_, at) => ({
    field: `block.${at >> 3}.${["rd.reqs", "rd.bytes", "rd.times", "wr.reqs", "wr.bytes", "wr.times", "fl.reqs", "fl.times"][at & 7]}`,
    type: /** @type {const} */ ("ullong"),
    value: BigInt(at) * 1_000_003n,
  }));
  const machines = 500;
  const writer = new XdrWriter(1 << 26);
  codec.encode(writer, { retStats: Array.from({ length: machines }, () => ({ dom, params })) });
  const octets = Buffer.from(writer.take());
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 30; round++) {
    const began = performance.now();
    codec.decode(new XdrReader(octets));
    best = Math.min(best, ((performance.now() - began) * 1000) / machines);
  }
  return { fields: FIELDS, microseconds: best };
}
