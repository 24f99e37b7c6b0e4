import { join } from "node:path";
import { build } from "../../src/build.js";

// Pauses as many running machines of a simulated host as it is told, each once, as fast as the host takes it.

const [, , socket = "", count = "1000"] = process.argv;
const program = await build();
const load = (/** @type {string} */ file) => import(join(program, file));
const { ClientSession } = await load("protocol/libvirt/client-session.js");
const { unixDialer } = await load("transport/unix.js");
const { systemClock } = await load("base/clock.js");

const session = new ClientSession(await unixDialer(socket).dial(5000), systemClock, { maximumWaiting: 10_000 });
const call = (/** @type {string} */ name, /** @type {object} */ args) =>
  session.call(name, args, { deadlineMs: 60_000 });
await call("authList", {});
await call("connectOpen", { name: "qemu:///system", flags: 0 });
const { domains } = await call("connectListAllDomains", { needResults: 1, flags: 1 | 16 });
const chosen = domains.slice(0, Number(count));
if (chosen.length < Number(count)) throw new Error(`only ${chosen.length} machines run`);
await Promise.all(chosen.map((/** @type {object} */ dom) => call("domainSuspend", { dom })));
session.close();
