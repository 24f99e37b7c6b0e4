import { join } from "node:path";
import { build } from "../../src/build.js";

// Changes the state of a machine of a simulated host as often as it is told, as fast as the host takes it.

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
const [dom] = domains;
await Promise.all(
  Array.from({ length: Number(count) }, (_, i) => call(i % 2 === 0 ? "domainSuspend" : "domainResume", { dom })),
);
session.close();
