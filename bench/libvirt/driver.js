import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "../../src/build.js";

/** The parts of the built gateway that are measured. */
export async function loadDriver() {
  const program = await build();
  /** @param {string} path @returns {Promise<any>} */
  const load = (path) => import(pathToFileURL(join(program, path)).href);
  const parts = await Promise.all(
    [
      "base/clock.js",
      "base/log.js",
      "codec/xdr/codec.js",
      "codec/xdr/reader.js",
      "codec/xdr/writer.js",
      "daemon/host-dialer.js",
      "driver/connection.js",
      "driver/libvirt-monitor.js",
      "driver/opening-gate.js",
      "driver/uri.js",
      "driver/write/libvirt-hypervisor.js",
      "engine/change-feed.js",
      "engine/ingest.js",
      "protocol/libvirt/procedures.js",
      "store/journal-store.js",
    ].map(load),
  );
  /** @type {typeof import("../../src/base/clock.js") & typeof import("../../src/base/log.js") & typeof import("../../src/codec/xdr/codec.js") & typeof import("../../src/codec/xdr/reader.js") & typeof import("../../src/codec/xdr/writer.js") & typeof import("../../src/daemon/host-dialer.js") & typeof import("../../src/driver/connection.js") & typeof import("../../src/driver/libvirt-monitor.js") & typeof import("../../src/driver/opening-gate.js") & typeof import("../../src/driver/uri.js") & typeof import("../../src/driver/write/libvirt-hypervisor.js") & typeof import("../../src/engine/change-feed.js") & typeof import("../../src/engine/ingest.js") & typeof import("../../src/protocol/libvirt/procedures.js") & typeof import("../../src/store/journal-store.js")} */
  const driver = Object.assign({}, ...parts);
  return driver;
}

/** @typedef {Awaited<ReturnType<typeof loadDriver>>} Driver */

/** What connections are made with. @param {Driver} driver */
export function meansOf({ systemClock, silentLog, hostDialer, OpeningGate }) {
  return {
    clock: systemClock,
    log: silentLog,
    gate: new OpeningGate(),
    dialer: hostDialer({ pins: "/nonexistent" }),
    signal: new AbortController().signal,
  };
}
