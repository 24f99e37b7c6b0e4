import { createSocket } from "node:dgram";
import { createServer, isIPv6 } from "node:net";
import type { SocketAddress } from "../addresses.js";
import { type Check, type Examination, failed, note, type Outcome, ok, skipped, warning } from "./finding.js";

/** The ports of the configuration: held by the running gateway, or free for the next one. */
export const portChecks: readonly Check[] = [
  { name: "web-port-free", run: (examination) => checkPort(examination, "web") },
  { name: "snmp-port-free", run: (examination) => checkPort(examination, "snmp") },
];

async function checkPort({ configuration, gateway }: Examination, listener: "web" | "snmp"): Promise<Outcome> {
  const valid = typeof configuration === "string" ? undefined : configuration.configuration;
  if (valid === undefined) return skipped("there is no valid configuration");
  const wanted = listener === "web" ? valid.web.address : valid.snmp.addresses[0];
  if (!valid[listener].enabled || wanted === undefined) return note("off");
  const search = `find who has it: ss ${listener === "web" ? "-ltnp" : "-lunp"} 'sport = :${wanted.port}'`;
  if (typeof gateway === "string") {
    const trouble = listener === "web" ? await tryTcp(wanted) : await tryUdp(wanted);
    if (trouble === undefined) return ok(`${wanted.address} port ${wanted.port} is free`);
    if (trouble === "EADDRINUSE")
      return warning(`${wanted.address} port ${wanted.port} is taken; the next free one would be used`, search);
    if (trouble === "EACCES")
      return failed(
        `this user may not use port ${wanted.port}`,
        "choose a port above 1023, or give the program the capability CAP_NET_BIND_SERVICE",
      );
    return failed(
      `${wanted.address} port ${wanted.port} cannot be used (${trouble})`,
      "give the listener an address that this computer has: ip address",
    );
  }
  const { web, snmp } = gateway.status.listeners;
  const used = listener === "web" ? web && Number(new URL(web.url).port) : snmp?.port;
  if (used === undefined) return note("the running gateway has it off");
  return wanted.port === 0 || wanted.port === used
    ? ok(`the gateway has port ${used}`)
    : warning(`port ${wanted.port} was taken when the gateway started, it uses ${used}`, search);
}

/** @returns the system's code for what prevents it */
function tryTcp({ address, port }: SocketAddress): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, address, () => server.close(() => resolve(undefined)));
  });
}

function tryUdp({ address, port }: SocketAddress): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
    socket.once("error", (error: NodeJS.ErrnoException) => {
      socket.close();
      resolve(error.code ?? error.message);
    });
    socket.bind(port, address, () => socket.close(() => resolve(undefined)));
  });
}
